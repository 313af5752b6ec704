import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowsToThin, type ThinnableRow } from './thinRevisions.ts';

const rows = fc
  .array(fc.record({ path: fc.constantFrom('a', 'b', 'c'), bytes: fc.nat(100) }), { maxLength: 200 })
  .map((list) => list.map((row, index): ThinnableRow => ({ ...row, n: index + 1 })));

/** For each file the number of its row that speaks at a revision. */
function stateAt(list: readonly ThinnableRow[], n: number): Record<string, number> {
  const state: Record<string, number> = {};
  for (const row of list) if (row.n <= n) state[row.path] = row.n;
  return state;
}

test('what has a name, a run or an attempt stays exact, and so does what is there now', () => {
  fc.assert(
    fc.property(
      rows,
      fc.array(fc.integer({ min: 1, max: 200 })),
      fc.integer({ min: 1, max: 100 }),
      (list, exact, most) => {
        const gone = new Set(rowsToThin(list, exact, { rows: most, bytes: 2_000 }));
        const left = list.filter((row) => !gone.has(row));
        for (const n of [...exact, list.length]) expect(stateAt(left, n)).toEqual(stateAt(list, n));
      },
    ),
  );
});

test('where nothing has to stay it thins to what fits, old things first', () => {
  const list = Array.from({ length: 400 }, (_, index) => ({ n: index + 1, path: 'script.py', bytes: 10 }));
  const gone = rowsToThin(list, [], { rows: 390, bytes: 1_000_000 });
  expect(list.length - gone.length).toBe(292);
  const left = list.filter((row) => !gone.includes(row)).map(({ n }) => n);
  expect(left[0]).toBe(1);
  expect(left.slice(-20)).toEqual(Array.from({ length: 20 }, (_, index) => 381 + index));
});

test('bytes that are too many go as well, and nothing goes where all fits', () => {
  const list = Array.from({ length: 20 }, (_, index) => ({ n: index + 1, path: 'big', bytes: 1_000 }));
  expect(rowsToThin(list, [], { rows: 100, bytes: 20_000 })).toEqual([]);
  const gone = rowsToThin(list, [], { rows: 100, bytes: 4_000 });
  expect((list.length - gone.length) * 1_000).toBeLessThanOrEqual(3_000);
});
