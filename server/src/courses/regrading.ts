/**
 * Judging what was handed in at an assignment again: first what it would come to, then, if somebody wants it, the change.
 *
 * Looking changes nothing: what is judged lies in folders of its own until it is applied. What is applied is what was looked at, attempt by
 * attempt; NEVER is an attempt overwritten, and never is one judged by files other than those it was of.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckResult } from '@sandtable/shared/labs/checkResult';
import type { RegradeChange } from '@sandtable/shared/regradeReplies';
import { resultsOf } from '../labs/attemptView.ts';
import type { RunChecks } from '../labs/checkDesk.ts';
import { judgementOf } from '../labs/judgement.ts';
import type { LabShelf } from '../labs/labShelf.ts';
import type { ListedAssignment } from '../store/assignmentStore.ts';
import type { JudgedAttempt } from '../store/attemptStore.ts';
import type { HandIn } from '../store/progressStore.ts';
import type { NewRegrade } from '../store/regradeStore.ts';
import { newId, type Store } from '../store/store.ts';
import { byPersonAndAssignment, gradeOfPerson, pointsOf } from './grades.ts';

export interface RegradingTools {
  readonly store: Store;
  readonly shelf: LabShelf;
  readonly run: RunChecks;
  /** Where the evidence of an attempt lies. */
  readonly folderOf: (attempt: string) => string;
  /** Folder for evidence that is nobody's yet, on the same disk; made where it is missing. */
  readonly staging: string;
}

export interface Regrading extends NewRegrade {
  readonly course: string;
  /** Attempts that were judged, whether they come to something else or not. */
  readonly looked: ReadonlySet<string>;
  readonly changes: readonly RegradeChange[];
  readonly folder: string;
}

export type RegradingResult =
  | { readonly ok: true; readonly regrading: Regrading }
  | { readonly ok: false; readonly code: 'cancelled' | 'failed'; readonly message: string };

/** What is judged again: all that was handed in, and the newest attempt of each work, which the table of a course shows. */
export function toJudge(attempts: readonly JudgedAttempt[]): readonly JudgedAttempt[] {
  const seen = new Set<string>();
  return attempts.filter(({ bench, kind }) => {
    const newest = !seen.has(bench);
    seen.add(bench);
    return newest || kind === 'hand-in';
  });
}

/** `progress` is told before each attempt and at the end how many are done. */
export async function judgeAgain(
  tools: RegradingTools,
  assignment: ListedAssignment,
  to: string,
  {
    signal,
    progress,
  }: { readonly signal: AbortSignal; readonly progress: (done: number, of: number) => void },
): Promise<RegradingResult> {
  const { store, staging } = tools;
  const attempts = toJudge(await store.attempts.judgedAt(assignment.id));
  const folder = join(staging, newId());
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fail = (code: 'cancelled' | 'failed', message: string): RegradingResult => {
    rmSync(folder, { recursive: true, force: true });
    return { ok: false, code, message };
  };
  const again: Again[] = [];
  for (const attempt of attempts) {
    progress(again.length, attempts.length);
    const judged = await judgeOne(tools, attempt, to, folder, signal);
    if (signal.aborted) return fail('cancelled', 'Judging again was cancelled. Nothing was changed.');
    if (typeof judged === 'string') return fail('failed', judged);
    if (judged !== null) again.push(judged);
  }
  progress(attempts.length, attempts.length);
  const changes = await changesOf(store, assignment, again);
  const isOther = new Set(changes.map(({ attempt }) => attempt));
  return {
    ok: true,
    regrading: {
      assignment: assignment.id,
      course: assignment.course,
      from: assignment.lab_version,
      to,
      // One that comes to the same under the version that judged it stays.
      attempts: again
        .filter(({ attempt }) => isOther.has(attempt.id) || attempt.lab_version !== to)
        .map(({ id, attempt, results }) => ({ id, of: attempt.id, ...judgementOf(results) })),
      looked: new Set(again.map(({ attempt }) => attempt.id)),
      changes,
      folder,
    },
  };
}

