/** Whole lines of a log from a byte on, each with the byte where it begins. Reads in pieces and holds one of them. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const PIECE_BYTES = 1024 * 1024;
const LINE_END = 0x0a;

/** Nothing where there is no file. A last line without its end is no line. */
export function* logLines(
  path: string,
  from: number,
): Generator<readonly [line: string, offset: number, next: number]> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return;
  }
  try {
    const { size } = fstatSync(file);
    let piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(0, size - from)));
    for (let at = from; at < size;) {
      const count = readSync(file, piece, 0, Math.min(piece.length, size - at), at);
      const end = piece.lastIndexOf(LINE_END, count - 1);
      if (end < 0 || count === 0) {
        if (count === 0 || at + count >= size) return;
        // A line longer than a piece.
        piece = Buffer.allocUnsafe(Math.min(piece.length * 2, size - at));
        continue;
      }
      for (let begin = 0; begin <= end;) {
        const stop = piece.indexOf(LINE_END, begin);
        yield [piece.toString('utf8', begin, stop), at + begin, at + stop + 1];
        begin = stop + 1;
      }
      at += end + 1;
    }
  } finally {
    closeSync(file);
  }
}
