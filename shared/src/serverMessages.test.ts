import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { announcements, replies } from './serverMessages.ts';
import { applyBatch, batchOf, initialState } from './session.ts';
import { runLog } from './testing/runLogs.ts';

const RUN = 'run-sample';
const overWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('what a server says', () => {
  test('a batch of any log passes whole', () => {
    fc.assert(
      fc.property(runLog, (events) => {
        const sent = overWire(batchOf(events, RUN));
        expect(announcements['run.batch'].parse(sent)).toEqual(sent);
      }),
      { numRuns: 100 },
    );
  });

  test('a snapshot of any log passes whole, as an announcement and as the answer to an opening', () => {
    fc.assert(
      fc.property(runLog, (events) => {
        const applied = applyBatch(initialState(RUN), batchOf(events, RUN));
        if (!applied.ok) throw new Error(applied.reason);
        const run = overWire({ run: RUN, bench: 'bench001', to: applied.state.to, state: applied.state });
        expect(announcements['run.snapshot'].parse(run)).toEqual(run);
        const bench = { id: 'bench001', name: 'A', updatedAt: '' };
        const opened = { ok: true, value: { bench, files: [], run, batches: null } };
        expect(replies['bench.open'].parse(opened)).toEqual(opened);
      }),
      { numRuns: 100 },
    );
  });

  test('an event of a kind that only a newer server knows passes as it is', () => {
    const newer = { seq: 1, t: 0, type: 'weather', rain: true };
    const sent = { ...batchOf([newer as never], RUN), events: [newer] };
    expect(announcements['run.batch'].parse(sent)).toEqual(sent);
  });

  test('any part of a batch replaced by something else is refused, or gives a state like any other', () => {
    const nonsense = fc.oneof(
      fc.constant(null),
      fc.constant({}),
      fc.constant([]),
      fc.constant('x'),
      fc.constant(-1),
      fc.constant({ __proto__: null, type: 'call' }),
    );
    fc.assert(
      fc.property(runLog, fc.nat(), nonsense, (events, where, value) => {
        const sent = overWire(batchOf(events, RUN));
        const places = placesOf(sent);
        const [holder, key] = places[where % places.length]!;
        holder[key] = value;
        const parsed = announcements['run.batch'].safeParse(sent);
        if (!parsed.success) return;
        const applied = applyBatch(initialState(parsed.data.run), parsed.data);
        if (!applied.ok) return;
        const { state } = applied;
        const snapshot = { run: state.run, bench: 'bench001', to: state.to, state };
        expect(announcements['run.snapshot'].safeParse(snapshot).error).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['run.batch', null],
    ['run.batch', 'batch'],
    ['run.batch', { run: RUN, from: 2, to: 1, events: [], summary: batchSummary() }],
    [
      'run.batch',
      { run: RUN, from: 1, to: 1, events: [{ seq: 1, t: 0, type: 'call' }], summary: batchSummary() },
    ],
    ['run.snapshot', { run: RUN, bench: 'bench001', to: 3, state: initialState(RUN) }],
    ['run.started', { run: 'another', bench: 'bench001', to: 0, state: initialState(RUN) }],
    [
      'file.changed',
      { bench: 'bench001', by: '', file: { path: 'a', version: 'one', size: 1, savedAt: '' } },
    ],
    ['bench.changed', { bench: 'bench001' }],
  ] as const)('%s of %j is refused', (name, value) => {
    expect(announcements[name].safeParse(value).success).toBe(false);
  });

  test('arguments nested so deep that looking at them could use up the stack are refused', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = { deep };
    const call = { seq: 1, t: 0, type: 'call', n: 0, call: 'll_os_open', args: { deep }, verdict: 'allow' };
    const batch = {
      run: RUN,
      from: 1,
      to: 1,
      events: [{ ...call, rule: 0, us: 1 }],
      summary: batchSummary(),
    };
    expect(announcements['run.batch'].safeParse(batch).success).toBe(false);
  });
});

function batchSummary() {
  return {
    calls: 0,
    byVerdict: { allow: 0, deny: 0, modify: 0, fake: 0 },
    byRule: {},
    byCall: {},
    perSecond: [],
  };
}

/** Every place inside a value, as what holds it and under which key. */
function placesOf(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [
    [holder, key] as [Record<string, unknown>, string],
    ...placesOf(holder[key]),
  ]);
}
