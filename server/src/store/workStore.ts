/** Works: benches at which somebody does a lab, and the assignments that they are for, as the one who works sees them. */
import type { Kysely } from 'kysely';
import type { AssignmentRow, BenchRow, MembershipRow, Schema } from './schema.ts';

/** An assignment for one person, with the date that is theirs. */
export interface GivenAssignment extends Pick<
  AssignmentRow,
  'id' | 'course' | 'lab_version' | 'title' | 'opens_at' | 'due_at' | 'counts'
> {
  readonly course_title: string;
  /** Later date of this person alone. */
  readonly extended_to: string | null;
  /** In its course. */
  readonly role: MembershipRow['role'];
}

export class WorkStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Every work of a person, the one changed last first. */
  async ofPerson(owner: string): Promise<readonly BenchRow[]> {
    return this.#db
      .selectFrom('bench')
      .selectAll()
      .where('owner', '=', owner)
      .where('kind', '=', 'work')
      .orderBy('updated_at', 'desc')
      .orderBy('id')
      .execute();
  }

  /** An assignment as it is for a person who is in its course; null for anybody else. */
  async assignment(id: string, person: string): Promise<GivenAssignment | null> {
    const row = await this.#given(person).where('assignment.id', '=', id).executeTakeFirst();
    return row ?? null;
  }

  /** Every assignment of the courses that a person is in and that go on. */
  async assignments(person: string): Promise<readonly GivenAssignment[]> {
    return this.#given(person)
      .where('course.archived_at', 'is', null)
      .orderBy('assignment.made_at')
      .orderBy('assignment.id')
      .execute();
  }

  #given(person: string) {
    return this.#db
      .selectFrom('assignment')
      .innerJoin('course', 'course.id', 'assignment.course')
      .innerJoin('membership', (join) =>
        join.onRef('membership.course', '=', 'course.id').on('membership.person', '=', person),
      )
      .leftJoin('extension', (join) =>
        join.onRef('extension.assignment', '=', 'assignment.id').on('extension.person', '=', person),
      )
      .select([
        'assignment.id',
        'assignment.course',
        'assignment.lab_version',
        'assignment.title',
        'assignment.opens_at',
        'assignment.due_at',
        'assignment.counts',
        'course.title as course_title',
        'extension.due_at as extended_to',
        'membership.role',
      ]);
  }
}
