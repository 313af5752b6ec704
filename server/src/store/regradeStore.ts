/**
 * Judging attempts again, as the tables have it.
 *
 * An attempt is NEVER overwritten: one with the same files, time and hints takes its place, and says by which act it did. So what somebody
 * had before, when that changed, by whom and by which version of the checks can always be told.
 */
import type { Kysely } from 'kysely';
import { pinVersion } from './assignmentStore.ts';
import { audit } from './auditStore.ts';
import { newId } from './newId.ts';
import type { Schema } from './schema.ts';

export interface NewRegrade {
  readonly assignment: string;
  /** The version that the assignment was pinned to when it was looked at, and the one that it is judged by now. */
  readonly from: string;
  readonly to: string;
  readonly attempts: readonly {
    /** Of the new attempt. */
    readonly id: string;
    /** Whose place it takes. */
    readonly of: string;
    readonly points: number;
    readonly max: number;
    /** JSON. */
    readonly results: string;
    /** The same in short. */
    readonly outcomes: string;
  }[];
}

export class RegradeStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /**
   * All of it or nothing. Attempts that are gone by now, or were judged again by somebody else, are left out.
   *
   * @returns ids of the new attempts; null where the assignment has another version by now, or is gone
   */
  async apply(
    actor: string,
    { assignment, from, to, attempts }: NewRegrade,
  ): Promise<readonly string[] | null> {
    const regrade = newId();
    return this.#db.transaction().execute(async (db) => {
      const pinned = await db
        .selectFrom('assignment')
        .select('lab_version')
        .where('id', '=', assignment)
        .executeTakeFirst();
      if (pinned?.lab_version !== from) return null;
      const made_at = new Date().toISOString();
      await db
        .insertInto('regrade')
        .values({ id: regrade, assignment, from_version: from, to_version: to, made_by: actor, made_at })
        .execute();
      const taken: string[] = [];
      for (const { of, ...judged } of attempts) {
        const before = await db
          .updateTable('attempt')
          .set({ replaced_by: judged.id })
          .where('id', '=', of)
          .where('replaced_by', 'is', null)
          .returningAll()
          .executeTakeFirst();
        if (before === undefined) continue;
        await db
          .insertInto('attempt')
          .values({ ...before, ...judged, lab_version: to, regrade, replaced_by: null })
          .execute();
        taken.push(judged.id);
      }
      if (from !== to) await pinVersion(db, assignment, to);
      const detail = { from, to, attempts: taken.length };
      await audit(db, { actor, act: 'assignment.regrade', object: assignment, detail });
      return taken;
    });
  }
}
