/** Bookmarks: rows of runs that somebody wants to find again, with a note. They go with their run. */
import type { Kysely } from 'kysely';
import { MAX_BOOKMARKS, type Bookmark } from '@sandtable/shared/travelMessages';
import type { Schema } from './schema.ts';
import { lockRow, underLock } from './transactions.ts';

export class BookmarkStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** In the order of rows. */
  async list(run: string): Promise<readonly Bookmark[]> {
    const rows = await this.#db
      .selectFrom('bookmark')
      .selectAll()
      .where('run', '=', run)
      .orderBy('n')
      .execute();
    return rows.map(({ n, note, set_at }) => ({ n, note, at: set_at }));
  }

  /** Sets or changes the bookmark of a row. `quota`: the run has as many as it may; nothing was changed. */
  async set(run: string, n: number, note: string): Promise<'set' | 'not-found' | 'quota'> {
    return underLock(this.#db).execute(async (db) => {
      if (!(await lockRow(db, 'run', run))) return 'not-found';
      const others = await db
        .selectFrom('bookmark')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('run', '=', run)
        .where('n', '!=', n)
        .executeTakeFirstOrThrow();
      if (others.count >= MAX_BOOKMARKS) return 'quota';
      const set_at = new Date().toISOString();
      await db
        .insertInto('bookmark')
        .values({ run, n, note, set_at })
        .onConflict((row) => row.columns(['run', 'n']).doUpdateSet({ note, set_at }))
        .execute();
      return 'set';
    });
  }

  async remove(run: string, n: number): Promise<void> {
    await this.#db.deleteFrom('bookmark').where('run', '=', run).where('n', '=', n).execute();
  }
}
