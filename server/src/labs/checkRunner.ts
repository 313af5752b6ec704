/**
 * Runs all checks of a lab over a submission and keeps the evidence, so that the grade can be derived again at any time without running anything.
 *
 * Guests of checks live in worlds of their own, in threads of their own, and are judged from the controller's log. NEVER is anything of a pack
 * put into a guest's world, a message, or a reply to a student, but what the manifest says of `world`, `starter` and the script that runs.
 */
import type { CheckResult } from '@sandtable/shared/labs/checkResult';
import type { Check } from '@sandtable/shared/labs/checkSpec';
import { interpreterState } from '../sandbox/index.ts';
import { checkPolicy } from '../sandbox/policy/checkPolicy.ts';
import { POLICY_FILE } from '../sessions/benchWorld.ts';
import type { JobAnswer } from './checkJobs.ts';
import { ATTEMPT_SECONDS } from './checkLimits.ts';
import { prepareCheck, testsOf, type Prepared } from './checkRecipes.ts';
import { CheckThreads } from './checkThreads.ts';
import { EVIDENCE_FORMAT, type StoredCheck, type StoredEvidence } from './evidenceFormat.ts';
import { beginAttempt, finishAttempt, keptEvidence, readAttempt } from './evidenceStore.ts';
import { judgeAll } from './judging.ts';
import { submissionOf, type LabInstance, type SubmittedFiles } from './labInstance.ts';

/** How far an attempt is; told often, and never after its end. */
export interface CheckProgress {
  readonly done: number;
  readonly total: number;
  /** The check that this is about: it begins to run, has run, or is judged. */
  readonly check: string;
  readonly state: 'running' | 'ran' | 'judged';
  /** With `judged`. */
  readonly result?: CheckResult;
}

export interface CheckOptions {
  /** With the values for checks: `labInstance(pack, seed, 'checks')`. */
  readonly instance: LabInstance;
  /** Path on the bench → content. */
  readonly files: SubmittedFiles;
  /** Where the evidence is kept; made here, and must not hold an attempt. */
  readonly folder: string;
  readonly progress?: (progress: CheckProgress) => void;
  readonly signal?: AbortSignal;
  /**
   * Folder of an attempt at the same files. A check whose evidence is there, and which would run the same as it did then, is judged by that
   * and does not run: so a mended expectation costs no guest.
   */
  readonly earlier?: string;
  /** Only these checks; all by default. */
  readonly only?: ReadonlySet<string>;
  /** The machine's, unless a test has its own. */
  readonly threads?: CheckThreads;
}

export type CheckRunResult =
  | { readonly ok: true; readonly results: readonly CheckResult[] }
  /** `disk`: nothing could be kept. */
  | { readonly ok: false; readonly code: 'cancelled' | 'engine-missing' | 'disk'; readonly message: string };

let threads: CheckThreads | null = null;

/** Ends the machine's check threads; the next check starts them again. */
export async function closeCheckThreads(): Promise<void> {
  const closing = threads;
  threads = null;
  await closing?.close();
}

export async function runChecks(options: CheckOptions): Promise<CheckRunResult> {
  const { instance, folder, signal } = options;
  const cancelled = (): CheckRunResult => ({
    ok: false,
    code: 'cancelled',
    message: 'Checking was cancelled.',
  });
  const isCancelled = (): boolean => signal?.aborted === true;
  if (isCancelled()) return cancelled();
  const engine = await interpreterState({ kind: 'pypy' });
  if (!engine.ok)
    return {
      ok: false,
      code: 'engine-missing',
      message: engine.problems.map(({ message, cure }) => `${message} ${cure}`).join(' '),
    };
  const files = submissionOf(instance, options.files);
  try {
    beginAttempt(folder, files);
  } catch (error) {
    return { ok: false, code: 'disk', message: `The attempt cannot be kept: ${(error as Error).message}.` };
  }
  const checks = instance.manifest.checks.filter(({ id }) => options.only?.has(id) ?? true);
  const stored = await gather(options, files, checks);
  if (isCancelled()) return cancelled();
  const { progress } = options;
  let judged = 0;
  const results = await judgeAll({ folder, checks: ordersOf(instance, checks, stored) }, (result) => {
    judged += 1;
    progress?.({ done: judged, total: checks.length, check: result.id, state: 'judged', result });
  });
  if (isCancelled()) return cancelled();
  try {
    const { pack, seed } = instance;
    finishAttempt(folder, {
      format: EVIDENCE_FORMAT,
      lab: pack.manifest.id,
      version: pack.version,
      seed,
      checks: stored,
    });
  } catch (error) {
    return { ok: false, code: 'disk', message: `The attempt cannot be kept: ${(error as Error).message}.` };
  }
  return { ok: true, results };
}

