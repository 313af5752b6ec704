import { expect, test } from 'vitest';
import { byUrgency, datesText, whatGoes } from './assignmentWords.ts';
import { dateText } from './labWords.ts';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const LATER = '2026-05-04T13:00:00Z';
const EARLIER = '2026-04-28T12:00:00Z';
const ALWAYS = { opensAt: null, dueAt: null, extended: false };

test('each state of an assignment has its words', () => {
  expect(datesText(ALWAYS, NOW)).toBe('No due date');
  expect(datesText({ ...ALWAYS, dueAt: LATER }, NOW)).toBe(`Due ${dateText(LATER)}: 3 days left`);
  expect(datesText({ ...ALWAYS, dueAt: LATER, extended: true }, NOW)).toContain('(extended for you): 3 days');
  expect(datesText({ ...ALWAYS, dueAt: EARLIER }, NOW)).toBe(`Was due ${dateText(EARLIER)}: over`);
  expect(datesText({ ...ALWAYS, opensAt: LATER }, NOW)).toBe(`Opens ${dateText(LATER)}; no due date`);
});

test('what can still be done is said where it is not everything', () => {
  const [begun, handedIn] = [{ handedIn: false }, { handedIn: true }];
  expect(whatGoes({ opensAt: EARLIER, dueAt: LATER }, null, NOW)).toBeNull();
  expect(whatGoes({ opensAt: LATER, dueAt: null }, null, NOW)).toBe('You can begin when it opens.');
  expect(whatGoes({ opensAt: LATER, dueAt: null }, begun, NOW)).toMatch(/handing in goes on/);
  expect(whatGoes({ opensAt: null, dueAt: EARLIER }, begun, NOW)).toMatch(/can give you more time/);
  expect(whatGoes({ opensAt: null, dueAt: EARLIER }, handedIn, NOW)).toMatch(/^What you handed in counts/);
});

test('what is due next comes first, what is over last', () => {
  const named = (name: string, opensAt: string | null, dueAt: string | null) => ({ name, opensAt, dueAt });
  const sorted = byUrgency(
    [
      named('over', null, EARLIER),
      named('long over', null, '2026-01-01T00:00:00Z'),
      named('before', LATER, null),
      named('always', null, null),
      named('next month', null, '2026-06-01T00:00:00Z'),
      named('this week', null, LATER),
    ],
    NOW,
  );
  expect(sorted.map(({ name }) => name)).toEqual([
    'this week',
    'next month',
    'always',
    'before',
    'over',
    'long over',
  ]);
});
