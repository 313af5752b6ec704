/**
 * The rows of a trace as columns, in blocks of {@link BLOCK_ROWS} rows: what filters, statistics and the timeline look at.
 *
 * A full block goes to the file and is read back when it is looked at; only the last, growing one stays in memory. So a run of any
 * length costs the server one block, and looking at all of a million rows reads some 45 MB that the system has cached. The last block
 * has room for the rows it has, twice as many when they become more, and is stored without any to spare: most runs are short.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** 32,768 rows: one block is 1.6 MB and takes under a millisecond to go through. */
export const BLOCK_ROWS = 1 << 15;

/** Rows for which a block has room when it begins: 13 KB, enough for most runs. */
const FIRST_ROWS = 256;

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

const ROW_BYTES = Object.values(WIDTHS).reduce((sum, width) => sum + width, 0);
const BLOCK_BYTES = ROW_BYTES * BLOCK_ROWS;

/** In column `bytes`: the row has no such number. */
export const NO_BYTES = 0xffff_ffff;

/** In column `marks`: the call changed a file or a name. */
export const MARK_CHANGES = 1;

interface Columns {
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

/** Columns of one block; the first `rows` entries of each count. */
export interface Block extends Columns {
  /** Number of the first row. */
  readonly first: number;
  readonly rows: number;
}

export type RowValues = { readonly [K in keyof typeof WIDTHS]: number };

const COLUMN_NAMES = Object.keys(WIDTHS) as (keyof Columns)[];

/** The columns lie one after the other, the widest first, so that each is aligned whatever the number of rows. */
function columnsOver(buffer: ArrayBuffer, rows: number): Columns {
  let at = 0;
  const next = (width: number): number => {
    const begin = at;
    at += width * rows;
    return begin;
  };
  return {
    t: new Float64Array(buffer, next(8), rows),
    offset: new Float64Array(buffer, next(8), rows),
    us: new Uint32Array(buffer, next(4), rows),
    bytes: new Uint32Array(buffer, next(4), rows),
    rule: new Uint32Array(buffer, next(4), rows),
    paths: new Uint32Array(buffer, next(4), rows),
    reason: new Uint32Array(buffer, next(4), rows),
    line: new Uint32Array(buffer, next(4), rows),
    thread: new Uint16Array(buffer, next(2), rows),
    call: new Uint16Array(buffer, next(2), rows),
    failure: new Uint16Array(buffer, next(2), rows),
    text: new Uint16Array(buffer, next(2), rows),
    verdict: new Uint8Array(buffer, next(1), rows),
    marks: new Uint8Array(buffer, next(1), rows),
  };
}

/** The growing block. */
class Tail {
  #buffer = new ArrayBuffer(FIRST_ROWS * ROW_BYTES);
  columns = columnsOver(this.#buffer, FIRST_ROWS);
  rows = 0;

  add(row: RowValues): void {
    if (this.rows === this.columns.t.length) this.#resize(Math.min(this.rows * 2, BLOCK_ROWS));
    const { columns } = this;
    const at = this.rows++;
    columns.t[at] = row.t;
    columns.offset[at] = row.offset;
    columns.us[at] = row.us;
    columns.bytes[at] = row.bytes;
    columns.rule[at] = row.rule;
    columns.paths[at] = row.paths;
    columns.reason[at] = row.reason;
    columns.line[at] = row.line;
    columns.thread[at] = row.thread;
    columns.call[at] = row.call;
    columns.failure[at] = row.failure;
    columns.text[at] = row.text;
    columns.verdict[at] = row.verdict;
    columns.marks[at] = row.marks;
  }

  /** As it is stored: room for its rows and no more. */
  bytes(): Uint8Array {
    if (this.rows < this.columns.t.length) this.#resize(this.rows);
    return new Uint8Array(this.#buffer);
  }

  #resize(rows: number): void {
    const buffer = new ArrayBuffer(rows * ROW_BYTES);
    const columns = columnsOver(buffer, rows);
    for (const name of COLUMN_NAMES) columns[name].set(this.columns[name].subarray(0, this.rows));
    this.#buffer = buffer;
    this.columns = columns;
  }
}

/** Blocks read back, shared by all runs of the thread: most of a million rows. */
const CACHE_BYTES = 24 * BLOCK_BYTES;
const cache = new Map<string, Block>();
let cachedBytes = 0;

function remember(key: string, block: Block): void {
  cache.set(key, block);
  cachedBytes += block.rows * ROW_BYTES;
  for (const oldest of cache.keys()) {
    if (cachedBytes <= CACHE_BYTES) return;
    forget(oldest);
  }
}

function forget(key: string): void {
  cachedBytes -= cache.get(key)!.rows * ROW_BYTES;
  cache.delete(key);
}

export class RowColumns {
  readonly #path: string;
  #file: number | null = null;
  /** Blocks in the file. */
  #stored: number;
  /** Rows of a file that grows no more, 0 while it does. */
  #closedRows: number;
  #tail: Tail | null = null;

  /** `stored`: rows that the file has already, from an earlier time; the last block of the file may be part full. */
  constructor(path: string, rows = 0) {
    this.#path = path;
    this.#stored = Math.ceil(rows / BLOCK_ROWS);
    this.#closedRows = rows;
  }

  get rows(): number {
    return this.#closedRows > 0 ? this.#closedRows : this.#stored * BLOCK_ROWS + (this.#tail?.rows ?? 0);
  }

  get blocks(): number {
    return Math.ceil(this.rows / BLOCK_ROWS);
  }

  push(row: RowValues): void {
    this.#tail ??= new Tail();
    this.#tail.add(row);
    if (this.#tail.rows === BLOCK_ROWS) this.#store(this.#tail);
  }

  /** Writes the last block as well; nothing can be added afterwards. */
  finish(): void {
    const { rows } = this;
    if (this.#tail !== null) this.#store(this.#tail);
    this.#closedRows = rows;
  }

  block(number: number): Block {
    const first = number * BLOCK_ROWS;
    const rows = Math.min(BLOCK_ROWS, this.rows - first);
    if (number >= this.#stored) {
      if (this.#tail === null) throw new Error(`columns: no block ${number}`);
      return { first, rows, ...this.#tail.columns };
    }
    const key = `${this.#path}:${number}`;
    let block = cache.get(key);
    if (block === undefined) {
      const buffer = new ArrayBuffer(rows * ROW_BYTES);
      readSync(this.#open(), new Uint8Array(buffer), 0, buffer.byteLength, number * BLOCK_BYTES);
      block = { first, rows, ...columnsOver(buffer, rows) };
    } else forget(key);
    remember(key, block);
    return block;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    for (const key of [...cache.keys()]) if (key.startsWith(`${this.#path}:`)) forget(key);
  }

  #store(tail: Tail): void {
    const bytes = tail.bytes();
    for (let at = 0; at < bytes.length;)
      at += writeSync(this.#open(), bytes, at, bytes.length - at, this.#stored * BLOCK_BYTES + at);
    this.#stored += 1;
    this.#tail = null;
  }

  #open(): number {
    this.#file ??= openSync(this.#path, this.#closedRows > 0 ? 'r' : 'w+', 0o600);
    return this.#file;
  }
}
