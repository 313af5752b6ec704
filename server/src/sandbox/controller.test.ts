/** The controller without a process: frames in, replies out. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { WIRE_SYMBOLS } from '@sandtable/shared/calls';
import { clampLimits } from '@sandtable/shared/limits';
import { createEngine } from '@sandtable/shared/policy/engine';
import { Controller, MAX_IN_FLIGHT } from './controller.ts';
import { guestIdentity } from './guestIdentity.ts';
import { guestPath } from './paths.ts';
import { RequestResolver } from './requests.ts';
import { Vfs } from './vfs/index.ts';
import { Waits } from './waits.ts';
import { FrameReader } from './wire/frameReader.ts';
import { encodeArgs, readInt64, readUint32, type WireArg } from './wire/wireArgs.ts';

interface Bench {
  readonly controller: Controller;
  readonly replies: { readonly id: number; readonly ret: number; readonly errno: number }[];
  readonly rows: string[];
  readonly broken: string[];
  send(bytes: Uint8Array): void;
}

const fidOf = (symbol: string): number => WIRE_SYMBOLS.findIndex((row) => row.symbol === symbol);

function bench(): Bench {
  const vfs = new Vfs({ mounts: [{ at: guestPath('/tmp'), kind: 'memory', writeMode: 'read-write', owner: { uid: 1000, gid: 1000 }, entries: { a: { kind: 'file', content: 'abc' } } }] });
  const guest = vfs.guest({ uid: 1000, gid: 1000, cwd: guestPath('/tmp') });
  const made = createEngine({
    student: { layer: 'student', rules: [], otherwise: { effect: 'allow' }, runtime: 'allow' },
    world: { mounts: [], quotas: {}, identity: {}, limits: {} },
  });
  if (!guest.ok || !made.ok) throw new Error('cannot be');
  const replies: { id: number; ret: number; errno: number }[] = [];
  const rows: string[] = [];
  const broken: string[] = [];
  const usage = { heapBytes: 0, userSeconds: 0, systemSeconds: 0 };
  const none = { value: 0, interval: 0 };
  const controller = new Controller({
    engine: made.engine,
    resolver: new RequestResolver(guest.value),
    run: {
      files: guest.value, terminal: null, waits: new Waits(), identity: guestIdentity({}), limits: clampLimits(), usage: () => usage,
      raise: () => undefined, waitsForInput: () => undefined, timers: { set: () => none, get: () => none }, exiting: () => undefined, fatal: () => undefined,
    },
    script: null,
    reply: (frame) => replies.push({ id: readUint32(frame, 4), ret: readInt64(frame, 8), errno: readUint32(frame, 16) }),
    breakOff: (code) => broken.push(code),
    record: (tail) => rows.push(tail),
    touched: () => undefined,
    begins: () => undefined,
    notice: () => undefined,
  });
  const reader = new FrameReader();
  return {
    controller, replies, rows, broken,
    send: (bytes) => {
      reader.feed(bytes);
      while (broken.length === 0 && reader.next()) controller.frame(reader);
      if (reader.error !== null) broken.push(reader.error);
      if (reader.pending) reader.keep();
    },
  };
}

function frame(symbol: string, args: readonly WireArg[], id = 1, thread = 1): Buffer {
  const body = encodeArgs(WIRE_SYMBOLS[fidOf(symbol)]!.ops, args);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(8 + body.length, 0);
  head.writeUInt32LE(id, 4);
  head.writeUInt16LE(fidOf(symbol), 8);
  head.writeUInt16LE(thread, 10);
  return Buffer.concat([head, body]);
}

const text = (value: string): Uint8Array => Buffer.from(value);

describe('the controller', () => {
  let b: Bench;
  beforeEach(() => { b = bench(); });

  it('answers each request once and records what the guest saw', () => {
    b.send(Buffer.concat([
      frame('open64', [text('a'), 0, 0], 1), frame('read', [0, 10, 10], 2), frame('close', [0], 3), frame('close', [0], 4), frame('stat64', [text('/nowhere'), null], 5),
    ]));
    expect(b.replies).toEqual([
      { id: 1, ret: 0, errno: 0 }, { id: 2, ret: 3, errno: 0 }, { id: 3, ret: 0, errno: 0 }, { id: 4, ret: -1, errno: 9 }, { id: 5, ret: -1, errno: 2 },
    ]);
    const rows = b.rows.map((row) => JSON.parse(`{${row}`) as Record<string, unknown>);
    expect(rows[0]).toMatchObject({ n: 0, call: 'll_os_open', args: { path: 'a' }, path: '/tmp/a', result: 0 });
    expect(rows[1]).toMatchObject({ result: 'abc', bytes: 3, path: '/tmp/a' });
    expect(rows[3]).toMatchObject({ errno: 'EBADF' });
  });

  it('says no to isatty with 0', () => {
    b.send(Buffer.concat([frame('open64', [text('a'), 0, 0], 1), frame('isatty', [0], 2), frame('isatty', [99], 3)]));
    expect(b.replies.slice(1)).toEqual([{ id: 2, ret: 0, errno: 25 }, { id: 3, ret: 0, errno: 9 }]);
  });

  it.each([
    ['an unknown function', Buffer.from([8, 0, 0, 0, 1, 0, 0, 0, 0xf0, 0xf0, 1, 0])],
    ['id 0', frame('getpid', [], 0)],
    ['bytes left over', (() => { const f = frame('getpid', [], 1); const more = Buffer.concat([f, Buffer.of(1)]); more.writeUInt32LE(9, 0); return more; })()],
    ['a write of nothing', frame('write', [1, null, 4], 1)],
  ])('breaks off at %s', (_what, bytes) => {
    b.send(bytes);
    expect(b.broken).toHaveLength(1);
    expect(b.replies).toEqual([]);
  });

  it('breaks off at an id that is still in flight, and at too many in flight', () => {
    b.send(Buffer.concat([frame('@sleep', [10 ** 9], 7), frame('@sleep', [10 ** 9], 7)]));
    expect(b.broken).toEqual(['bad-id']);
    const other = bench();
    for (let id = 1; id <= MAX_IN_FLIGHT; id++) other.send(frame('@sleep', [10 ** 9], id));
    expect(other.broken).toEqual([]);
    other.send(frame('@sleep', [10 ** 9], 9999));
    expect(other.broken).toEqual(['too-many-in-flight']);
  });

  it('survives any frame of the table, whole or damaged', () => {
    const value = (code: string, bytes: number): fc.Arbitrary<WireArg> => {
      if ('ilrA'.includes(code)) return fc.oneof(fc.integer({ min: -2, max: 12 }), fc.maxSafeInteger());
      if (code === 's') return fc.constantFrom('a', '/tmp', '/tmp/a', '..', '/', 'x/y', '', 'b').map(text);
      if (code === 'w') return fc.uint8Array({ maxLength: 20 });
      if (code === 'I' || code === 'X') return fc.option(fc.uint8Array({ minLength: bytes, maxLength: bytes }));
      return fc.constant(null);
    };
    const one = fc.constantFrom(...WIRE_SYMBOLS.filter(({ symbol }) => symbol !== '@pause')).chain((row) =>
      fc.tuple(fc.constant(row.symbol), fc.tuple(...row.ops.map((op) => value(op.code, op.bytes))), fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 4 })));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), (calls) => {
        const each = bench();
        calls.forEach(([symbol, args, damage], k) => {
          const bytes = frame(symbol, args, k + 1);
          if (damage !== null && bytes.length > 12) bytes[12 + (damage[0] % (bytes.length - 12))] = damage[1];
          if (each.broken.length === 0) each.send(bytes);
        });
        each.controller.end();
        expect(new Set(each.replies.map(({ id }) => id)).size).toBe(each.replies.length);
        expect(each.rows.length).toBe(each.replies.length);
        for (const row of each.rows) JSON.parse(`{${row}`);
      }),
      { numRuns: 150 },
    );
  });
});
