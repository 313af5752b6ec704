/**
 * The values of the classic PyPy sandbox's wire: Python's marshal format, as much of it as the two sides use.
 *
 * | code    | payload                                    |
 * |---------|--------------------------------------------|
 * | `N T F` | none: None, True, False                    |
 * | `i` `I` | int32, int64                               |
 * | `f`     | u8 length, the number as decimal text      |
 * | `s`     | int32 length, bytes                        |
 * | `( [`   | int32 count, items                         |
 *
 * All little-endian. Every other code of Python's (references, interned strings, unicode, long, dict, binary floats, code objects) is
 * refused: no translated sandbox sends them. Decoding allocates nothing that the sender only announced: a length is believed when its
 * bytes are there, a count within the caller's cap.
 */

export type MarshalValue =
  | { readonly code: 'N' | 'T' | 'F' }
  | { readonly code: 'i'; readonly value: number }
  | { readonly code: 'I'; readonly value: bigint }
  | { readonly code: 'f'; readonly value: number }
  | { readonly code: 's'; readonly bytes: Uint8Array }
  | { readonly code: '(' | '['; readonly items: readonly MarshalValue[] };

export interface DecodeLimits {
  /** Tuples and lists in one another. */
  readonly depth: number;
  /** Items of one tuple or list. */
  readonly items: number;
  /** Bytes of one string; of a longer one the rest is left out, see {@link Gap}. */
  readonly textBytes: number;
}

/** Bytes that belong to a string at this place and are not in the buffer: `length` of them were, or are to be, thrown away. */
export interface Gap {
  readonly at: number;
  readonly length: number;
}

export type MarshalError =
  'unknown-code' | 'negative-length' | 'too-deep' | 'too-many-items' | 'text-too-long' | 'bad-float';

const NONE: MarshalValue = Object.freeze({ code: 'N' });
const TRUE: MarshalValue = Object.freeze({ code: 'T' });
const FALSE: MarshalValue = Object.freeze({ code: 'F' });

/** What `%.17g` prints, and what Python's `float` of it would take beside; no hexadecimal, no blanks, no `_`. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const SPECIAL: { readonly [text: string]: number } = {
  inf: Infinity,
  '-inf': -Infinity,
  nan: NaN,
  '-nan': NaN,
};

/** Reads values one after the other. After `next` gave null, `error` says what is wrong, or `need` how many bytes there must be at least. */
export class MarshalReader {
  at: number;
  error: MarshalError | null = null;
  /** Bytes that the buffer must hold, counted from its beginning, before it is worth trying again. */
  need = 0;
  /** A string that is longer than it may be, of which the rest is to be left out of the buffer before it is tried again. */
  gap: Gap | null = null;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #limits: DecodeLimits;

