/**
 * A PostgreSQL of our own for tests: in a temporary folder, reached through a socket in it, gone afterwards.
 *
 * PostgreSQL refuses to run as root, so root gives it another user. A shell stands between us and it: the pipe that we hold open tells
 * the shell that we are alive, so that PostgreSQL ends with us however we end.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** Where Debian has the programs of each version. */
const VERSIONS = '/usr/lib/postgresql';

/** Starting and ending take a fraction of a second; a machine that does ten things at once gets this. */
const PATIENCE_MS = 30_000;

/** Ends PostgreSQL at once when the pipe to us closes. `$1`: its program, the rest its arguments. */
const KEEPER = '"$@" & child=$!; read -r _; kill -QUIT $child; wait $child';

export interface PostgresCluster {
  /** URL of one of its databases; nobody else can reach the socket, so there are no passwords. */
  url(database: string): string;
  /** Asks in the database that every cluster has. */
  ask(...questions: string[]): Promise<void>;
  /** SIGKILL, as when the machine's memory runs out. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes everything. */
  close(): Promise<void>;
}

/** Makes and starts one. */
export async function startPostgres(): Promise<PostgresCluster> {
  const programs = postgresPrograms();
  const user = userForPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'sandtable-pg-'));
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const as = { ...user, cwd: folder, env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C' } };
  let keeper: ChildProcess | null = null;
  const url = (database: string): string =>
    `postgres:///${database}?host=${encodeURIComponent(folder)}&user=postgres`;

  const start = async (): Promise<void> => {
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    keeper = spawn(
      '/bin/sh',
      [
        ...['-c', KEEPER, 'sh', join(programs, 'postgres'), '-D', data],
        ...['-c', `unix_socket_directories=${folder}`, ...settings],
      ],
      { ...as, stdio: ['pipe', 'ignore', 'ignore'] },
    );
    await answering(url('postgres'));
  };
  const kill = async (): Promise<void> => {
    const [pid] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGKILL');
    keeper?.stdin?.end();
    await ended(keeper);
  };
  const close = async (): Promise<void> => {
    keeper?.stdin?.end();
    await ended(keeper);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const initialize = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(join(programs, 'initdb'), initialize, { ...as, stdio: ['ignore', 'ignore', 'pipe'] });
    writeFileSync(join(data, 'pg_hba.conf'), ADMITTED);
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return { url, kill, start, close, ask: (...questions) => ask(url('postgres'), questions) };
}

/** Whoever is called so needs his password. */
const ADMITTED = 'local all guarded scram-sha-256\nlocal all all trust\n';

/** `fsync` stays on: what is tested is what a server is run with. */
const SETTINGS = {
  listen_addresses: '',
  fsync: 'on',
  shared_buffers: '32MB',
  max_connections: '80',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  // After a kill, one call instead of one for each file.
  recovery_init_sync_method: 'syncfs',
};

function postgresPrograms(): string {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const newest = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  if (newest === undefined)
    throw new Error('PostgreSQL is not installed: npm test does that, or apt-get install postgresql');
  return newest;
}

/** Null where we are not root: then it runs as we do. */
function userForPostgres(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined) throw new Error('there is no user postgres or nobody to run PostgreSQL as');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

async function ask(url: string, questions: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const question of questions) await client.query(question);
  } finally {
    await client.end();
  }
}

async function answering(url: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; ;) {
    try {
      return await ask(url, ['select 1']);
    } catch (error) {
      if (Date.now() > deadline) throw new Error('PostgreSQL does not answer', { cause: error });
      await delay(25);
    }
  }
}

function ended(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
