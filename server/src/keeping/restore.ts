/**
 * Puts a backup in the place of the data folder's content and the database's.
 *
 * First the whole archive is read and checked; only then anything is written, into a folder of its own. The rows go into the database in
 * one transaction, brought up to the steps of this version. What was there before is moved aside at the end, never removed: in the data
 * folder into `replaced-TIME`, in PostgreSQL into the schema `replaced_TIME`.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { createWriteStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { sql, type Kysely, type Transaction } from 'kysely';
import { isServerPlace, openDatabase, shownPlace } from '../store/database.ts';
import { openDataFolder } from '../store/dataFolder.ts';
import { STEPS, tableNames, takeStepsUpTo } from '../store/migrate.ts';
import type { Schema } from '../store/schema.ts';
import { lockDatabase } from '../store/serverLock.ts';
import { isPostgres } from '../store/transactions.ts';
import { readArchive, type ArchivedFile, type Manifest } from './archive.ts';
import { columnsOf, insertRows } from './rows.ts';
import { TABLE_NAMES } from './tables.ts';
import { ArchiveError } from './tar.ts';

/** Kept free on the disk beside what is unpacked: the database takes as much as its rows again. */
const ROOM_FACTOR = 2;

/** What the data folder has of a server's; the lock and what was replaced earlier stay. */
const OURS = ['runs', 'attempts', 'sandtable.sqlite', 'sandtable.sqlite-wal', 'sandtable.sqlite-shm'];

export type Restored =
  | {
      readonly ok: true;
      readonly rows: number;
      readonly madeAt: string;
      /** Where what was there before is now; null where there was nothing. */
      readonly before: string | null;
    }
  | {
      readonly ok: false;
      readonly code: 'in-use' | 'not-empty' | 'damaged' | 'newer' | 'no-space' | 'failed';
      readonly message: string;
    };

type Refusal = Extract<Restored, { ok: false }>;

/** `replace`: what is there already is moved aside. See backup.ts for the others. */
export async function restore(
  data: string,
  place: string,
  file: string,
  { replace }: { readonly replace: boolean },
): Promise<Restored> {
  const refusal = await checkArchive(data, file);
  if (refusal !== null) return refusal;
  const opened = openDataFolder(data);
  if (!opened.ok)
    return { ok: false, code: opened.code === 'in-use' ? 'in-use' : 'failed', message: opened.message };
  const locked = await lockDatabase(place);
  if (!locked.ok) {
    opened.folder.release();
    return { ok: false, code: locked.code === 'in-use' ? 'in-use' : 'failed', message: locked.message };
  }
  try {
    return await restoreInto(data, place, file, replace);
  } finally {
    await locked.lock.release();
    opened.folder.release();
  }
}

/** Reads everything and writes nothing. */
async function checkArchive(data: string, file: string): Promise<Refusal | null> {
  try {
    await readArchive(
      file,
      async (manifest) => {
        if (manifest.steps.some((step, i) => step !== STEPS[i]))
          throw new Refused(
            'newer',
            'It was made by a newer version of Sandtable. Restore it with that one.',
          );
        const missing = manifest.files.find(({ name }) => !isKnown(name));
        if (missing !== undefined) throw new ArchiveError(`it has a table ${missing.name} that is unknown`);
        const bytes = manifest.files.reduce((sum, each) => sum + each.bytes, 0);
        const free = freeBytes(data);
        if (bytes * ROOM_FACTOR > free)
          throw new Refused(
            'no-space',
            `It unpacks to ${megabytes(bytes)} and the database takes room as well, but ${data} has only ${megabytes(free)} free.`,
          );
      },
      null,
    );
    return null;
  } catch (error) {
    return refusalOf(error, file);
  }
}

