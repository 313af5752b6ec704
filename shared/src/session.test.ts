import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from './events.ts';
import { ROWS_PER_BATCH, type Batch } from './protocol.ts';
import {
  BatchBuilder,
  NOTICES_KEPT,
  applyBatch,
  batchOf,
  initialState,
  ruleOf,
  tailText,
  type SessionState,
} from './session.ts';
import { TERMINAL_BLOCK_CHARS, TERMINAL_BLOCKS_KEPT } from './terminalTail.ts';
import { runLog } from './testing/runLogs.ts';

/** The list cut at arbitrary places into pieces that are not empty. */
function pieces<T>(list: readonly T[], cuts: readonly number[]): T[][] {
  const places = [...new Set(cuts.map((cut) => 1 + (cut % list.length)))]
    .sort((a, b) => a - b)
    .filter((at) => at < list.length);
  return [0, ...places].map((from, i) => list.slice(from, places[i] ?? list.length));
}

const RUN = 'run-sample';
const cuts = fc.array(fc.nat(5000), { maxLength: 12 });

function reduce(state: SessionState, batches: readonly Batch[]): SessionState {
  return batches.reduce((before, batch) => {
    const applied = applyBatch(before, batch);
    if (!applied.ok) throw new Error(`batch ${batch.from}–${batch.to} was refused: ${applied.reason}`);
    return applied.state;
  }, state);
}

const inPieces = (events: readonly RunEvent[], at: readonly number[]): Batch[] =>
  pieces(events, at).map((piece) => batchOf(piece, RUN));
const overWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function stampAll(bodies: readonly object[]): RunEvent[] {
  return bodies.map((body, i) => ({ seq: i + 1, t: i, ...body }) as RunEvent);
}

describe('a state does not depend on how its events travelled', () => {
  test('any cut into batches gives the same state', () => {
    fc.assert(
      fc.property(runLog, cuts, cuts, (events, a, b) => {
        expect(reduce(initialState(RUN), inPieces(events, a))).toEqual(
          reduce(initialState(RUN), inPieces(events, b)),
        );
      }),
      { numRuns: 150 },
    );
  });

  test('a snapshot sent as JSON at any point continues to the same end', () => {
    fc.assert(
      fc.property(runLog, cuts, fc.nat(5000), (events, at, where) => {
        const whole = reduce(initialState(RUN), [batchOf(events, RUN)]);
        const resume = 1 + (where % events.length);
        const snapshot = overWire(reduce(initialState(RUN), inPieces(events.slice(0, resume), at)));
        const rest = resume < events.length ? inPieces(events.slice(resume), at) : [];
        expect(reduce(snapshot, overWire(rest))).toEqual(whole);
      }),
      { numRuns: 150 },
    );
  });

  test('batches that the state has already change nothing, a missing one is noticed and nothing of the later one is applied', () => {
    fc.assert(
      fc.property(runLog, cuts, (events, at) => {
        const batches = inPieces(events, at);
        let state = initialState(RUN);
        for (const [i, batch] of batches.entries()) {
          const later = batches[i + 1];
          if (later !== undefined) {
            expect(applyBatch(state, later)).toEqual({
              ok: false,
              reason: 'behind',
              expected: state.to + 1,
              got: later.from,
            });
          }
          const before = state.to;
          state = reduce(state, [batch]);
          expect(state.to).toBeGreaterThan(before);
          for (const old of batches.slice(0, i + 1))
            expect(applyBatch(state, old)).toEqual({ ok: true, state });
        }
        expect(state.to).toBe(events.length);
      }),
      { numRuns: 80 },
    );
  });

  test('counts, rows and text are those of the log', () => {
    fc.assert(
      fc.property(runLog, cuts, (events, at) => {
        const state = reduce(initialState(RUN), inPieces(events, at));
        const calls = events.filter((event) => event.type === 'call');
        expect(state.calls).toBe(calls.length);
        expect(state.rows).toEqual(calls.slice(-ROWS_PER_BATCH));
        expect(state.byVerdict.deny).toBe(calls.filter((event) => event.verdict === 'deny').length);
        const counted = state.seconds.reduce(
          (sum, bucket) => sum + bucket[1] + bucket[2] + bucket[3] + bucket[4],
          0,
        );
        expect(counted).toBe(calls.length);
        const text = events.flatMap((event) => (event.type === 'out' ? [event.data] : [])).join('');
        expect(state.terminal.total).toBe(text.length);
        expect(text.endsWith(tailText(state.terminal))).toBe(true);
        expect(state.terminal.blocks.join('').length).toBe(text.length - state.terminal.cut);
        expect(state.phase === 'ended').toBe(events.at(-1)!.type === 'exit');
      }),
      { numRuns: 100 },
    );
  });

  test('a batch of another run is refused', () => {
    const batch = batchOf(stampAll([{ type: 'phase', phase: 'running' }]), 'run-another');
    expect(applyBatch(initialState(RUN), batch)).toMatchObject({ ok: false, reason: 'other-run' });
  });
});

