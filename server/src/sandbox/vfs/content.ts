/**
 * Bytes of one file, kept in chunks.
 *
 * A chunk that does not exist is a hole and reads as zeros; so extending, seeking far and appending
 * cost what is written, never a copy of the whole. A chunk may be shared with an image of an
 * earlier state or with the bytes that a mount was made from: it is copied before the first write
 * to it. Bytes past `size` inside a chunk are always zero, because extending must show zeros.
 *
 * Charging the quota is the caller's business, before the call.
 */
import type { Errno } from '@sandtable/shared/errno';
import { takeLarge } from './largeBytes.ts';

/** Large enough that a listing of chunks stays short, small enough that a sparse write wastes little. */
const CHUNK_BYTES = 65_536;

/** First capacity of a small file; it doubles up to a chunk. */
const FIRST_BYTES = 256;

const EMPTY = new Uint8Array(0);

/** Immutable bytes that come from elsewhere, fetched when first needed. */
export interface ContentSource {
  readonly size: number;
  /** The bytes, always the same and exactly `size` of them, or why they cannot be had. */
  load(): Uint8Array | Errno;
}

/** A state of a file that later writes do not touch. */
export interface ContentImage {
  readonly size: number;
  bytes(): Uint8Array | Errno;
}

export class FileContent {
  #size = 0;
  #chunks: (Uint8Array | undefined)[] = [];
  #owned: boolean[] = [];
  /** While set, the content is exactly this source and the chunks are not in use. */
  #source: ContentSource | null = null;

  static of(bytes: Uint8Array): FileContent {
    return FileContent.from({ size: bytes.length, load: () => bytes });
  }

  static from(source: ContentSource): FileContent {
    const content = new FileContent();
    content.#source = source;
    content.#size = source.size;
    return content;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether nothing was ever written over the bytes this content was made from. */
  get untouched(): boolean {
    return this.#source !== null;
  }

  /** A copy, or a view of bytes that nothing will ever change. Short or empty at the end of the file. */
  read(at: number, count: number): Uint8Array | Errno {
    const end = Math.min(this.#size, at + count);
    if (end <= at) return EMPTY;
    if (this.#source !== null) {
      const bytes = this.#source.load();
      return typeof bytes === 'string' ? bytes : bytes.subarray(at, end);
    }
    const first = Math.floor(at / CHUNK_BYTES);
    const base = first * CHUNK_BYTES;
    const chunk = this.#chunks[first];
    if (chunk !== undefined && end - base <= chunk.length) return chunk.slice(at - base, end - base);
    return copyOut(this.#chunks, at, end, takeLarge(end - at));
  }

  /** Writes at an offset, which may lie past the end. */
  write(at: number, bytes: Uint8Array): Errno | undefined {
    const refused = this.#unshareSource();
    if (refused !== undefined) return refused;
    let from = 0;
    while (from < bytes.length) {
      const position = at + from;
      const index = Math.floor(position / CHUNK_BYTES);
      const offset = position - index * CHUNK_BYTES;
      const count = Math.min(bytes.length - from, CHUNK_BYTES - offset);
      this.#writable(index, offset + count).set(
        from === 0 && count === bytes.length ? bytes : bytes.subarray(from, from + count),
        offset,
      );
      from += count;
    }
    if (bytes.length > 0) this.#size = Math.max(this.#size, at + bytes.length);
    return undefined;
  }

  /** Cuts or extends with zeros. */
  resize(size: number): Errno | undefined {
    if (size === this.#size) return undefined;
    if (size === 0) {
      // Emptying needs no bytes, so it works even where the source cannot be read.
      this.#source = null;
      this.#chunks = [];
      this.#owned = [];
      this.#size = 0;
      return undefined;
    }
    const refused = this.#unshareSource();
    if (refused !== undefined) return refused;
    if (size < this.#size) {
      const kept = Math.ceil(size / CHUNK_BYTES);
      this.#chunks.length = Math.min(this.#chunks.length, kept);
      this.#owned.length = this.#chunks.length;
      const last = kept - 1;
      const used = size - last * CHUNK_BYTES;
      const chunk = this.#chunks[last];
      if (chunk !== undefined && used < chunk.length) this.#writable(last, used).fill(0, used);
    }
    this.#size = size;
    return undefined;
  }

  /** The present state; costs one list of chunks, not their bytes. */
  image(): ContentImage {
    const size = this.#size;
    const source = this.#source;
    if (source !== null) return { size, bytes: () => source.load() };
    const chunks = this.#chunks.slice();
    this.#owned.fill(false);
    return { size, bytes: () => copyOut(chunks, 0, size) };
  }

  #unshareSource(): Errno | undefined {
    if (this.#source === null) return undefined;
    const bytes = this.#source.load();
    if (typeof bytes === 'string') return bytes;
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      this.#chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
      this.#owned.push(false);
    }
    this.#source = null;
    return undefined;
  }

  /** The chunk, owned and at least so long. */
  #writable(index: number, length: number): Uint8Array {
    const chunk = this.#chunks[index];
    if (chunk !== undefined && this.#owned[index] === true && chunk.length >= length) return chunk;
    // The list itself must stay dense: a far seek would otherwise turn it into a slow dictionary.
    while (this.#chunks.length < index) {
      this.#chunks.push(undefined);
      this.#owned.push(false);
    }
    const held = chunk?.length ?? 0;
    let capacity = index === 0 ? Math.max(FIRST_BYTES, held) : CHUNK_BYTES;
    while (capacity < length) capacity = Math.min(CHUNK_BYTES, capacity * 2);
    const fresh = new Uint8Array(capacity);
    if (chunk !== undefined) fresh.set(chunk);
    this.#chunks[index] = fresh;
    this.#owned[index] = true;
    return fresh;
  }
}

function copyOut(
  chunks: readonly (Uint8Array | undefined)[],
  at: number,
  end: number,
  { bytes, zeros } = { bytes: new Uint8Array(end - at), zeros: true },
): Uint8Array {
  for (let position = at; position < end;) {
    const index = Math.floor(position / CHUNK_BYTES);
    const base = index * CHUNK_BYTES;
    const stop = Math.min(end, base + CHUNK_BYTES);
    const chunk = chunks[index];
    const part = chunk?.subarray(position - base, stop - base);
    if (part !== undefined) bytes.set(part, position - at);
    if (!zeros) bytes.fill(0, position - at + (part?.length ?? 0), stop - at);
    position = stop;
  }
  return bytes;
}
