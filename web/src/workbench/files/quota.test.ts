import { expect, test } from 'vitest';
import { amountOf } from './quota.ts';

test.each([
  [0, 100, 0, 'room'],
  [79, 100, 79, 'room'],
  [80, 100, 80, 'nearly'],
  [100, 100, 100, 'full'],
  // What was there before the quota was made smaller.
  [150, 100, 100, 'full'],
  [0, 0, 0, 'full'],
  [1, 0, 100, 'full'],
] as const)('%i of %i is %i %% and %s', (used, max, percent, level) => {
  expect(amountOf(used, max)).toEqual({ used, max, percent, level });
});

test('without a maximum there is nothing to measure', () => {
  expect(amountOf(5, undefined)).toEqual({ used: 5, max: null, percent: 0, level: 'room' });
});
