/**
 * Puts the server together: data folder, database, sessions, HTTP, sockets; and takes it apart in the opposite order.
 *
 * A start that fails leaves nothing open and says in words what stands in the way and what to do.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'socket.io';
import { loadExamples, type Example } from '../examples/examples.ts';
import { isThisMachine, type AccountsConfig } from '../people/accountsConfig.ts';
import { gradebook, gradebookCsv } from '../courses/gradebook.ts';
import { ProgressDesk } from '../courses/progressDesk.ts';
import { RegradeDesk } from '../courses/regradeDesk.ts';
import { interpreterState } from '../sandbox/index.ts';
import type { RunChecks } from '../labs/checkDesk.ts';
import { closeCheckThreads } from '../labs/checkRunner.ts';
import { guestChecks } from '../labs/guestChecks.ts';
import { AuthorDesk } from '../labs/authorDesk.ts';
import { labServices } from '../labs/labServices.ts';
import { PersonDesk } from '../keeping/personDesk.ts';
import { SearchDesk } from '../search/searchDesk.ts';
import { Sessions } from '../sessions/sessions.ts';
import { openDataFolder, type DataFolder } from '../store/dataFolder.ts';
import { LOCAL_PERSON } from '../store/schema.ts';
import { lockDatabase, type ServerLock } from '../store/serverLock.ts';
import { newId, openStore, type Store } from '../store/store.ts';
import { originCheck } from './allowedOrigins.ts';
import { openEntrance } from './entrance.ts';
import { httpServer, isBuilt } from './httpServer.ts';
import { metaOf } from './meta.ts';
import { Pages } from './pages.ts';
import { courseRoom } from './progressHandlers.ts';
import { regradeRoom } from './regradeHandlers.ts';
import { requestHandlers } from './requestHandlers.ts';
import type { ImportAnswer } from './traceTransfer.ts';
import { openSockets, serveSockets } from './socketServer.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** URL of a PostgreSQL database; without it a SQLite file in the data folder. */
  readonly database?: string;
  /** Names that the server goes by beside localhost and literal addresses. */
  readonly names?: readonly string[];
  /** Null, or left out: one person owns everything and nobody signs in. */
  readonly accounts?: AccountsConfig | null;
  /** The address that browsers know, where a proxy stands before the server. */
  readonly address?: URL | null;
  /** Addresses of proxies whose word about where a request comes from is taken. */
  readonly proxies?: readonly string[];
  /** Folder of the built page; the one beside this package by default. */
  readonly web?: string;
  /** Folder of the labs that ship; the one beside this package by default. */
  readonly labs?: string;
  /** How submissions are judged, for tests. */
  readonly runChecks?: RunChecks;
  /** Told of each HTTP route, for tests. */
  readonly onRoute?: (route: string) => void;
  /** Entry of the run workers, for tests. */
  readonly workerEntry?: URL;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** What a person at the console should know although the server runs. */
  readonly warnings: readonly string[];
  /** The link by which the first administrator comes in, where there is none yet. */
  readonly firstAdministrator: string | null;
  /** Resolves with what to say when the server must not go on. */
  readonly failed: Promise<string>;
  /** Stops guests, tells pages, writes everything. */
  close(): Promise<void>;
}

export type StartedServer =
  | { readonly ok: true; readonly server: RunningServer }
  | { readonly ok: false; readonly code: 'data' | 'port'; readonly message: string };

const WEB = fileURLToPath(new URL('../../../web/dist', import.meta.url));
const LABS = fileURLToPath(new URL('../../../labs', import.meta.url));

const CLOSING =
  'The server is closing. Your files are saved; what you type from now on is kept in this page and saved when the server is back.';

const LOST = 'Another server has taken the database over. This one ends; nothing that was saved is lost.';

export async function startServer(options: ServerOptions): Promise<StartedServer> {
  const opened = openDataFolder(options.dataDir);
  if (!opened.ok) return { ok: false, code: 'data', message: opened.message };
  const { folder } = opened;
  const place = options.database ?? folder.database;
  const locked = await lockDatabase(place);
  if (!locked.ok) {
    folder.release();
    return { ok: false, code: 'data', message: locked.message };
  }
  const { lock } = locked;
  const database = await openStore(place);
  if (!database.ok) {
    await lock.release();
    folder.release();
    return { ok: false, code: 'data', message: database.message };
  }
  const { store } = database;
  const examples = loadExamples();
  if ((options.accounts ?? null) === null) await firstBench(store, examples);
  return serveOn(options, { folder, lock, store, place }, examples);
}

