import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineDiff } from './lineDiff.ts';

const lines = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 14 })
  .map((each) => each.join('\n'));

test('a diff has both texts in it, and says what stayed', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = lineDiff(before, after);
      const side = (left: 'added' | 'removed') =>
        diff.filter(({ change }) => change !== left).map(({ text }) => text);
      expect(side('added')).toEqual(before.split('\n'));
      expect(side('removed')).toEqual(after.split('\n'));
      if (before === after) expect(diff.every(({ change }) => change === 'same')).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('one changed line in a long text is one line out and one in', () => {
  const before = Array.from({ length: 3000 }, (_, at) => `line ${at}`);
  const after = before.with(1500, 'other').with(2000, 'more');
  const changes = lineDiff(before.join('\n'), after.join('\n')).filter(({ change }) => change !== 'same');
  expect(changes.map(({ text }) => text)).toEqual(['line 1500', 'other', 'line 2000', 'more']);
});

test('texts that have nothing in common are replaced, at once', () => {
  const text = (word: string) => Array.from({ length: 5000 }, (_, at) => `${word}${at}`).join('\n');
  expect(lineDiff(text('a'), text('b')).length).toBe(10_000);
});
