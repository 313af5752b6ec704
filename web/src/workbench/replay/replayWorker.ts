/**
 * Judges recorded runs in the page, off its main thread: the same engine, QuickJS and parser as the server's (`policy/`).
 *
 * Questions are answered one after the other. What is asked anew while one waits is the page's to leave out; a policy that takes
 * for ever is ended by the page, with this worker.
 */
import '../../app/withoutEval.ts';
import wasmUrl from '@jitl/quickjs-wasmfile-release-sync/wasm?url';
import { loadPolicy } from '@sandtable/policy/loadPolicy';
import type { PolicyPlatform } from '@sandtable/policy/platform';
import sandtableModule from '@sandtable/policy/sandtableModule.js?raw';
import { runPolicyTests } from '@sandtable/shared/policy/policyTests';
import { compareRuns, foremost } from '@sandtable/shared/replay/compareRuns';
import { learn } from '@sandtable/shared/replay/learn';
import { TraceReader, type RecordedRun } from '@sandtable/shared/replay/recordedRun';
import { replay } from '@sandtable/shared/replay/replay';
import type { Answer, FromReplayWorker, Question, ToReplayWorker, TraceName } from './replayMessages.ts';

/** Traces kept: the run that is looked at, and one or two to compare with. */
const TRACES_KEPT = 3;

/** Changed calls that go to the page: more than anybody reads, and little to copy. */
const CHANGES_SHOWN = 1_000;

/** How much of the time that passes is counted as this worker's, so that no honest policy is blamed; one that hangs is ended by the page. */
const OWN_SHARE = 1 / 20;

let parts: Readonly<Record<string, string>> = {};

const PLATFORM: PolicyPlatform = {
  quickjs: async () => {
    const response = await fetch(wasmUrl);
    if (!response.ok) throw new Error('QuickJS could not be loaded');
    return new Uint8Array(await response.arrayBuffer());
  },
  // A page may not look at its processor's clock, and on a busy machine most of the time is others'.
  threadMs: () => performance.now() * OWN_SHARE,
  source: (part) => (part === 'sandtableModule' ? sandtableModule : (parts[part] ?? '')),
  // The page bounds it, by ending this worker.
  bounded: (work) => work(),
};

const traces = new Map<string, { readonly calls: number; readonly run: RecordedRun }>();

class Failure extends Error {}

async function traceOf({ run, calls }: TraceName): Promise<RecordedRun> {
  const known = traces.get(run);
  if (known !== undefined && known.calls >= calls) return known.run;
  const response = await fetch(`/api/runs/${encodeURIComponent(run)}/trace.jsonl`);
  if (!response.ok || response.body === null)
    throw new Failure('The trace of this run is not there any more.');
  const reader = new TraceReader();
  const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await text.read(); !piece.done; piece = await text.read()) reader.push(piece.value);
  const read = reader.finish();
  if (!read.ok)
    throw new Failure(
      read.code === 'no-calls'
        ? 'This run made no calls.'
        : `The trace cannot be read: line ${read.line}: ${read.message}.`,
    );
  traces.delete(run);
  traces.set(run, { calls, run: read.run });
  while (traces.size > TRACES_KEPT) traces.delete(traces.keys().next().value!);
  return read.run;
}

async function replayed(question: Extract<Question, { type: 'replay' }>): Promise<Answer> {
  const run = await traceOf(question.trace);
  const load = (source: string) => loadPolicy(source, PLATFORM, { replay: true });
  const policy = await load(question.source);
  if (!policy.ok) return { type: 'policy', diagnostics: policy.diagnostics };
  const against = question.against === null ? null : await load(question.against);
  try {
    if (against?.ok === false) return { type: 'policy', diagnostics: against.diagnostics };
    const began = performance.now();
    const result = await replay(run, policy.engine, {
      byChance: policy.byChance,
      ...(against === null ? {} : { against: against.engine }),
    });
    const ms = performance.now() - began;
    const shown = { ...result!, changes: result!.changes.slice(0, CHANGES_SHOWN) };
    return { type: 'replay', value: { result: shown, ms } };
  } finally {
    policy.engine.dispose();
    if (against?.ok === true) against.engine.dispose();
  }
}

async function testsOf(source: string): Promise<Answer> {
  const loaded = await loadPolicy(source, PLATFORM, { replay: true });
  if (!loaded.ok) return { type: 'policy', diagnostics: loaded.diagnostics };
  try {
    const value = loaded.tests.length === 0 ? [] : await runPolicyTests(loaded.tests, loaded.engine);
    return { type: 'tests', value };
  } finally {
    loaded.engine.dispose();
  }
}

async function answerTo(question: Question): Promise<Answer> {
  switch (question.type) {
    case 'replay':
      return replayed(question);
    case 'compare': {
      const comparison = compareRuns(await traceOf(question.first), await traceOf(question.second));
      return { type: 'compare', value: { ...comparison, steps: foremost(comparison.steps, CHANGES_SHOWN) } };
    }
    case 'learn': {
      const run = await traceOf(question.trace);
      return { type: 'learn', value: { proposal: learn(run), what: run.start?.argv.join(' ') ?? 'a run' } };
    }
    case 'tests':
      return testsOf(question.source);
  }
}

let last: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<ToReplayWorker>) => {
  if (data.type === 'parts') {
    parts = data.parts;
    return;
  }
  const { id, question } = data;
  last = last.then(async () => {
    let answer: Answer;
    try {
      answer = await answerTo(question);
    } catch (error) {
      const message =
        error instanceof Failure
          ? error.message
          : `It could not be judged: ${error instanceof Error ? error.message : String(error)}`;
      answer = { type: 'failed', message };
    }
    postMessage({ id, answer } satisfies FromReplayWorker);
  });
});
