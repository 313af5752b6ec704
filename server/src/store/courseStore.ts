/** Courses, who is in them, and who is expected. What changes them writes to the audit log in the same transaction. */
import { randomInt } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { RosterEntry } from '../courses/rosterFile.ts';
import { audit } from './auditStore.ts';
import { newId } from './newId.ts';
import { LOCAL_PERSON, type CourseRow, type MembershipRow, type RosterRow, type Schema } from './schema.ts';

/** Letters and digits that are not taken for one another when they are read out. */
const CODE_LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

/** Some 2^39 codes: beside the limit on wrong ones, nobody finds one by trying. */
const CODE_LENGTH = 8;

export type CourseRole = MembershipRow['role'];

export type ListedCourse = CourseRow & {
  readonly role: CourseRole | null;
  readonly students: number;
  readonly assignments: number;
};

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: CourseRole;
  readonly joined_at: string;
  readonly seen_at: string | null;
}

export type Becomes = 'joins' | 'expected' | 'changes' | 'same';

/** `last`: the course would have nobody left who teaches it. Nothing was changed. */
export type Change = 'changed' | 'not-found' | 'last';

export class CourseStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Courses with the person's role in each, newest first; `all` also those that they are not in. */
  async list(person: string, all: boolean): Promise<readonly ListedCourse[]> {
    const rows = await this.#courses(person).execute();
    return rows
      .filter((row) => all || row.role !== null)
      .map((row) => ({ ...row, students: Number(row.students), assignments: Number(row.assignments) }));
  }

  async get(course: string, person: string): Promise<ListedCourse | null> {
    const row = await this.#courses(person).where('course.id', '=', course).executeTakeFirst();
    if (row === undefined) return null;
    return { ...row, students: Number(row.students), assignments: Number(row.assignments) };
  }

  #courses(person: string) {
    return this.#db
      .selectFrom('course')
      .leftJoin('membership as own', (join) =>
        join.onRef('own.course', '=', 'course.id').on('own.person', '=', person),
      )
      .selectAll('course')
      .select('own.role')
      .select((eb) => [
        eb
          .selectFrom('membership')
          .whereRef('membership.course', '=', 'course.id')
          .where('membership.role', '=', 'student')
          .select((e) => e.fn.countAll<number | string>().as('n'))
          .$asScalar()
          .$notNull()
          .as('students'),
        eb
          .selectFrom('assignment')
          .whereRef('assignment.course', '=', 'course.id')
          .select((e) => e.fn.countAll<number | string>().as('n'))
          .$asScalar()
          .$notNull()
          .as('assignments'),
      ])
      .orderBy('course.made_at', 'desc')
      .orderBy('course.id');
  }

  /** Whoever makes a course teaches it. */
  async make(actor: string, title: string): Promise<string> {
    const id = newId();
    const now = new Date().toISOString();
    await this.#db.transaction().execute(async (db) => {
      await db
        .insertInto('course')
        .values({ id, title, join_code: null, made_by: actor, made_at: now, archived_at: null })
        .execute();
      await db
        .insertInto('membership')
        .values({ course: id, person: actor, role: 'instructor', joined_at: now })
        .execute();
      await audit(db, { actor, act: 'course.make', object: id, detail: { title } });
    });
    return id;
  }

  async rename(actor: string, course: string, title: string): Promise<void> {
    await this.#change(actor, course, 'course.rename', { title }, { title });
  }

  async archive(actor: string, course: string, archived: boolean): Promise<void> {
    const archived_at = archived ? new Date().toISOString() : null;
    await this.#change(actor, course, archived ? 'course.archive' : 'course.reopen', { archived_at }, {});
  }

  /** @returns the new code. */
  async setCode(actor: string, course: string, on: boolean): Promise<string | null> {
    const join_code = on
      ? Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join('')
      : null;
    await this.#change(actor, course, on ? 'course.code-renew' : 'course.code-off', { join_code }, {});
    return join_code;
  }

  async #change(
    actor: string,
    course: string,
    act: string,
    to: Partial<Pick<CourseRow, 'title' | 'join_code' | 'archived_at'>>,
    detail: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      await db.updateTable('course').set(to).where('id', '=', course).execute();
      await audit(db, { actor, act, object: course, detail });
    });
  }

  async members(course: string): Promise<readonly Member[]> {
    return this.#db
      .selectFrom('membership')
      .innerJoin('person', 'person.id', 'membership.person')
      .select(['person.id', 'person.name', 'person.email', 'membership.role', 'membership.joined_at'])
      .select('person.seen_at')
      .where('membership.course', '=', course)
      .orderBy('person.name')
      .orderBy('person.id')
      .execute();
  }

  async nameOf(person: string): Promise<string | null> {
    const row = await this.#db
      .selectFrom('person')
      .select('name')
      .where('id', '=', person)
      .executeTakeFirst();
    return row?.name ?? null;
  }

  /** Those on the roster who are not here yet. */
  async expected(course: string): Promise<readonly RosterRow[]> {
    return this.#db
      .selectFrom('roster')
      .selectAll()
      .where('course', '=', course)
      .where('person', 'is', null)
      .orderBy('name')
      .orderBy('email')
      .execute();
  }

  async setRole(actor: string, course: string, person: string, role: CourseRole): Promise<Change> {
    return this.#db.transaction().execute(async (db) => {
      const before = await roleIn(db, course, person);
      if (before === null) return 'not-found';
      if (before === role) return 'changed';
      if (before === 'instructor' && (await onlyInstructor(db, course, person))) return 'last';
      await db
        .updateTable('membership')
        .set({ role })
        .where('course', '=', course)
        .where('person', '=', person)
        .execute();
      await audit(db, {
        actor,
        act: 'course.role',
        object: person,
        detail: { course, from: before, to: role },
      });
      return 'changed';
    });
  }

  async dismiss(actor: string, course: string, person: string): Promise<Change> {
    return this.#db.transaction().execute(async (db) => {
      const before = await roleIn(db, course, person);
      if (before === null) return 'not-found';
      if (before === 'instructor' && (await onlyInstructor(db, course, person))) return 'last';
      await db.deleteFrom('membership').where('course', '=', course).where('person', '=', person).execute();
      await db.deleteFrom('roster').where('course', '=', course).where('person', '=', person).execute();
      await audit(db, { actor, act: 'course.dismiss', object: person, detail: { course } });
      return 'changed';
    });
  }

  async dismissExpected(actor: string, course: string, email: string): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('roster')
        .where('course', '=', course)
        .where('email', '=', email.toLowerCase())
        .where('person', 'is', null)
        .executeTakeFirst();
      if (numDeletedRows > 0n)
        await audit(db, { actor, act: 'roster.dismiss', object: course, detail: { email } });
    });
  }

  // ---- rosters -----------------------------------------------------------------------------------------------

  /** What each line would do, in the order of the lines. */
  async previewRoster(course: string, entries: readonly RosterEntry[]): Promise<readonly Becomes[]> {
    const known = await knownOf(this.#db, course);
    return entries.map((entry) => becomes(known, entry));
  }

  /**
   * Takes a roster in: people who are on this server become members, the others are expected. Nobody is taken out, and nobody who teaches
   * loses that by a line that says less. All of it or nothing.
   */
  async applyRoster(
    actor: string,
    course: string,
    entries: readonly RosterEntry[],
  ): Promise<{ readonly joined: number; readonly expected: number; readonly changed: number }> {
    return this.#db.transaction().execute(async (db) => {
      const known = await knownOf(db, course);
      const now = new Date().toISOString();
      const done = { joined: 0, expected: 0, changed: 0 };
      for (const entry of entries) {
        const what = becomes(known, entry);
        const { email, name, role } = entry;
        const person = known.people.get(email) ?? null;
        if (what === 'same') continue;
        await db
          .insertInto('roster')
          .values({ course, email, name, role, person, added_at: now })
          .onConflict((conflict) => conflict.columns(['course', 'email']).doUpdateSet({ name, role, person }))
          .execute();
        if (person !== null)
          await db
            .insertInto('membership')
            .values({ course, person, role, joined_at: now })
            .onConflict((conflict) => conflict.columns(['course', 'person']).doUpdateSet({ role }))
            .execute();
        if (what === 'joins') done.joined += 1;
        else if (what === 'expected') done.expected += 1;
        else done.changed += 1;
      }
      await audit(db, {
        actor,
        act: 'roster.apply',
        object: course,
        detail: { lines: entries.length, ...done },
      });
      return done;
    });
  }
}

