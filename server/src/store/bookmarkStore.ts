/** Bookmarks: rows of runs that somebody wants to find again, with a note. They go with their run. */
import type { Kysely } from 'kysely';
import { MAX_BOOKMARKS, type Bookmark } from '@sandtable/shared/travelMessages';
import type { Schema } from './schema.ts';

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
    return this.#db.transaction().execute(async (db) => {
      const known = await db.selectFrom('run').select('id').where('id', '=', run).executeTakeFirst();
      if (known === undefined) return 'not-found';
      const others = await db
        .selectFrom('bookmark')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('run', '=', run)
        .where('n', '!=', n)
        .executeTakeFirstOrThrow();
      if (others.count >= MAX_BOOKMARKS) return 'quota';
      await db.replaceInto('bookmark').values({ run, n, note, set_at: new Date().toISOString() }).execute();
      return 'set';
    });
  }

  async remove(run: string, n: number): Promise<void> {
    await this.#db.deleteFrom('bookmark').where('run', '=', run).where('n', '=', n).execute();
  }
}
