import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Looked at from the end to find the last line end; no line of a log is longer. */
const LAST_LINE_BYTES = 16 * 1024 * 1024;
const STEP_BYTES = 64 * 1024;

/** Bytes of the file up to and with its last line end. */
export function wholeLines(path: string): number {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const least = Math.max(0, size - LAST_LINE_BYTES);
    for (let end = size; end > least;) {
      const begin = Math.max(least, end - STEP_BYTES);
      const piece = Buffer.alloc(end - begin);
      readSync(file, piece, 0, piece.length, begin);
      const at = piece.lastIndexOf(0x0a);
      if (at >= 0) return begin + at + 1;
      end = begin;
    }
    return 0;
  } finally {
    closeSync(file);
  }
}
