/**
 * The rows that match a filter, found in the columns: how many, the k-th of them, and how many lie before a row.
 *
 * One bit a row and one count a block, so the matches of a filter cost an eighth of a byte a row and any of them is found
 * at once. Fields are tested as numbers, a word once for all rows that have it. Free text is looked for in
 * the texts of `rowTexts.ts`. What neither can tell (wildcards in free text, what was not kept) is told by the rows themselves: those that are
 * left after the rest are read, in slices. Terms mean exactly
 * what `filter.ts` says; a property test holds the two together.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { callSpec } from '@sandtable/shared/calls';
import type { CallEvent } from '@sandtable/shared/events';
import {
  filterTest,
  numbersTest,
  parseFilter,
  textTest,
  wantedText,
  type Filter,
  type FilterTerm,
} from '@sandtable/shared/filter';
import { VERDICT_KINDS } from '@sandtable/shared/verdicts';
import { BLOCK_ROWS, NO_BYTES, type Block } from './rowColumns.ts';
import { UNTOLD_TEXT } from './rowTexts.ts';
import { pathsOfWord, type RunIndex } from './runIndex.ts';
import { NONE, UNTOLD, WordTest } from './words.ts';

const NO = 0;
const YES = 1;
/** Only the row itself can tell. */
const UNSURE = 2;

/** Writes for each row of a block whether the term matches. */
type TermScan = (block: Block, into: Uint8Array) => void;

export class Matches {
  readonly #index: RunIndex;
  readonly #test: (row: CallEvent) => boolean;
  readonly #scans: readonly TermScan[];
  /** Text that occurs in the line of every match, in small letters, or null. */
  readonly #needle: string | null;
  readonly #lowest: number;
  /** One bit a row, for each block. */
  #bits: Uint32Array[] = [];
  /** Matches before each block. */
  #before: number[] = [0];
  #searched = 0;
  readonly #codes = new Uint8Array(BLOCK_ROWS);
  readonly #one = new Uint8Array(BLOCK_ROWS);

  /** `lowest`: rows with lower numbers do not count. */
  constructor(index: RunIndex, filter: Filter, lowest: number) {
    this.#index = index;
    this.#test = filterTest(filter);
    this.#scans = filter.map((term) => scanOf(term, index));
    this.#needle = needleOf(filter);
    this.#lowest = lowest;
    this.#searched = lowest;
  }

  get total(): number {
    return this.#before.at(-1)!;
  }

  /** Rows below this number have been looked at. */
  get searched(): number {
    return this.#searched;
  }

  /** Looks at more rows for about `ms`. @returns whether all that the index has were looked at. */
  extend(ms: number): boolean {
    const until = performance.now() + ms;
    while (this.#searched < this.#index.rows) {
      this.#block(Math.floor(this.#searched / BLOCK_ROWS), until);
      if (performance.now() >= until) break;
    }
    return this.#searched >= this.#index.rows;
  }

