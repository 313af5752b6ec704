/** Grades that somebody set in place of what the attempts give. All are kept; the last one counts. */
import type { Kysely } from 'kysely';
import { audit } from './auditStore.ts';
import { newId } from './newId.ts';
import type { AttemptRow, GradeOverrideRow, Schema } from './schema.ts';

export type NamedOverride = GradeOverrideRow & { readonly maker: string | null };

export class GradeStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Of a whole course, oldest first. */
  async overrides(course: string): Promise<readonly GradeOverrideRow[]> {
    return this.#db
      .selectFrom('grade_override')
      .innerJoin('assignment', 'assignment.id', 'grade_override.assignment')
      .selectAll('grade_override')
      .where('assignment.course', '=', course)
      .orderBy('grade_override.made_at')
      .orderBy('grade_override.id')
      .execute();
  }

  /** Of one person at one assignment, oldest first, with the names of those who set them. */
  async overridesOf(assignment: string, person: string): Promise<readonly NamedOverride[]> {
    return this.#db
      .selectFrom('grade_override')
      .leftJoin('person', 'person.id', 'grade_override.made_by')
      .selectAll('grade_override')
      .select('person.name as maker')
      .where('grade_override.assignment', '=', assignment)
      .where('grade_override.person', '=', person)
      .orderBy('grade_override.made_at')
      .orderBy('grade_override.id')
      .execute();
  }

  /** Attempts of one person at one assignment that were judged, newest first, without their findings. */
  async attemptsOf(
    assignment: string,
    person: string,
  ): Promise<readonly Omit<AttemptRow, 'results' | 'outcomes' | 'message'>[]> {
    return this.#db
      .selectFrom('attempt')
      .select(['id', 'bench', 'person', 'lab_version', 'assignment', 'kind', 'started_at', 'ended_at'])
      .select(['revision', 'state', 'points', 'max', 'hint_cost'])
      .where('assignment', '=', assignment)
      .where('person', '=', person)
      .where('state', '=', 'done')
      .orderBy('started_at', 'desc')
      .orderBy('id')
      .execute();
  }

  /** `points` null takes earlier ones back. */
  async override(
    actor: string,
    assignment: string,
    person: string,
    points: number | null,
    reason: string,
  ): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      await db
        .insertInto('grade_override')
        .values({
          id: newId(),
          assignment,
          person,
          points,
          reason,
          made_by: actor,
          made_at: new Date().toISOString(),
        })
        .execute();
      await audit(db, {
        actor,
        act: points === null ? 'grade.override-back' : 'grade.override',
        object: person,
        detail: { assignment, points, reason },
      });
    });
  }
}
