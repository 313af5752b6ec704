import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BLOCK_ROWS, RowColumns, type RowValues } from './rowColumns.ts';

const rowOf = (n: number): RowValues => ({
  t: n + 0.5,
  offset: n * 2 ** 22,
  us: n,
  bytes: n + 1,
  rule: n + 2,
  paths: n + 3,
  reason: n + 4,
  line: n + 5,
  thread: n % 65_521,
  call: n % 65_519,
  failure: n % 65_497,
  text: n % 65_479,
  verdict: n % 251,
  marks: n % 241,
});

/** Rows at both sides of every place where something changes, in all of the blocks. */
const PLACES = [0, 1, 49, 255, 256, 257, 4096, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 300];

function lookAt(columns: RowColumns, count: number): void {
  expect(columns.rows).toBe(count);
  for (const n of [...PLACES, count - 1]) {
    if (n >= count) continue;
    const block = columns.block(Math.floor(n / BLOCK_ROWS));
    expect(block.rows).toBe(Math.min(BLOCK_ROWS, count - block.first));
    for (const [name, value] of Object.entries(rowOf(n)))
      expect(block[name as keyof RowValues][n - block.first], `${name} of row ${n} of ${count}`).toBe(value);
  }
}

test.each([1, 50, 256, 257, 5000, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 2 * BLOCK_ROWS + 301])(
  '%i rows are the same while they grow, when they are stored and when they are opened again',
  (count) => {
    const folder = mkdtempSync(join(tmpdir(), 'sandtable-columns-'));
    const file = join(folder, 'columns');
    const columns = new RowColumns(file);
    for (let n = 0; n < count; n++) columns.push(rowOf(n));
    lookAt(columns, count);
    columns.finish();
    lookAt(columns, count);
    columns.close();
    // No room to spare: most runs are short, and each has such a file.
    expect(statSync(file).size).toBe(count * 50);
    const again = new RowColumns(file, count);
    lookAt(again, count);
    again.close();
    rmSync(folder, { recursive: true });
  },
);

test('a block that was looked at while it grew keeps the rows it said', () => {
  const columns = new RowColumns(join(tmpdir(), 'sandtable-columns-never-made'));
  for (let n = 0; n < 200; n++) columns.push(rowOf(n));
  const before = columns.block(0);
  for (let n = 200; n < 5000; n++) columns.push(rowOf(n));
  expect(before.rows).toBe(200);
  expect([...before.us.subarray(0, before.rows)]).toEqual(Array.from({ length: 200 }, (_, n) => n));
  lookAt(columns, 5000);
});
