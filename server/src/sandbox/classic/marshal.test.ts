import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeMarshal,
  marshalBytes,
  MarshalReader,
  type DecodeLimits,
  type MarshalValue,
} from './marshal.ts';

const WIDE: DecodeLimits = { depth: 8, items: 1000, textBytes: 10_000 };

const leaf: fc.Arbitrary<MarshalValue> = fc.oneof(
  fc.constantFrom<MarshalValue>({ code: 'N' }, { code: 'T' }, { code: 'F' }),
  fc.integer().map((value): MarshalValue => ({ code: 'i', value })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): MarshalValue => ({ code: 'I', value })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value): MarshalValue => ({ code: 'f', value })),
  fc.uint8Array({ maxLength: 50 }).map((bytes): MarshalValue => ({ code: 's', bytes })),
);

const { tree } = fc.letrec<{ tree: MarshalValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc
      .record({ code: fc.constantFrom('(', '['), items: fc.array(tie('tree'), { maxLength: 6 }) })
      .map((value): MarshalValue => value as MarshalValue),
  ),
}));

/** Views of received bytes compared as what they hold. */
function bare(value: MarshalValue): unknown {
  if (value.code === 's') return { code: 's', bytes: [...value.bytes] };
  return 'items' in value ? { code: value.code, items: value.items.map(bare) } : value;
}

function decode(bytes: Uint8Array, limits = WIDE): MarshalReader & { readonly value: MarshalValue | null } {
  const reader = new MarshalReader(bytes, limits);
  const value = reader.next();
  return Object.assign(reader, { value });
}

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('values of the classic wire', () => {
  it('come back as they were sent, to the bit', () => {
    fc.assert(
      fc.property(fc.array(tree, { minLength: 1, maxLength: 4 }), (values) => {
        const bytes = encodeMarshal(values);
        expect(bytes.length).toBe(values.reduce((sum, value) => sum + marshalBytes(value), 0));
        const reader = new MarshalReader(bytes, WIDE);
        const back = values.map(() => reader.next()!);
        expect(back.map(bare)).toEqual(values.map(bare));
        expect(reader.at).toBe(bytes.length);
      }),
    );
  });

  it('go back to the bytes that they came from, where those are spelled as we spell', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const bytes = encodeMarshal([value]);
        expect(encodeMarshal([decode(bytes).value!])).toEqual(bytes);
      }),
    );
  });

  it('ask for more of whatever is cut short, and are never wrong about how much', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (value, where) => {
        const bytes = encodeMarshal([value]);
        const cut = where % bytes.length;
        const reader = decode(bytes.subarray(0, cut));
        expect(reader.value).toBeNull();
        expect(reader.error).toBeNull();
        expect(reader.need).toBeGreaterThan(cut);
        expect(reader.need).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it('survive any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { value, error, need } = decode(bytes);
        expect(value !== null || error !== null || need > bytes.length).toBe(true);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(tree, fc.nat(), fc.nat(255), (value, where, byte) => {
        const bytes = encodeMarshal([value]);
        bytes[where % bytes.length] = byte;
        const reader = decode(bytes);
        expect(
          reader.value !== null || reader.error !== null || reader.need > bytes.length || reader.gap !== null,
        ).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a reference', '52 00000000', 'unknown-code'],
    ['an interned string', '74 01000000 61', 'unknown-code'],
    ['unicode', '75 01000000 61', 'unknown-code'],
    ['a long', '6c 01000000 0100', 'unknown-code'],
    ['a binary float', '67 0000000000000000', 'unknown-code'],
    ['a dict', '7b 30', 'unknown-code'],
    ['the end of a dict', '30', 'unknown-code'],
    ['a flagged code of Python 3', 'f3 00000000', 'unknown-code'],
    ['a negative length', '73 ffffffff', 'negative-length'],
    ['a negative count', '28 ffffffff', 'negative-length'],
    ['more items than there may be', '28 ff000000', 'too-many-items'],
    ['tuples without end', '28 01000000'.repeat(10), 'too-deep'],
    ['a hexadecimal float', '66 05 3078312e30', 'bad-float'],
    ['an empty float', '66 00', 'bad-float'],
    ['a float with blanks', '66 03 203120', 'bad-float'],
  ])('refuse %s', (_what, bytes, error) => {
    expect(decode(hex(bytes), { depth: 3, items: 8, textBytes: 100 }).error).toBe(error);
  });

  it('read a number as the child prints it', () => {
    const read = (text: string): unknown =>
      decode(Buffer.concat([Buffer.of(0x66, text.length), Buffer.from(text)])).value;
    for (const [text, value] of [
      ['0', 0],
      ['0.10000000000000001', 0.1],
      ['1e-300', 1e-300],
      ['1e+100', 1e100],
      ['-5', -5],
      ['inf', Infinity],
      ['nan', NaN],
    ] as const)
      expect(read(text)).toEqual({ code: 'f', value });
  });

  it('take nothing on trust that was only announced', () => {
    const began = process.memoryUsage().arrayBuffers;
    const reader = decode(hex('28 07000000 73 ffffff7f'), { depth: 3, items: 8, textBytes: 2 ** 31 });
    expect(reader.need).toBe(10 + 0x7fffffff);
    expect(process.memoryUsage().arrayBuffers - began).toBeLessThan(1024 * 1024);
  });
});
