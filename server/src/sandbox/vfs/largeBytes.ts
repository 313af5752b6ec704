/**
 * Memory for what a guest reads in one piece from a file, used again and again: memory outside of the heap makes the collector mark everything, and a
 * guest that reads a mebibyte at a time would have its thread, and everybody else's guests there, do nothing else.
 *
 * NEVER give back what anybody still looks at. Whoever gives nothing back costs no more than memory that is collected.
 */

/** The host cuts reads there. */
const LARGEST_BYTES = 1024 * 1024;

/** Less than this is allocated fast and collected together with much else. */
const LARGE_BYTES = 128 * 1024;

/** One is in use at a time, unless calls wait for a policy. */
const MAX_SPARE = 2;

const spare: ArrayBuffer[] = [];
/** By the very object that was handed out, so that a part of it, or of what somebody made a file of, is never taken for it. */
const lent = new WeakSet<Uint8Array>();

/** So many bytes; `zeros`: they are zeros, else anything. */
export function takeLarge(length: number): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly zeros: boolean;
} {
  if (length < LARGE_BYTES || length > LARGEST_BYTES) return { bytes: new Uint8Array(length), zeros: true };
  const used = spare.pop();
  const bytes = new Uint8Array(used ?? new ArrayBuffer(LARGEST_BYTES), 0, length);
  lent.add(bytes);
  return { bytes, zeros: used === undefined };
}

/** Nobody looks at these bytes any more; does nothing with such as come from elsewhere. */
export function giveBackLarge(bytes: Uint8Array): void {
  if (bytes.length < LARGE_BYTES || !lent.delete(bytes)) return;
  if (spare.length < MAX_SPARE) spare.push(bytes.buffer as ArrayBuffer);
}
