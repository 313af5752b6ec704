/**
 * The folder that holds everything that must survive: database and logs of runs.
 *
 * One server at a time works in a folder: it would otherwise take the other's live runs for orphans. The lock is a database
 * with an exclusive transaction, so the kernel gives it back however the server ends, `kill -9` included.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface DataFolder {
  readonly path: string;
  readonly database: string;
  /** Holds one folder a run. */
  readonly runs: string;
  release(): void;
}

export type OpenedFolder =
  | { readonly ok: true; readonly folder: DataFolder }
  | { readonly ok: false; readonly code: 'in-use' | 'not-writable'; readonly message: string };

/** Where data lie unless the caller says otherwise: `SANDTABLE_DATA`, else the place that XDG gives. */
export function dataPath(env: NodeJS.ProcessEnv): string {
  const asked = env['SANDTABLE_DATA'];
  if (asked !== undefined && asked !== '') return resolve(asked);
  const xdg = env['XDG_DATA_HOME'];
  const base = xdg?.startsWith('/') === true ? xdg : join(env['HOME'] ?? homedir(), '.local', 'share');
  return join(base, 'sandtable');
}

/** Where the rows are: what `DATABASE_URL` names, else a file in the data folder. */
export function databasePlace(env: NodeJS.ProcessEnv, data: string): string {
  const url = env['DATABASE_URL'];
  return url === undefined || url === '' ? join(data, DATABASE_FILE) : url;
}

const DATABASE_FILE = 'sandtable.sqlite';

/** Makes the folder (only its owner may look inside) and locks it. */
export function openDataFolder(path: string): OpenedFolder {
  const runs = join(path, 'runs');
  try {
    mkdirSync(runs, { recursive: true, mode: 0o700 });
    chmodSync(path, 0o700);
  } catch (error) {
    return {
      ok: false,
      code: 'not-writable',
      message: `The data folder ${path} cannot be made or written to (${(error as NodeJS.ErrnoException).code}). Set SANDTABLE_DATA to a folder of your own.`,
    };
  }
  const lock = new DatabaseSync(join(path, 'lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    return {
      ok: false,
      code: 'in-use',
      message: `Another server works in the data folder ${path}. Stop it, or set SANDTABLE_DATA to another folder.`,
    };
  }
  return {
    ok: true,
    folder: { path, database: join(path, DATABASE_FILE), runs, release: () => lock.close() },
  };
}