/** @returns the new attempts by the benches that they are of; null where the assignment has another version than was looked at. */
export async function applyRegrading(
  { store, folderOf }: RegradingTools,
  actor: string,
  regrading: Regrading,
): Promise<{ readonly judged: number; readonly newer: number; readonly benches: readonly string[] } | null> {
  const { attempts, looked, assignment, folder } = regrading;
  // Evidence is there before a row speaks of it.
  for (const { id } of attempts) if (existsSync(join(folder, id))) renameSync(join(folder, id), folderOf(id));
  const remove = (id: string): void => rmSync(folderOf(id), { recursive: true, force: true });
  const taken = await store.regrades.apply(actor, regrading).catch((error: unknown) => {
    for (const { id } of attempts) remove(id);
    throw error;
  });
  const done = new Set(taken ?? []);
  for (const { id } of attempts) if (!done.has(id)) remove(id);
  forgetRegrading(regrading);
  if (taken === null) return null;
  const now = toJudge(await store.attempts.judgedAt(assignment));
  return {
    judged: taken.length,
    newer: now.filter(({ id }) => !done.has(id) && !looked.has(id)).length,
    benches: [...new Set(now.filter(({ id }) => done.has(id)).map(({ bench }) => bench))],
  };
}

/** Removes what was judged and will not be applied. */
export function forgetRegrading({ folder }: Regrading): void {
  rmSync(folder, { recursive: true, force: true });
}

interface Again {
  /** Of the attempt that would take the place. */
  readonly id: string;
  readonly attempt: JudgedAttempt;
  readonly before: HandIn & { readonly results: readonly CheckResult[] };
  readonly results: readonly CheckResult[];
}

/** Null where the attempt is gone by now; a text where nothing can be judged. */
async function judgeOne(
  { store, shelf, run, folderOf }: RegradingTools,
  attempt: JudgedAttempt,
  to: string,
  folder: string,
  signal: AbortSignal,
): Promise<Again | string | null> {
  const row = await store.attempts.get(attempt.id);
  if (row === null || row.assignment === null) return null;
  const instance = await shelf.instance(to, attempt.seed ?? '');
  if (instance === null)
    return 'This server cannot read that version of the lab any more. Nothing was changed.';
  const files = await store.revisions.contents(attempt.bench, attempt.revision);
  const id = newId();
  const verdict = await run({
    instance,
    files: new Map(files.map(({ path, content }) => [path, content])),
    folder: join(folder, id),
    earlier: folderOf(attempt.id),
    signal,
    progress: () => undefined,
  });
  if (!verdict.ok) return `${verdict.message} Nothing was changed.`;
  const before = {
    ...{ id: row.id, assignment: row.assignment, person: row.person, started_at: row.started_at },
    ...{
      points: row.points ?? 0,
      max: row.max ?? 0,
      hint_cost: row.hint_cost,
      results: resultsOf(row) ?? [],
    },
  };
  return { id, attempt, before, results: verdict.results };
}

async function changesOf(
  store: Store,
  { id: assignment, course, counts }: ListedAssignment,
  again: readonly Again[],
): Promise<readonly RegradeChange[]> {
  const [handIns, overrides] = await Promise.all([
    store.progress.handIns(course),
    store.grades.overrides(course),
  ]);
  const handInsOf = byPersonAndAssignment(handIns);
  const overridesOf = byPersonAndAssignment(overrides);
  const judged = new Map(
    again.map(({ before, results }) => [before.id, { ...before, ...judgementOf(results) }]),
  );
  return again.flatMap(({ attempt: { id, kind, person, name, started_at: at }, before, results }) => {
    const after = judged.get(id)!;
    const checks = checkChanges(before.results, results);
    if (checks.length === 0 && after.points === before.points && after.max === before.max) return [];
    const own = handInsOf(person, assignment);
    const set = overridesOf(person, assignment);
    return [
      {
        ...{ attempt: id, person, name, kind, at, checks, max: after.max },
        before: pointsOf(before),
        after: pointsOf(after),
        grade: {
          before: gradeOfPerson(own, counts, []).points,
          after: gradeOfPerson(
            own.map((each) => judged.get(each.id) ?? each),
            counts,
            [],
          ).points,
        },
        byHand: gradeOfPerson(own, counts, set).override !== null,
      },
    ];
  });
}

function checkChanges(
  before: readonly CheckResult[],
  after: readonly CheckResult[],
): RegradeChange['checks'] {
  const was = new Map(before.map((each) => [each.id, each]));
  const is = new Map(after.map((each) => [each.id, each]));
  return [...after, ...before.filter(({ id }) => !is.has(id))]
    .map(({ id, title }) => ({
      ...{ id, title },
      before: was.get(id)?.outcome ?? null,
      after: is.get(id)?.outcome ?? null,
    }))
    .filter((each) => each.before !== each.after);
}
