/**
 * Bytes on their way to one socket: first in, first out.
 *
 * Memory is taken by segments and given back as they are read, unlike in a pipe, which keeps what it once needed: a guest may have far
 * more sockets that once carried much than that do so now.
 */
import type { Budget } from './budget.ts';

/** Smallest segment, so that single bytes share one. */
const MIN_SEGMENT = 4096;

interface Segment {
  readonly bytes: Uint8Array;
  from: number;
  to: number;
}

export class SegmentQueue {
  readonly capacity: number;
  readonly #budget: Budget;
  #segments: Segment[] = [];
  #length = 0;

  constructor(capacity: number, budget: Budget) {
    this.capacity = capacity;
    this.#budget = budget;
  }

  get length(): number {
    return this.#length;
  }

  get room(): number {
    return Math.max(0, Math.min(this.capacity - this.#length, this.#spare + this.#budget.room));
  }

  /** Whether it is the memory of all, not this queue, that is full. */
  get starved(): boolean {
    return this.#length < this.capacity && this.#spare + this.#budget.room <= 0;
  }

  /** Room in the last segment. */
  get #spare(): number {
    const last = this.#segments.at(-1);
    return last === undefined ? 0 : last.bytes.length - last.to;
  }

  /** Takes in what there is room for, and tells how much. */
  push(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    let taken = 0;
    const last = this.#segments.at(-1);
    if (last !== undefined && this.#spare > 0) {
      taken = Math.min(count, this.#spare);
      last.bytes.set(bytes.subarray(0, taken), last.to);
      last.to += taken;
    }
    if (taken < count) {
      const rest = bytes.subarray(taken, count);
      const segment = new Uint8Array(Math.max(MIN_SEGMENT, rest.length));
      segment.set(rest);
      this.#budget.take(segment.length);
      this.#segments.push({ bytes: segment, from: 0, to: rest.length });
    }
    this.#length += count;
    return count;
  }

  /** The next bytes, at most so many, without taking them out. */
  peek(count: number): Uint8Array {
    const found = new Uint8Array(Math.min(count, this.#length));
    let at = 0;
    for (const { bytes, from, to } of this.#segments) {
      if (at === found.length) break;
      const part = bytes.subarray(from, Math.min(to, from + found.length - at));
      found.set(part, at);
      at += part.length;
    }
    return found;
  }

  /** Takes out at most so many bytes. */
  shift(count: number): Uint8Array {
    const found = this.peek(count);
    this.#drop(found.length);
    return found;
  }

  /** Forgets everything: nobody will read it. */
  clear(): void {
    this.#drop(this.#length);
  }

  #drop(count: number): void {
    let left = count;
    let freed = 0;
    let gone = 0;
    for (const segment of this.#segments) {
      const part = Math.min(left, segment.to - segment.from);
      segment.from += part;
      left -= part;
      if (segment.from < segment.to) break;
      freed += segment.bytes.length;
      gone += 1;
    }
    if (gone > 0) this.#segments.splice(0, gone);
    this.#length -= count;
    if (freed > 0) this.#budget.give(freed);
  }
}
