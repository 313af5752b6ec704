import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { byteLength, canonicalText, decodeText, encodeText, hasEscapedBytes } from './text.ts';

/** Bytes that mix valid UTF-8 with rubbish; uniform bytes alone would rarely hold a valid sequence. */
const mixedBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 6 }).map((text) => new Uint8Array(Buffer.from(text))),
      fc
        .constantFrom(
          [0xef, 0xbb, 0xbf],
          [0xed, 0xa0, 0x80],
          [0xc0, 0x80],
          [0xf4, 0x90, 0x80, 0x80],
          [0xe2, 0x82],
        )
        .map((bytes) => Uint8Array.from(bytes)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

describe('text', () => {
  it('gives back any bytes', () => {
    fc.assert(
      fc.property(mixedBytes, (bytes) => {
        expect([...encodeText(decodeText(bytes))]).toEqual([...bytes]);
      }),
      { numRuns: 500 },
    );
  });

  it('is ordinary UTF-8 for well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(Buffer.from(encodeText(text)).equals(Buffer.from(text))).toBe(true);
        expect(decodeText(Buffer.from(text))).toBe(text);
      }),
    );
  });

  it('counts bytes as it encodes them, lone surrogates included', () => {
    const anyUnits = fc
      .array(fc.integer({ min: 0, max: 0xffff }))
      .map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.oneof(anyUnits, fc.string({ unit: 'binary' }), mixedBytes.map(decodeText)), (text) => {
        expect(byteLength(text)).toBe(encodeText(text).length);
      }),
    );
  });

  it('escapes as Python does', () => {
    expect(decodeText(Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\udcffb');
    expect(decodeText(Uint8Array.of(0xed, 0xa0, 0x80))).toBe('\udced\udca0\udc80');
    expect(decodeText(Uint8Array.of(0xe2, 0x82))).toBe('\udce2\udc82');
    expect(decodeText(Uint8Array.of(0xc0, 0xaf))).toBe('\udcc0\udcaf');
    expect(hasEscapedBytes('a\udcff')).toBe(true);
    expect(hasEscapedBytes('skull \u{1f480}')).toBe(false);
  });

  it('keeps a byte order mark', () => {
    expect(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
  });

  it('knows two spellings of one name for the same', () => {
    expect(canonicalText('\udcc3\udca9')).toBe('\u00e9');
    expect(canonicalText('\udcff')).toBe('\udcff');
    fc.assert(
      fc.property(mixedBytes, (bytes) => {
        const text = decodeText(bytes);
        expect(canonicalText(text)).toBe(text);
      }),
    );
  });

  it('survives long rubbish', () => {
    const bytes = new Uint8Array(300_000).map((_, at) => (at * 151) & 0xff);
    expect(Buffer.from(encodeText(decodeText(bytes))).equals(Buffer.from(bytes))).toBe(true);
  });
});
