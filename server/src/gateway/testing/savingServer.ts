/**
 * The part of the server that saves, as a process to be killed: data folder, locks, store, and the socket edge with the handlers of
 * files and benches. It loads, says so, and waits for a line before it touches anything, so that the next one can load while this one
 * works. Arguments: the data folder, and the database where it is not in there.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { openDataFolder } from '../../store/dataFolder.ts';
import { lockDatabase } from '../../store/serverLock.ts';
import { openStore } from '../../store/store.ts';
import { benchHandlers } from '../benchHandlers.ts';
import { OPEN_DOOR } from '../doorkeeper.ts';
import { fileHandlers } from '../fileHandlers.ts';
import { Pages } from '../pages.ts';
import type { Handlers, Services } from '../requestHandlers.ts';
import { openSockets, serveSockets } from '../socketServer.ts';

const [dataDir = '', database] = process.argv.slice(2);

console.log('loaded');
await once(process.stdin, 'data');

const opened = openDataFolder(dataDir);
if (!opened.ok) throw new Error(opened.message);
const place = database ?? opened.folder.database;
const locked = await lockDatabase(place);
if (!locked.ok) throw new Error(locked.message);
const saved = await openStore(place);
if (!saved.ok) throw new Error(saved.message);

const http = createServer();
const io = openSockets(http, () => null);
const services = { store: saved.store, pages: new Pages(io), examples: [] } as unknown as Services;
// Nobody asks for the others here.
const handlers = { ...benchHandlers(services), ...fileHandlers(services) } as unknown as Handlers;
serveSockets(io, handlers, OPEN_DOOR, { gone: () => undefined, blocked: () => undefined });
http.listen(0, '127.0.0.1', () => console.log(`port ${(http.address() as AddressInfo).port}`));
