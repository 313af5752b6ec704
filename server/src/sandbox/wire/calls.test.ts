import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callSpec, WIRE_SYMBOLS, type Op, type WireSymbol } from '@sandtable/shared/calls';
import type { PlainValue } from '@sandtable/shared/policy/model';
import { ENCODERS } from './answers.ts';
import { NORMALISERS, OWN_NORMALISERS } from './normalise.ts';
import { ReplyBuilder } from './replyBuilder.ts';
import { decodeArgs, encodeArgs, readInt64, readUint32, writeInt64, type WireArg } from './wireArgs.ts';

const noNul = fc
  .array(fc.integer({ min: 1, max: 255 }), { maxLength: 40 })
  .map((bytes) => Uint8Array.from(bytes));

function argument(op: Op): fc.Arbitrary<WireArg> {
  switch (op.code) {
    case 'i':
      return fc.integer();
    case 'l':
    case 'r':
    case 'A':
      return fc.maxSafeInteger();
    case 's':
      return fc.option(noNul);
    case 'w':
      return fc.option(fc.uint8Array({ maxLength: 40 }));
    case 'I':
    case 'X':
      return fc.option(fc.uint8Array({ minLength: op.bytes, maxLength: op.bytes }));
    case 'x':
      return fc.constant(null);
    default:
      return fc.constant(null);
  }
}

const call = fc
  .constantFrom(...WIRE_SYMBOLS)
  .chain((row) => fc.tuple(fc.constant(row), fc.tuple(...row.ops.map(argument))));

