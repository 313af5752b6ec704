/**
 * What a free text is looked for in (`rowText` of `filter.ts`), for all rows of a trace: each distinct text of a block once, one after the
 * other in a file. A search goes through bytes that are there already in small letters, a fraction of the log, and no row is read.
 *
 * Full blocks lie in the file; the last, growing one is in memory. A text that is long, or for which a block has no room left, is not
 * kept: its rows have the number {@link UNTOLD_TEXT}, and whoever looks for something reads them. NEVER say of such a row that it matches
 * or does not.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** The longest text kept, in characters: rows with more have bulky data, and are few. */
const TEXT_CHARS = 1024;

/** Texts of one block together: 128 bytes for each of its rows, if all of them differ. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** Texts of a block that are recognised when they come again; a program that makes more has few that do. */
const KNOWN_TEXTS = 8192;

/** A block has fewer rows than this. */
export const UNTOLD_TEXT = 0xffff;

const STARTS_WIDTH = 4;

/** Where the texts of a block lie in the file: `count` starts, each four bytes, then `bytes` of text. */
export interface TextPlace {
  readonly at: number;
  readonly count: number;
  readonly bytes: number;
}

/** Texts of a block. Text k is bytes `starts[k]` to `starts[k + 1]`, or to the end. */
interface Texts {
  readonly count: number;
  readonly starts: Uint32Array;
  readonly bytes: Buffer;
}

class GrowingTexts {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #used = 0;
  #starts = new Uint32Array(1024);
  #count = 0;
  readonly #known = new Map<string, number>();

  add(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    // A character is three bytes at most.
    if (text.length > TEXT_CHARS || this.#used + text.length * 3 > BLOCK_BYTES) return UNTOLD_TEXT;
    while (this.#used + text.length * 3 > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
    if (this.#count === this.#starts.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    const number = this.#count++;
    this.#starts[number] = this.#used;
    this.#used += this.#bytes.write(text, this.#used, 'utf8');
    if (this.#known.size < KNOWN_TEXTS) this.#known.set(text, number);
    return number;
  }

  get texts(): Texts {
    return {
      count: this.#count,
      starts: this.#starts.subarray(0, this.#count),
      bytes: this.#bytes.subarray(0, this.#used),
    };
  }
}

export class RowTexts {
  readonly #path: string;
  #file: number | null = null;
  readonly places: TextPlace[];
  #tail: GrowingTexts | null = null;
  #closed: boolean;

  /** `places`: what the file has already, from an earlier time; then it grows no more. */
  constructor(path: string, places: readonly TextPlace[] | null = null) {
    this.#path = path;
    this.places = [...(places ?? [])];
    this.#closed = places !== null;
  }

  /** Number of the row's text within its block. */
  add(text: string): number {
    return (this.#tail ??= new GrowingTexts()).add(text);
  }

  /** The rows that come next belong to another block. */
  endBlock(): void {
    const { count, starts, bytes } = (this.#tail ?? new GrowingTexts()).texts;
    const last = this.places.at(-1);
    const at = last === undefined ? 0 : last.at + last.count * STARTS_WIDTH + last.bytes;
    const head = new Uint8Array(starts.buffer, starts.byteOffset, starts.byteLength);
    for (const [part, from] of [
      [head, at],
      [bytes, at + head.length],
    ] as const)
      for (let done = 0; done < part.length;)
        done += writeSync(this.#open(), part, done, part.length - done, from + done);
    this.places.push({ at, count, bytes: bytes.length });
    this.#tail = null;
  }

  /** For each number of a block that is given out: 1 where the bytes occur in its text. */
  holding(block: number, needle: Buffer): Uint8Array {
    const { count, starts, bytes } = this.#texts(block);
    const found = new Uint8Array(count);
    let text = 0;
    for (let hit = bytes.indexOf(needle); hit >= 0;) {
      // The hit lies in the last text that begins at or before it, unless it goes over that one's end.
      while (text + 1 < count && starts[text + 1]! <= hit) text += 1;
      const end = text + 1 < count ? starts[text + 1]! : bytes.length;
      if (hit + needle.length > end) hit = bytes.indexOf(needle, hit + 1);
      else {
        found[text] = 1;
        if (text + 1 >= count) break;
        hit = bytes.indexOf(needle, end);
      }
    }
    return found;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  /** Nothing can be added any more. */
  finish(): void {
    this.#closed = true;
  }

  #texts(block: number): Texts {
    const place = this.places[block];
    if (place === undefined) return (this.#tail ?? new GrowingTexts()).texts;
    const head = place.count * STARTS_WIDTH;
    const buffer = Buffer.from(new ArrayBuffer(head + place.bytes));
    readSync(this.#open(), buffer, 0, buffer.length, place.at);
    return {
      count: place.count,
      starts: new Uint32Array(buffer.buffer, 0, place.count),
      bytes: buffer.subarray(head),
    };
  }

  #open(): number {
    this.#file ??= openSync(this.#path, this.#closed ? 'r' : 'w+', 0o600);
    return this.#file;
  }
}
