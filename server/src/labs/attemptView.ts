/** Attempts as their student sees them. */
import type { Attempt } from '@sandtable/shared/labMessages';
import { checkResult, shownResults, type CheckResult } from '@sandtable/shared/labs/checkResult';
import { countedAttempt, gradeOf } from '@sandtable/shared/labs/grade';
import * as z from 'zod';
import type { CountedAttempt } from '../store/attemptStore.ts';
import type { AttemptRow } from '../store/schema.ts';

const stored = z.array(checkResult);

/** Results of checks as they are kept; null where there are none. */
export function resultsOf(row: Pick<AttemptRow, 'results'>): readonly CheckResult[] | null {
  return row.results === null ? null : stored.parse(JSON.parse(row.results));
}

/** Without what a hidden check ran. An attempt that has just ended was not judged again. */
export function attemptView(row: AttemptRow & Partial<CountedAttempt>): Attempt {
  const results = resultsOf(row);
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    revision: row.revision,
    points: row.points,
    max: row.max,
    hints: results === null ? 0 : gradeOf(results, [row.hint_cost]).hintCost,
    results: results === null ? null : shownResults(results),
    message: row.message,
    regraded:
      typeof row.regraded_at === 'string'
        ? { at: row.regraded_at, points: row.points_before ?? null, max: row.max_before ?? null }
        : null,
  };
}

/** The grade of a work: of what was handed in, best or last, hints taken off; null before something was. `rows`: newest first. */
export function gradeOfWork(rows: readonly AttemptRow[], counts: 'best' | 'last'): number | null {
  const handedIn = rows
    .filter(({ kind, state }) => kind === 'hand-in' && state === 'done')
    .reverse()
    .map((row) => ({ points: gradeOf(resultsOf(row) ?? [], [row.hint_cost]).points }));
  return countedAttempt(handedIn, counts)?.points ?? null;
}
