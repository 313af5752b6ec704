/** What decides who may do what: owners of benches, members of courses. */
import type { Kysely } from 'kysely';
import type { MembershipRow, Schema } from './schema.ts';

/** Owners remembered: a class that works at its benches asks for the same few hundred many times a second. */
const OWNERS_KEPT = 5_000;

export class AccessStore {
  readonly #db: Kysely<Schema>;
  /** By bench; only what was found to be somebody's who asked. Such a bench never gets another owner, and no id comes twice. */
  readonly #owners = new Map<string, string>();

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Whether the bench is the person's. What was removed a moment ago may still be: its handler says that it is gone. */
  async owns(person: string, bench: string): Promise<boolean> {
    const known = this.#owners.get(bench);
    if (known !== undefined) return known === person;
    const row = await this.#db.selectFrom('bench').select('owner').where('id', '=', bench).executeTakeFirst();
    if (row?.owner !== person) return false;
    if (this.#owners.size >= OWNERS_KEPT) this.#owners.clear();
    this.#owners.set(bench, person);
    return true;
  }

  async benchExists(bench: string): Promise<boolean> {
    return (
      (await this.#db.selectFrom('bench').select('id').where('id', '=', bench).executeTakeFirst()) !==
      undefined
    );
  }

  /** The person's role in the course that the bench is work for, or null. */
  async roleAtWork(person: string, bench: string): Promise<MembershipRow['role'] | null> {
    const row = await this.#db
      .selectFrom('bench')
      .innerJoin('assignment', 'assignment.id', 'bench.assignment')
      .innerJoin('membership', 'membership.course', 'assignment.course')
      .select('membership.role')
      .where('bench.id', '=', bench)
      .where('membership.person', '=', person)
      .executeTakeFirst();
    return row?.role ?? null;
  }

  async courseExists(course: string): Promise<boolean> {
    return (
      (await this.#db.selectFrom('course').select('id').where('id', '=', course).executeTakeFirst()) !==
      undefined
    );
  }

  async roleInCourse(person: string, course: string): Promise<MembershipRow['role'] | null> {
    const row = await this.#db
      .selectFrom('membership')
      .select('role')
      .where('course', '=', course)
      .where('person', '=', person)
      .executeTakeFirst();
    return row?.role ?? null;
  }

  async courseOfAssignment(assignment: string): Promise<string | null> {
    const row = await this.#db
      .selectFrom('assignment')
      .select('course')
      .where('id', '=', assignment)
      .executeTakeFirst();
    return row?.course ?? null;
  }

  async benchOfAttempt(attempt: string): Promise<string | null> {
    const row = await this.#db
      .selectFrom('attempt')
      .select('bench')
      .where('id', '=', attempt)
      .executeTakeFirst();
    return row?.bench ?? null;
  }
}
