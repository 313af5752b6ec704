import { expect, test } from 'vitest';
import { ratesOf, ratesSentence, SECONDS_SHOWN, stacked } from './rates.ts';

test('seconds without calls are zero, and verdicts are stacked', () => {
  const rates = ratesOf(
    [
      [1, 5, 1, 0, 0],
      [3, 2, 0, 0, 4],
    ],
    4.2,
  );
  expect(rates.seconds).toEqual([0, 1, 2, 3, 4]);
  expect(rates.byVerdict.allow).toEqual([0, 5, 0, 2, 0]);
  expect(stacked(rates)).toEqual([
    [0, 5, 0, 2, 0],
    [0, 6, 0, 2, 0],
    [0, 6, 0, 2, 0],
    [0, 6, 0, 6, 0],
  ]);
});

test('only the newest seconds are drawn', () => {
  const rates = ratesOf(
    [
      [0, 9, 0, 0, 0],
      [1_000, 1, 0, 0, 0],
    ],
    1_000,
  );
  expect(rates.seconds).toHaveLength(SECONDS_SHOWN);
  expect(rates.seconds.at(-1)).toBe(1_000);
  expect(rates.byVerdict.allow.reduce((sum, calls) => sum + calls, 0)).toBe(1);
});

test('the same in words', () => {
  const words = ratesSentence(
    [
      [0, 5, 1, 0, 0],
      [1, 1_200, 0, 0, 0],
    ],
    { allow: 1_205, deny: 1, modify: 0, fake: 0 },
  );
  expect(words).toBe('Calls by verdict: 1,205 allow, 1 deny. Busiest second: 1, with 1,200 calls.');
  expect(ratesSentence([], { allow: 0, deny: 0, modify: 0, fake: 0 })).toBe('No calls yet.');
});
