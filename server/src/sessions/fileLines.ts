/** A file of lines, a piece at a time: for logs and traces of any size, in threads that may wait for a disk. */
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const PIECE_BYTES = 256 * 1024;

export interface FileLine {
  readonly text: string;
  /** False for the last line of a file that does not end with a line end. */
  readonly whole: boolean;
}

/**
 * Lines of a file, in order.
 *
 * @param longest characters after which a line that has not ended by the end of a piece is cut: it is never held whole
 */
export function* fileLines(path: string, longest = Number.POSITIVE_INFINITY): Generator<FileLine> {
  const file = openSync(path, 'r');
  try {
    const decoder = new StringDecoder('utf8');
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let rest = '';
    for (;;) {
      const count = readSync(file, piece, 0, PIECE_BYTES, null);
      if (count === 0) break;
      const lines = (rest + decoder.write(piece.subarray(0, count))).split('\n');
      rest = lines.pop()!.slice(0, longest);
      for (const text of lines) yield { text, whole: true };
    }
    rest += decoder.end();
    if (rest !== '') yield { text: rest, whole: false };
  } finally {
    closeSync(file);
  }
}