/** What must survive, and what says that it is ours. */
interface Keeping {
  readonly folder: DataFolder;
  readonly lock: ServerLock;
  readonly store: Store;
  /** Of the database. */
  readonly place: string;
}

async function serveOn(
  options: ServerOptions,
  { folder, lock, store, place }: Keeping,
  examples: readonly Example[],
): Promise<StartedServer> {
  const web = options.web ?? WEB;
  const { accounts: config = null, address = null } = options;
  const check = originCheck([...(options.names ?? []), ...(address === null ? [] : [address.hostname])]);
  let ownUrl = '';
  const entrance = openEntrance({
    store,
    config,
    address: () => address ?? new URL(ownUrl),
    secure: address?.protocol === 'https:',
    sessions: { benchOf: (run) => sessions.benchOf(run) },
    cut: {
      signIns: (ids) => ids.forEach((id) => pages.cutSignIn(id)),
      person: (id) => pages.cutPerson(id),
    },
  });
  const { door, accounts } = entrance;
  const keeping = new PersonDesk({ store, data: folder.path, place });
  const app = await httpServer({
    web,
    check,
    access: {
      judge: door.judge,
      actorOf: (request) => door.enter(request.headers.cookie),
      ...(options.onRoute === undefined ? {} : { onRoute: options.onRoute }),
    },
    entrance: (on) => entrance.addRoutes(on),
    proxies: options.proxies ?? [],
    keeping,
    meta: () => metaOf(examples),
    downloads: {
      logFile: async (run) => ((await sessions.benchOf(run)) === null ? null : sessions.books.logFile(run)),
      benchFile: (bench, path) => store.files.bytes(bench, path),
    },
    teaching: {
      zip: (bench) => author.zip(bench),
      takeZip: (person, zip) => author.takeZip(person, zip),
      grades: async (course) => {
        const row = await store.courses.get(course, LOCAL_PERSON);
        if (row === null) return null;
        return { title: row.title, csv: gradebookCsv(await gradebook(store, progress, course)) };
      },
    },
    traces: {
      runExists: async (run) => (await sessions.benchOf(run)) !== null,
      part: (run, filter, format, from) => sessions.books.history.export(run, filter, format, from),
      take: (bench, file) => takeTrace(store, sessions, bench, file),
    },
  });
  await app.ready();
  const io = openSockets(app.server, check);
  const pages = new Pages(io);
  const sessions = new Sessions({
    store,
    logs: folder.runs,
    ...(options.workerEntry === undefined ? {} : { workerEntry: options.workerEntry }),
    broadcast: {
      started: (bench, snapshot) => pages.tell(bench, 'run.started', snapshot),
      batch: (bench, batch, except) => pages.tell(bench, 'run.batch', batch, except),
      snapshot: (page, snapshot) => pages.tellOne(page, 'run.snapshot', snapshot),
    },
  });
  const searches = new SearchDesk((page, name, value) => pages.tellOne(page, name, value));
  const labs = labServices({
    store,
    data: folder.path,
    run: options.runChecks ?? guestChecks,
    tell: (bench, name, value) => {
      pages.tell(bench, name, value);
      progress.heard(bench, name);
    },
  });
  const author = new AuthorDesk({
    store,
    shelf: labs.shelf,
    works: labs.works,
    tell: (bench, value) => pages.tell(bench, 'author.progress', value),
  });
  const progress = new ProgressDesk({
    store,
    shelf: labs.shelf,
    tell: (course, value) => pages.tell(courseRoom(course), 'matrix.changed', value),
    isWatched: (course) => pages.isFollowed(courseRoom(course)),
  });
  const regrades = new RegradeDesk({
    store,
    shelf: labs.shelf,
    run: labs.run,
    folderOf: (attempt) => labs.checks.folder(attempt),
    staging: join(folder.path, 'regrading'),
    tell: (assignment, state) => pages.tell(regradeRoom(assignment), 'regrade.progress', state),
    changed: (course, benches, anew) => {
      if (anew) pages.tell(courseRoom(course), 'matrix.anew', { course });
      for (const bench of benches) {
        pages.tell(bench, 'lab.changed', { bench });
        progress.changed(bench);
      }
    },
  });
  await labs.checks.recover();
  const labProblems = await labs.shelf.readShipped(options.labs ?? LABS);
  serveSockets(
    io,
    requestHandlers({
      ...{ store, sessions, searches, pages, labs, progress, regrades, author, examples, accounts },
      keeping,
    }),
    door,
    {
      gone: (page) => {
        searches.pageGone(page);
        for (const bench of pages.gone(page)) sessions.leave(bench, page);
      },
      blocked: (page, blocked) => sessions.pageBlocked(page, blocked),
    },
  );
  const unwatch = entrance.watch(() => pages.signIns());
  const close = async (): Promise<void> => {
    unwatch();
    pages.tellAll('server.closing', { message: CLOSING });
    author.close();
    await Promise.all([searches.close(), regrades.close(), labs.checks.close(), sessions.close()]);
    await closeCheckThreads();
    await closeSockets(io, app);
    await store.close();
    await lock.release();
    folder.release();
  };
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await close();
    return { ok: false, code: 'port', message: listenFailure(options, error as NodeJS.ErrnoException) };
  }
  // Runs that an earlier server left are mended while pages can connect already.
  void sessions.recover();
  sessions.warmUp();
  const { port } = app.server.address() as AddressInfo;
  ownUrl = `http://${urlHost(options.host)}:${port}`;
  const first = accounts === null ? null : await accounts.firstAdministrator();
  return {
    ok: true,
    server: {
      url: ownUrl,
      port,
      warnings: [...(await warningsOf(web)), ...transportWarnings(options), ...labProblems],
      firstAdministrator: first === null ? null : new URL(`/#/invitation/${first}`, address ?? ownUrl).href,
      failed: lock.lost.then(() => LOST),
      close,
    },
  };
}

