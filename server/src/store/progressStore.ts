/**
 * How a course gets on, each view by a fixed number of queries however many people there are.
 *
 * Of a person and an assignment two attempts matter: the newest that was judged, and one that waits or runs. The database finds both; what
 * is read of the first is its `outcomes`, never its findings.
 */
import { sql, type Kysely } from 'kysely';
import type { AttemptRow, Schema } from './schema.ts';

export interface Standing {
  readonly assignment: string;
  readonly person: string;
  readonly state: AttemptRow['state'];
  readonly points: number | null;
  readonly max: number | null;
  readonly hint_cost: number;
  readonly outcomes: string | null;
  /** Attempts of any end. */
  readonly attempts: number;
}

export interface WorkOf {
  readonly bench: string;
  readonly assignment: string;
  readonly person: string;
  readonly updated_at: string;
}

export interface HandIn {
  readonly id: string;
  readonly assignment: string;
  readonly person: string;
  readonly points: number;
  readonly max: number;
  readonly hint_cost: number;
  readonly started_at: string;
}

export class ProgressStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** At most two of a person and an assignment: the newest that is done, and one under way. */
  async standings(course: string, person?: string): Promise<readonly Standing[]> {
    const rows = await this.#db
      .with('ranked', (db) => {
        const all = db
          .selectFrom('attempt')
          .innerJoin('assignment', 'assignment.id', 'attempt.assignment')
          .where('assignment.course', '=', course)
          .where('attempt.replaced_by', 'is', null)
          // What the index `attempt_of_assignment` holds: findings make rows long.
          .select([
            'attempt.id',
            'attempt.state',
            sql<number | string>`count(*) over (partition by attempt.assignment, attempt.person)`.as(
              'attempts',
            ),
            sql<number | string>`row_number() over (
              partition by attempt.assignment, attempt.person,
                case when attempt.state in ('waiting', 'running') then 1 when attempt.state = 'done' then 2 else 3 end
              order by attempt.started_at desc, attempt.id)`.as('place'),
          ]);
        return person === undefined ? all : all.where('attempt.person', '=', person);
      })
      .selectFrom('ranked')
      .innerJoin('attempt', 'attempt.id', 'ranked.id')
      .select(['attempt.assignment', 'attempt.person', 'attempt.state', 'attempt.points', 'attempt.max'])
      .select(['attempt.hint_cost', 'attempt.outcomes', 'ranked.attempts'])
      .where('ranked.place', '=', 1)
      .where('ranked.state', 'in', ['waiting', 'running', 'done'])
      .execute();
    return rows.map((row) => ({
      ...row,
      assignment: row.assignment!,
      outcomes: row.outcomes ?? null,
      attempts: Number(row.attempts),
    }));
  }

  /** Benches at which the assignments of a course are worked on. */
  async works(course: string, person?: string): Promise<readonly WorkOf[]> {
    let query = this.#db
      .selectFrom('bench')
      .innerJoin('assignment', 'assignment.id', 'bench.assignment')
      .where('assignment.course', '=', course)
      .where('bench.kind', '=', 'work')
      .where('bench.owner', 'is not', null);
    if (person !== undefined) query = query.where('bench.owner', '=', person);
    const rows = await query
      .select(['bench.id as bench', 'assignment.id as assignment', 'bench.owner as person'])
      .select('bench.updated_at')
      .execute();
    return rows.map((row) => ({ ...row, person: row.person! }));
  }

  /** What was handed in and judged, oldest first. */
  async handIns(course: string, person?: string): Promise<readonly HandIn[]> {
    let query = this.#db
      .selectFrom('attempt')
      .innerJoin('assignment', 'assignment.id', 'attempt.assignment')
      .where('assignment.course', '=', course)
      .where('attempt.kind', '=', 'hand-in')
      .where('attempt.state', '=', 'done')
      .where('attempt.points', 'is not', null)
      .where('attempt.replaced_by', 'is', null);
    if (person !== undefined) query = query.where('attempt.person', '=', person);
    const rows = await query
      .select(['attempt.id', 'assignment.id as assignment', 'attempt.person', 'attempt.points'])
      .select(['attempt.max', 'attempt.hint_cost', 'attempt.started_at'])
      .orderBy('attempt.started_at')
      .orderBy('attempt.id')
      .execute();
    return rows.map((row) => ({ ...row, points: row.points!, max: row.max ?? 0 }));
  }

  async courseOfAttempt(attempt: string): Promise<string | null> {
    const row = await this.#db
      .selectFrom('attempt')
      .innerJoin('assignment', 'assignment.id', 'attempt.assignment')
      .select('assignment.course')
      .where('attempt.id', '=', attempt)
      .executeTakeFirst();
    return row?.course ?? null;
  }
}
