/** What staff and student say to each other about a work: of a line, of a row of a run, or of the whole. */
import type { Kysely } from 'kysely';
import { newId } from './newId.ts';
import type { CommentRow, Schema } from './schema.ts';

/** Of one bench: a long conversation; a program that writes in a loop stops here. */
export const MAX_COMMENTS = 500;

export type NamedComment = CommentRow & { readonly maker: string | null };

export class CommentStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Oldest first. */
  async list(bench: string): Promise<readonly NamedComment[]> {
    return this.#db
      .selectFrom('comment')
      .leftJoin('person', 'person.id', 'comment.made_by')
      .selectAll('comment')
      .select('person.name as maker')
      .where('comment.bench', '=', bench)
      .orderBy('comment.made_at')
      .orderBy('comment.id')
      .execute();
  }

  /** @returns false where the bench has too many. */
  async add(actor: string, bench: string, anchor: string, text: string): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const { n } = await db
        .selectFrom('comment')
        .select((eb) => eb.fn.countAll<number | string>().as('n'))
        .where('bench', '=', bench)
        .executeTakeFirstOrThrow();
      if (Number(n) >= MAX_COMMENTS) return false;
      const made_at = new Date().toISOString();
      await db
        .insertInto('comment')
        .values({ id: newId(), bench, anchor, text, made_by: actor, made_at, resolved_at: null })
        .execute();
      return true;
    });
  }

  /** @returns whether it was there. */
  async resolve(bench: string, comment: string, resolved: boolean): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('comment')
      .set({ resolved_at: resolved ? new Date().toISOString() : null })
      .where('bench', '=', bench)
      .where('id', '=', comment)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}
