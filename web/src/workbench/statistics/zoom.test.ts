import { expect, test } from 'vitest';
import { moved, zoomed } from './zoom.ts';

const whole = { from: 0, to: 1_000_000 };

test('looking closer keeps the moment under the pointer', () => {
  expect(zoomed(whole, whole, 0.5, 0.2)).toEqual({ from: 100_000, to: 600_000 });
});

test('nothing goes beyond the run, nor closer than a millisecond', () => {
  expect(zoomed({ from: 900_000, to: 1_000_000 }, whole, 100)).toEqual(whole);
  expect(zoomed({ from: 0, to: 1_000 }, whole, 0.01)).toEqual({ from: 0, to: 1_000 });
  expect(moved({ from: 0, to: 500_000 }, whole, -1)).toEqual({ from: 0, to: 500_000 });
  expect(moved({ from: 0, to: 500_000 }, whole, 0.5)).toEqual({ from: 250_000, to: 750_000 });
  expect(moved({ from: 600_000, to: 1_000_000 }, whole, 1)).toEqual({ from: 600_000, to: 1_000_000 });
});
