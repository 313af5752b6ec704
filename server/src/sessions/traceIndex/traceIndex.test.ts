import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CALLS } from '@sandtable/shared/calls';
import type { CallEvent, RunEvent } from '@sandtable/shared/events';
import { filterTest, parseFilter } from '@sandtable/shared/filter';
import { batchOf, applyBatch, initialState, type SessionState } from '@sandtable/shared/session';
import { runLog } from '@sandtable/shared/testing/runLogs';
import { decodeText } from '@sandtable/shared/text';
import { VERDICT_KINDS } from '@sandtable/shared/verdicts';
import { WorldTrail } from '@sandtable/shared/worldTrail';
import { LOG_FILE } from '../logFormat.ts';
import { IndexDesk } from './indexDesk.ts';
import { Matches, readFilter } from './matches.ts';
import { RunIndex } from './runIndex.ts';
import { bytesAt, pointAt } from './travel.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-index-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (events: readonly RunEvent[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

function indexed(events: readonly RunEvent[], momentEvents = 7): RunIndex {
  rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), 'sandtable-index-'));
  writeFileSync(join(folder, LOG_FILE), text(events));
  const index = new RunIndex(folder, 'run-test', momentEvents);
  while (!index.extend(1000)) continue;
  return index;
}

function stateAfter(events: readonly RunEvent[]): SessionState {
  const before = initialState('run-test');
  if (events.length === 0) return before;
  const applied = applyBatch(before, batchOf(events, 'run-test'));
  if (!applied.ok) throw new Error(applied.reason);
  return applied.state;
}

/** The events up to row `n` and on to the next. */
function upTo(events: readonly RunEvent[], n: number): readonly RunEvent[] {
  const end = events.findIndex((event) => event.type === 'call' && event.n > n);
  return end < 0 ? events : events.slice(0, end);
}

describe('any point of a run', () => {
  test('a jump gives the state and the world that watching from the start gives, whatever the log', () => {
    fc.assert(
      fc.property(runLog, fc.array(fc.integer({ min: -1, max: 700 }), { maxLength: 8 }), (events, points) => {
        const index = indexed(events);
        for (const n of points) {
          const here = upTo(events, n);
          const point = pointAt(index, n);
          expect(point.state).toEqual(stateAfter(here));
          const trail = new WorldTrail();
          for (const event of here) trail.add(event);
          expect(point.trail.save()).toEqual(trail.save());
          expect(point.row).toEqual(here.findLast((event) => event.type === 'call') ?? null);
        }
        index.close();
      }),
      { numRuns: 60 },
    );
  });

  test('an index that was stored answers like the one that was made, and one that does not fit is made anew', () => {
    const events = manyRows(3000);
    const made = indexed(events, 100);
    const asked = (index: RunIndex) => [pointAt(index, 1234).state, found(index, 'path:/tmp/a* errno:EPERM')];
    const before = asked(made);
    made.close();
    const stored = new RunIndex(folder, 'run-test');
    expect(stored.complete).toBe(true);
    expect(asked(stored)).toEqual(before);
    stored.close();
    appendFileSync(join(folder, LOG_FILE), 'x');
    const anew = new RunIndex(folder, 'run-test', 100);
    expect(anew.complete).toBe(false);
    while (!anew.extend(1000)) continue;
    expect(asked(anew)).toEqual(before);
    anew.close();
  });

  test('an index grows with a log that is being written', () => {
    const events = manyRows(100).slice(0, -1);
    const index = indexed(events.slice(0, 40), 10);
    expect(index.rows).toBe(40);
    appendFileSync(join(folder, LOG_FILE), text(events.slice(40)).slice(0, -5));
    while (!index.extend(1000)) continue;
    // The last line is not whole.
    expect(index.rows).toBe(99);
    expect(pointAt(index, 98).state).toEqual(stateAfter(events.slice(0, 99)));
    index.close();
  });
});

function row(n: number, seq: number, rest: Partial<CallEvent> = {}): CallEvent {
  return {
    seq,
    t: n * 10,
    type: 'call',
    n,
    call: 'll_os_stat',
    args: {},
    verdict: 'allow',
    rule: 1,
    us: n % 50,
    ...rest,
  };
}

