/**
 * Whether a lab keeps its promises: its files fit together, its policies compile, its solution gets all points, each submission that is known
 * to be wrong loses the checks that it is meant to lose and no others, and the starter is no solution. For `sandtable lab check`, for authors on
 * the page, and for every lab that ships in `npm test`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CheckResult } from '@sandtable/shared/labs/checkResult';
import { gradeOf } from '@sandtable/shared/labs/grade';
import type { LabWrong } from '@sandtable/shared/labs/manifest';
import { checkPolicy } from '../sandbox/policy/checkPolicy.ts';
import { POLICY_FILE } from '../sessions/benchWorld.ts';
import { runChecks } from './checkRunner.ts';
import { knownSubmission, labInstance, type LabInstance, type SubmittedFiles } from './labInstance.ts';
import { fileProblem, type PackProblem } from './packFiles.ts';
import type { Pack } from './packReader.ts';

/** Individual values of `lab check`, where nobody says which. */
const USUAL_SEED = 'lab check';

const SOLUTION = 'solution';
const SOLUTION_FOR = `${SOLUTION} for student `;

export interface SubmissionReport {
  /** `solution`, `solution for student N`, `starter`, `wrong/NAME`, or what the caller calls it. */
  readonly name: string;
  readonly points: number;
  readonly max: number;
  readonly results: readonly CheckResult[];
  /** What is not as it is meant to be; none: all is well. */
  readonly complaints: readonly string[];
}

export interface LabReport {
  readonly id: string;
  readonly version: string;
  readonly checks: number;
  /** Policies of the pack that do not compile. */
  readonly problems: readonly PackProblem[];
  readonly submissions: readonly SubmissionReport[];
}

export interface LabCheckOptions {
  /** Names of submissions: `solution`, `starter`, `wrong/NAME`; all by default. */
  readonly only?: readonly string[];
  /** A submission from elsewhere, of which nothing is expected. */
  readonly extra?: { readonly name: string; readonly files: SubmittedFiles };
  readonly seed?: string;
  /** So many students more, for whom the solution is tried with their individual values; none by default. */
  readonly students?: number;
  /** Folder for the evidence, one below it for each submission; by default it is thrown away. */
  readonly keep?: string;
  readonly signal?: AbortSignal;
  /** Told as each submission is judged. */
  readonly progress?: (report: SubmissionReport) => void;
}

/** What can be named in `only`. */
export function submissionNames({ manifest }: Pack): readonly string[] {
  return [SOLUTION, 'starter', ...manifest.wrong.map(({ name }) => `wrong/${name}`)];
}

/** Whether nothing is to be mended. */
export function isFine({ problems, submissions }: LabReport): boolean {
  return problems.length === 0 && submissions.every(({ complaints }) => complaints.length === 0);
}

export async function checkLab(pack: Pack, options: LabCheckOptions = {}): Promise<LabReport> {
  const instance = labInstance(pack, options.seed ?? USUAL_SEED, 'checks');
  const folder = options.keep ?? mkdtempSync(path.join(tmpdir(), 'sandtable-lab-'));
  try {
    const names = options.only ?? (options.extra === undefined ? submissionNames(pack) : []);
    const given = names.map((name) => ({ name, instance, files: filesOf(instance, name) }));
    if (options.extra !== undefined) given.push({ ...options.extra, instance });
    for (let student = 1; student <= (options.students ?? 0); student++) {
      const theirs = labInstance(pack, `student ${String(student)}`, 'checks');
      given.push({
        name: `${SOLUTION_FOR}${String(student)}`,
        instance: theirs,
        files: filesOf(theirs, SOLUTION),
      });
    }
    const [problems, ...submissions] = await Promise.all([
      policyProblems(instance),
      ...given.map(async ({ name, files, instance: values }) => {
        const report = await reportOf(
          values,
          name,
          files,
          path.join(folder, name.replaceAll(/[/ ]/g, '-')),
          options,
        );
        options.progress?.(report);
        return report;
      }),
    ]);
    return {
      id: pack.manifest.id,
      version: pack.version,
      checks: pack.manifest.checks.length,
      problems,
      submissions,
    };
  } finally {
    if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function filesOf(instance: LabInstance, name: string): SubmittedFiles {
  return name === 'starter' ? instance.starter : knownSubmission(instance, name);
}

async function reportOf(
  instance: LabInstance,
  name: string,
  files: SubmittedFiles,
  folder: string,
  { signal }: LabCheckOptions,
): Promise<SubmissionReport> {
  const checked = await runChecks({
    instance,
    files,
    folder,
    ...(signal === undefined ? {} : { signal }),
  });
  if (!checked.ok) return { name, points: 0, max: 0, results: [], complaints: [checked.message] };
  const { results } = checked;
  const { points, max } = gradeOf(results);
  return { name, points, max, results, complaints: complaintsOf(instance, name, results) };
}

function wrongOne({ manifest }: LabInstance, name: string): LabWrong | undefined {
  return manifest.wrong.find((each) => name === `wrong/${each.name}`);
}

function complaintsOf(
  instance: LabInstance,
  name: string,
  results: readonly CheckResult[],
): readonly string[] {
  const complaints = results
    .filter(({ outcome }) => outcome === 'error')
    .map(({ id, findings }) => `${id} could not be judged: ${findings[0]?.text ?? 'nobody knows why'}`);
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  if (name === SOLUTION || name.startsWith(SOLUTION_FOR))
    for (const { id, findings } of failed) complaints.push(`${id} fails: ${findings[0]?.text ?? ''}`);
  if (name === 'starter' && results.length > 0 && results.every(({ passed }) => passed))
    complaints.push('the starter passes every check: there is nothing to do in this lab');
  const wrong = wrongOne(instance, name);
  if (wrong === undefined) return complaints;
  for (const id of wrong.loses)
    if (results.some((each) => each.id === id && each.passed))
      complaints.push(`${id} passes, and should fail`);
  for (const { id, findings } of failed)
    if (!wrong.loses.includes(id) && !wrong.may.includes(id))
      complaints.push(`${id} fails, and should pass: ${findings[0]?.text ?? ''}`);
  return complaints;
}

/** Policies that somebody wrote for this lab; those of submissions under the name that a student would see. */
async function policyProblems(instance: LabInstance): Promise<readonly PackProblem[]> {
  const { manifest, pack } = instance;
  const named = new Set(
    manifest.checks.flatMap(({ run, attack, honest }) => {
      const policy = (run ?? attack ?? honest)?.policy;
      return policy !== undefined && pack.files.has(policy) ? [policy] : [];
    }),
  );
  if (manifest.policy !== undefined) named.add(manifest.policy);
  for (const file of pack.files.keys())
    if (
      file === `starter/${POLICY_FILE}` ||
      (/^(solution|wrong\/[^/]+)\//.test(file) && file.endsWith(`/${POLICY_FILE}`))
    )
      named.add(file);
  const checked = await Promise.all(
    [...named].map(async (file) => {
      const diagnostics = await checkPolicy(new TextDecoder().decode(instance.file(file)));
      return diagnostics
        .filter(({ severity }) => severity === 'error')
        .map(({ line, column, message }): PackProblem => ({ ...fileProblem(file, message), line, column }));
    }),
  );
  return checked.flat();
}
