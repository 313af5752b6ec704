/**
 * The bytes of one file as far as a trace tells them: which are known, and what they are.
 *
 * A row has the first characters of what was moved, a `content` event a whole small file; between them bytes may be unknown,
 * and a screen must say so. NEVER is an unknown byte shown as if it were known.
 */
import { encodeText } from './text.ts';
import type { ByteEvent } from './worldTrail.ts';

/** Bytes of a file that are followed; what lies behind them is counted only. Four times what one event keeps. */
export const BYTES_FOLLOWED = 256 * 1024;

/** Half-open: [from, to). */
export type Range = readonly [from: number, to: number];

export class FileBytes {
  /** Null where not even the size is known. */
  size: number | null = null;
  #bytes = new Uint8Array(4096);
  /** Known ranges in ascending order, neither overlapping nor touching. */
  #known: Range[] = [];

  /** Nothing is in the file: all of it is known. */
  empty(): void {
    this.size = 0;
    this.#known = [];
  }

  get known(): readonly Range[] {
    return this.#known;
  }

  /** Ranges within the size (as far as it is followed) that no row told. */
  get unknown(): readonly Range[] {
    const end = Math.min(this.size ?? 0, BYTES_FOLLOWED);
    const gaps: Range[] = [];
    let at = 0;
    for (const [from, to] of this.#known) {
      if (from > at) gaps.push([at, Math.min(from, end)]);
      at = Math.max(at, to);
      if (at >= end) break;
    }
    if (at < end) gaps.push([at, end]);
    return gaps;
  }

  /** The followed part; unknown bytes are 0. */
  bytes(): Uint8Array {
    const end = Math.min(this.size ?? this.#known.at(-1)?.[1] ?? 0, BYTES_FOLLOWED);
    const copy = new Uint8Array(end);
    copy.set(this.#bytes.subarray(0, end));
    return copy;
  }

  copy(): FileBytes {
    const copy = new FileBytes();
    copy.size = this.size;
    copy.#bytes = this.#bytes.slice();
    copy.#known = [...this.#known];
    return copy;
  }

  apply(event: ByteEvent): void {
    switch (event.kind) {
      case 'content': {
        this.size = event.size;
        this.#known = [];
        this.#put(0, encodeText(event.data));
        return;
      }
      case 'resize':
        this.#resize(event.size);
        return;
      case 'read':
        if (event.offset !== null) this.#put(event.offset, dataOf(event.data, event.count));
        return;
      case 'write':
        this.#write(event.offset, dataOf(event.data, event.count), event.count);
        return;
      default:
    }
  }

  #resize(size: number): void {
    const before = this.size;
    if (before === size) return;
    this.size = size;
    if (before === null) return;
    // What a longer file got is zeros.
    if (size > before)
      this.#put(before, new Uint8Array(Math.min(size, BYTES_FOLLOWED) - Math.min(before, BYTES_FOLLOWED)));
    else this.#known = cutAt(this.#known, size);
  }

  #write(offset: number | null, data: Uint8Array, count: number): void {
    if (count === 0) return;
    if (offset === null) {
      this.size = null;
      this.#known = [];
      return;
    }
    if (this.size !== null && offset > this.size) this.#resize(offset);
    this.#known = without(this.#known, [offset, offset + count]);
    this.#put(offset, data);
    if (this.size !== null) this.size = Math.max(this.size, offset + count);
  }

  #put(offset: number, data: Uint8Array): void {
    const end = Math.min(BYTES_FOLLOWED, offset + data.length);
    if (offset >= end) return;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(BYTES_FOLLOWED, Math.max(end, this.#bytes.length * 2)));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(data.subarray(0, end - offset), offset);
    this.#known = merged([...without(this.#known, [offset, end]), [offset, end]]);
  }
}

/** The bytes that a row tells of those moved: cut texts end before a character that may not be whole. */
function dataOf(text: string, count: number): Uint8Array {
  const last = text.charCodeAt(text.length - 1);
  const whole = last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
  return encodeText(whole).subarray(0, count);
}

function cutAt(ranges: readonly Range[], end: number): Range[] {
  return ranges.filter(([from]) => from < end).map(([from, to]) => [from, Math.min(to, end)]);
}

function without(ranges: readonly Range[], [from, to]: Range): Range[] {
  return ranges.flatMap(([a, b]): Range[] => {
    if (b <= from || a >= to) return [[a, b]];
    const left: Range[] = a < from ? [[a, from]] : [];
    return b > to ? [...left, [to, b]] : left;
  });
}

function merged(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last !== undefined && range[0] <= last[1])
      result[result.length - 1] = [last[0], Math.max(last[1], range[1])];
    else result.push(range);
  }
  return result;
}