interface Known {
  /** Id of the person by address. */
  readonly people: ReadonlyMap<string, string>;
  readonly roles: ReadonlyMap<string, CourseRole>;
  readonly expected: ReadonlyMap<string, Pick<RosterRow, 'role' | 'name'>>;
}

async function knownOf(db: Kysely<Schema>, course: string): Promise<Known> {
  const people = await db
    .selectFrom('person')
    .select(['id', 'email'])
    .where('email', 'is not', null)
    .where('id', '!=', LOCAL_PERSON)
    .execute();
  const members = await db
    .selectFrom('membership')
    .select(['person', 'role'])
    .where('course', '=', course)
    .execute();
  const expected = await db
    .selectFrom('roster')
    .select(['email', 'name', 'role'])
    .where('course', '=', course)
    .where('person', 'is', null)
    .execute();
  return {
    people: new Map(people.map((row) => [row.email!.toLowerCase(), row.id])),
    roles: new Map(members.map((row) => [row.person, row.role])),
    expected: new Map(expected.map((row) => [row.email, row])),
  };
}

const RANK: Readonly<Record<CourseRole, number>> = { student: 0, assistant: 1, instructor: 2 };

function becomes({ people, roles, expected }: Known, { email, name, role }: RosterEntry): Becomes {
  const person = people.get(email);
  if (person === undefined) {
    const line = expected.get(email);
    if (line === undefined) return 'expected';
    return line.role === role && line.name === name ? 'same' : 'changes';
  }
  const has = roles.get(person);
  if (has === undefined) return 'joins';
  return RANK[role] > RANK[has] ? 'changes' : 'same';
}

async function roleIn(db: Kysely<Schema>, course: string, person: string): Promise<CourseRole | null> {
  const row = await db
    .selectFrom('membership')
    .select('role')
    .where('course', '=', course)
    .where('person', '=', person)
    .executeTakeFirst();
  return row?.role ?? null;
}

async function onlyInstructor(db: Kysely<Schema>, course: string, person: string): Promise<boolean> {
  const other = await db
    .selectFrom('membership')
    .select('person')
    .where('course', '=', course)
    .where('role', '=', 'instructor')
    .where('person', '!=', person)
    .executeTakeFirst();
  return other === undefined;
}
