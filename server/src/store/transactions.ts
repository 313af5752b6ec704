/**
 * Transactions that may overlap.
 *
 * SQLite has one connection here, so transactions follow one another and what was read stays true until the commit. On PostgreSQL
 * they overlap, and there are two ways to keep that:
 *
 * - `db.transaction()`: PostgreSQL runs it as if alone (isolation level serializable) and refuses one of two that would disturb each
 *   other; the refused one is begun again here. So its callback may run several times: it must do NOTHING but ask the database.
 * - `underLock(db)`, for what happens often: it first locks the row that its question is about with {@link lockRow}, and whoever wants
 *   the same row waits. Without that lock it must NEVER decide by what it read.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, PostgresAdapter, sql, type Transaction, type TransactionBuilder } from 'kysely';
import type { Schema } from './schema.ts';

/** A transaction that is refused this often meets a bug, not bad luck: two hundred at once on one row need some dozen turns. */
const TRIES = 40;

/** Longest wait before another try; who was refused together should not come again together. */
const LONGEST_WAIT_MS = 60;

/** “Could not serialize access” and “deadlock detected”: nothing was done, and it may be asked again. */
const TRY_AGAIN = new Set<unknown>(['40001', '40P01']);

/** Kysely for a database whose transactions overlap: `transaction()` is serializable and tried again. */
export class OverlappingKysely<DB> extends Kysely<DB> {
  /** With a level or mode of its own it is kysely's: not tried again. */
  override transaction(): TransactionBuilder<DB> {
    const builder = super.transaction();
    const alone = builder.setIsolationLevel('serializable');
    builder.execute = (callback) => untilAccepted(() => alone.execute(callback));
    return builder;
  }
}

async function untilAccepted<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= TRIES || !TRY_AGAIN.has((error as { code?: unknown }).code)) throw error;
      await delay(Math.random() * Math.min(LONGEST_WAIT_MS, 2 ** tries));
    }
  }
}

export function isPostgres(db: Pick<Kysely<Schema>, 'getExecutor'>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

/** A transaction that locks what it decides about; see the head of this file. */
export function underLock(db: Kysely<Schema>): TransactionBuilder<Schema> {
  return db.transaction().setIsolationLevel('read committed');
}

/**
 * For what nobody is told is saved: on SQLite the commit does not wait for the disk, in which time the whole server would stand still. What was done
 * outlives the server, and may be lost where the machine loses its power in the next moments. In a transaction there is nothing to gain: NEVER call it there.
 */
export async function withoutSync<T>(
  db: Kysely<Schema>,
  work: (db: Kysely<Schema>) => Promise<T>,
): Promise<T> {
  if (isPostgres(db)) return work(db);
  return db.connection().execute(async (connection) => {
    await sql`pragma synchronous = normal`.execute(connection);
    try {
      return await work(connection);
    } finally {
      await sql`pragma synchronous = full`.execute(connection);
    }
  });
}

/**
 * Keeps a row as it is until the transaction ends, but for us. Where a transaction locks rows of several tables, the person comes
 * before the bench and the bench before the run.
 *
 * @returns whether there is such a row
 */
export async function lockRow(
  db: Transaction<Schema>,
  table: 'person' | 'bench' | 'run',
  id: string,
): Promise<boolean> {
  const row = await db
    .selectFrom(table)
    .select('id')
    .where('id', '=', id)
    // Rows that refer to this one may still be added: only its key must stay.
    .$if(isPostgres(db), (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
  return row !== undefined;
}
