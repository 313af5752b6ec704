/** Rows by number, from the place in the log that the columns name. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { CallEvent } from '@sandtable/shared/events';
import { BLOCK_ROWS } from './rowColumns.ts';
import type { RunIndex } from './runIndex.ts';

/** Most rows are far shorter; a longer one is read in steps of this. */
const READ_BYTES = 2048;

const LINE_END = 0x0a;

/** Null for a row that the index does not have. */
export function rowAt(index: RunIndex, n: number): CallEvent | null {
  if (n >= index.rows) return null;
  const block = index.columns.block(Math.floor(n / BLOCK_ROWS));
  const offset = block.offset[n - block.first]!;
  const file = openSync(index.log, 'r');
  try {
    for (let length = READ_BYTES; ; length *= 8) {
      const bytes = Buffer.allocUnsafe(length);
      const count = readSync(file, bytes, 0, length, offset);
      const end = bytes.subarray(0, count).indexOf(LINE_END);
      if (end >= 0) return JSON.parse(bytes.toString('utf8', 0, end)) as CallEvent;
      if (count < length) return null;
    }
  } finally {
    closeSync(file);
  }
}