/** Among them what cannot be told apart as bytes, and what is too long for a text of the index. */
const RESULTS = [
  7,
  'Ünder the \ud800 "line"\n',
  '\ufffd',
  `${'long '.repeat(300)}end`,
  { mode: 3 },
  [1, 'two'],
];

const STACKS = [
  [{ file: '/tmp/script.py', line: 3, function: 'f' }],
  [
    { file: '/usr/lib/os.py', line: 9, function: 'walk' },
    { file: '/tmp/lib/my.py', line: 5, function: 'g' },
  ],
  [{ file: '/usr/lib/os.py', line: 3, function: 'walk' }],
];

function manyRows(count: number): RunEvent[] {
  const events: RunEvent[] = [];
  for (let n = 0; n < count; n++)
    events.push(
      row(n, n + 1, {
        call: CALLS[n % 9]!.name,
        args: { path: `/tmp/${'abc'[n % 3]!}${n % 11}`, flags: n },
        verdict: VERDICT_KINDS[n % 4]!,
        rule: n % 5,
        ...(n % 7 === 0 ? { errno: 'EPERM' } : { result: RESULTS[n % RESULTS.length]! }),
        ...(n % 5 === 0 ? { stack: STACKS[n % STACKS.length]! } : {}),
        ...(n % 2 === 0 ? { bytes: n } : {}),
        ...(n % 13 === 0 ? { reason: `because ${n % 3}` } : {}),
        ...(n % 6 === 0 ? { thread: 2, path: `/tmp/Real${n % 4}` } : {}),
      }),
    );
  events.push({ seq: count + 1, t: count * 10, type: 'exit', status: 0, reason: 'exit', message: '' });
  return events;
}

function found(index: RunIndex, filter: string, lowest = 0): number[] {
  const read = readFilter(filter);
  if (!read.ok) throw new Error(read.message);
  const matches = new Matches(index, read.filter, lowest);
  while (!matches.extend(1000)) continue;
  return matches.numbers(0, matches.total);
}

describe('filtering by columns', () => {
  const term = fc.oneof(
    fc.constantFrom(
      'verdict:deny',
      'verdict:allow,fake',
      'call:stat',
      'call:ll_os_*',
      'call:o?en',
      'group:files',
    ),
    fc.constantFrom('path:/tmp/a*', 'path:/tmp/real1', 'path:/tmp/Real1', 'path:*', 'errno:eperm', 'errno:*'),
    fc.constantFrom(
      'rule:3',
      'rule:1..2',
      'thread:1',
      'thread:2',
      'n:>100',
      'n:5..40',
      'us:<=7',
      'bytes:>50',
    ),
    fc.constantFrom(
      'reason:"because 1"',
      'reason:*',
      'EPERM',
      'real',
      '"tmp/b"',
      'f*s',
      'because',
      '7',
      '"{"',
      'ünder',
      '"\\ud800"',
      '\ud800',
      '\ufffd',
      '"\\"line"',
      'l*e',
      '*',
      'end',
      'g*end',
    ),
    fc.constantFrom(
      'line:script.py:3',
      'line:/tmp/script.py:*',
      'line:my.py:5',
      'line:lib/my.py:5',
      'line:*os.py*',
    ),
  );
  const filter = fc
    .array(fc.tuple(fc.boolean(), term), { minLength: 1, maxLength: 3 })
    .map((terms) => terms.map(([negated, each]) => (negated ? `-${each}` : each)).join(' '));

  test('finds exactly the rows that the filter’s own test finds, however it is cut', () => {
    const events = manyRows(700);
    const index = indexed(events);
    const rows = events.filter((event) => event.type === 'call');
    fc.assert(
      fc.property(filter, fc.nat(200), fc.nat(300), fc.nat(300), (asked, lowest, from, near) => {
        const parsed = parseFilter(asked);
        if (!parsed.ok) throw new Error(parsed.error.message);
        const passes = filterTest(parsed.filter);
        const wanted = rows.filter((each) => each.n >= lowest && passes(each)).map((each) => each.n);
        const matches = new Matches(index, parsed.filter, lowest);
        while (!matches.extend(0)) continue;
        expect(matches.total).toBe(wanted.length);
        expect(matches.numbers(0, 1000)).toEqual(wanted);
        expect(matches.numbers(from, 10)).toEqual(wanted.slice(from, from + 10));
        expect(matches.rank(near)).toBe(wanted.filter((n) => n < near).length);
      }),
      { numRuns: 300 },
    );
    index.close();
  });

  test('goes over blocks', () => {
    const events = manyRows(70_000);
    const index = indexed(events, 10_000);
    const denied = found(index, 'verdict:deny n:>100');
    expect(denied.length).toBe(
      events.filter((e) => e.type === 'call' && e.verdict === 'deny' && e.n > 100).length,
    );
    const matches = new Matches(index, [{ field: 'verdict', values: ['deny'], negated: false }], 40_000);
    while (!matches.extend(1000)) continue;
    expect(matches.numbers(0, 2)).toEqual([40_001, 40_005]);
    expect(matches.numbers(matches.total - 1, 5)).toEqual([69_997]);
    expect(matches.rank(69_997)).toBe(matches.total - 1);
    index.close();
  });
});

