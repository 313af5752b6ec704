/**
 * Reads the log of a run, while it is written or afterwards, without ever holding more of it than a piece.
 *
 * Runs in a thread of its own (`logDesk.ts`): one search may read a gigabyte, in portions.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { CallEvent, RunEvent } from '@sandtable/shared/events';
import {
  CALL_LINE,
  INDEX_ENTRY_BYTES,
  INDEX_FILE,
  LOG_FILE,
  LOG_START,
  type IndexEntry,
} from './logFormat.ts';

/** Bytes read at once. */
const PIECE_BYTES = 256 * 1024;

/** Rows that one search looks at before it answers with what it has: some 100 ms, so that others have their turn. */
export const ROWS_PER_SEARCH = 40_000;

export interface FoundRows {
  readonly rows: readonly CallEvent[];
  /** Row from which to go on in the same direction, or null where the log ends. */
  readonly next: number | null;
}

export class LogReader {
  readonly #folder: string;
  #index: readonly IndexEntry[] = [LOG_START];
  #indexBytes = -1;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Rows numbered `from` to `from + count - 1`, as many as there are. */
  rows(from: number, count: number): CallEvent[] {
    const rows: CallEvent[] = [];
    for (const line of this.#lines(this.#before(from).offset)) {
      const n = rowNumber(line);
      if (n === null || n < from) continue;
      if (n >= from + count) break;
      rows.push(JSON.parse(line) as CallEvent);
      if (rows.length === count) break;
    }
    return rows;
  }

  /** Rows that pass the test, from row `from` on (included) downwards in the log, i.e. towards newer rows. */
  searchDown(test: (row: CallEvent) => boolean, from: number, count: number): FoundRows {
    const rows: CallEvent[] = [];
    const end = from + ROWS_PER_SEARCH;
    for (const line of this.#lines(this.#before(from).offset)) {
      const n = rowNumber(line);
      if (n === null || n < from) continue;
      if (n >= end || rows.length === count) return { rows, next: n };
      const row = JSON.parse(line) as CallEvent;
      if (test(row)) rows.push(row);
    }
    return { rows, next: null };
  }

  /** Rows that pass the test, from row `from` on (included) towards older rows; still in the order of the log. */
  searchUp(test: (row: CallEvent) => boolean, from: number, count: number): FoundRows {
    let rows: CallEvent[] = [];
    let below = from + 1;
    const end = from - ROWS_PER_SEARCH;
    for (let at = this.#position(from); at >= 0 && below > 0; at--) {
      const begin = this.#index[at]!;
      if (begin.n >= below) continue;
      const matches: CallEvent[] = [];
      for (const line of this.#lines(begin.offset, this.#index[at + 1]?.offset)) {
        const n = rowNumber(line);
        if (n === null) continue;
        if (n >= below) break;
        const row = JSON.parse(line) as CallEvent;
        if (test(row)) matches.push(row);
      }
      rows = [...matches, ...rows];
      below = begin.n;
      if (rows.length > count) {
        rows = rows.slice(-count);
        return { rows, next: rows[0]!.n - 1 < 0 ? null : rows[0]!.n - 1 };
      }
      if (rows.length === count || below <= end) break;
    }
    return { rows, next: below > 0 ? below - 1 : null };
  }

  /** Every event from sequence number `from` on, in pieces. A line that is no JSON ends the log. */
  *events(from = 1): Generator<RunEvent> {
    let begin = LOG_START;
    this.#readIndex();
    for (const entry of this.#index) if (entry.seq <= from) begin = entry;
    for (const line of this.#lines(begin.offset)) {
      const event = parsed(line);
      if (event === null) return;
      if (event.seq >= from) yield event;
    }
  }

  #before(n: number): IndexEntry {
    const position = this.#position(n);
    return this.#index[position]!;
  }

  /** The last entry at or before which row `n` begins. */
  #position(n: number): number {
    this.#readIndex();
    let low = 0;
    let high = this.#index.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#index[middle]!.n <= n) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #readIndex(): void {
    let bytes: Buffer;
    try {
      bytes = readFileSync(join(this.#folder, INDEX_FILE));
    } catch {
      return;
    }
    const whole = bytes.length - (bytes.length % INDEX_ENTRY_BYTES);
    if (whole === this.#indexBytes) return;
    const index: IndexEntry[] = [LOG_START];
    for (let at = 0; at < whole; at += INDEX_ENTRY_BYTES) {
      index.push({
        offset: bytes.readDoubleLE(at),
        seq: bytes.readDoubleLE(at + 8),
        n: bytes.readDoubleLE(at + 16),
      });
    }
    this.#index = index;
    this.#indexBytes = whole;
  }

  /** Lines from a byte offset (the start of a line) to `until` or the last line end; nothing where there is no log. */
  *#lines(offset: number, until = Infinity): Generator<string> {
    let file: number;
    try {
      file = openSync(join(this.#folder, LOG_FILE), 'r');
    } catch {
      return;
    }
    try {
      const size = Math.min(until, fstatSync(file).size);
      let rest: Buffer[] = [];
      for (let at = offset; at < size;) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - at));
        const count = readSync(file, piece, 0, piece.length, at);
        if (count === 0) return;
        at += count;
        const bytes = piece.subarray(0, count);
        const end = bytes.lastIndexOf(0x0a);
        if (end < 0) {
          rest.push(bytes);
          continue;
        }
        const whole = Buffer.concat([...rest, bytes.subarray(0, end)]).toString('utf8');
        rest = [bytes.subarray(end + 1)];
        yield* whole.split('\n');
      }
    } finally {
      closeSync(file);
    }
  }
}

function rowNumber(line: string): number | null {
  const m = CALL_LINE.exec(line);
  return m === null ? null : Number(m[1]);
}

function parsed(line: string): RunEvent | null {
  try {
    return JSON.parse(line) as RunEvent;
  } catch {
    return null;
  }
}