/** The reply's out arguments, checked for shape. */
function outsOf(frame: Uint8Array, row: WireSymbol): { ret: number; errno: number; outs: Uint8Array[] } {
  const view = Buffer.from(frame);
  expect(readUint32(view, 0)).toBe(view.length - 4);
  const outs: Uint8Array[] = [];
  for (let at = 24; at < view.length;) {
    const length = readUint32(view, at);
    expect(at + 4 + length).toBeLessThanOrEqual(view.length);
    outs.push(view.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  expect(outs.length).toBeLessThanOrEqual(row.ops.filter(({ code }) => 'rSXoxA'.includes(code)).length);
  return { ret: readInt64(view, 8), errno: view.readInt32LE(16), outs };
}

describe('arguments', () => {
  it('come back as they were sent', () => {
    fc.assert(
      fc.property(call, ([row, args]) => {
        const bytes = encodeArgs(row.ops, args);
        const back = decodeArgs(row.ops, bytes, 0, bytes.length);
        expect(back?.map((arg) => (arg instanceof Uint8Array ? [...arg] : arg))).toEqual(
          args.map((arg) => (arg instanceof Uint8Array ? [...arg] : arg)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('are refused when something is missing, surplus or changed into nonsense, and never harm', () => {
    fc.assert(
      fc.property(
        call,
        fc.nat(),
        fc.nat(255),
        fc.integer({ min: -3, max: 3 }),
        ([row, args], at, value, grow) => {
          const bytes = encodeArgs(row.ops, args);
          const changed = Buffer.alloc(Math.max(0, bytes.length + grow));
          changed.set(bytes.subarray(0, changed.length));
          if (changed.length > 0) changed[at % changed.length] = value;
          const back = decodeArgs(row.ops, changed, 0, changed.length);
          if (back !== null) NORMALISERS[row.fid]!(back);
        },
      ),
      { numRuns: 1000 },
    );
    const open = WIRE_SYMBOLS.find(({ symbol }) => symbol === 'unlink')!;
    const good = encodeArgs(open.ops, [Buffer.from('/tmp/x')]);
    expect(decodeArgs(open.ops, good, 0, good.length)).not.toBeNull();
    expect(decodeArgs(open.ops, Buffer.concat([good, Buffer.of(0)]), 0, good.length + 1)).toBeNull();
    expect(decodeArgs(open.ops, good, 0, good.length - 1)).toBeNull();
    const nul = encodeArgs(open.ops, [Buffer.from('/tmp/\0x')]);
    expect(decodeArgs(open.ops, nul, 0, nul.length)).toBeNull();
  });

  it('hold any whole number', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const view = new DataView(new ArrayBuffer(8));
        writeInt64(view, 0, value);
        expect(view.getBigInt64(0, true)).toBe(BigInt(value));
        expect(readInt64(new Uint8Array(view.buffer), 0)).toBe(value);
      }),
    );
  });
});

describe('normalisers', () => {
  it('give every call exactly the arguments of the table, but for those that change what it does', () => {
    fc.assert(
      fc.property(call, ([row, args]) => {
        const asked = NORMALISERS[row.fid]!(args);
        if (asked === null) return;
        const expected = callSpec(asked.call)!.args.map(({ name }) => name);
        const extra = Object.keys(asked.args).filter((name) => !expected.includes(name));
        expect(Object.keys(asked.args)).toEqual(expect.arrayContaining(expected));
        expect(['dirfd', 'newdirfd', 'flags', 'value']).toEqual(expect.arrayContaining(extra));
        expect(() => JSON.stringify(asked.args)).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });

  it('are of symbols that exist', () => {
    const symbols = new Set(WIRE_SYMBOLS.map(({ symbol }) => symbol));
    expect(OWN_NORMALISERS.filter((symbol) => !symbols.has(symbol))).toEqual([]);
  });

  const fid = (symbol: string): WireSymbol => WIRE_SYMBOLS.find((row) => row.symbol === symbol)!;
  const text = (value: string): Uint8Array => Buffer.from(value);
  it.each([
    ['fstatat64', [-100, text('a'), null, 0x100], 'll_os_lstat', { path: 'a' }],
    ['fstatat64', [7, text('a'), null, 0], 'll_os_stat', { path: 'a', dirfd: 7 }],
    ['fstatat64', [7, text('/a'), null, 0], 'll_os_stat', { path: '/a' }],
    ['fstatat64', [7, text(''), null, 0x1000], 'll_os_fstat', { fd: 7 }],
    ['unlinkat', [-100, text('a'), 0x200], 'll_os_rmdir', { path: 'a' }],
    ['unlinkat', [-100, text('a'), 0], 'll_os_unlink', { path: 'a' }],
    ['openat64', [5, text('a'), 2, 0], 'll_os_open', { path: 'a', flags: 2, mode: 0, dirfd: 5 }],
    ['@sleep', [1_500_000], 'll_time_sleep', { seconds: 1.5 }],
    ['getrandom', [16, 16, 0], 'll_os_urandom', { size: 16 }],
    ['lchown', [text('a'), 1, 2], 'll_os_chown', { path: 'a', uid: 1, gid: 2, flags: 0x100 }],
    ['@killpg', [5, 9], 'll_os_kill', { pid: -5, signal: 9 }],
    ['utimensat', [4, null, null, 0], 'll_os_futime', { fd: 4, times: null }],
  ] as const)('%s %j', (symbol, args, name, expected) => {
    const asked = NORMALISERS[fid(symbol).fid]!(args)!;
    expect(asked.call).toBe(name);
    expect({ ...asked.args }).toEqual(expected);
  });
});

describe('encoders', () => {
  const plain = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<PlainValue>;

  it('make a frame of any value or say that they cannot', () => {
    const builder = new ReplyBuilder();
    fc.assert(
      fc.property(call, plain, ([row, args], value) => {
        const asked = NORMALISERS[row.fid]!(args);
        if (asked === null) return;
        const error = ENCODERS[row.fid]!(builder, 9, value, null, asked);
        if (error === null) outsOf(builder.finish(), row);
      }),
      { numRuns: 2000 },
    );
  });

  it('never send more bytes than the guest has room for', () => {
    const builder = new ReplyBuilder();
    const read = WIRE_SYMBOLS.find(({ symbol }) => symbol === 'read')!;
    fc.assert(
      fc.property(fc.nat(100), fc.string({ maxLength: 200 }), (room, value) => {
        const asked = NORMALISERS[read.fid]!([0, room, room])!;
        expect(ENCODERS[read.fid]!(builder, 1, value, null, asked)).toBeNull();
        const { ret, outs } = outsOf(builder.finish(), read);
        expect(ret).toBe(outs[0]!.length);
        expect(ret).toBeLessThanOrEqual(room);
      }),
    );
  });
});
