import { expect, test } from 'vitest';
import { idOfTitle, pointsText, timeLeft } from './labWords.ts';

test('the time that is left, in words that fit its length', () => {
  const now = Date.parse('2026-05-01T12:00:00Z');
  expect(timeLeft('2026-05-04T13:00:00Z', now)).toBe('3 days left');
  expect(timeLeft('2026-05-01T14:05:30Z', now)).toBe('2 h 5 min left');
  expect(timeLeft('2026-05-01T12:09:59Z', now)).toBe('9 min left');
  expect(timeLeft('2026-05-01T12:00:30Z', now)).toBe('less than a minute left');
  expect(timeLeft('2026-05-01T12:00:00Z', now)).toBe('over');
});

test.each([
  ['Writing files', 'writing-files'],
  ['  What’s Ümläut, 2nd try?! ', 'whats-umlaut-2nd-try'],
  ['3 doors', 'doors'],
  ['日本', ''],
  [`${'a'.repeat(59)} b`, 'a'.repeat(59)],
])('the id of a lab called “%s” is %s', (title, id) => {
  expect(idOfTitle(title)).toBe(id);
});

test('points have no more decimals than they need', () => {
  expect(pointsText(4)).toBe('4');
  expect(pointsText(3.7999999)).toBe('3.8');
});
