/** Attempts: judgements of works, with what they were of; and the hints that were taken for a work. */
import { sql, type Kysely } from 'kysely';
import type { AttemptRow, HintTakenRow, Schema } from './schema.ts';

/** Checks of one work that are kept beside those that were handed in: a person at work checks every few minutes. */
const CHECKS_KEPT = 100;

export interface NewAttempt {
  readonly id: string;
  readonly bench: string;
  readonly person: string;
  readonly labVersion: string;
  readonly assignment: string | null;
  readonly kind: AttemptRow['kind'];
  readonly revision: number;
  readonly hintCost: number;
}

export interface WorkResult {
  readonly best: number;
  readonly handedIn: boolean;
  /** JSON. */
  readonly results: string | null;
}

/** With what was there before it was judged again; all null where it was not. */
export type CountedAttempt = AttemptRow & {
  readonly regraded_at: string | null;
  readonly points_before: number | null;
  readonly max_before: number | null;
};

export type JudgedAttempt = Pick<
  AttemptRow,
  'id' | 'bench' | 'person' | 'kind' | 'revision' | 'lab_version' | 'started_at'
> & { readonly seed: string | null; readonly name: string };

export interface AttemptEnd {
  readonly state: 'done' | 'cancelled' | 'failed';
  readonly points?: number;
  readonly max?: number;
  /** JSON. */
  readonly results?: string;
  /** The same in short. */
  readonly outcomes?: string;
  readonly message?: string;
}

export class AttemptStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async begin(attempt: NewAttempt): Promise<AttemptRow> {
    const row: AttemptRow = {
      id: attempt.id,
      bench: attempt.bench,
      person: attempt.person,
      lab_version: attempt.labVersion,
      assignment: attempt.assignment,
      kind: attempt.kind,
      started_at: new Date().toISOString(),
      ended_at: null,
      revision: attempt.revision,
      state: 'waiting',
      points: null,
      max: null,
      results: null,
      hint_cost: attempt.hintCost,
      message: null,
    };
    await this.#db.insertInto('attempt').values(row).execute();
    return row;
  }

  async running(id: string): Promise<void> {
    await this.#db.updateTable('attempt').set({ state: 'running' }).where('id', '=', id).execute();
  }

  /** @returns the attempt as it is kept, or null where it went with its bench. */
  async end(id: string, end: AttemptEnd): Promise<AttemptRow | null> {
    const row = await this.#db
      .updateTable('attempt')
      .set({
        state: end.state,
        ended_at: new Date().toISOString(),
        points: end.points ?? null,
        max: end.max ?? null,
        results: end.results ?? null,
        outcomes: end.outcomes ?? null,
        message: end.message ?? null,
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    return row ?? null;
  }

  /** Of all that there are, those that were replaced as well: each has evidence on the disk. */
  async idsOf(bench: string): Promise<readonly string[]> {
    const rows = await this.#db.selectFrom('attempt').select('id').where('bench', '=', bench).execute();
    return rows.map(({ id }) => id);
  }

  async get(id: string): Promise<CountedAttempt | null> {
    return (await this.#joined().where('attempt.id', '=', id).executeTakeFirst()) ?? null;
  }

  /** Those of an assignment that may be judged again, newest first: judged, and no other one in their place. */
  async judgedAt(assignment: string): Promise<readonly JudgedAttempt[]> {
    return this.#db
      .selectFrom('attempt')
      .innerJoin('bench', 'bench.id', 'attempt.bench')
      .innerJoin('person', 'person.id', 'attempt.person')
      .select(['attempt.id', 'attempt.bench', 'attempt.person', 'attempt.kind', 'attempt.revision'])
      .select(['attempt.lab_version', 'attempt.started_at', 'bench.seed', 'person.name'])
      .where('attempt.assignment', '=', assignment)
      .where('attempt.state', '=', 'done')
      .where('attempt.replaced_by', 'is', null)
      .orderBy('attempt.started_at', 'desc')
      .orderBy('attempt.id')
      .execute();
  }

  /** Newest first, without those that others took the place of; of these, what the one before had and when it was replaced. */
  async ofBench(bench: string): Promise<readonly CountedAttempt[]> {
    return this.#joined()
      .where('attempt.bench', '=', bench)
      .where('attempt.replaced_by', 'is', null)
      .orderBy('attempt.started_at', 'desc')
      .orderBy('attempt.id')
      .execute();
  }

  /** How far works are: their best points with hints taken off, whether something was handed in, their newest judgement that is done. */
  async progress(benches: readonly string[]): Promise<ReadonlyMap<string, WorkResult>> {
    if (benches.length === 0) return new Map();
    const done = this.#db
      .selectFrom('attempt')
      .where('bench', 'in', [...benches])
      .where('state', '=', 'done')
      .where('replaced_by', 'is', null);
    const sums = await done
      .select([
        'bench',
        sql<number>`max(${sql.ref('points')} - ${sql.ref('max')} * ${sql.ref('hint_cost')} / 100)`.as('best'),
        sql<number | string>`sum(case when ${sql.ref('kind')} = 'hand-in' then 1 else 0 end)`.as('hand_ins'),
        (eb) => eb.fn.max('started_at').as('newest'),
      ])
      .groupBy('bench')
      .execute();
    const result = new Map<string, WorkResult>();
    for (const { bench, best, hand_ins, newest } of sums) {
      const row = await done
        .select('results')
        .where('bench', '=', bench)
        .where('started_at', '=', newest)
        .executeTakeFirst();
      result.set(bench, { best, handedIn: Number(hand_ins) > 0, results: row?.results ?? null });
    }
    return result;
  }

  /** Ends what an earlier server left waiting or under way. */
  async endOrphans(message: string): Promise<void> {
    await this.#db
      .updateTable('attempt')
      .set({ state: 'failed', ended_at: new Date().toISOString(), message })
      .where('state', 'in', ['waiting', 'running'])
      .execute();
  }

  /** Removes checks of a work that are too many, oldest first; never what was handed in. @returns their ids. */
  async prune(bench: string): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('attempt')
      .select('id')
      .where('bench', '=', bench)
      .where('kind', '=', 'check')
      .where('ended_at', 'is not', null)
      .orderBy('started_at', 'desc')
      .orderBy('id')
      .execute();
    const gone = rows.slice(CHECKS_KEPT).map(({ id }) => id);
    if (gone.length > 0) await this.#db.deleteFrom('attempt').where('id', 'in', gone).execute();
    return gone;
  }

  #joined() {
    return this.#db
      .selectFrom('attempt')
      .leftJoin('regrade', 'regrade.id', 'attempt.regrade')
      .leftJoin('attempt as before', 'before.replaced_by', 'attempt.id')
      .selectAll('attempt')
      .select(['regrade.made_at as regraded_at', 'before.points as points_before'])
      .select('before.max as max_before');
  }

  // ---- hints -------------------------------------------------------------------------------------------------

  async hints(bench: string): Promise<readonly HintTakenRow[]> {
    return this.#db.selectFrom('hint_taken').selectAll().where('bench', '=', bench).orderBy('hint').execute();
  }

  /** Taking a hint twice is taking it once. */
  async takeHint(bench: string, hint: number): Promise<void> {
    await this.#db
      .insertInto('hint_taken')
      .values({ bench, hint, taken_at: new Date().toISOString() })
      .onConflict((conflict) => conflict.columns(['bench', 'hint']).doNothing())
      .execute();
  }
}