  /** `gap`: what was left out already. A second string of excessive length is an error. */
  constructor(
    bytes: Uint8Array,
    limits: DecodeLimits,
    at = 0,
    end: number = bytes.length,
    gap: Gap | null = null,
  ) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#limits = limits;
    this.at = at;
    this.#end = end;
    this.gap = gap;
  }

  next(depth = 0): MarshalValue | null {
    if (!this.#has(1)) return null;
    const code = this.#bytes[this.at++]!;
    switch (code) {
      case 0x4e:
        return NONE;
      case 0x54:
        return TRUE;
      case 0x46:
        return FALSE;
      case 0x69:
        if (!this.#has(4)) return null;
        this.at += 4;
        return { code: 'i', value: this.#view.getInt32(this.at - 4, true) };
      case 0x49:
        if (!this.#has(8)) return null;
        this.at += 8;
        return { code: 'I', value: this.#view.getBigInt64(this.at - 8, true) };
      case 0x66:
        return this.#float();
      case 0x73:
        return this.#text();
      case 0x28:
      case 0x5b:
        return this.#sequence(code === 0x28 ? '(' : '[', depth);
      default:
        return this.#fail('unknown-code');
    }
  }

  #float(): MarshalValue | null {
    if (!this.#has(1)) return null;
    const length = this.#bytes[this.at++]!;
    if (!this.#has(length)) return null;
    const text = String.fromCharCode(...this.#bytes.subarray(this.at, this.at + length));
    this.at += length;
    if (Object.hasOwn(SPECIAL, text)) return { code: 'f', value: SPECIAL[text]! };
    return DECIMAL.test(text) ? { code: 'f', value: Number(text) } : this.#fail('bad-float');
  }

  #text(): MarshalValue | null {
    const length = this.#count();
    if (length === null) return null;
    const { textBytes } = this.#limits;
    const from = this.at;
    if (length <= textBytes) {
      if (!this.#has(length)) return null;
      this.at = from + length;
      return { code: 's', bytes: this.#bytes.subarray(from, from + length) };
    }
    const gap: Gap = { at: from + textBytes, length: length - textBytes };
    if (this.gap === null) {
      this.gap = gap;
      this.need = gap.at;
      return null;
    }
    if (this.gap.at !== gap.at || this.gap.length !== gap.length) return this.#fail('text-too-long');
    if (!this.#has(textBytes)) return null;
    this.at = gap.at;
    return { code: 's', bytes: this.#bytes.subarray(from, gap.at) };
  }

  #sequence(code: '(' | '[', depth: number): MarshalValue | null {
    if (depth >= this.#limits.depth) return this.#fail('too-deep');
    const count = this.#count();
    if (count === null) return null;
    if (count > this.#limits.items) return this.#fail('too-many-items');
    const items: MarshalValue[] = [];
    for (let k = 0; k < count; k++) {
      const item = this.next(depth + 1);
      if (item === null) return null;
      items.push(item);
    }
    return { code, items };
  }

  #count(): number | null {
    if (!this.#has(4)) return null;
    const count = this.#view.getInt32(this.at, true);
    this.at += 4;
    return count < 0 ? this.#fail('negative-length') : count;
  }

  #has(bytes: number): boolean {
    if (this.#end - this.at >= bytes) return true;
    this.need = this.at + bytes;
    return false;
  }

  #fail(error: MarshalError): null {
    this.error = error;
    return null;
  }
}

/** Values one after the other as bytes, in an array of their own. A float must be finite: the other side takes no other. */
export function encodeMarshal(values: readonly MarshalValue[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(values.reduce((sum, value) => sum + marshalBytes(value), 0));
  let at = 0;
  for (const value of values) at = write(bytes, at, value);
  return bytes;
}

/** Bytes that the value takes. */
export function marshalBytes(value: MarshalValue): number {
  switch (value.code) {
    case 'i':
      return 5;
    case 'I':
      return 9;
    case 'f':
      return 2 + floatText(value.value).length;
    case 's':
      return 5 + value.bytes.length;
    case '(':
    case '[':
      return value.items.reduce((sum, item) => sum + marshalBytes(item), 5);
    default:
      return 1;
  }
}

/** Shortest decimal text that gives the number again: at most 25 characters. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`marshal.ts: ${String(value)} cannot be sent`);
  return Object.is(value, -0) ? '-0' : String(value);
}

function write(bytes: Buffer, start: number, value: MarshalValue): number {
  const at = bytes.writeUInt8(value.code.charCodeAt(0), start);
  switch (value.code) {
    case 'i':
      return bytes.writeInt32LE(value.value, at);
    case 'I':
      return bytes.writeBigInt64LE(value.value, at);
    case 'f': {
      const text = floatText(value.value);
      return bytes.writeUInt8(text.length, at) + bytes.write(text, at + 1, 'latin1');
    }
    case 's':
      bytes.set(value.bytes, bytes.writeInt32LE(value.bytes.length, at));
      return at + 4 + value.bytes.length;
    case '(':
    case '[':
      return value.items.reduce(
        (next, item) => write(bytes, next, item),
        bytes.writeInt32LE(value.items.length, at),
      );
    default:
      return at;
  }
}
