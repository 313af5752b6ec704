/**
 * Brings the tables of a database up to date, or to an earlier state that a backup was made of. All steps that are due happen in one
 * transaction: a server that dies meanwhile leaves the tables as they were.
 *
 * A database with a step that this version does not know was written by a newer one. It is NEVER changed.
 */
import { sql, type Kysely, type Transaction } from 'kysely';
import { BinaryText } from './binaryText.ts';
import { MIGRATIONS } from './migrations/migrations.ts';
import type { Schema } from './schema.ts';
import { isPostgres } from './transactions.ts';

/** The table that says which steps were taken; name and columns are those of kysely's own migrator, which made the first ones. */
type Taken = { kysely_migration: { name: string; timestamp: string } };

export type Migrated =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'newer' | 'unreadable'; readonly message: string };

/** Names of the steps, in their order. */
export const STEPS: readonly string[] = Object.keys(MIGRATIONS).sort();

/** Two servers that start at once on one database take turns; any constant that nobody else uses would do. */
const TURN = 7_265_001;

/** Takes all steps that are due. */
export async function migrate(db: Kysely<Schema>): Promise<Migrated> {
  return db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (transaction) => {
      if (isPostgres(db)) await sql`select pg_advisory_xact_lock(${TURN})`.execute(transaction);
      const taken = await stepsTaken(transaction);
      const unknown = taken.find((name) => !STEPS.includes(name));
      if (unknown !== undefined)
        return {
          ok: false,
          code: 'newer',
          message: `it was written by a newer version of Sandtable (its step “${unknown}” is not known here). Start that version; nothing was changed`,
        };
      if (taken.some((name, i) => name !== STEPS[i]))
        return {
          ok: false,
          code: 'unreadable',
          message: `its steps (${taken.join(', ')}) do not follow one another. Nothing was changed`,
        };
      await takeStepsUpTo(transaction, STEPS.at(-1));
      return { ok: true };
    });
}

/** Takes the steps that are due, up to the one with this name. */
export async function takeStepsUpTo(db: Transaction<Schema>, last: string | undefined): Promise<void> {
  const taken = await stepsTaken(db);
  if (taken.length === 0) await makeTable(db);
  const book = db.withTables<Taken>();
  const target = isPostgres(db) ? db.withPlugin(new BinaryText()) : db;
  for (const name of STEPS.filter((step) => !taken.includes(step) && step <= (last ?? ''))) {
    await MIGRATIONS[name]!.up(target);
    await book.insertInto('kysely_migration').values({ name, timestamp: new Date().toISOString() }).execute();
  }
}

async function makeTable(db: Transaction<Schema>): Promise<void> {
  await db.schema
    .createTable('kysely_migration')
    .ifNotExists()
    .addColumn('name', 'varchar(255)', (column) => column.notNull().primaryKey())
    .addColumn('timestamp', 'varchar(255)', (column) => column.notNull())
    .execute();
}

/** Steps that the database says were taken, in order; none for an empty one. */
export async function stepsTaken(db: Kysely<Schema>): Promise<readonly string[]> {
  if (!(await tableNames(db)).includes('kysely_migration')) return [];
  const rows = await db.withTables<Taken>().selectFrom('kysely_migration').select('name').execute();
  return rows.map(({ name }) => name).sort();
}

/** Tables where this program keeps its own: in PostgreSQL, the first schema of the search path. */
export async function tableNames(db: Kysely<Schema>): Promise<readonly string[]> {
  const { rows } = await (
    isPostgres(db)
      ? sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`
      : sql<{
          name: string;
        }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`
  ).execute(db);
  return rows.map(({ name }) => name);
}