function ordersOf(
  instance: LabInstance,
  checks: readonly Check[],
  stored: readonly StoredCheck[],
): Parameters<typeof judgeAll>[0]['checks'] {
  return checks.map((check, index) => ({
    check,
    evidence: stored[index]!.evidence,
    tests: testsOf(instance, check),
  }));
}

/** Runs what is to be run; one piece of evidence for each check. */
async function gather(
  { instance, folder, earlier, progress, signal, threads: given }: CheckOptions,
  files: SubmittedFiles,
  checks: readonly Check[],
): Promise<readonly StoredCheck[]> {
  const pool = given ?? (threads ??= new CheckThreads());
  const owner = {};
  const deadline = AbortSignal.timeout(ATTEMPT_SECONDS * 1000);
  const ends = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  const before = earlier === undefined ? null : readAttempt(earlier);
  let asked: Promise<StoredEvidence | null> | null = null;
  const complaint = (): Promise<StoredEvidence | null> => (asked ??= policyComplaintOf(files));
  const evidenceBefore = (id: string, recipe: string, index: number): StoredEvidence | null => {
    const known = before?.checks.find((each) => each.id === id && each.recipe === recipe);
    return known === undefined ? null : keptEvidence(earlier!, known.evidence, folder, index);
  };
  let done = 0;
  return Promise.all(
    checks.map(async (check, index): Promise<StoredCheck> => {
      const prepared = prepareCheck(instance, check, files, folder, index);
      const evidence =
        evidenceBefore(check.id, prepared.recipe, index) ??
        (await evidenceFor(
          prepared,
          complaint,
          (job) =>
            pool.run(owner, job, ends, () => {
              progress?.({ done, total: checks.length, check: check.id, state: 'running' });
            }),
          index,
        ));
      done += 1;
      if (!ends.aborted) progress?.({ done, total: checks.length, check: check.id, state: 'ran' });
      return { id: check.id, recipe: prepared.recipe, evidence };
    }),
  );
}

async function evidenceFor(
  prepared: Prepared,
  complaint: () => Promise<StoredEvidence | null>,
  run: (job: Extract<Prepared, { readonly kind: 'job' }>['job']) => Promise<JobAnswer>,
  index: number,
): Promise<StoredEvidence> {
  switch (prepared.kind) {
    case 'code':
      return { kind: 'code', files: prepared.files };
    case 'missing':
      return {
        kind: 'nothing',
        blame: 'submission',
        message: `There is no file ${prepared.file} to run.`,
        file: prepared.file,
      };
    case 'job': {
      if (prepared.job.policy.owner === 'student') {
        const refused = await complaint();
        if (refused !== null) return refused;
      }
      const answer = await run(prepared.job);
      switch (answer.kind) {
        case 'guest':
          return { kind: 'run', index, exit: answer.exit, sent: answer.sent };
        case 'table':
          return { kind: 'policyTests', decisions: answer.decisions };
        case 'search':
          return { kind: 'property', search: answer.search };
        case 'nothing':
          return answer;
      }
    }
  }
}

/** Why the student's policy cannot be run at all: what an ordinary run is refused for, too. */
async function policyComplaintOf(files: SubmittedFiles): Promise<StoredEvidence | null> {
  const own = files.get(POLICY_FILE);
  if (own === undefined) return null;
  const wrong = (await checkPolicy(new TextDecoder().decode(own))).find(
    ({ severity }) => severity === 'error',
  );
  if (wrong === undefined) return null;
  return {
    kind: 'nothing',
    blame: wrong.code.startsWith('check-') ? 'platform' : 'submission',
    message: `The policy cannot be run: line ${String(wrong.line)}: ${wrong.message}`,
    file: POLICY_FILE,
    line: wrong.line,
  };
}
