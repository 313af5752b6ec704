import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeAddress, encodeAddress } from '../wire/socketAddress.ts';
import { formatAddress, parseAddress } from './socketAddress.ts';

describe('addresses', () => {
  it.each([
    ['02000050 7f000001 0000000000000000', '127.0.0.1:80'],
    ['0a000050 00000000 00000000000000000000000000000001 00000000', '[::1]:80'],
    ['0a000050 00000000 20010db8000000000001000000000001 00000000', '[2001:db8::1:0:0:1]:80'],
    ['0100 2f746d702f73', 'unix:/tmp/s'],
    ['0100 2f746d702f7300616263', 'unix:/tmp/s'],
    ['0100 006e616d65', 'unix:@name'],
    ['0100 406e616d65', 'unix:./@name'],
    ['0100 00', 'unix:@'],
    ['0100', 'unix:'],
    ['0200', 'family 2'],
    ['1000', 'family 16'],
    ['02', ''],
  ])('%s is %s', (hex, text) => {
    expect(describeAddress(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBe(text);
  });

  it('come back from their text to the bit, whatever a guest makes up', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc
        .tuple(fc.constantFrom(1, 2, 10), fc.uint8Array({ maxLength: 110 }))
        .map(([family, rest]) => Uint8Array.of(family, 0, ...rest)),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const text = describeAddress(given);
        if (text === '') return;
        const parsed = parseAddress(text);
        expect(parsed).not.toBeNull();
        expect(formatAddress(parsed!)).toBe(text);
        const encoded = encodeAddress(text);
        expect(encoded === null).toBe(parsed!.family === 'other');
        if (encoded !== null && encoded.length < 110) expect(describeAddress(encoded)).toBe(text);
      }),
    );
  });

  it.each([
    '',
    'x',
    '127.0.0.1',
    '127.0.0.256:1',
    '1.2.3:4',
    '1.2.3.4:65536',
    '[::1]',
    '[1::2::3]:4',
    '[12345::]:1',
    'unix',
    'family x',
  ])('says that %j means nothing', (text) => {
    expect(parseAddress(text)).toBeNull();
    expect(encodeAddress(text)).toBeNull();
  });
});
