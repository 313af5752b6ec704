/** What an attempt came to, as its row has it. */
import type { CheckResult } from '@sandtable/shared/labs/checkResult';

export interface Judgement {
  readonly points: number;
  readonly max: number;
  /** JSON. */
  readonly results: string;
  /** The same in short, for tables of a whole course. */
  readonly outcomes: string;
}

export function judgementOf(results: readonly CheckResult[]): Judgement {
  const sum = (of: (result: CheckResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    points: sum(({ points }) => points),
    max: sum(({ max }) => max),
    results: JSON.stringify(results),
    outcomes: results.map(({ id, outcome }) => `${id}=${outcome[0]!}`).join(' '),
  };
}
