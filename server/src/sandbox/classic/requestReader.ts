/**
 * Cuts the byte stream of a classic guest into requests: the marshalled name of a function, then the marshalled tuple of its arguments.
 *
 * There is no framing, so a request is whole when its values are. The bytes come from a process that may be hostile: anything that is
 * no request is final, and whoever reads must kill that guest. The protocol is strictly in turns, one request and one reply, so bytes
 * behind a request are wrong too.
 *
 * A guest may write any number of bytes in one call. Of a string longer than {@link MAX_TEXT_BYTES} only the beginning is kept; its write
 * then is a short one, as any write may be. So no guest makes this side hold more than {@link MAX_REQUEST_BYTES}.
 */
import {
  MarshalReader,
  type DecodeLimits,
  type Gap,
  type MarshalError,
  type MarshalValue,
} from './marshal.ts';

/** Longest string that is kept, in bytes: what the host of the other guests cuts a write at. */
export const MAX_TEXT_BYTES = 1024 * 1024;

/** Longest request in bytes, left-out ones not counted: one string of the greatest length and all else that a request can hold. */
export const MAX_REQUEST_BYTES = MAX_TEXT_BYTES + 512 * 1024;

/** The longest name in any known build has 28 bytes. A longer one than this is garbage, and ends the guest. */
export const MAX_NAME_BYTES = 128;

/** No function takes more than three; one with more ends the guest. */
export const MAX_ARGUMENTS = 8;

/** `utime` has a tuple in its arguments; what lies deeper ends the guest. */
const MAX_DEPTH = 3;

const NAME_LIMITS: DecodeLimits = { depth: 0, items: 0, textBytes: MAX_NAME_BYTES };
const LIMITS: DecodeLimits = { depth: MAX_DEPTH, items: MAX_ARGUMENTS, textBytes: MAX_TEXT_BYTES };

/** First room for a request that comes in pieces; doubles as bytes come. */
const FIRST_ROOM = 4096;

export type RequestError = MarshalError | 'not-a-call' | 'bad-name' | 'request-too-long' | 'out-of-turn';

export interface ClassicRequest {
  /** As the guest sent it, printable ASCII: `ll_os.ll_os_open`. */
  readonly name: string;
  /** Strings are views of the bytes received. */
  readonly args: readonly MarshalValue[];
}

export type ReadResult =
  | { readonly kind: 'more' }
  | { readonly kind: 'request'; readonly request: ClassicRequest }
  | { readonly kind: 'broken'; readonly code: RequestError };

const MORE: ReadResult = Object.freeze({ kind: 'more' });

const NAME = /^[\x21-\x7e]+$/;

export class RequestReader {
  #bytes: Uint8Array = EMPTY;
  #have = 0;
  /** Bytes that must be there before it is worth decoding again. */
  #need = 0;
  #gap: Gap | null = null;
  /** Bytes of the gap that are still to come. */
  #toSkip = 0;
  #broken: ReadResult | null = null;

  /** Takes the next bytes; the caller never changes them again. A reader that has failed stays failed. */
  push(chunk: Uint8Array): ReadResult {
    if (this.#broken !== null) return this.#broken;
    if (chunk.length === 0) return MORE;
    // As a rule a request comes in one piece, and nothing is copied.
    if (this.#have === 0) {
      const result = this.#try(chunk, chunk.length);
      if (result.kind !== 'more') return result;
    }
    this.#append(chunk);
    while (this.#toSkip === 0 && this.#have >= this.#need) {
      const known = this.#gap;
      const result = this.#try(this.#bytes, this.#have);
      if (result.kind !== 'more') return result;
      if (this.#gap === known) break;
      this.#cut(this.#gap!);
    }
    return MORE;
  }

  #try(bytes: Uint8Array, end: number): ReadResult {
    const names = new MarshalReader(bytes, NAME_LIMITS, 0, end);
    const name = names.next();
    if (names.gap !== null) return this.#fail('bad-name');
    if (name === null) return this.#wait(names);
    if (name.code !== 's') return this.#fail('not-a-call');
    const reader = new MarshalReader(bytes, LIMITS, names.at, end, this.#gap);
    const args = reader.next();
    if (args === null) return this.#wait(reader);
    if (args.code !== '(') return this.#fail('not-a-call');
    if (reader.at < end) return this.#fail('out-of-turn');
    if (reader.at > MAX_REQUEST_BYTES) return this.#fail('request-too-long');
    const text = Buffer.from(name.bytes).toString('latin1');
    if (!NAME.test(text)) return this.#fail('bad-name');
    this.#bytes = EMPTY;
    this.#have = this.#need = 0;
    this.#gap = null;
    return { kind: 'request', request: { name: text, args: args.items } };
  }

  #wait(reader: MarshalReader): ReadResult {
    if (reader.error !== null) return this.#fail(reader.error);
    this.#need = reader.need;
    if (this.#need > MAX_REQUEST_BYTES) return this.#fail('request-too-long');
    if (reader.gap !== this.#gap) {
      this.#gap = reader.gap;
      this.#toSkip = reader.gap!.length;
    }
    return MORE;
  }

  /** Keeps bytes, but for those of the gap. */
  #append(chunk: Uint8Array): void {
    let from = 0;
    if (this.#toSkip > 0) {
      const before = chunk.subarray(0, Math.max(0, this.#gap!.at - this.#have));
      this.#keep(before);
      from = before.length + Math.min(this.#toSkip, chunk.length - before.length);
      this.#toSkip -= from - before.length;
    }
    this.#keep(chunk.subarray(from));
  }

  /** Takes a gap that was just found out of what was kept already. */
  #cut(gap: Gap): void {
    if (this.#have <= gap.at) return;
    const rest = this.#bytes.slice(gap.at, this.#have);
    this.#have = gap.at;
    this.#append(rest);
  }

  #keep(bytes: Uint8Array): void {
    const wanted = this.#have + bytes.length;
    if (wanted > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(FIRST_ROOM, this.#bytes.length * 2, wanted));
      larger.set(this.#bytes.subarray(0, this.#have));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#have);
    this.#have = wanted;
  }

  #fail(code: RequestError): ReadResult {
    this.#bytes = EMPTY;
    return (this.#broken = { kind: 'broken', code });
  }
}

const EMPTY = new Uint8Array(0);
