/** Labs and their versions. A version never changes: its id is the hash of its files. */
import type { Kysely } from 'kysely';
import { audit } from './auditStore.ts';
import type { LabRow, LabVersionRow, Schema } from './schema.ts';

export interface NewVersion {
  readonly id: string;
  readonly lab: string;
  readonly title: string;
  readonly pack: Uint8Array;
  readonly source: LabRow['source'];
  /** Null: shipped. */
  readonly madeBy: string | null;
}

export class LabStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /**
   * Makes this version of the lab the one that is offered; the lab and the version are made where there are none. `actor`: who published it.
   */
  async offer({ id, lab, title, pack, source, madeBy }: NewVersion, actor?: string): Promise<void> {
    const now = new Date().toISOString();
    await this.#db.transaction().execute(async (db) => {
      await db
        .insertInto('lab')
        .values({ id: lab, source, title, current: id, owner: madeBy, changed_at: now })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ title, current: id, changed_at: now }))
        .execute();
      await db
        .insertInto('lab_version')
        .values({ id, lab, title, pack, made_at: now, made_by: madeBy })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      if (actor !== undefined)
        await audit(db, { actor, act: 'lab.publish', object: lab, detail: { version: id } });
    });
  }

  /** Keeps a version that is not offered: a draft that its author looks at as a student. */
  async keep({ id, lab, title, pack, source, madeBy }: NewVersion): Promise<void> {
    const now = new Date().toISOString();
    await this.#db.transaction().execute(async (db) => {
      await db
        .insertInto('lab')
        .values({ id: lab, source, title, current: null, owner: madeBy, changed_at: now })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      await db
        .insertInto('lab_version')
        .values({ id, lab, title, pack, made_at: now, made_by: madeBy })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    });
  }

  /** The lab is not offered any more; works at it go on. */
  async withdraw(lab: string): Promise<void> {
    await this.#db
      .updateTable('lab')
      .set({ current: null, changed_at: new Date().toISOString() })
      .where('id', '=', lab)
      .execute();
  }

  async get(lab: string): Promise<LabRow | null> {
    return (await this.#db.selectFrom('lab').selectAll().where('id', '=', lab).executeTakeFirst()) ?? null;
  }

  async list(): Promise<readonly LabRow[]> {
    return this.#db.selectFrom('lab').selectAll().orderBy('id').execute();
  }

  async version(id: string): Promise<LabVersionRow | null> {
    return (
      (await this.#db.selectFrom('lab_version').selectAll().where('id', '=', id).executeTakeFirst()) ?? null
    );
  }

  /** Versions of a lab without their packs, newest first. */
  async versions(lab: string): Promise<readonly Omit<LabVersionRow, 'pack'>[]> {
    return this.#db
      .selectFrom('lab_version')
      .select(['id', 'lab', 'title', 'made_at', 'made_by'])
      .where('lab', '=', lab)
      .orderBy('made_at', 'desc')
      .orderBy('id')
      .execute();
  }
}
