import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RowTexts, UNTOLD_TEXT } from './rowTexts.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-texts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('tells for each text whether it has the bytes, in memory and from the file, whatever stands beside it', () => {
  const small = fc.string({ unit: fc.constantFrom('a', 'b', '\n', 'é'), maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(fc.array(small, { maxLength: 12 }), { maxLength: 3 }),
      small.filter((needle) => needle !== ''),
      (blocks, needle) => {
        const texts = new RowTexts(join(folder, 'texts'));
        const numbers = blocks.map((block, at) => {
          const given = block.map((text) => texts.add(text));
          if (at < blocks.length - 1) texts.endBlock();
          return given;
        });
        const check = (from: RowTexts): void => {
          for (const [at, block] of blocks.entries()) {
            const holding = from.holding(at, Buffer.from(needle));
            expect(numbers[at]!.map((number) => holding[number] === 1)).toEqual(
              block.map((text) => text.includes(needle)),
            );
          }
        };
        check(texts);
        if (blocks.length > 0) texts.endBlock();
        texts.finish();
        check(texts);
        texts.close();
        const again = new RowTexts(join(folder, 'texts'), texts.places);
        check(again);
        again.close();
      },
    ),
    { numRuns: 200 },
  );
});

test('what is long, and what has no room left, is left to the rows', () => {
  const texts = new RowTexts(join(folder, 'texts'));
  expect(texts.add('x'.repeat(5_000))).toBe(UNTOLD_TEXT);
  expect(texts.add('short')).toBe(0);
  expect(texts.add('short')).toBe(0);
  let untold = 0;
  for (let n = 0; n < 6_000; n++) if (texts.add(`${n} ${'x'.repeat(1_000)}`) === UNTOLD_TEXT) untold += 1;
  expect(untold).toBeGreaterThan(0);
  // What came before is still found.
  expect(texts.holding(0, Buffer.from('short'))[0]).toBe(1);
});
