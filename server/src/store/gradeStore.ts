/** Grades that somebody set in place of what the attempts give. All are kept; the last one counts. */
import type { Kysely } from 'kysely';
import { audit } from './auditStore.ts';
import { newId } from './newId.ts';
import type { AttemptRow, GradeOverrideRow, Schema } from './schema.ts';

export type NamedOverride = GradeOverrideRow & { readonly maker: string | null };

export type GradedAttempt = Pick<
  AttemptRow,
  'id' | 'lab_version' | 'kind' | 'started_at' | 'points' | 'max' | 'hint_cost' | 'replaced_by'
> & { readonly regraded_at: string | null; readonly regrader: string | null };

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

  /** Attempts of one person at one assignment that were judged, newest first, each before the one whose place it took. */
  async attemptsOf(assignment: string, person: string): Promise<readonly GradedAttempt[]> {
    return this.#db
      .selectFrom('attempt')
      .leftJoin('regrade', 'regrade.id', 'attempt.regrade')
      .leftJoin('person as regrader', 'regrader.id', 'regrade.made_by')
      .select(['attempt.id', 'attempt.lab_version', 'attempt.kind', 'attempt.started_at'])
      .select(['attempt.points', 'attempt.max', 'attempt.hint_cost', 'attempt.replaced_by'])
      .select(['regrade.made_at as regraded_at', 'regrader.name as regrader'])
      .where('attempt.assignment', '=', assignment)
      .where('attempt.person', '=', person)
      .where('attempt.state', '=', 'done')
      .orderBy('attempt.started_at', 'desc')
      .orderBy((eb) => eb.case().when('attempt.replaced_by', 'is', null).then(0).else(1).end())
      .orderBy('regrade.made_at', 'desc')
      .orderBy('attempt.id')
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