describe('the desk', () => {
  const written = async (events: readonly RunEvent[]): Promise<IndexDesk> => {
    indexed(events, 50).close();
    return new IndexDesk();
  };

  test('steps to the next and the previous row of a kind', async () => {
    const desk = await written([
      row(0, 1, { call: 'll_os_open', args: { path: '/tmp/a', flags: 0o1101 }, result: 3 }),
      row(1, 2),
      row(2, 3, { verdict: 'deny', errno: 'EPERM' }),
      row(3, 4, { call: 'll_socket_socket', result: 4 }),
      row(4, 5, { call: 'll_os_write', args: { fd: 1, data: 'x' }, path: '<stdout>', bytes: 1, result: 1 }),
      row(5, 6, { call: 'll_os_write', args: { fd: 3, data: 'x' }, path: '/tmp/a', bytes: 1, result: 1 }),
      row(6, 7, { call: 'll_os_unlink', args: { path: '/tmp/a' }, verdict: 'deny', errno: 'EPERM' }),
    ]);
    const step = (
      from: number,
      direction: 'next' | 'previous',
      to: 'call' | 'denied' | 'write' | 'network',
      lowest = 0,
    ) => desk.step(folder, 'run-test', from, direction, to, lowest);
    expect(await step(-1, 'next', 'denied')).toBe(2);
    expect(await step(2, 'next', 'denied')).toBe(6);
    expect(await step(6, 'next', 'denied')).toBeNull();
    expect(await step(6, 'previous', 'denied')).toBe(2);
    expect(await step(0, 'next', 'write')).toBe(5);
    expect(await step(5, 'previous', 'write')).toBe(0);
    expect(await step(5, 'previous', 'write', 1)).toBeNull();
    expect(await step(0, 'next', 'network')).toBe(3);
    expect(await step(3, 'next', 'call')).toBe(4);
    expect(await step(0, 'previous', 'call')).toBeNull();
  });

  test('sums by what one asks for, of the rows that match', async () => {
    const desk = await written([
      row(0, 1, { args: { path: '/tmp/a' }, bytes: 5, us: 2 }),
      row(1, 2, { args: { path: '/tmp/a' }, verdict: 'deny', errno: 'EPERM', us: 3 }),
      row(2, 3, { args: { path: 'b' }, path: '/tmp/b', bytes: 7, us: 1 }),
    ]);
    const sums = desk.statistics(folder, 'run-test', '', 0, 'path');
    expect(sums).toMatchObject({
      ok: true,
      lines: [
        { name: '/tmp/a', calls: 2, denied: 1, failed: 1, bytes: 5, us: 5 },
        { name: '/tmp/b', calls: 1, denied: 0, failed: 0, bytes: 7, us: 1 },
      ],
      total: { calls: 3, bytes: 12 },
    });
    expect(desk.statistics(folder, 'run-test', 'verdict:allow', 1, 'call')).toMatchObject({
      lines: [{ name: 'll_os_stat', calls: 1 }],
    });
    expect(desk.statistics(folder, 'run-test', 'nonsense:1', 0, 'call').ok).toBe(false);
  });

  test('draws what happened when', async () => {
    const desk = await written([
      row(0, 1, { args: { path: '/tmp/a' } }),
      { seq: 2, t: 5, type: 'usage', heapBytes: 100, cpuSeconds: 0, wallSeconds: 0, outputBytes: 0 },
      row(1, 3, { call: 'll_socket_socket', verdict: 'deny', errno: 'EACCES' }),
      row(2, 4, { call: 'll_time_time', result: 1 }),
      row(3, 5, { call: 'll_time_time', result: 1 }),
    ]);
    expect(desk.timeline(folder, 'run-test', 0, 40, 4)).toEqual({
      from: 0,
      to: 40,
      lanes: {
        files: [1, 0, 0, 0],
        network: [0, 1, 0, 0],
        time: [0, 0, 1, 1],
        other: [0, 0, 0, 0],
        denied: [0, 1, 0, 0],
      },
      firstRow: [0, 1, 2, 3],
      memory: [100, 100, 100, 100],
    });
  });
});

