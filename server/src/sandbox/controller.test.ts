/** The controller without a process: frames in, replies out. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { WIRE_SYMBOLS } from '@sandtable/shared/calls';
import { clampLimits, RUN_LIMITS } from '@sandtable/shared/limits';
import { createEngine } from '@sandtable/shared/policy/engine';
import { MAX_HELD_BYTES, SPARE_IN_FLIGHT } from './callCourse.ts';
import { Controller } from './controller.ts';
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

function bench(threads: number = RUN_LIMITS.threads.default): Bench {
  const vfs = new Vfs({
    mounts: [
      {
        at: guestPath('/tmp'),
        kind: 'memory',
        writeMode: 'read-write',
        owner: { uid: 1000, gid: 1000 },
        entries: { a: { kind: 'file', content: 'abc' } },
      },
    ],
  });
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
      files: guest.value,
      terminal: null,
      waits: new Waits(),
      identity: guestIdentity({}),
      limits: clampLimits({ threads }),
      usage: () => usage,
      raise: () => undefined,
      waitsForInput: () => undefined,
      timers: { set: () => none, get: () => none },
      exiting: () => undefined,
      fatal: () => undefined,
    },
    script: null,
    startFile: null,
    reply: (frame) =>
      replies.push({ id: readUint32(frame, 4), ret: readInt64(frame, 8), errno: readUint32(frame, 16) }),
    breakOff: (code) => broken.push(code),
    lines: false,
    record: (tail) => rows.push(tail),
    touched: () => undefined,
    begins: () => undefined,
    notice: () => undefined,
  });
  const reader = new FrameReader();
  return {
    controller,
    replies,
    rows,
    broken,
    send: (bytes) => {
      reader.feed(bytes);
      while (broken.length === 0 && reader.next()) controller.frame(reader, performance.now());
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
  beforeEach(() => {
    b = bench();
  });

  it('answers each request once and records what the guest saw', () => {
    b.send(
      Buffer.concat([
        frame('open64', [text('a'), 0, 0], 1),
        frame('read', [0, 10, 10], 2),
        frame('close', [0], 3),
        frame('close', [0], 4),
        frame('stat64', [text('/nowhere'), null], 5),
      ]),
    );
    expect(b.replies).toEqual([
      { id: 1, ret: 0, errno: 0 },
      { id: 2, ret: 3, errno: 0 },
      { id: 3, ret: 0, errno: 0 },
      { id: 4, ret: -1, errno: 9 },
      { id: 5, ret: -1, errno: 2 },
    ]);
    const rows = b.rows.map((row) => JSON.parse(`{${row}`) as Record<string, unknown>);
    expect(rows[0]).toMatchObject({
      n: 0,
      call: 'll_os_open',
      args: { path: 'a' },
      path: '/tmp/a',
      result: 0,
    });
    expect(rows[1]).toMatchObject({ result: 'abc', bytes: 3, path: '/tmp/a' });
    expect(rows[3]).toMatchObject({ errno: 'EBADF' });
  });

  it('says no to isatty with 0', () => {
    b.send(
      Buffer.concat([
        frame('open64', [text('a'), 0, 0], 1),
        frame('isatty', [0], 2),
        frame('isatty', [99], 3),
      ]),
    );
    expect(b.replies.slice(1)).toEqual([
      { id: 2, ret: 0, errno: 25 },
      { id: 3, ret: 0, errno: 9 },
    ]);
  });

  it.each([
    ['an unknown function', Buffer.from([8, 0, 0, 0, 1, 0, 0, 0, 0xf0, 0xf0, 1, 0])],
    ['id 0', frame('getpid', [], 0)],
    [
      'bytes left over',
      (() => {
        const f = frame('getpid', [], 1);
        const more = Buffer.concat([f, Buffer.of(1)]);
        more.writeUInt32LE(9, 0);
        return more;
      })(),
    ],
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
    for (let id = 1; id <= RUN_LIMITS.threads.default + SPARE_IN_FLIGHT; id++)
      other.send(frame('@sleep', [10 ** 9], id));
    expect(other.broken).toEqual([]);
    other.send(frame('@sleep', [10 ** 9], 9999));
    expect(other.broken).toEqual(['too-many-in-flight']);
  });

  it('breaks off where waiting writes hold more bytes than they may', () => {
    const much = bench(64);
    const block = new Uint8Array(1024 * 1024);
    much.send(frame('pipe', [null], 1));
    for (let held = 0; held < MAX_HELD_BYTES; held += block.length)
      much.send(frame('write', [1, block, block.length], 10 + held / block.length));
    expect(much.broken).toEqual([]);
    much.send(frame('write', [1, block, block.length], 9999));
    expect(much.broken).toEqual(['too-much-in-flight']);
  });

  it('looks into no name that is longer than the host sends, and tells of a long one only its beginning', () => {
    const nasty = (bytes: number): Uint8Array =>
      text(`/${'x/'.repeat(bytes / 4)}${'a/../'.repeat(bytes / 10)}`.slice(0, bytes));
    const began = performance.now();
    for (let id = 1; id <= 20; id++) b.send(frame('chdir', [nasty(128 * 1024)], id));
    // Each took 40 ms where the whole name was normalised.
    expect(performance.now() - began).toBeLessThan(400);
    expect(b.replies.map(({ errno }) => errno)).toEqual(Array<number>(20).fill(36));
    expect((JSON.parse(`{${b.rows[0]!}`) as { path: string }).path.length).toBeLessThan(5000);
    b.send(frame('chdir', [text('x'.repeat(128 * 1024 + 1))], 99));
    expect(b.broken).toEqual(['bad-arguments']);
  });

  it('refuses polls of more entries than there can be descriptors, before anything is made of them', () => {
    const entries = (count: number): Uint8Array => new Uint8Array(count * 8).fill(1);
    b.send(
      Buffer.concat([frame('poll', [entries(4096), 4096, 0], 1), frame('poll', [entries(4097), 4097, 0], 2)]),
    );
    expect(b.replies.map(({ errno }) => errno)).toEqual([0, 22]);
    expect((JSON.parse(`{${b.rows[1]!}`) as { args: unknown }).args).toEqual({
      fds: [],
      count: 4097,
      milliseconds: 0,
    });
  });

  it('lets waiting calls look in a later turn, however often they are woken in this one', async () => {
    b.send(frame('pipe', [null], 1));
    // Ten polls of 4096 entries for room at the end that is read: it never comes.
    const entries = Buffer.alloc(4096 * 8);
    for (let k = 0; k < 4096; k++) entries.writeInt16LE(4, 8 * k + 4);
    for (let id = 2; id < 12; id++) b.send(frame('poll', [entries, 4096, -1], id));
    const began = performance.now();
    for (let id = 100; id < 612; id++) b.send(frame('write', [1, Buffer.from('x'), 1], id));
    // Looking at every wake takes seconds.
    expect(performance.now() - began).toBeLessThan(500);
    expect(b.replies).toHaveLength(1 + 512);
  });

  it('finds what it waited for, in the order in which the calls came to wait', async () => {
    const forBytes = Buffer.from([0, 0, 0, 0, 1, 0, 0, 0]);
    b.send(
      Buffer.concat([
        frame('pipe', [null], 1),
        frame('poll', [forBytes, 1, -1], 2),
        frame('read', [0, 10, 10], 3),
        frame('read', [0, 10, 10], 4),
      ]),
    );
    expect(b.replies.map(({ id }) => id)).toEqual([1]);
    b.send(Buffer.concat([frame('write', [1, text('x'), 1], 5), frame('write', [1, text('y'), 1], 6)]));
    await expect
      .poll(() => b.replies.map(({ id, ret }) => [id, ret]))
      .toEqual([
        [1, 0],
        [5, 1],
        [6, 1],
        [2, 1],
        [3, 2],
      ]);
    b.send(frame('write', [1, text('z'), 1], 7));
    await expect.poll(() => b.replies.at(-1)).toEqual({ id: 4, ret: 1, errno: 0 });
  });

  it('survives any frame of the table, whole or damaged', () => {
    const value = (code: string, bytes: number): fc.Arbitrary<WireArg> => {
      if ('ilrA'.includes(code)) return fc.oneof(fc.integer({ min: -2, max: 12 }), fc.maxSafeInteger());
      if (code === 's') return fc.constantFrom('a', '/tmp', '/tmp/a', '..', '/', 'x/y', '', 'b').map(text);
      if (code === 'w') return fc.uint8Array({ maxLength: 20 });
      if (code === 'I' || code === 'X')
        return fc.option(fc.uint8Array({ minLength: bytes, maxLength: bytes }));
      return fc.constant(null);
    };
    const one = fc
      .constantFrom(...WIRE_SYMBOLS.filter(({ symbol }) => symbol !== '@pause'))
      .chain((row) =>
        fc.tuple(
          fc.constant(row.symbol),
          fc.tuple(...row.ops.map((op) => value(op.code, op.bytes))),
          fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 4 }),
        ),
      );
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
