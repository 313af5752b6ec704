import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeText, replacementOf } from './mergeText.ts';

const lines = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 8 })
  .map((all) => all.join('\n'));

describe('mergeText', () => {
  test.each<[string, string, string, string | null]>([
    ['a\nb\nc', 'A\nb\nc', 'a\nb\nC', 'A\nb\nC'],
    ['a\nb\nc', 'a\nb\nC', 'A\nb\nc', 'A\nb\nC'],
    ['a\nb\nc', 'x\na\nb\nc', 'a\nb\nc\ny', 'x\na\nb\nc\ny'],
    ['a\nb\nc', 'a\nc', 'a\nb\nc\nd', 'a\nc\nd'],
    ['a\nb', 'A\nb', 'a\nB', 'A\nB'],
    ['a', 'x', 'y', null],
    ['a\nb', 'a\nx\nb', 'a\ny\nb', null],
    ['a\nb', 'a\nb\nx', 'a\nB', null],
    ['', 'x', 'y', null],
  ])('of %j, %j and %j is %j', (base, mine, theirs, merged) => {
    expect(mergeText(base, mine, theirs)).toBe(merged);
  });

  test('one side that changed nothing leaves the other as it is', () => {
    fc.assert(
      fc.property(lines, lines, (base, changed) => {
        expect(mergeText(base, changed, base)).toBe(changed);
        expect(mergeText(base, base, changed)).toBe(changed);
        expect(mergeText(base, changed, changed)).toBe(changed);
      }),
    );
  });

  test('does not depend on who asks', () => {
    fc.assert(
      fc.property(lines, lines, lines, (base, mine, theirs) => {
        expect(mergeText(base, mine, theirs)).toBe(mergeText(base, theirs, mine));
      }),
    );
  });

  test('has every line that either side put in', () => {
    fc.assert(
      fc.property(lines, fc.nat(8), fc.nat(8), (base, at, otherAt) => {
        const put = (line: string, where: number) => {
          const all = base.split('\n');
          all.splice(where, 0, line);
          return all.join('\n');
        };
        const merged = mergeText(base, put('MINE', at), put('THEIRS', otherAt));
        if (merged === null) return;
        expect(merged.split('\n')).toEqual(expect.arrayContaining(['MINE', 'THEIRS']));
      }),
    );
  });
});

test('a replacement turns the old text into the new one and touches nothing else', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (old, now) => {
      const change = replacementOf(old, now);
      if (change === null) expect(old).toBe(now);
      else expect(old.slice(0, change.from) + change.text + old.slice(change.to)).toBe(now);
    }),
  );
});
