/**
 * The rows of a trace as columns, in blocks of {@link BLOCK_ROWS} rows: what filters, statistics and the timeline look at.
 *
 * A full block goes to the file and is read back when it is looked at; only the last, growing one stays in memory. So a run of any
 * length costs the server one block, and looking at all of a million rows reads some 45 MB that the system has cached.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** 32,768 rows: one block is 1.5 MB and takes under a millisecond to go through. */
export const BLOCK_ROWS = 1 << 15;

const WIDTHS = {
  t: 8,
  offset: 8,
  us: 4,
  bytes: 4,
  rule: 4,
  paths: 4,
  reason: 4,
  line: 4,
  thread: 2,
  call: 2,
  failure: 2,
  text: 2,
  verdict: 1,
  marks: 1,
} as const;

const BLOCK_BYTES = Object.values(WIDTHS).reduce((sum, width) => sum + width, 0) * BLOCK_ROWS;

/** In column `bytes`: the row has no such number. */
export const NO_BYTES = 0xffff_ffff;

/** In column `marks`: the call changed a file or a name. */
export const MARK_CHANGES = 1;

/** Columns of one block; the first `rows` entries of each count. */
export interface Block {
  /** Number of the first row. */
  readonly first: number;
  readonly rows: number;
  /** Microseconds since the run began. */
  readonly t: Float64Array;
  /** Byte of the log where the row's line begins. */
  readonly offset: Float64Array;
  readonly us: Uint32Array;
  readonly bytes: Uint32Array;
  readonly rule: Uint32Array;
  /** Numbers of words: all paths of a row as one, see `pathsWord`. */
  readonly paths: Uint32Array;
  readonly reason: Uint32Array;
  /** The line of the program that made the call. */
  readonly line: Uint32Array;
  readonly thread: Uint16Array;
  readonly call: Uint16Array;
  readonly failure: Uint16Array;
  /** Number of the row's text within the block, see `rowTexts.ts`. */
  readonly text: Uint16Array;
  /** Place in VERDICT_KINDS. */
  readonly verdict: Uint8Array;
  readonly marks: Uint8Array;
}

export type RowValues = { readonly [K in keyof typeof WIDTHS]: number };

function blockOver(buffer: ArrayBuffer, first: number, rows: number): Block {
  let at = 0;
  const next = (width: number): number => {
    const begin = at;
    at += width * BLOCK_ROWS;
    return begin;
  };
  return {
    first,
    rows,
    t: new Float64Array(buffer, next(8), BLOCK_ROWS),
    offset: new Float64Array(buffer, next(8), BLOCK_ROWS),
    us: new Uint32Array(buffer, next(4), BLOCK_ROWS),
    bytes: new Uint32Array(buffer, next(4), BLOCK_ROWS),
    rule: new Uint32Array(buffer, next(4), BLOCK_ROWS),
    paths: new Uint32Array(buffer, next(4), BLOCK_ROWS),
    reason: new Uint32Array(buffer, next(4), BLOCK_ROWS),
    line: new Uint32Array(buffer, next(4), BLOCK_ROWS),
    thread: new Uint16Array(buffer, next(2), BLOCK_ROWS),
    call: new Uint16Array(buffer, next(2), BLOCK_ROWS),
    failure: new Uint16Array(buffer, next(2), BLOCK_ROWS),
    text: new Uint16Array(buffer, next(2), BLOCK_ROWS),
    verdict: new Uint8Array(buffer, next(1), BLOCK_ROWS),
    marks: new Uint8Array(buffer, next(1), BLOCK_ROWS),
  };
}

/** Blocks read back, shared by all runs of the thread: 36 MB, most of a million rows. */
const BLOCKS_CACHED = 24;
const cache = new Map<string, Block>();

export class RowColumns {
  readonly #path: string;
  #file: number | null = null;
  /** Blocks in the file. */
  #stored: number;
  /** Rows of a file that grows no more, 0 while it does. */
  #closedRows: number;
  #tail: { readonly buffer: ArrayBuffer; readonly block: Block } | null = null;
  #tailRows = 0;

  /** `stored`: rows that the file has already, from an earlier time; the last block of the file may be part full. */
  constructor(path: string, rows = 0) {
    this.#path = path;
    this.#stored = Math.ceil(rows / BLOCK_ROWS);
    this.#closedRows = rows;
  }

  get rows(): number {
    return this.#closedRows > 0 ? this.#closedRows : this.#stored * BLOCK_ROWS + this.#tailRows;
  }

  get blocks(): number {
    return Math.ceil(this.rows / BLOCK_ROWS);
  }

  push(row: RowValues): void {
    if (this.#tail === null) {
      const buffer = new ArrayBuffer(BLOCK_BYTES);
      this.#tail = { buffer, block: blockOver(buffer, this.#stored * BLOCK_ROWS, BLOCK_ROWS) };
    }
    const { block } = this.#tail;
    const at = this.#tailRows++;
    block.t[at] = row.t;
    block.offset[at] = row.offset;
    block.us[at] = row.us;
    block.bytes[at] = row.bytes;
    block.rule[at] = row.rule;
    block.paths[at] = row.paths;
    block.reason[at] = row.reason;
    block.line[at] = row.line;
    block.thread[at] = row.thread;
    block.call[at] = row.call;
    block.failure[at] = row.failure;
    block.text[at] = row.text;
    block.verdict[at] = row.verdict;
    block.marks[at] = row.marks;
    if (this.#tailRows === BLOCK_ROWS) this.#store();
  }

  /** Writes the last block as well; nothing can be added afterwards. */
  finish(): void {
    const { rows } = this;
    if (this.#tailRows > 0) this.#store();
    this.#closedRows = rows;
  }

  block(number: number): Block {
    const rows = Math.min(BLOCK_ROWS, this.rows - number * BLOCK_ROWS);
    if (number >= this.#stored) {
      if (this.#tail === null) throw new Error(`columns: no block ${number}`);
      return { ...this.#tail.block, rows };
    }
    const key = `${this.#path}:${number}`;
    let block = cache.get(key);
    if (block === undefined) {
      const buffer = new ArrayBuffer(BLOCK_BYTES);
      readSync(this.#open(), new Uint8Array(buffer), 0, BLOCK_BYTES, number * BLOCK_BYTES);
      block = blockOver(buffer, number * BLOCK_ROWS, rows);
      if (cache.size >= BLOCKS_CACHED) cache.delete(cache.keys().next().value!);
    } else cache.delete(key);
    cache.set(key, block);
    return block;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    for (const key of [...cache.keys()]) if (key.startsWith(`${this.#path}:`)) cache.delete(key);
  }

  #store(): void {
    const bytes = new Uint8Array(this.#tail!.buffer);
    for (let at = 0; at < bytes.length;)
      at += writeSync(this.#open(), bytes, at, bytes.length - at, this.#stored * BLOCK_BYTES + at);
    this.#stored += 1;
    this.#tailRows = 0;
    this.#tail = null;
  }

  #open(): number {
    this.#file ??= openSync(this.#path, this.#closedRows > 0 ? 'r' : 'w+', 0o600);
    return this.#file;
  }
}
