/** What a check runs: the job for a check thread, and the hash that says whether kept evidence is evidence of the same. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Check, LabPolicyTest, RunFields } from '@sandtable/shared/labs/checkSpec';
import { builtInSource } from '../sandbox/policy/loadPolicy.ts';
import type { StartFile } from '../sandbox/index.ts';
import { GUEST_FOLDER, POLICY_FILE } from '../sessions/benchWorld.ts';
import type { CheckJob, JobPolicy } from './checkJobs.ts';
import { ALLOW_ALL } from './checkPolicies.ts';
import { SEARCH_ATTEMPTS } from './checkLimits.ts';
import { definedOnly } from './definedOnly.ts';
import { runFolder } from './evidenceFormat.ts';
import type { LabInstance, SubmittedFiles } from './labInstance.ts';
import { labPartOf } from './labRun.ts';

/** The same search for everybody: what a student's policy is tried with does not depend on luck. */
const SEARCH_SEED = 20_231;

/** Where a script of the pack stands for the guest: where an ordinary one does. */
const SCRIPT_PLACE = `${GUEST_FOLDER}/script.py`;

/** A check made ready. */
export type Prepared =
  /** Runs in a check thread. */
  | { readonly kind: 'job'; readonly job: CheckJob; readonly recipe: string }
  /** Only looks at the submitted text. */
  | {
      readonly kind: 'code';
      readonly files: { readonly [path: string]: string | null };
      readonly recipe: string;
    }
  /** Cannot run: a file is missing. */
  | { readonly kind: 'missing'; readonly file: string; readonly recipe: string };

/** @param index number of the run, should there be one; @param folder of the attempt */
export function prepareCheck(
  instance: LabInstance,
  check: Check,
  files: SubmittedFiles,
  folder: string,
  index: number,
): Prepared {
  const own = files.get(POLICY_FILE);
  const student: JobPolicy =
    own === undefined
      ? { name: 'standard', source: builtInSource('standard'), owner: 'student' }
      : { name: POLICY_FILE, source: new TextDecoder().decode(own), owner: 'student' };
  const run = check.run ?? check.attack ?? check.honest;
  if (run !== undefined) return prepareRun(instance, run, files, student, folder, index);
  if (check.code !== undefined) {
    const looked = Object.fromEntries(
      check.code.map(({ file }) => {
        const content = files.get(file);
        return [file, content === undefined ? null : new TextDecoder().decode(content)];
      }),
    );
    return { kind: 'code', files: looked, recipe: hash(looked) };
  }
  const lab = labPartOf(instance);
  const job: CheckJob =
    check.property !== undefined
      ? {
          kind: 'search',
          policy: student,
          lab,
          property: check.property,
          attempts: check.attempts ?? SEARCH_ATTEMPTS,
          seed: SEARCH_SEED,
        }
      : { kind: 'table', policy: student, lab, tests: testsOf(instance, check) };
  return { kind: 'job', job, recipe: hash(job) };
}

/** The policy tests of a check, wherever they stand. */
export function testsOf(instance: LabInstance, check: Check): readonly LabPolicyTest[] {
  const { policyTests = [] } = check;
  return typeof policyTests === 'string' ? instance.policyTests(policyTests) : policyTests;
}

function prepareRun(
  instance: LabInstance,
  run: RunFields,
  files: SubmittedFiles,
  student: JobPolicy,
  folder: string,
  index: number,
): Prepared {
  const isOwn = instance.manifest.files.some(({ path }) => path === run.script);
  const content = isOwn ? files.get(run.script) : instance.file(run.script);
  if (content === undefined)
    return { kind: 'missing', file: run.script, recipe: hash({ missing: run.script }) };
  const script = isOwn ? `${GUEST_FOLDER}/${run.script}` : SCRIPT_PLACE;
  /** Those of the check are the lab's, like those of its world; those of the student count for the quotas as in every run. */
  const world = new Map<string, Omit<StartFile, 'path'>>();
  const ofLab = (data: Uint8Array): Omit<StartFile, 'path'> => ({ data, ofLab: true });
  if (!run.bare)
    for (const [path, bytes] of files)
      if (path !== POLICY_FILE) world.set(`${GUEST_FOLDER}/${path}`, { data: bytes });
  world.set(script, isOwn ? { data: content } : ofLab(content));
  for (const [path, text] of Object.entries(run.files))
    world.set(path, ofLab(new TextEncoder().encode(text)));
  const started = [...world].map(([path, file]): StartFile => ({ ...file, path, data: file.data.slice() }));
  const lab = labPartOf(instance);
  const job: CheckJob = {
    kind: 'guest',
    folder: join(folder, runFolder(index)),
    run: `check-${String(index)}`,
    script,
    args: run.args,
    input: run.input,
    pipes: run.pipes,
    files: started,
    logged: run.bare
      ? []
      : [...files.keys()]
          .map((path) => `${GUEST_FOLDER}/${path}`)
          .filter((path) => (isOwn || path !== script) && !Object.hasOwn(run.files, path)),
    policy: policyOf(instance, run.policy, student),
    lab,
    limits: definedOnly(run.limits),
  };
  return { kind: 'job', job, recipe: hash({ ...job, folder: '', run: '', logged: [] }) };
}

function policyOf(instance: LabInstance, named: string, student: JobPolicy): JobPolicy {
  switch (named) {
    case 'student':
      return student;
    case 'standard':
    case 'lecture':
      return { name: named, source: builtInSource(named), owner: 'pack' };
    case 'allow-all':
      return { name: named, source: ALLOW_ALL, owner: 'pack' };
    default:
      return { name: POLICY_FILE, source: new TextDecoder().decode(instance.file(named)), owner: 'pack' };
  }
}

function hash(value: unknown): string {
  const text = JSON.stringify(value, (_key, each: unknown) =>
    each instanceof Uint8Array ? createHash('sha256').update(each).digest('hex') : each,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