describe('what a batch carries', () => {
  const call = { type: 'call', n: 0, call: 'll_os_getcwd', args: {}, verdict: 'allow', rule: 1, us: 1 };

  test('the newest rows only, all of them counted', () => {
    const batch = batchOf(stampAll(Array.from({ length: 5000 }, (_, n) => ({ ...call, n }))), RUN);
    expect(batch.events.map((event) => (event.type === 'call' ? event.n : -1))).toEqual(
      Array.from({ length: ROWS_PER_BATCH }, (_, i) => 5000 - ROWS_PER_BATCH + i),
    );
    expect(batch.summary.calls).toBe(5000);
    expect(batch.summary.byCall).toEqual({ ll_os_getcwd: 5000 });
  });

  test('rows that come as JSON make the same batch', () => {
    fc.assert(
      fc.property(runLog, (events) => {
        const builder = new BatchBuilder(RUN);
        for (const event of events) {
          if (event.type !== 'call') builder.add(event);
          else
            builder.addCallJson(
              event.seq,
              event.t,
              JSON.stringify(event),
              event.call,
              event.verdict,
              event.rule,
            );
        }
        expect(builder.take()).toEqual(batchOf(events, RUN));
      }),
      { numRuns: 50 },
    );
  });

  test('a thousand small writes to the terminal travel as one', () => {
    const events = stampAll(
      Array.from({ length: 1000 }, (_, n) => [
        { ...call, n },
        { type: 'out', fd: 1, data: `${n}\n` },
      ]).flat(),
    );
    const out = batchOf(events, RUN).events.filter((event) => event.type === 'out');
    expect(out).toHaveLength(1);
    expect(out[0]!.data.startsWith('0\n1\n')).toBe(true);
    expect(out[0]!.data.endsWith('999\n')).toBe(true);
  });
});

