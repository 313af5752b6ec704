/** Judging a recorded run of 100,000 calls again, as the page does it while somebody types: rules only, and through functions in QuickJS. */
import type { CallEvent } from '@sandtable/shared/events';
import { compareRuns } from '@sandtable/shared/replay/compareRuns';
import { learn } from '@sandtable/shared/replay/learn';
import { TraceReader, type RecordedRun } from '@sandtable/shared/replay/recordedRun';
import { replay } from '@sandtable/shared/replay/replay';
import { builtInSource, loadPolicy } from '../src/sandbox/policy/loadPolicy.ts';
import { median, type Figure } from './figures.ts';

const CALLS = 100_000;
const ROUNDS = 5;
const GOAL_MS = 2_000;

const FUNCTIONS = `
import { policy, standard } from 'sandtable';
export default policy({
  ...standard,
  middleware: {
    async ll_os_read(call, next) { const a = await next(); return a; },
    ll_os_stat: (call, next) => next(),
  },
});`;

/** Four calls on some hundred files, again and again: opening, looking, reading, closing. */
function traceText(): string {
  const rule = { id: 0, layer: 'student', code: 'rule', label: "allow('read')" };
  const lines = [JSON.stringify({ seq: 1, t: 0, type: 'rule', rule })];
  for (let n = 0; n < CALLS; n++) {
    const path = `/tmp/data/file-${(n >> 2) % 300}.txt`;
    const calls: readonly Pick<CallEvent, 'call' | 'args' | 'path' | 'result'>[] = [
      { call: 'll_os_open', args: { path, flags: 0, mode: 0 }, result: 3 },
      { call: 'll_os_stat', args: { path }, result: { mode: 0o100644, size: 4096 } },
      { call: 'll_os_read', args: { fd: 3, size: 100 }, path, result: 'x'.repeat(100) },
      { call: 'll_os_close', args: { fd: 3 }, path, result: 0 },
    ];
    lines.push(
      JSON.stringify({
        seq: n + 2,
        t: n,
        type: 'call',
        n,
        ...calls[n & 3],
        verdict: 'allow',
        rule: 0,
        us: 5,
      }),
    );
  }
  return `${lines.join('\n')}\n`;
}

async function replayMs(run: RecordedRun, source: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const loaded = await loadPolicy(source, { replay: true });
    if (!loaded.ok) throw new Error(`replay.ts: ${loaded.diagnostics[0]?.message ?? ''}`);
    const result = await replay(run, loaded.engine);
    loaded.engine.dispose();
    if (result?.calls !== CALLS) throw new Error('replay.ts: not every call was judged');
    times.push(performance.now() - began);
  }
  return median(times);
}

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

export async function replayFigures(): Promise<Figure[]> {
  const text = traceText();
  const read = (): RecordedRun => {
    const reader = new TraceReader();
    reader.push(text);
    const trace = reader.finish();
    if (!trace.ok) throw new Error(`replay.ts: ${trace.message}`);
    return trace.run;
  };
  const run = read();
  const figure = (what: string, ms: number, goal: number | null): Figure => ({
    what,
    value: `${ms.toFixed(0)} ms`,
    goal: goal === null ? '' : `≤ ${goal.toLocaleString('en')} ms`,
    ...(goal === null ? {} : { met: ms <= goal }),
  });
  return [
    figure('reading the trace of 100,000 calls', timed(read), null),
    figure('judging them by rules', await replayMs(run, builtInSource('standard')), GOAL_MS),
    figure('judging them with functions around half', await replayMs(run, FUNCTIONS), GOAL_MS),
    figure(
      'comparing two such runs',
      timed(() => compareRuns(run, read())),
      null,
    ),
    figure(
      'learning from it',
      timed(() => learn(run)),
      null,
    ),
  ];
}
