/** Logs of runs for property tests: every kind of event, in any order that a run could make. */
import fc from 'fast-check';
import { CALLS } from '../calls.ts';
import type { RunEvent, RunEventBody } from '../events.ts';
import { VERDICT_KINDS } from '../verdicts.ts';

const path = fc.constantFrom('/tmp/a', '/tmp/b', '/tmp/d', '/tmp/d/a', '/tmp/d/b', '/tmp/e', '/etc/passwd');
const quota = fc.record(
  { bytes: fc.nat(9999), files: fc.nat(99), maxBytes: fc.constant(9999), maxFiles: fc.constant(99) },
  { requiredKeys: ['bytes', 'files'] },
);
const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constant('x'.repeat(5000) + '\n'),
);

const body: fc.Arbitrary<RunEventBody> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('call' as const),
      n: fc.constant(0),
      call: fc.constantFrom(...CALLS.slice(0, 6).map((c) => c.name)),
      args: fc.record({ path }),
      verdict: fc.constantFrom(...VERDICT_KINDS),
      rule: fc.nat(4),
      us: fc.nat(500),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('out' as const),
      fd: fc.constantFrom(0 as const, 1 as const, 2 as const),
      data: text,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        type: fc.constant('file' as const),
        change: fc.constantFrom('create', 'write', 'remove', 'rename', 'mkdir', 'attributes'),
        path,
        to: path,
        size: fc.nat(999),
        quota,
      },
      { requiredKeys: ['type', 'change', 'path', 'to', 'quota'] },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('touch' as const),
      path,
      how: fc.constantFrom('read', 'written', 'denied'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('phase' as const), phase: fc.constantFrom('running', 'input') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('usage' as const),
      heapBytes: fc.nat(),
      cpuSeconds: fc.nat(),
      wallSeconds: fc.nat(),
      outputBytes: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('notice' as const),
      code: fc.constant('sample'),
      level: fc.constant('info' as const),
      message: fc.string(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('limit' as const),
      limit: fc.constantFrom('threads', 'files'),
      value: fc.nat(),
      ends: fc.boolean(),
      message: fc.string(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('rule' as const),
      rule: fc.record({
        id: fc.nat(4),
        layer: fc.constant('student' as const),
        code: fc.constantFrom('boot', 'rule'),
        label: fc.string(),
      }),
    }),
  },
);

/** A log without gaps: seq from 1, t never falling, n counting the calls, perhaps ended. Lists of over a hundred calls occur. */
export const runLog: fc.Arbitrary<RunEvent[]> = fc
  .tuple(
    fc.array(fc.tuple(body, fc.nat(700_000), fc.integer({ min: 1, max: 40 })), {
      minLength: 1,
      maxLength: 60,
    }),
    fc.boolean(),
  )
  .map(([steps, ended]) => {
    const events: RunEvent[] = [];
    let t = 0;
    let n = 0;
    const push = (event: RunEventBody): void => {
      const stamped = { seq: events.length + 1, t, ...event } as RunEvent;
      events.push(stamped.type === 'call' ? { ...stamped, n: n++ } : stamped);
    };
    for (const [event, wait, times] of steps) {
      t += wait;
      // Calls come in bursts, so that rows overflow a batch.
      for (let i = 0; i < (event.type === 'call' ? times : 1); i++) push(event);
    }
    if (ended) push({ type: 'exit', status: 0, reason: 'exit', message: 'ended' });
    return events;
  });