describe('the bytes of a file at a row', () => {
  const content = (seq: number, path: string, data: string): RunEvent => ({
    seq,
    t: 0,
    type: 'content',
    path,
    size: data.length,
    data,
  });
  const open = (n: number, seq: number, path: string, flags: number) =>
    row(n, seq, { call: 'll_os_open', args: { path, flags }, result: 3 });
  const write = (n: number, seq: number, path: string, data: string, bytes = data.length) =>
    row(n, seq, { call: 'll_os_write', args: { fd: 3, data }, path, bytes, result: bytes });
  const textAt = (index: RunIndex, n: number, path: string) => {
    const at = bytesAt(index, n, path);
    return at === null ? null : decodeText(at.bytes.bytes());
  };

  test('follow writes, renames and what stood there at the start', () => {
    const index = indexed(
      [
        content(1, '/tmp/in', 'old text'),
        open(0, 2, '/tmp/in', 1),
        write(1, 3, '/tmp/in', 'NEW'),
        row(2, 4, { call: 'll_os_rename', args: { path: '/tmp/in', newpath: '/tmp/out' }, result: null }),
        write(3, 5, '/tmp/out', '!'),
        open(4, 6, '/tmp/out', 0o1001),
        write(5, 7, '/tmp/out', 'again'),
      ],
      2,
    );
    expect(textAt(index, 0, '/tmp/in')).toBe('old text');
    expect(textAt(index, 1, '/tmp/in')).toBe('NEW text');
    expect(textAt(index, 2, '/tmp/in')).toBeNull();
    expect(textAt(index, 3, '/tmp/out')).toBe('NEW!text');
    expect(textAt(index, 4, '/tmp/out')).toBe('');
    expect(textAt(index, 5, '/tmp/out')).toBe('again');
    index.close();
  });

  test('a long write is known from the record that follows it, unless something wrote between', () => {
    const long = 'x'.repeat(600);
    const events = [
      open(0, 1, '/tmp/f', 0o1101),
      write(1, 2, '/tmp/f', long.slice(0, 512), 600),
      content(3, '/tmp/f', long),
      write(2, 4, '/tmp/f', 'y'),
      write(3, 5, '/tmp/f', long.slice(0, 512), 600),
      write(4, 6, '/tmp/f', 'z'),
      content(7, '/tmp/f', `${long}y${long}z`),
    ];
    const index = indexed(events);
    const at = bytesAt(index, 1, '/tmp/f')!;
    expect(decodeText(at.bytes.bytes())).toBe(long);
    expect(textAt(index, 2, '/tmp/f')).toBe(`${long}y`);
    const unknown = bytesAt(index, 3, '/tmp/f')!;
    expect(unknown.bytes.size).toBe(1201);
    expect(unknown.bytes.unknown).toEqual([[601 + 512, 1201]]);
    expect(textAt(index, 4, '/tmp/f')).toBe(`${long}y${long}z`);
    index.close();
  });
});
