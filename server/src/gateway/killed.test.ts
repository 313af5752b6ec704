/**
 * What the page calls saved is saved: servers that are killed in the middle of writes lose nothing that they acknowledged.
 *
 * Each of a few writers asks again as soon as it has its answer, on a connection of its own, so every kill meets writes at different
 * places. A write without an answer may have happened or not; both are right.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BenchFile, Reply } from '@sandtable/shared/protocol';
import { LOCAL_PERSON } from '../store/schema.ts';
import { openDataFolder } from '../store/dataFolder.ts';
import { openStore } from '../store/store.ts';
import { startPostgres, type PostgresCluster } from '../store/testing/postgresCluster.ts';

const KILLS = 50;
/** Here each takes longer, since PostgreSQL mends itself when it was killed. */
const POSTGRES_KILLS = 6;

const WRITERS = 3;
const PROGRAM = join(import.meta.dirname, 'testing', 'savingServer.ts');

/** Longest time between the first answer and the kill. Writes take a few milliseconds. */
const LONGEST_LIFE_MS = 60;

let folder: string;
let postgres: PostgresCluster | null = null;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-killed-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await postgres?.close();
  postgres = null;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A server that has loaded and waits to be told to begin. */
interface Loaded {
  readonly child: ChildProcess;
  readonly lines: Interface;
  readonly loaded: Promise<unknown>;
}

function load(database: string | null): Loaded {
  const child = spawn(
    process.execPath,
    [PROGRAM, join(folder, 'data'), ...(database === null ? [] : [database])],
    {
      // Loading is most of a server's life here: what was compiled once is kept.
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  children.push(child);
  const lines = createInterface(child.stdout);
  return { child, lines, loaded: new Promise((resolve) => lines.once('line', resolve)) };
}

async function begin({ child, lines, loaded }: Loaded): Promise<number> {
  await loaded;
  const said = new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', () => reject(new Error('the server did not begin')));
  });
  child.stdin!.write('begin\n');
  return Number(/^port (\d+)$/.exec(await said)?.[1]);
}

async function kill({ child }: Loaded): Promise<void> {
  // It lived until now, also where its database did not.
  expect(child.exitCode).toBeNull();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** Writes one file after the other of its bench, and knows what it was told. */
class Writer {
  readonly bench: string;
  acknowledged = 0;
  /** By path: what was last said to be saved, and what was asked without an answer. */
  readonly #saved = new Map<string, { text: string; version: number }>();
  readonly #asked = new Map<string, string>();
  #count = 0;
  #socket: Socket | null = null;

  constructor(bench: string) {
    this.bench = bench;
  }

  /** Connects, checks that everything is there, and writes until {@link stop}. Resolves after the first answer. */
  async begin(port: number): Promise<void> {
    const socket = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    this.#socket = socket;
    await new Promise((resolve) => socket.once('connect', () => resolve(null)));
    for (const path of this.#paths())
      this.check(
        path,
        valueOf<BenchFile>(await socket.emitWithAck('file.read', { bench: this.bench, path })),
      );
    await this.#write(socket);
    void this.#goOn(socket);
  }

  stop(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  /** @param file what the server has now, null where it has none */
  check(path: string, file: BenchFile | null): void {
    const now = file?.content?.text ?? null;
    const possible = [this.#saved.get(path)?.text ?? null, this.#asked.get(path)];
    expect(possible, `${this.bench} ${path}`).toContain(now);
    if (now === null || file === null) this.#saved.delete(path);
    else this.#saved.set(path, { text: now, version: file.version });
    this.#asked.delete(path);
  }

  #paths(): readonly string[] {
    return [...new Set([...this.#saved.keys(), ...this.#asked.keys()])];
  }

  async checkAll(read: (path: string) => Promise<BenchFile | null>): Promise<void> {
    for (const path of this.#paths()) this.check(path, await read(path));
  }

  async #goOn(socket: Socket): Promise<void> {
    while (this.#socket === socket && socket.connected) await this.#write(socket);
  }

  async #write(socket: Socket): Promise<void> {
    const path = `f${this.#count % 5}`;
    const text = `${++this.#count} ${'x'.repeat((this.#count * 997) % 20_000)}`;
    const base = this.#saved.get(path)?.version ?? null;
    const body = { bench: this.bench, path, content: { encoding: 'utf8', text }, base };
    this.#asked.set(path, text);
    const reply = await Promise.race([
      socket.emitWithAck('file.write', body) as Promise<Reply<BenchFile>>,
      new Promise<null>((resolve) => socket.once('disconnect', () => resolve(null))),
    ]);
    // A refusal is no promise; the database may have died under it.
    if (reply?.ok !== true) return;
    this.#asked.delete(path);
    this.#saved.set(path, { text, version: reply.value.version });
    this.acknowledged += 1;
  }
}

function valueOf<T>(reply: Reply<T>): T | null {
  if (reply.ok) return reply.value;
  expect(reply.error.code).toBe('not-found');
  return null;
}

async function killAgainAndAgain(
  place: string,
  kills: number,
  database: string | null,
  killDatabase: ((kill: number) => Promise<void>) | null,
): Promise<void> {
  const writers = Array.from({ length: WRITERS }, (_, i) => new Writer(`bench${i}`));
  let next = load(database);
  await next.loaded;
  const store = await open(place);
  for (const { bench: id } of writers)
    await store.benches.create({ id, name: id, owner: LOCAL_PERSON, files: [] });
  await store.close();

  for (let round = 0; round < kills; round++) {
    const server = next;
    const port = await begin(server);
    next = load(database);
    await Promise.all(writers.map((writer) => writer.begin(port)));
    await delay(Math.random() * LONGEST_LIFE_MS);
    await killDatabase?.(round);
    await kill(server);
    for (const writer of writers) writer.stop();
  }
  await kill(next);

  const after = await open(place);
  for (const writer of writers) await writer.checkAll((path) => after.files.read(writer.bench, path));
  await after.close();
  // Each life had at least one answer from each writer.
  for (const writer of writers) expect(writer.acknowledged).toBeGreaterThanOrEqual(kills);
}

async function open(place: string) {
  const opened = await openStore(place);
  if (!opened.ok) throw new Error(opened.message);
  return opened.store;
}

test(`SQLite: the server is killed ${KILLS} times`, { timeout: 120_000 }, async () => {
  const data = join(folder, 'data');
  const place = join(data, 'sandtable.sqlite');
  const made = openDataFolder(data);
  if (made.ok) made.folder.release();
  await killAgainAndAgain(place, KILLS, null, null);
  const raw = new DatabaseSync(place);
  expect(raw.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  raw.close();
});

test(
  `PostgreSQL: the server is killed ${POSTGRES_KILLS} times, and its database every other time`,
  { timeout: 120_000 },
  async () => {
    const cluster = await startPostgres();
    postgres = cluster;
    const place = cluster.url('postgres');
    await killAgainAndAgain(place, POSTGRES_KILLS, place, async (round) => {
      if (round % 2 === 0) return;
      await cluster.kill();
      await cluster.start();
    });
  },
);