class Refused extends Error {
  readonly code: Refusal['code'];
  constructor(code: Refusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}

function refusalOf(error: unknown, file: string): Refusal {
  if (error instanceof Refused)
    return { ok: false, code: error.code, message: `${error.message} Nothing was changed.` };
  if (error instanceof ArchiveError)
    return {
      ok: false,
      code: 'damaged',
      message: `${file} cannot be restored: ${error.message}. Nothing was changed.`,
    };
  return {
    ok: false,
    code: 'failed',
    message: `${file} was not restored: ${(error as Error).message}. Nothing was changed.`,
  };
}

const isKnown = (name: string): boolean =>
  !name.startsWith('tables/') || TABLE_NAMES.some((table) => name === `tables/${table}.jsonl`);

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;

function freeBytes(data: string): number {
  let folder = data;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

async function restoreInto(data: string, place: string, file: string, replace: boolean): Promise<Restored> {
  const time = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  const staged = join(data, `restoring-${time}`);
  const aside = join(data, `replaced-${time}`);
  const onServer = isServerPlace(place);
  const target = onServer ? place : join(staged, 'sandtable.sqlite');
  const taken = OURS.filter((name) => holdsSomething(join(data, name)));
  if (taken.length > 0 && !replace) return notEmpty(data);
  mkdirSync(staged, { mode: 0o700 });
  try {
    const manifest = await unpack(file, staged);
    const database = await openDatabase(target);
    if (!database.ok) throw new Refused('failed', database.message);
    const { db } = database;
    let rows = 0;
    let before = taken.length > 0 ? aside : null;
    try {
      await db
        .transaction()
        .setIsolationLevel('read committed')
        .execute(async (transaction) => {
          if ((await tableNames(transaction)).length > 0) {
            if (!replace)
              throw new Refused(
                'not-empty',
                `The database ${await shownPlace(place)} has tables already. With --replace they are moved aside.`,
              );
            const schema = `replaced_${time.toLowerCase()}`;
            await moveTablesAside(transaction, schema);
            before = `${aside} and the schema ${schema}`;
          }
          rows = await fill(transaction, manifest, staged);
          // PostgreSQL: the last thing before the commit, so that a failure undoes the rest.
          if (onServer) swap(data, staged, aside, false);
        });
    } finally {
      await db.destroy();
    }
    if (!onServer) swap(data, staged, aside, true);
    return { ok: true, rows, madeAt: manifest.madeAt, before };
  } catch (error) {
    return refusalOf(error, file);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}

function notEmpty(data: string): Refusal {
  return {
    ok: false,
    code: 'not-empty',
    message: `The data folder ${data} has something in it already. With --replace it is moved aside. Nothing was changed.`,
  };
}

function holdsSomething(path: string): boolean {
  if (!existsSync(path)) return false;
  return !/(?:runs|attempts)$/.test(path) || readdirSync(path).length > 0;
}

/** Every file again checked as it is written: the archive may be another by now. */
function unpack(file: string, staged: string): Promise<Manifest> {
  const write = async ({ name }: ArchivedFile, content: AsyncIterable<Buffer>): Promise<void> => {
    const path = join(staged, name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
  };
  return readArchive(file, async () => undefined, write);
}

/** Tables of the backup's version, its rows, and the steps from there to this version. @returns how many rows */
async function fill(db: Transaction<Schema>, manifest: Manifest, staged: string): Promise<number> {
  await takeStepsUpTo(db, manifest.steps.at(-1));
  const columns = await columnsOf(db);
  // A step may have made rows of its own; they are among the backup's.
  for (const table of TABLE_NAMES.toReversed())
    if (columns.has(table)) await sql`delete from ${sql.table(table)}`.execute(db);
  let rows = 0;
  for (const table of TABLE_NAMES) {
    const path = join(staged, 'tables', `${table}.jsonl`);
    const known = columns.get(table);
    if (known === undefined || !existsSync(path)) continue;
    rows += await insertRows(db, table, known, path);
  }
  await takeStepsUpTo(db, STEPS.at(-1));
  rmSync(join(staged, 'tables'), { recursive: true, force: true });
  return rows;
}

async function moveTablesAside(db: Kysely<Schema>, schema: string): Promise<void> {
  if (!isPostgres(db)) throw new Error('a new SQLite file has tables');
  await sql`create schema ${sql.ref(schema)}`.execute(db);
  const ours = [...TABLE_NAMES, 'kysely_migration', 'kysely_migration_lock'] as readonly string[];
  for (const table of await tableNames(db))
    if (ours.includes(table))
      await sql`alter table ${sql.ref(table)} set schema ${sql.ref(schema)}`.execute(db);
}

/** Moves what is there aside and what was unpacked into its place; where that fails, back again. */
function swap(data: string, staged: string, aside: string, withDatabase: boolean): void {
  const done: [from: string, to: string][] = [];
  const move = (from: string, to: string): void => {
    if (!existsSync(from)) return;
    renameSync(from, to);
    done.push([from, to]);
  };
  try {
    for (const name of OURS) {
      if (!holdsSomething(join(data, name))) continue;
      mkdirSync(aside, { recursive: true, mode: 0o700 });
      move(join(data, name), join(aside, name));
    }
    for (const name of OURS) {
      if (name.startsWith('sandtable') && !withDatabase) continue;
      rmSync(join(data, name), { recursive: true, force: true });
      move(join(staged, name), join(data, name));
    }
    mkdirSync(join(data, 'runs'), { recursive: true, mode: 0o700 });
  } catch (error) {
    for (const [from, to] of done.reverse()) renameSync(to, from);
    throw error;
  }
}
