/**
 * The database: a SQLite file in the data folder, or PostgreSQL where `DATABASE_URL` says so. Stores work on either through kysely;
 * what the two do not share is here, in nodeSqlite.ts and in nodePostgres.ts.
 *
 * The place of a database is one string: the path of the file, or a URL that begins with `postgres://`.
 */
import { CompiledQuery, Kysely, sql } from 'kysely';
import { nodeSqliteDialect } from './nodeSqlite.ts';
import type { PostgresFailure } from './nodePostgres.ts';
import type { Schema } from './schema.ts';
import { ShownNul } from './shownNul.ts';
import { isPostgres, OverlappingKysely } from './transactions.ts';

export type OpenedDatabase =
  | { readonly ok: true; readonly db: Kysely<Schema> }
  | { readonly ok: false; readonly code: PostgresFailure; readonly message: string };

/** Whether a place of a database is a server's and not a file's. */
export function isServerPlace(place: string): boolean {
  return /^[a-z+]+:\/\//i.test(place);
}

/** For messages: the place without a password. */
export async function shownPlace(place: string): Promise<string> {
  return isServerPlace(place) ? (await import('./nodePostgres.ts')).shownUrl(place) : place;
}

/** Opens it as it is: no table is made or changed. */
export async function openDatabase(place: string): Promise<OpenedDatabase> {
  if (isServerPlace(place)) return openPostgres(place);
  try {
    return { ok: true, db: new Kysely<Schema>({ dialect: nodeSqliteDialect(place) }) };
  } catch (error) {
    return {
      ok: false,
      code: 'unreadable',
      message: `The database ${place} cannot be used: ${(error as Error).message}. Nothing was changed.`,
    };
  }
}

async function openPostgres(url: string): Promise<OpenedDatabase> {
  // Whoever keeps to SQLite need not load it.
  const { isPostgresUrl, nodePostgresDialect, postgresFailure, shownUrl } = await import('./nodePostgres.ts');
  if (!isPostgresUrl(url))
    return {
      ok: false,
      code: 'unreadable',
      message: `DATABASE_URL must begin with postgres:// and name a host and a database; ${shownUrl(url)} does not.`,
    };
  let db: Kysely<Schema> | null = null;
  try {
    db = new OverlappingKysely<Schema>({
      dialect: nodePostgresDialect(url),
      plugins: [new ShownNul()],
    });
    const { rows } = await sql<{ encoding: string; schema: string | null }>`
      select current_setting('server_encoding') as encoding, current_schema() as schema`.execute(db);
    const problem = unfit(rows[0]!);
    if (problem === null) return { ok: true, db };
    await db.destroy();
    return { ok: false, code: 'unreadable', message: `The database ${shownUrl(url)} ${problem}` };
  } catch (error) {
    await db?.destroy();
    return { ok: false, ...postgresFailure(url, error) };
  }
}

function unfit({ encoding, schema }: { encoding: string; schema: string | null }): string | null {
  if (encoding !== 'UTF8')
    return `stores text as ${encoding}, which cannot hold every name. Make one with: createdb --encoding=UTF8 --template=template0 NAME`;
  if (schema === null) return 'has no schema on its search path where tables could be made.';
  return null;
}

/** Asks questions that all see the same moment, while others go on writing. For a place opened for this alone: SQLite has one connection. */
export function atOneMoment<T>(db: Kysely<Schema>, read: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel('repeatable read').execute(read);
}

/** Gives back room, and with it what is left of removed rows in the database's files. Takes seconds for a large one. */
export async function compact(db: Kysely<Schema>): Promise<void> {
  if (isPostgres(db)) {
    await db.executeQuery(CompiledQuery.raw('vacuum'));
    return;
  }
  await db.executeQuery(CompiledQuery.raw('vacuum'));
  await db.executeQuery(CompiledQuery.raw('pragma wal_checkpoint(truncate)'));
}
