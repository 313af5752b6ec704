/**
 * Points of an attempt, and which attempt counts. Pure, so that a grade is never stored alone: it is derived from results, hints and the
 * rule of the assignment.
 */
import type { CheckResult } from './checkResult.ts';

export interface Grade {
  /** Points of the checks, hints not counted. */
  readonly earned: number;
  readonly max: number;
  /** Points that hints cost; never more than were earned. */
  readonly hintCost: number;
  /** `earned - hintCost`, to a thousandth. */
  readonly points: number;
  /** Of `max`, 0–100, to a hundredth; 100 only for all points. */
  readonly percent: number;
}

/** @param hintPercents costs of the hints that were taken, in percent of the lab's points */
export function gradeOf(
  results: readonly Pick<CheckResult, 'points' | 'max'>[],
  hintPercents: readonly number[] = [],
): Grade {
  const max = sum(results.map((each) => each.max));
  const earned = sum(results.map((each) => Math.min(each.points, each.max)));
  const hintCost = Math.min(earned, (max * Math.min(100, sum(hintPercents))) / 100);
  const points = rounded(earned - hintCost, 1000);
  const percent = max === 0 ? 0 : (points * 100) / max;
  return {
    earned: rounded(earned, 1000),
    max,
    hintCost: rounded(hintCost, 1000),
    points,
    // Nobody who lost something sees 100 because of rounding.
    percent: points < max ? Math.min(rounded(percent, 100), 99.99) : rounded(percent, 100),
  };
}

export type CountingRule = 'best' | 'last';

/** The attempt that counts, of those in order of time: the one with most points (of equal ones the first), or the last; null where there is none. */
export function countedAttempt<A extends { readonly points: number }>(
  attempts: readonly A[],
  rule: CountingRule,
): A | null {
  if (rule === 'last') return attempts.at(-1) ?? null;
  return attempts.reduce<A | null>(
    (best, attempt) => (best === null || attempt.points > best.points ? attempt : best),
    null,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function rounded(value: number, by: number): number {
  return Math.round(value * by) / by;
}
