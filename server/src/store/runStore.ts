/**
 * Which runs there were; their logs lie in files. Nobody is told that these rows are saved, so they do not wait for the disk: where a machine loses
 * its power, the newest may be missing or be without their end.
 */
import type { Kysely } from 'kysely';
import type { RunMode } from '@sandtable/shared/events';
import type { RunRow, Schema } from './schema.ts';
import { withoutSync } from './transactions.ts';

export interface RunEnd {
  readonly status: number;
  readonly reason: string;
  readonly logBytes: number;
  /** What was typed or piped in. */
  readonly input: string | null;
}

/** Runs of a bench that a person can choose from; older ones are hard to tell apart by their time. */
const LISTED = 50;

export class RunStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** `revision`: of the bench; null of what was not made from its files. */
  async started(id: string, bench: string, mode: RunMode, revision: number | null = null): Promise<void> {
    const row: RunRow = {
      id,
      bench,
      mode,
      started_at: new Date().toISOString(),
      ended_at: null,
      status: null,
      reason: null,
      log_bytes: 0,
      revision,
      input: null,
    };
    await withoutSync(this.#db, (db) => db.insertInto('run').values(row).execute());
  }

  async ended(id: string, end: RunEnd): Promise<void> {
    const row = {
      ended_at: new Date().toISOString(),
      status: end.status,
      reason: end.reason,
      log_bytes: end.logBytes,
      input: end.input,
    };
    await withoutSync(this.#db, (db) => db.updateTable('run').set(row).where('id', '=', id).execute());
  }

  async get(id: string): Promise<RunRow | null> {
    return (await this.#db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
  }

  async lastOf(bench: string): Promise<RunRow | null> {
    const row = await this.#db
      .selectFrom('run')
      .selectAll()
      .where('bench', '=', bench)
      .orderBy('started_at', 'desc')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    return row ?? null;
  }

  /** Runs of one bench, newest first, at most {@link LISTED}. */
  async listOf(bench: string): Promise<readonly RunRow[]> {
    return this.#db
      .selectFrom('run')
      .selectAll()
      .where('bench', '=', bench)
      .orderBy('started_at', 'desc')
      .orderBy('id')
      .limit(LISTED)
      .execute();
  }

  /** Newest first. */
  async list(): Promise<readonly RunRow[]> {
    return this.#db.selectFrom('run').selectAll().orderBy('started_at', 'desc').orderBy('id').execute();
  }

  async forget(id: string): Promise<void> {
    await withoutSync(this.#db, (db) => db.deleteFrom('run').where('id', '=', id).execute());
  }
}
