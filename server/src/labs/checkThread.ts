/** A check thread: does one job at a time. Student policies run here, in QuickJS, and never on the server's own thread. */
import { parentPort } from 'node:worker_threads';
import type { TestDecision } from '@sandtable/shared/labs/evidence';
import type { LabPolicyTest } from '@sandtable/shared/labs/checkSpec';
import { askPolicy, type AskedCall } from '@sandtable/shared/policy/policyTests';
import { functionPlace } from '../search/functionPlace.ts';
import { searchForHole } from '../search/search.ts';
import { runCheckGuest } from './checkGuest.ts';
import type {
  CheckJob,
  FromCheckThread,
  JobAnswer,
  SearchJob,
  TableJob,
  ToCheckThread,
} from './checkJobs.ts';
import { MOST_SEARCH_SECONDS } from './checkLimits.ts';
import { loadedFor } from './checkPolicies.ts';
import { definedOnly } from './definedOnly.ts';

const port = parentPort;
if (port === null) throw new Error('checkThread.ts: not in a thread');

let abort: AbortController | null = null;

port.on('message', (message: ToCheckThread) => {
  if (message.type === 'cancel') {
    abort?.abort();
    return;
  }
  abort = new AbortController();
  void done(message.job, abort.signal)
    .catch((error: unknown): JobAnswer => {
      console.error('sandtable: a check failed:', error);
      return {
        kind: 'nothing',
        blame: 'platform',
        message: 'A check could not be run. The server has logged why.',
      };
    })
    .then((answer) => {
      abort = null;
      port.postMessage({ type: 'answer', answer } satisfies FromCheckThread);
    });
});

function done(job: CheckJob, signal: AbortSignal): Promise<JobAnswer> {
  switch (job.kind) {
    case 'guest':
      return runCheckGuest(job, signal);
    case 'table':
      return askTable(job);
    case 'search':
      return search(job, signal);
  }
}

async function askTable({ policy, lab, tests }: TableJob): Promise<JobAnswer> {
  const loaded = await loadedFor(policy, lab.policy);
  if (!loaded.ok) return loaded.answer;
  const { engine } = loaded;
  try {
    const decisions = await askPolicy(tests.map(askedCall), engine);
    return {
      kind: 'table',
      decisions: decisions.map(({ verdict, seen }): TestDecision => {
        const { layer, label, at } = engine.rules[verdict.rule]!;
        return {
          verdict: verdict.kind,
          layer,
          label,
          ...(at === undefined ? {} : { line: at.line }),
          ...(seen.ok ? { value: seen.value } : { error: 'errno' in seen ? seen.errno : seen.raise }),
        };
      }),
    };
  } finally {
    engine.dispose();
  }
}

function askedCall({ call, path, newpath, mode, args, answer }: LabPolicyTest): AskedCall {
  return definedOnly({ call, path, newpath, mode, args, answer });
}

async function search(
  { policy, lab, property, attempts, seed }: SearchJob,
  signal: AbortSignal,
): Promise<JobAnswer> {
  const loaded = await loadedFor(policy, lab.policy);
  if (!loaded.ok) return loaded.answer;
  loaded.engine.dispose();
  const result = await searchForHole({
    source: policy.source,
    property,
    lab: { part: lab, namesHidden: true },
    seconds: MOST_SEARCH_SECONDS,
    sequences: attempts,
    seed,
    signal,
  });
  switch (result.kind) {
    case 'hole': {
      const { finding, confirmation } = result;
      const { rule, call } = finding.trial;
      const line = (call === null ? null : functionPlace(policy.source, call))?.line ?? rule?.at?.line;
      return {
        kind: 'search',
        search: {
          kind: 'hole',
          words: (confirmation.broken ?? finding.trial.broken)?.words ?? 'the property does not hold',
          script: finding.script,
          ...(line === undefined ? {} : { line }),
          sequences: result.sequences,
        },
      };
    }
    case 'nothing':
      if (result.sequences < attempts)
        return {
          kind: 'nothing',
          blame: 'platform',
          message: `The search came to ${String(result.sequences)} of ${String(attempts)} attempts in ${String(MOST_SEARCH_SECONDS)} seconds: the machine is too busy, or the policy too slow. Check again.`,
        };
      return { kind: 'search', search: { kind: 'nothing', sequences: result.sequences } };
    case 'nothing-to-try':
      return { kind: 'search', search: { kind: 'nothing-to-try' } };
    case 'unconfirmed':
      // What the real sandbox does not do is no hole.
      return { kind: 'search', search: { kind: 'nothing', sequences: result.sequences } };
    case 'cancelled':
      return { kind: 'nothing', blame: 'platform', message: 'The search was cancelled.' };
    case 'failed':
      if (result.code === 'policy')
        return { kind: 'nothing', blame: 'submission', message: result.message, file: policy.name };
      return { kind: 'search', search: { kind: 'failed', message: result.message } };
  }
}
