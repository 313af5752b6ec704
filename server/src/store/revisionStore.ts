/**
 * What benches were: a row for each file that a saved change touched, in the transaction of the change.
 *
 * The state of a bench after revision N is, for each file, its row with the largest number up to N; a row without content says that the
 * file was removed. Too many rows thin out (`thinRevisions.ts`); what has a name or what a run or an attempt is of stays exact.
 */
import { sql, type Kysely, type Transaction } from 'kysely';
import type { FileContent } from '@sandtable/shared/protocol';
import type { HistoryMark, PastBenchFile, Revision } from '@sandtable/shared/historyMessages';
import { contentOf } from './fileContent.ts';
import type { RevisionRow, Schema } from './schema.ts';
import { rowsToThin } from './thinRevisions.ts';

/** How many changes apart the rows of a bench are counted. */
const THIN_EVERY = 64;

/** Runs and attempts that a history shows; older ones are out of their lists as well. */
const MARKS = 200;

export interface PastFile {
  readonly path: string;
  readonly encoding: 'utf8' | 'base64';
  readonly content: Uint8Array;
}

/** Writes down what one change made of its files. To be called within the transaction of the change. */
export async function recordRevision(
  db: Transaction<Schema>,
  rows: readonly Omit<RevisionRow, 'label'>[],
): Promise<void> {
  for (const row of rows)
    await db
      .insertInto('revision')
      .values({ ...row, label: null })
      .execute();
  const [first] = rows;
  if (first !== undefined && first.n % THIN_EVERY === 0) await thin(db, first.bench);
}

async function thin(db: Transaction<Schema>, bench: string): Promise<void> {
  const rows = await db
    .selectFrom('revision')
    .select(['n', 'path', 'label', sql<number>`coalesce(length(content), 0)`.as('bytes')])
    .where('bench', '=', bench)
    .execute();
  const runs = await db
    .selectFrom('run')
    .select('revision')
    .where('bench', '=', bench)
    .where('revision', 'is not', null)
    .execute();
  const attempts = await db.selectFrom('attempt').select('revision').where('bench', '=', bench).execute();
  const named = rows.filter(({ label }) => label !== null).map(({ n }) => n);
  const exact = [...named, ...[...runs, ...attempts].map(({ revision }) => revision!)];
  for (const { n, path } of rowsToThin(rows, exact))
    await db
      .deleteFrom('revision')
      .where('bench', '=', bench)
      .where('n', '=', n)
      .where('path', '=', path)
      .execute();
}

/** Files of a bench after a revision. */
async function filesAt(db: Kysely<Schema>, bench: string, n: number) {
  const newest = db
    .selectFrom('revision')
    .select(['path', (eb) => eb.fn.max('n').as('last')])
    .where('bench', '=', bench)
    .where('n', '<=', n)
    .groupBy('path')
    .as('newest');
  return db
    .selectFrom('revision')
    .innerJoin(newest, (join) =>
      join.onRef('revision.path', '=', 'newest.path').onRef('revision.n', '=', 'newest.last'),
    )
    .select(['revision.path', 'revision.n', 'revision.encoding', 'revision.content'])
    .where('revision.bench', '=', bench)
    .where('revision.content', 'is not', null)
    .orderBy('revision.path')
    .execute();
}

export class RevisionStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Oldest first. */
  async list(bench: string): Promise<readonly Revision[]> {
    const rows = await this.#db
      .selectFrom('revision')
      .select(['n', 'path', 'saved_at', 'label', sql<number>`content is null`.as('removed')])
      .where('bench', '=', bench)
      .orderBy('n')
      .orderBy('path')
      .execute();
    return [...Map.groupBy(rows, ({ n }) => n)].map(([n, of]) => ({
      n,
      at: of[0]!.saved_at,
      label: of.find(({ label }) => label !== null)?.label ?? null,
      // SQLite says 0 and 1, PostgreSQL false and true.
      changed: of.filter(({ removed }) => !removed).map(({ path }) => path),
      removed: of.filter(({ removed }) => removed).map(({ path }) => path),
    }));
  }

  /** Runs and attempts with the revisions that they are of, newest first. */
  async marks(bench: string): Promise<readonly HistoryMark[]> {
    const runs = await this.#db
      .selectFrom('run')
      .select(['id', 'revision', 'started_at'])
      .where('bench', '=', bench)
      .where('revision', 'is not', null)
      .orderBy('started_at', 'desc')
      .limit(MARKS)
      .execute();
    const attempts = await this.#db
      .selectFrom('attempt')
      .select(['id', 'kind', 'revision', 'started_at'])
      .where('bench', '=', bench)
      .where('replaced_by', 'is', null)
      .orderBy('started_at', 'desc')
      .limit(MARKS)
      .execute();
    return [
      ...runs.map(({ id, revision, started_at: at }) => ({ kind: 'run' as const, id, n: revision!, at })),
      ...attempts.map(({ id, kind, revision: n, started_at: at }) => ({ kind, id, n, at })),
    ].sort((a, b) => (a.at < b.at ? 1 : -1));
  }

  async at(bench: string, n: number): Promise<readonly PastBenchFile[]> {
    const rows = await filesAt(this.#db, bench, n);
    return rows.map((row) => ({ path: row.path, size: row.content!.length, changed: row.n }));
  }

  /** Every file with its bytes. */
  async contents(bench: string, n: number): Promise<readonly PastFile[]> {
    const rows = await filesAt(this.#db, bench, n);
    return rows.map(({ path, encoding, content }) => ({ path, encoding, content: content! }));
  }

  /** Null where there was no such file. */
  async read(bench: string, n: number, path: string): Promise<FileContent | null> {
    const row = await this.#db
      .selectFrom('revision')
      .select(['encoding', 'content'])
      .where('bench', '=', bench)
      .where('path', '=', path)
      .where('n', '<=', n)
      .orderBy('n', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined || row.content === null) return null;
    return contentOf(row.content, row.encoding);
  }

  /** @returns the revision that has the name now: the last one up to `n`; null where there is none. */
  async label(bench: string, n: number, label: string | null): Promise<number | null> {
    return this.#db.transaction().execute(async (db) => {
      const row = await db
        .selectFrom('revision')
        .select('n')
        .where('bench', '=', bench)
        .where('n', '<=', n)
        .orderBy('n', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) return null;
      await db
        .updateTable('revision')
        .set({ label })
        .where('bench', '=', bench)
        .where('n', '=', row.n)
        .execute();
      return row.n;
    });
  }
}
