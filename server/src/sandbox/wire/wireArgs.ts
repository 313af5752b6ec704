/**
 * Arguments of a request frame: bytes to values and back, driven by the ops of the call table.
 *
 * Strict: a frame that the host could not have made is malformed. That includes a NUL inside a string, a struct of the wrong
 * length and bytes left over.
 */
import type { Op } from '@sandtable/shared/calls';

/** A number (`i l r A`), bytes in place (`s w I X x`), null for a NULL pointer; ops that send nothing give null. */
export type WireArg = number | Uint8Array | null;

const NULL_LENGTH = 0xffffffff;

/**
 * Longest text in bytes; the host sends no longer one (`WIRE_MAX_TEXT`). Whoever reads a text may take time that grows faster than its
 * length, so a longer one is malformed before anybody looks into it.
 */
const MAX_TEXT = 128 * 1024;

/** The values of a frame's arguments, one for each op; null where the frame is malformed. */
export function decodeArgs(
  ops: readonly Op[],
  bytes: Uint8Array,
  start: number,
  end: number,
): WireArg[] | null {
  const args: WireArg[] = [];
  let at = start;
  for (const op of ops) {
    switch (op.code) {
      case 'i':
      case 'l':
      case 'r':
      case 'A': {
        if (end - at < 8) return null;
        args.push(readInt64(bytes, at));
        at += 8;
        break;
      }
      case 's':
      case 'w':
      case 'I':
      case 'X':
      case 'x': {
        if (end - at < 4) return null;
        const length = readUint32(bytes, at);
        at += 4;
        if (length === NULL_LENGTH) {
          args.push(null);
          break;
        }
        if (length > end - at) return null;
        const value = bytes.subarray(at, at + length);
        at += length;
        if ((op.code === 'I' || op.code === 'X') && length !== op.bytes) return null;
        if (op.code === 's' && (length > MAX_TEXT || value.includes(0))) return null;
        args.push(value);
        break;
      }
      default:
        args.push(null);
    }
  }
  return at === end && arraysFit(ops, args) ? args : null;
}

/** An in/out array is as long as the argument says that counts its items. */
function arraysFit(ops: readonly Op[], args: readonly WireArg[]): boolean {
  for (let k = 0; k < ops.length; k++) {
    const op = ops[k]!;
    if (op.code !== 'x') continue;
    const value = args[k];
    if (value instanceof Uint8Array && value.length !== op.bytes * Number(args[op.from])) return false;
  }
  return true;
}

/** What the host does; the fake hosts of tests are built on it. */
export function encodeArgs(ops: readonly Op[], args: readonly WireArg[]): Uint8Array {
  const parts: Uint8Array[] = [];
  ops.forEach((op, k) => {
    const value = args[k] ?? null;
    switch (op.code) {
      case 'i':
      case 'l':
      case 'r':
      case 'A': {
        const part = new Uint8Array(8);
        writeInt64(new DataView(part.buffer), 0, Number(value));
        parts.push(part);
        break;
      }
      case 's':
      case 'w':
      case 'I':
      case 'X':
      case 'x': {
        const head = new Uint8Array(4);
        const view = new DataView(head.buffer);
        parts.push(head);
        if (value instanceof Uint8Array) {
          view.setUint32(0, value.length, true);
          parts.push(value);
        } else view.setUint32(0, NULL_LENGTH, true);
        break;
      }
      default:
    }
  });
  return Buffer.concat(parts);
}

/** A signed 64-bit number; beyond 2^53 it is rounded, which only sizes and offsets that no file has can meet. */
export function readInt64(bytes: Uint8Array, at: number): number {
  const high = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
  return high * 4294967296 + readUint32(bytes, at);
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

export function readInt32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Writes a whole number as 64 bits, two's complement. */
export function writeInt64(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / 4294967296);
  view.setUint32(at, value - high * 4294967296, true);
  view.setInt32(at + 4, high, true);
}
