/**
 * Cuts the byte stream of a guest into request frames.
 *
 * The bytes come from a process that may be hostile: anything that is not a well-formed frame is final, and whoever reads must
 * kill that guest. A reader that has failed stays failed. Frames are handed out in place, without a copy: `bytes` is only good until
 * the next call of `next`, `feed` or `keep`, and what a handler wants to hold on to it must copy.
 */

/** Length field, in bytes. */
const LENGTH_FIELD = 4;
/** id, function and thread: the least that a frame can hold. */
const HEADER = 8;

/**
 * Longest request in bytes, length field not counted. The host cuts writes at 1 MiB, and 64 KiB hold everything beside them; two
 * texts of the greatest length fit as well. A longer one ends the guest before anything is allocated for it. (Replies may be longer: a listing takes 4 MiB.)
 */
export const MAX_FRAME = 1024 * 1024 + 64 * 1024;

/** Function number of the first frame, which is no call: its body is JSON. */
export const HELLO_FID = 0xffff;

/** Function number of a frame with the stack of a call; see `stackText.ts`. */
export const FRAMES_FID = 0xfffe;

export type FrameError = 'frame-too-long' | 'frame-too-short';

/** A frame in place: its arguments are `bytes` from `at` to `end`. */
export class FrameReader {
  id = 0;
  fid = 0;
  thread = 0;
  bytes: Uint8Array;
  at = 0;
  end = 0;
  error: FrameError | null = null;

  #chunk: Uint8Array = EMPTY;
  #from = 0;
  /** A frame of which only the beginning has come; it lies in {@link #room}. */
  #part: Uint8Array | null = null;
  /** Where frames that come in pieces are put together, as large as the largest was: memory of its own for each would be collected all the time. */
  #room: Uint8Array = EMPTY;
  #have = 0;
  readonly #length = new Uint8Array(LENGTH_FIELD);
  #haveLength = 0;

  constructor() {
    this.bytes = EMPTY;
  }

  /** Gives bytes to cut; the bytes fed before must have been used up, or kept. */
  feed(chunk: Uint8Array): void {
    if (this.#from < this.#chunk.length)
      throw new Error('FrameReader: fed before the last chunk was used up');
    this.#chunk = chunk;
    this.#from = 0;
  }

  /** Copies what is left of the chunk, so that its memory can be used again. */
  keep(): void {
    // Not `slice`: that of a Buffer is a view.
    this.#chunk = this.#from < this.#chunk.length ? new Uint8Array(this.#chunk.subarray(this.#from)) : EMPTY;
    this.#from = 0;
  }

  /** Whether bytes are left that `next` has not looked at. */
  get pending(): boolean {
    return this.#from < this.#chunk.length;
  }

  /** Whether the stream stands between two frames. */
  get between(): boolean {
    return !this.pending && this.#part === null && this.#haveLength === 0;
  }

  /** Moves to the next whole frame; false where more bytes are needed, or after an error. */
  next(): boolean {
    if (this.error !== null) return false;
    if (this.#part !== null) return this.#fill(this.#part);
    const chunk = this.#chunk;
    const rest = chunk.length - this.#from;
    if (this.#haveLength === 0 && rest >= LENGTH_FIELD) {
      const from = this.#from;
      const length = uint32(chunk, from);
      if (!this.#accept(length)) return false;
      if (rest - LENGTH_FIELD >= length) {
        this.#from = from + LENGTH_FIELD + length;
        return this.#open(chunk, from + LENGTH_FIELD, length);
      }
      this.#from = from + LENGTH_FIELD;
      return this.#fill(this.#begin(length));
    }
    while (this.#haveLength < LENGTH_FIELD && this.#from < chunk.length) {
      this.#length[this.#haveLength++] = chunk[this.#from++]!;
    }
    if (this.#haveLength < LENGTH_FIELD) return false;
    const length = uint32(this.#length, 0);
    if (!this.#accept(length)) return false;
    this.#haveLength = 0;
    return this.#fill(this.#begin(length));
  }

  #begin(length: number): Uint8Array {
    if (this.#room.length < length)
      this.#room = new Uint8Array(Math.min(MAX_FRAME, Math.max(length, this.#room.length * 2)));
    this.#have = 0;
    return (this.#part = this.#room.subarray(0, length));
  }

  #accept(length: number): boolean {
    if (length > MAX_FRAME) this.error = 'frame-too-long';
    else if (length < HEADER) this.error = 'frame-too-short';
    return this.error === null;
  }

  #fill(part: Uint8Array): boolean {
    const take = Math.min(part.length - this.#have, this.#chunk.length - this.#from);
    part.set(this.#chunk.subarray(this.#from, this.#from + take), this.#have);
    this.#have += take;
    this.#from += take;
    if (this.#have < part.length) return false;
    this.#part = null;
    return this.#open(part, 0, part.length);
  }

  #open(bytes: Uint8Array, start: number, length: number): boolean {
    this.bytes = bytes;
    this.id = uint32(bytes, start);
    this.fid = bytes[start + 4]! | (bytes[start + 5]! << 8);
    this.thread = bytes[start + 6]! | (bytes[start + 7]! << 8);
    this.at = start + HEADER;
    this.end = start + length;
    return true;
  }
}

const EMPTY = new Uint8Array(0);

function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
