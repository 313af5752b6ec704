/** Assignments: a version of a lab, given to a course; and who may hand in later. */
import type { Kysely, Transaction } from 'kysely';
import { audit } from './auditStore.ts';
import { newId } from './newId.ts';
import type { AssignmentRow, ExtensionRow, Schema } from './schema.ts';

/** Of one course: a year has some dozens. */
export const MAX_ASSIGNMENTS = 200;

export interface AssignmentDates {
  readonly title: string;
  readonly opensAt: string | null;
  readonly dueAt: string | null;
  readonly counts: AssignmentRow['counts'];
}

export type ListedAssignment = AssignmentRow & {
  readonly lab: string;
  readonly lab_title: string;
  /** The version that the catalogue has now. */
  readonly current: string | null;
};

/** Gives the assignment and the works at it this version of the lab. @returns how many works. */
export async function pinVersion(
  db: Transaction<Schema>,
  assignment: string,
  version: string,
): Promise<number> {
  await db.updateTable('assignment').set({ lab_version: version }).where('id', '=', assignment).execute();
  const { numUpdatedRows } = await db
    .updateTable('bench')
    .set({ lab_version: version })
    .where('assignment', '=', assignment)
    .where('kind', '=', 'work')
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

export class AssignmentStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** In the order in which they are due. */
  async list(course: string): Promise<readonly ListedAssignment[]> {
    const rows = await this.#assignments().where('assignment.course', '=', course).execute();
    const key = (row: ListedAssignment): string => `${row.due_at ?? '9'} ${row.made_at}`;
    return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  async get(assignment: string): Promise<ListedAssignment | null> {
    return (await this.#assignments().where('assignment.id', '=', assignment).executeTakeFirst()) ?? null;
  }

  #assignments() {
    return this.#db
      .selectFrom('assignment')
      .innerJoin('lab_version', 'lab_version.id', 'assignment.lab_version')
      .leftJoin('lab', 'lab.id', 'lab_version.lab')
      .selectAll('assignment')
      .select(['lab_version.lab', 'lab_version.title as lab_title', 'lab.current']);
  }

  /** @returns null where the course has too many. */
  async make(
    actor: string,
    course: string,
    labVersion: string,
    { title, opensAt, dueAt, counts }: AssignmentDates,
  ): Promise<string | null> {
    const id = newId();
    return this.#db.transaction().execute(async (db) => {
      const { n } = await db
        .selectFrom('assignment')
        .select((eb) => eb.fn.countAll<number | string>().as('n'))
        .where('course', '=', course)
        .executeTakeFirstOrThrow();
      if (Number(n) >= MAX_ASSIGNMENTS) return null;
      await db
        .insertInto('assignment')
        .values({
          id,
          course,
          lab_version: labVersion,
          title,
          opens_at: opensAt,
          due_at: dueAt,
          counts,
          made_by: actor,
          made_at: new Date().toISOString(),
        })
        .execute();
      await audit(db, { actor, act: 'assignment.make', object: id, detail: { course, labVersion, title } });
      return id;
    });
  }

  async change(actor: string, assignment: string, to: AssignmentDates): Promise<void> {
    const { title, opensAt, dueAt, counts } = to;
    await this.#db.transaction().execute(async (db) => {
      await db
        .updateTable('assignment')
        .set({ title, opens_at: opensAt, due_at: dueAt, counts })
        .where('id', '=', assignment)
        .execute();
      await audit(db, {
        actor,
        act: 'assignment.change',
        object: assignment,
        detail: { title, opensAt, dueAt, counts },
      });
    });
  }

  /** @returns false where somebody was judged at it: what they got stays. */
  async remove(actor: string, assignment: string): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const judged = await db
        .selectFrom('attempt')
        .select('id')
        .where('assignment', '=', assignment)
        .executeTakeFirst();
      if (judged !== undefined) return false;
      await db.deleteFrom('assignment').where('id', '=', assignment).execute();
      await audit(db, { actor, act: 'assignment.remove', object: assignment });
      return true;
    });
  }

  /** Works of the assignment are judged by this version from now on; attempts stay what they were. @returns how many works. */
  async upgrade(actor: string, assignment: string, version: string): Promise<number> {
    return this.#db.transaction().execute(async (db) => {
      const before = await db
        .selectFrom('assignment')
        .select('lab_version')
        .where('id', '=', assignment)
        .executeTakeFirstOrThrow();
      const works = await pinVersion(db, assignment, version);
      const detail = { from: before.lab_version, to: version, works };
      await audit(db, { actor, act: 'assignment.upgrade', object: assignment, detail });
      return works;
    });
  }

  // ---- extensions --------------------------------------------------------------------------------------------

  async extensions(course: string): Promise<readonly ExtensionRow[]> {
    return this.#db
      .selectFrom('extension')
      .innerJoin('assignment', 'assignment.id', 'extension.assignment')
      .selectAll('extension')
      .where('assignment.course', '=', course)
      .execute();
  }

  /** `dueAt` null takes the extension back. */
  async extend(
    actor: string,
    assignment: string,
    person: string,
    dueAt: string | null,
    reason: string,
  ): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      await db
        .deleteFrom('extension')
        .where('assignment', '=', assignment)
        .where('person', '=', person)
        .execute();
      if (dueAt !== null)
        await db
          .insertInto('extension')
          .values({
            assignment,
            person,
            due_at: dueAt,
            reason,
            made_by: actor,
            made_at: new Date().toISOString(),
          })
          .execute();
      await audit(db, {
        actor,
        act: dueAt === null ? 'assignment.extend-back' : 'assignment.extend',
        object: person,
        detail: { assignment, dueAt, reason },
      });
    });
  }
}
