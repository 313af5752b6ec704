import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMarshal, type MarshalValue } from './marshal.ts';
import {
  MAX_ARGUMENTS,
  MAX_NAME_BYTES,
  MAX_REQUEST_BYTES,
  MAX_TEXT_BYTES,
  RequestReader,
  type ReadResult,
} from './requestReader.ts';

const text = (value: string | Uint8Array): MarshalValue => ({ code: 's', bytes: Buffer.from(value) });

function request(name: string, ...items: MarshalValue[]): Uint8Array {
  return encodeMarshal([text(name), { code: '(', items }]);
}

/** Feeds pieces of these lengths, over and over. */
function feed(bytes: Uint8Array, sizes: readonly number[]): ReadResult[] {
  const reader = new RequestReader();
  const results: ReadResult[] = [];
  for (let at = 0, k = 0; at < bytes.length; k++) {
    const size = sizes[k % sizes.length]!;
    const result = reader.push(new Uint8Array(bytes.subarray(at, at + size)));
    if (result.kind !== 'more') results.push(result);
    at += size;
  }
  return results;
}

const value: fc.Arbitrary<MarshalValue> = fc.oneof(
  fc.constant<MarshalValue>({ code: 'N' }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n): MarshalValue => ({ code: 'I', value: n })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n): MarshalValue => ({ code: 'f', value: n })),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => text(bytes)),
  fc
    .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }))
    .map(([n]): MarshalValue => ({ code: '(', items: [{ code: 'f', value: n }] })),
);

const broken = (code: string): ReadResult => ({ kind: 'broken', code }) as ReadResult;

describe('the reader of requests', () => {
  it('finds the same request however it is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: MAX_ARGUMENTS }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        (args, sizes) => {
          const bytes = request('ll_os.ll_os_open', ...args);
          const [found, ...rest] = feed(bytes, sizes);
          expect(rest).toEqual([]);
          if (found?.kind !== 'request') throw new Error(JSON.stringify(found));
          expect(encodeMarshal([text(found.request.name), { code: '(', items: found.request.args }])).toEqual(
            bytes,
          );
        },
      ),
    );
  });

  it('is ready for the next one at once', () => {
    const reader = new RequestReader();
    for (const size of [1000, 3, 1000, 1]) {
      const bytes = request('ll_os.ll_os_close', { code: 'I', value: 3n });
      let last: ReadResult = { kind: 'more' };
      for (let at = 0; at < bytes.length; at += size) last = reader.push(bytes.subarray(at, at + size));
      expect(last).toMatchObject({ kind: 'request', request: { name: 'll_os.ll_os_close' } });
    }
  });

  it('keeps the beginning of a string that is too long, and loses nothing behind it', () => {
    const data = Buffer.alloc(MAX_TEXT_BYTES + 300_000, 'abcdefg');
    for (const sizes of [[65_536], [9999, 1], [data.length * 2], [MAX_TEXT_BYTES + 47, 3]]) {
      const bytes = request('ll_os.ll_os_write', { code: 'I', value: 1n }, text(data), {
        code: 'i',
        value: 7,
      });
      const [found] = feed(bytes, sizes);
      if (found?.kind !== 'request') throw new Error(JSON.stringify(found));
      const [fd, kept, behind] = found.request.args;
      expect([fd, behind]).toEqual([
        { code: 'I', value: 1n },
        { code: 'i', value: 7 },
      ]);
      expect(kept?.code === 's' && Buffer.compare(kept.bytes, data.subarray(0, MAX_TEXT_BYTES))).toBe(0);
    }
  });

  it('holds only so much, whatever is announced', () => {
    const reader = new RequestReader();
    const head = Buffer.from(request('x', text('')));
    head.writeInt32LE(0x7fffffff, head.length - 4);
    const before = process.memoryUsage().arrayBuffers;
    expect(reader.push(head)).toEqual({ kind: 'more' });
    const chunk = new Uint8Array(65_536);
    for (let sent = 0; sent < 64 * 1024 * 1024; sent += chunk.length)
      expect(reader.push(chunk)).toEqual({ kind: 'more' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 * MAX_TEXT_BYTES);
  });

  it.each([
    ['text', Buffer.from('Python 2.7.13 (default)\n'), 'unknown-code'],
    ['a call without a name', encodeMarshal([{ code: 'I', value: 1n }]), 'not-a-call'],
    ['arguments that are a list', encodeMarshal([text('x'), { code: '[', items: [] }]), 'not-a-call'],
    ['a name without letters', request(''), 'bad-name'],
    ['a name with a line end', request('ll_os\n'), 'bad-name'],
    ['a name that is too long', request('x'.repeat(MAX_NAME_BYTES + 1)), 'bad-name'],
    ['a name without end', Buffer.from('73ffffff7f', 'hex'), 'bad-name'],
    ['two requests at once', Buffer.concat([request('a'), request('b')]), 'out-of-turn'],
    ['a byte behind the request', Buffer.concat([request('a'), Buffer.of(0)]), 'out-of-turn'],
    [
      'too many arguments',
      request('a', ...Array<MarshalValue>(MAX_ARGUMENTS + 1).fill({ code: 'N' })),
      'too-many-items',
    ],
    [
      'nesting',
      request('a', { code: '(', items: [{ code: '(', items: [{ code: '(', items: [] }] }] }),
      'too-deep',
    ],
    [
      'two long strings',
      request('a', text(Buffer.alloc(MAX_TEXT_BYTES + 1)), text(Buffer.alloc(MAX_TEXT_BYTES + 1))),
      'text-too-long',
    ],
    [
      'more strings than fit',
      request(
        'a',
        text(Buffer.alloc(MAX_TEXT_BYTES)),
        text(Buffer.alloc(MAX_REQUEST_BYTES - MAX_TEXT_BYTES)),
      ),
      'request-too-long',
    ],
  ])('gives up at %s, for good', (_what, bytes, code) => {
    for (const size of [bytes.length, 1000]) {
      const reader = new RequestReader();
      let last: ReadResult = { kind: 'more' };
      for (let at = 0; at < bytes.length && last.kind === 'more'; at += size)
        last = reader.push(bytes.subarray(at, at + size));
      expect(last).toEqual(broken(code));
      expect(reader.push(request('ll_os.ll_os_getcwd'))).toEqual(broken(code));
    }
  });

  it('survives any bytes, in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 10 }), (pieces) => {
        const reader = new RequestReader();
        for (const piece of pieces) expect(['more', 'request', 'broken']).toContain(reader.push(piece).kind);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 4 }),
        fc.nat(),
        fc.nat(255),
        fc.integer({ min: 1, max: 50 }),
        (args, where, byte, size) => {
          const bytes = request('ll_os.ll_os_open', ...args);
          bytes[where % bytes.length] = byte;
          expect(feed(bytes, [size]).length).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});
