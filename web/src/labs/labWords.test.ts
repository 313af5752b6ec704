import { expect, test } from 'vitest';
import { pointsText, timeLeft } from './labWords.ts';

test('the time that is left, in words that fit its length', () => {
  const now = Date.parse('2026-05-01T12:00:00Z');
  expect(timeLeft('2026-05-04T13:00:00Z', now)).toBe('3 days left');
  expect(timeLeft('2026-05-01T14:05:30Z', now)).toBe('2 h 5 min left');
  expect(timeLeft('2026-05-01T12:09:59Z', now)).toBe('9 min left');
  expect(timeLeft('2026-05-01T12:00:30Z', now)).toBe('less than a minute left');
  expect(timeLeft('2026-05-01T12:00:00Z', now)).toBe('over');
});

test('points have no more decimals than they need', () => {
  expect(pointsText(4)).toBe('4');
  expect(pointsText(3.7999999)).toBe('3.8');
});