async function takeTrace(
  store: Store,
  sessions: Sessions,
  bench: string,
  file: string,
): Promise<ImportAnswer> {
  if ((await store.benches.get(bench)) === null)
    return { ok: false, message: 'There is no such bench any more.' };
  const imported = await sessions.importTrace(bench, file);
  if (imported.ok) return { ok: true, run: imported.id, calls: imported.state.calls };
  return {
    ok: false,
    message: 'The file is no trace that can be shown. Nothing was imported.',
    problems: imported.problems,
  };
}

/** A page that opens for the first time has something to run. */
async function firstBench(store: Store, examples: readonly Example[]): Promise<void> {
  const [example] = examples;
  if (example === undefined || (await store.benches.list(LOCAL_PERSON)).length > 0) return;
  await store.benches.create({
    id: newId(),
    name: example.title,
    owner: LOCAL_PERSON,
    files: example.files,
  });
}

async function closeSockets(io: Server, app: FastifyInstance): Promise<void> {
  await io.close();
  app.server.closeAllConnections();
  await app.close();
}

async function warningsOf(web: string): Promise<readonly string[]> {
  const warnings: string[] = [];
  if (!isBuilt(web)) warnings.push('The page has not been built: run `npm run build:web`.');
  const engine = await interpreterState();
  if (engine.ok && engine.kind === 'classic')
    warnings.push(
      'Guests are classic sandboxes (SANDTABLE_CLASSIC): the kernel puts no filter on them. SECURITY.md says what holds them.',
    );
  if (!engine.ok)
    for (const problem of engine.problems)
      warnings.push(`Guests cannot run: ${problem.message} ${problem.cure}`);
  return warnings;
}

/** Passwords of a class in a network must not be there for everybody to read. */
function transportWarnings({ host, accounts = null, address = null }: ServerOptions): readonly string[] {
  const near = isThisMachine(new URL(`http://${host.includes(':') ? `[${host}]` : host}`));
  if (accounts === null || address?.protocol === 'https:' || (near && address === null)) return [];
  return [
    'Passwords go over the network without encryption. Put a proxy with https before this server and set SANDTABLE_URL: docs/accounts.md.',
  ];
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function listenFailure({ host, port }: ServerOptions, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken, perhaps by another Sandtable. Stop that one, or choose another port: PORT=${port + 1} npm start`;
    case 'EACCES':
      return `Port ${port} needs rights that this user does not have. Choose one above 1023: PORT=4100 npm start`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `This machine has no address ${host}. HOST=127.0.0.1 serves this machine only, HOST=0.0.0.0 the whole network.`;
    default:
      return `The server cannot listen on ${host}, port ${port}: ${error.message}.`;
  }
}
