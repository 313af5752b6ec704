/** Calls per second by verdict, ready to be drawn: one point for each second up to now, stacked. */
import type { SecondBucket } from '@sandtable/shared/session';
import { VERDICT_KINDS, type VerdictKind } from '@sandtable/shared/verdicts';

/** Seconds shown: what fits the strip at a few pixels each. */
export const SECONDS_SHOWN = 120;

export interface Rates {
  readonly seconds: readonly number[];
  readonly byVerdict: Readonly<Record<VerdictKind, readonly number[]>>;
}

/** The newest {@link SECONDS_SHOWN} seconds up to `now` (seconds since the start); a second without calls is zero. */
export function ratesOf(buckets: readonly SecondBucket[], now: number): Rates {
  const last = Math.max(Math.floor(now), buckets.at(-1)?.[0] ?? 0);
  const first = Math.max(0, last - SECONDS_SHOWN + 1);
  const length = last - first + 1;
  const seconds = Array.from({ length }, (_, at) => first + at);
  const columns = VERDICT_KINDS.map(() => new Array<number>(length).fill(0));
  for (const [second, ...counts] of buckets) {
    if (second < first) continue;
    counts.forEach((calls, kind) => {
      columns[kind]![second - first] = calls;
    });
  }
  const byVerdict = Object.fromEntries(VERDICT_KINDS.map((kind, at) => [kind, columns[at]!])) as Record<
    VerdictKind,
    number[]
  >;
  return { seconds, byVerdict };
}

/** Each verdict on top of the ones before it. */
export function stacked(rates: Rates): readonly (readonly number[])[] {
  const sums = rates.seconds.map(() => 0);
  return VERDICT_KINDS.map((kind) =>
    rates.byVerdict[kind].map((calls, at) => (sums[at] = sums[at]! + calls)),
  );
}

/** The chart in a sentence. */
export function ratesSentence(
  buckets: readonly SecondBucket[],
  byVerdict: Readonly<Record<VerdictKind, number>>,
): string {
  const counts = VERDICT_KINDS.filter((kind) => byVerdict[kind] > 0).map(
    (kind) => `${byVerdict[kind].toLocaleString('en-US')} ${kind}`,
  );
  if (counts.length === 0) return 'No calls yet.';
  let busiest = buckets[0]!;
  const sum = ([, ...rest]: SecondBucket): number => rest.reduce((total, calls) => total + calls, 0);
  for (const bucket of buckets) if (sum(bucket) > sum(busiest)) busiest = bucket;
  return `Calls by verdict: ${counts.join(', ')}. Busiest second: ${busiest[0]}, with ${sum(busiest).toLocaleString('en-US')} calls.`;
}