  /** Numbers of the matches from the `from`-th on, at most `count`. */
  numbers(from: number, count: number): number[] {
    const numbers: number[] = [];
    let number = this.#blockOfMatch(from);
    let skip = from - (this.#before[number] ?? 0);
    for (; number < this.#bits.length && numbers.length < count; number++) {
      const bits = this.#bits[number]!;
      for (let word = 0; word < bits.length && numbers.length < count; word++) {
        let rest = bits[word]!;
        const inWord = bitCount(rest);
        if (skip >= inWord) {
          skip -= inWord;
          continue;
        }
        for (; rest !== 0 && numbers.length < count; rest &= rest - 1) {
          if (skip-- > 0) continue;
          skip = 0;
          numbers.push(number * BLOCK_ROWS + word * 32 + (31 - Math.clz32(rest & -rest)));
        }
      }
      skip = 0;
    }
    return numbers;
  }

  /** Matches with lower numbers than `row`. */
  rank(row: number): number {
    const number = Math.floor(row / BLOCK_ROWS);
    const bits = this.#bits[number];
    if (bits === undefined) return row < this.#lowest ? 0 : this.total;
    let rank = this.#before[number]!;
    const at = row % BLOCK_ROWS;
    for (let word = 0; word < at >> 5; word++) rank += bitCount(bits[word]!);
    return rank + bitCount(bits[at >> 5]! & ((1 << (at & 31)) - 1));
  }

  /** One bit for each row of a block. */
  bits(block: number): Uint32Array | undefined {
    return this.#bits[block];
  }

  #blockOfMatch(at: number): number {
    let low = 0;
    let high = this.#bits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#before[middle + 1]! <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #block(number: number, until: number): void {
    const block = this.#index.columns.block(number);
    const first = number * BLOCK_ROWS;
    const from = this.#searched - first;
    const codes = this.#codes;
    codes.fill(YES, from, block.rows);
    for (const scan of this.#scans) {
      scan(block, this.#one);
      for (let at = from; at < block.rows; at++) {
        const one = this.#one[at]!;
        if (one === NO) codes[at] = NO;
        else if (one === UNSURE && codes[at] === YES) codes[at] = UNSURE;
      }
    }
    const end = this.#readUnsure(block, from, until);
    const bits = (this.#bits[number] ??= new Uint32Array(BLOCK_ROWS / 32));
    if (this.#before.length === number + 1) this.#before.push(this.#before[number]!);
    while (this.#before.length < number + 2) this.#before.push(this.#before.at(-1)!);
    let found = 0;
    for (let at = from; at < end; at++) {
      if (codes[at] !== YES) continue;
      bits[at >> 5]! |= 1 << (at & 31);
      found += 1;
    }
    this.#before[number + 1]! += found;
    this.#searched = first + end;
  }

  /** Settles the unsure rows by reading them. @returns up to where there was time. */
  #readUnsure(block: Block, from: number, until: number): number {
    const codes = this.#codes;
    let at = codes.indexOf(UNSURE, from);
    if (at < 0 || at >= block.rows) return block.rows;
    const log = openSync(this.#index.log, 'r');
    try {
      const reader = new LineReader(log);
      for (; at < block.rows; at++) {
        if (codes[at] !== UNSURE) continue;
        const offset = block.offset[at]!;
        const next = at + 1 < block.rows ? block.offset[at + 1]! : offset + LAST_LINE_BYTES;
        const line = reader.line(offset, next, this.#needle);
        codes[at] = line !== null && this.#test(JSON.parse(line) as CallEvent) ? YES : NO;
        if ((at & 63) === 0 && performance.now() >= until) return at + 1;
      }
      return block.rows;
    } finally {
      closeSync(log);
    }
  }
}

/** Read in place of an unknown length; no line of a row is longer. */
const LAST_LINE_BYTES = 512 * 1024;

/** Bytes read at once. */
const PIECE_BYTES = 1024 * 1024;

/** Lines at known places of a file, in ascending order. */
class LineReader {
  readonly #file: number;
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES);
  #begin = 0;
  #end = 0;
  #small: string | null = null;

  constructor(file: number) {
    this.#file = file;
  }

  /** The line that begins at `from` and ends before `next`, or null where it cannot have the needle. */
  line(from: number, next: number, needle: string | null): string | null {
    if (from < this.#begin || next > this.#end) {
      this.#begin = from;
      this.#end = from + readSync(this.#file, this.#piece, 0, PIECE_BYTES, from);
      this.#small = null;
    }
    const at = from - this.#begin;
    const stop = Math.min(this.#end, next) - this.#begin;
    if (needle !== null) {
      this.#small ??= this.#piece.toString('latin1', 0, this.#end - this.#begin).toLowerCase();
      const found = this.#nextHit(at, needle);
      if (found < 0 || found >= stop) return null;
    }
    const end = this.#piece.indexOf(0x0a, at);
    return this.#piece.toString('utf8', at, end < 0 || end > stop ? stop : end);
  }

  #hit = -1;
  #hitIn: string | null = null;

  /** Where the needle occurs next; most lines are before the same place. */
  #nextHit(at: number, needle: string): number {
    if (this.#hitIn !== this.#small || this.#hit < at) {
      this.#hitIn = this.#small;
      const found = this.#small!.indexOf(needle, at);
      this.#hit = found < 0 ? Infinity : found;
    }
    return this.#hit === Infinity ? -1 : this.#hit;
  }
}

/** Text without anything that JSON writes in another way. */
const PLAIN_TEXT = /^[a-z0-9 _.,:;+=()<>@#%&!?'~^|/-]+$/;

function needleOf(filter: Filter): string | null {
  for (const term of filter) {
    if (term.field !== 'text' || term.negated || /[*?\\]/.test(term.values[0]!)) continue;
    const text = term.values[0]!.toLowerCase();
    if (PLAIN_TEXT.test(text)) return text;
  }
  return null;
}

function scanOf(term: FilterTerm, index: RunIndex): TermScan {
  const scan = fieldScan(term, index);
  if (!term.negated) return scan;
  return (block, into) => {
    scan(block, into);
    for (let at = 0; at < block.rows; at++) into[at] = into[at] === UNSURE ? UNSURE : 1 - into[at]!;
  };
}

function fieldScan(term: FilterTerm, index: RunIndex): TermScan {
  const { field } = term;
  const { words } = index;
  const isAmong = numbersTest(term);
  switch (field) {
    case 'text':
      return freeTextScan(term.values[0]!, index);
    case 'n':
      return (block, into) => {
        for (let at = 0; at < block.rows; at++) into[at] = isAmong(block.first + at) ? YES : NO;
      };
    case 'rule':
    case 'us':
    case 'thread':
      return (block, into) => {
        const column = block[field];
        for (let at = 0; at < block.rows; at++) into[at] = isAmong(column[at]!) ? YES : NO;
      };
    case 'bytes':
      return (block, into) => {
        for (let at = 0; at < block.rows; at++) {
          const bytes = block.bytes[at]!;
          into[at] = bytes !== NO_BYTES && isAmong(bytes) ? YES : NO;
        }
      };
    case 'verdict': {
      const test = textTest(term);
      const table = Uint8Array.from(VERDICT_KINDS, (kind) => (test(kind) ? YES : NO));
      return (block, into) => {
        for (let at = 0; at < block.rows; at++) into[at] = table[block.verdict[at]!]!;
      };
    }
    case 'call': {
      const test = textTest(term);
      return wordScan(new WordTest(words.call, test), (block) => block.call);
    }
    case 'group': {
      const test = textTest(term);
      return wordScan(
        new WordTest(words.call, (name) => test(callSpec(name)?.group ?? '')),
        (block) => block.call,
      );
    }
    case 'errno':
      return wordScan(new WordTest(words.failure, textTest(term)), (block) => block.failure);
    case 'line':
      return wordScan(new WordTest(words.line, textTest(term)), (block) => block.line);
    case 'reason':
      return wordScan(new WordTest(words.reason, textTest(term)), (block) => block.reason);
    case 'path': {
      const test = textTest(term);
      return wordScan(
        new WordTest(words.paths, (word) => pathsOfWord(word).some(test)),
        (block) => block.paths,
      );
    }
  }
}

/** The texts tell of each row whether it has what is looked for; behind wildcards, and where a text was not kept, the row does. */
function freeTextScan(value: string, index: RunIndex): TermScan {
  const { text, exact } = wantedText(value);
  // As bytes, characters that are none cannot be told from one another.
  const told = text !== '' && text.isWellFormed() && !text.includes('\ufffd');
  if (!told) return (block, into) => void into.fill(UNSURE, 0, block.rows);
  const needle = Buffer.from(text);
  const holds = exact ? YES : UNSURE;
  return (block, into) => {
    const holding = index.texts.holding(block.first / BLOCK_ROWS, needle);
    for (let at = 0; at < block.rows; at++) {
      const number = block.text[at]!;
      into[at] = number === UNTOLD_TEXT ? UNSURE : holding[number] === 1 ? holds : NO;
    }
  };
}

function wordScan(test: WordTest, column: (block: Block) => Uint32Array | Uint16Array): TermScan {
  return (block, into) => {
    const table = test.table();
    const numbers = column(block);
    for (let at = 0; at < block.rows; at++) {
      const number = numbers[at]!;
      into[at] = number === NONE ? NO : number === UNTOLD ? UNSURE : table[number]!;
    }
  };
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return (((bits + (bits >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}

/** The filter of this text, or what is wrong with it. */
export function readFilter(text: string): { ok: true; filter: Filter } | { ok: false; message: string } {
  const parsed = parseFilter(text);
  return parsed.ok ? parsed : { ok: false, message: parsed.error.message };
}
