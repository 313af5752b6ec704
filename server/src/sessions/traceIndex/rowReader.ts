/** Rows by number, from the places in the log that the columns name. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { CallEvent } from '@sandtable/shared/events';
import { BLOCK_ROWS } from './rowColumns.ts';
import type { RunIndex } from './runIndex.ts';

/** Bytes read at once: rows that stand near each other come with one look, and a row is far shorter. */
const READ_BYTES = 32 * 1024;

const LINE_END = 0x0a;

/** The rows of these numbers, in ascending order; those that the index does not have are left out. */
export function rowsAt(index: RunIndex, numbers: readonly number[]): CallEvent[] {
  const rows: CallEvent[] = [];
  if (numbers.length === 0) return rows;
  const file = openSync(index.log, 'r');
  try {
    let bytes = Buffer.allocUnsafe(READ_BYTES);
    let begin = 0;
    let end = 0;
    for (const n of numbers) {
      if (n >= index.rows) continue;
      const block = index.columns.block(Math.floor(n / BLOCK_ROWS));
      const offset = block.offset[n - block.first]!;
      let stop =
        offset >= begin && offset < end
          ? bytes.subarray(0, end - begin).indexOf(LINE_END, offset - begin)
          : -1;
      for (let length = READ_BYTES; stop < 0; length *= 4) {
        if (bytes.length < length) bytes = Buffer.allocUnsafe(length);
        begin = offset;
        end = begin + readSync(file, bytes, 0, length, offset);
        stop = bytes.subarray(0, end - begin).indexOf(LINE_END);
        if (stop < 0 && end - begin < length) return rows;
      }
      rows.push(JSON.parse(bytes.toString('utf8', offset - begin, stop)) as CallEvent);
    }
    return rows;
  } finally {
    closeSync(file);
  }
}