describe('bounds', () => {
  test('an endless terminal keeps its newest text, from a line start', () => {
    let state = initialState(RUN);
    const line = `${'y'.repeat(99)}\n`;
    const perBatch = 1000;
    for (let i = 0; i < 60; i++) {
      const event = { seq: i + 1, t: i, type: 'out', fd: 1, data: line.repeat(perBatch) } as RunEvent;
      state = reduce(state, [batchOf([event], RUN)]);
    }
    expect(state.terminal.total).toBe(60 * perBatch * 100);
    const kept = state.terminal.total - state.terminal.cut;
    expect(kept).toBeGreaterThanOrEqual(TERMINAL_BLOCKS_KEPT * TERMINAL_BLOCK_CHARS);
    expect(kept).toBeLessThanOrEqual((TERMINAL_BLOCKS_KEPT + 1) * TERMINAL_BLOCK_CHARS);
    expect(tailText(state.terminal).startsWith(line)).toBe(true);
  });

  test('a hundred thousand paths and notices leave a snapshot of less than a megabyte', () => {
    const events = stampAll(
      Array.from({ length: 50_000 }, (_, i) => [
        { type: 'touch', path: `/tmp/file-${i}`, how: 'denied' },
        { type: 'file', change: 'create', path: `/tmp/file-${i}`, size: 1, quota: { bytes: i, files: i } },
        { type: 'notice', code: 'sample', level: 'error', message: `number ${i}` },
      ]).flat(),
    );
    const state = reduce(initialState(RUN), [batchOf(events, RUN)]);
    expect(JSON.stringify(state).length).toBeLessThan(1_000_000);
    expect(state.touched.count + state.touched.more).toBe(50_000);
    expect(state.notices).toHaveLength(NOTICES_KEPT);
    expect(state.notices.at(-1)!.message).toBe('number 49999');
    expect(state.noticesTotal).toBe(50_000);
    expect(state.changed.quota).toEqual({ bytes: 49_999, files: 49_999 });
  });

  test('parts that a batch does not concern stay the same object', () => {
    const first = reduce(initialState(RUN), [
      batchOf(
        stampAll([
          { type: 'touch', path: '/tmp/a', how: 'read' },
          { type: 'out', fd: 1, data: 'hello' },
          { type: 'notice', code: 'x', level: 'info', message: 'x' },
        ]),
        RUN,
      ),
    ]);
    const next = reduce(first, [batchOf([{ seq: 4, t: 9, type: 'phase', phase: 'input' }], RUN)]);
    for (const part of [
      'touched',
      'changed',
      'terminal',
      'rows',
      'seconds',
      'byCall',
      'byRule',
      'rules',
      'notices',
      'limits',
    ] as const) {
      expect(next[part]).toBe(first[part]);
    }
    expect(next.phase).toBe('input');
  });
});

test('calls before the script are counted as the start of the interpreter', () => {
  const call = { type: 'call', n: 0, call: 'll_os_stat', args: {}, verdict: 'allow', us: 1 };
  const state = reduce(
    initialState(RUN),
    inPieces(
      stampAll([
        { type: 'rule', rule: { id: 0, layer: 'ceiling', code: 'boot', label: 'start' } },
        { ...call, rule: 0 },
        { ...call, n: 1, rule: 0 },
        { type: 'rule', rule: { id: 1, layer: 'student', code: 'rule', label: "allow('files')" } },
        { ...call, n: 2, rule: 1 },
      ]),
      [2, 3],
    ),
  );
  expect(state.bootCalls).toBe(2);
  expect(ruleOf(state, 1)?.label).toBe("allow('files')");
});

describe('the change set', () => {
  const quota = { bytes: 0, files: 0 };
  const after = (...events: object[]): SessionState['changed']['paths'] =>
    reduce(initialState(RUN), [
      batchOf(stampAll(events.map((event) => ({ type: 'file', quota, ...event }))), RUN),
    ]).changed.paths;

  test('a file made and removed again leaves nothing', () => {
    expect(
      after(
        { change: 'create', path: '/tmp/x', size: 0 },
        { change: 'write', path: '/tmp/x', size: 3 },
        { change: 'remove', path: '/tmp/x' },
      ),
    ).toEqual({});
  });
  test('a new file stays new when it is written to', () => {
    expect(
      after({ change: 'create', path: '/tmp/x', size: 0 }, { change: 'write', path: '/tmp/x', size: 3 }),
    ).toEqual({ '/tmp/x': { change: 'create', size: 3 } });
  });
  test('an old file that was renamed is gone at its old place and known at its new one', () => {
    expect(after({ change: 'rename', path: '/tmp/x', to: '/tmp/y', size: 5 })).toEqual({
      '/tmp/x': { change: 'remove' },
      '/tmp/y': { change: 'create', size: 5, from: '/tmp/x' },
    });
  });
  test('what lies below a renamed directory moves with it', () => {
    expect(
      after(
        { change: 'mkdir', path: '/tmp/d' },
        { change: 'create', path: '/tmp/d/f', size: 1 },
        { change: 'rename', path: '/tmp/d', to: '/tmp/e' },
      ),
    ).toEqual({
      '/tmp/e': { change: 'create', directory: true },
      '/tmp/e/f': { change: 'create', size: 1 },
    });
  });
});
