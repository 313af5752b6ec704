import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunEvent, StartEvent } from './events.ts';
import { RUN_LIMITS } from './limits.ts';
import type { RunLimits } from './policy/model.ts';
import { runLog } from './testing/runLogs.ts';
import { MAX_TRACE_PROBLEMS, TraceImport } from './traceImport.ts';

const start: StartEvent = {
  seq: 1,
  t: 0,
  type: 'start',
  version: 1,
  run: 'elsewhere',
  at: '2026-01-01T00:00:00Z',
  mode: 'script',
  argv: ['/bin/pypy3', '/tmp/script.py'],
  engine: 'PyPy',
  policy: 'standard',
  limits: Object.fromEntries(
    Object.entries(RUN_LIMITS).map(([name, spec]) => [name, spec.default]),
  ) as unknown as RunLimits,
};

function imported(lines: readonly string[]) {
  const reader = new TraceImport('run-here');
  const events = lines.map((line) => reader.line(line)).filter((event) => event !== null);
  const end = reader.end();
  return { events: end === null ? events : [...events, end], problems: reader.problems };
}

test('any log of ours comes back as it was, under its new name', () => {
  fc.assert(
    fc.property(runLog, (log) => {
      const events = [start, ...log.map((event) => ({ ...event, seq: event.seq + 1 }))];
      const { events: got, problems } = imported(events.map((event) => JSON.stringify(event)));
      expect(problems).toEqual([]);
      const wanted: RunEvent[] = [{ ...start, run: 'run-here' }, ...events.slice(1)] as RunEvent[];
      expect(got.slice(0, wanted.length)).toEqual(wanted);
      expect(got.at(-1)!.type).toBe('exit');
    }),
    { numRuns: 50 },
  );
});

test('a part of a trace gets numbers without gaps', () => {
  const call = { type: 'call', call: 'll_os_getcwd', args: {}, verdict: 'allow', rule: 1, us: 1 };
  const { events } = imported([
    JSON.stringify(start),
    '',
    JSON.stringify({ ...call, seq: 90, t: 5, n: 77 }),
    JSON.stringify({ ...call, seq: 99, t: 6, n: 80 }),
    JSON.stringify({ seq: 100, t: 7, type: 'of-the-future', more: 1 }),
  ]);
  expect(events.map((event) => [event.seq, event.type === 'call' ? event.n : event.type])).toEqual([
    [1, 'start'],
    [2, 0],
    [3, 1],
    [4, 'exit'],
  ]);
});

test.each([
  ['no JSON at all', [JSON.stringify(start), '{"seq":'], 2, /no JSON/],
  ['another kind of file', ['hello'], 1, /no JSON/],
  ['no start', [JSON.stringify({ seq: 1, t: 0, type: 'phase', phase: 'running' })], 1, /first event/],
  ['a later version', [JSON.stringify({ ...start, version: 99 })], 1, /version 99/],
  ['two starts', [JSON.stringify(start), JSON.stringify(start)], 2, /second/],
  [
    'time that falls',
    [JSON.stringify({ ...start, t: 9 }), JSON.stringify({ seq: 2, t: 3, type: 'phase', phase: 'running' })],
    2,
    /falls from 9 to 3/,
  ],
  [
    'a field of the wrong kind',
    [JSON.stringify(start), '{"seq":2,"t":1,"type":"out","fd":7,"data":"x"}'],
    2,
    /fd/,
  ],
  [
    'a call that there is not',
    [
      JSON.stringify(start),
      '{"seq":2,"t":1,"type":"call","n":0,"call":"rm","args":{},"verdict":"allow","rule":1,"us":1}',
    ],
    2,
    /call/,
  ],
  ['a line without end', [JSON.stringify(start), `"${'x'.repeat(600_000)}"`], 2, /longer/],
  [
    'nesting without end',
    [
      JSON.stringify(start),
      `{"seq":2,"t":1,"type":"call","n":0,"call":"ll_os_getcwd","args":{"a":${'['.repeat(5000)}${']'.repeat(5000)}},"verdict":"allow","rule":1,"us":1}`,
    ],
    2,
    /args/,
  ],
  [
    'events after the end',
    [
      JSON.stringify(start),
      '{"seq":2,"t":1,"type":"exit","status":0,"reason":"exit","message":""}',
      '{"seq":3,"t":1,"type":"phase","phase":"running"}',
    ],
    3,
    /after/,
  ],
  ['nothing', ['', ' '], 0, /no events/],
] as const)('%s is refused with its line', (_name, lines, line, message) => {
  const { problems } = imported(lines);
  expect(problems[0]?.line).toBe(line);
  expect(problems[0]?.message).toMatch(message);
});

test('a file that is no trace is not read to its end', () => {
  const reader = new TraceImport('run-here');
  for (let at = 0; at < 1000 && !reader.hopeless; at++) reader.line('nonsense');
  expect(reader.problems.length).toBe(MAX_TRACE_PROBLEMS);
});
