/** A lab as one person has it: their individual values put into its texts. Pure: the same pack and seed give the same instance. */
import { fillIn, parameterValues, type ParameterValues } from '@sandtable/shared/labs/parameters';
import type { LabPolicyTest } from '@sandtable/shared/labs/checkSpec';
import type { Manifest } from '@sandtable/shared/labs/manifest';
import { TASK_FILE } from '@sandtable/shared/labs/packPath';
import { wildcard } from '@sandtable/shared/wildcard';
import type { Pack } from './packReader.ts';
import { filledManifest } from './packReferences.ts';

/** Path on the bench → content. */
export type SubmittedFiles = ReadonlyMap<string, Uint8Array>;

export interface LabInstance {
  readonly pack: Pack;
  readonly seed: string;
  readonly values: ParameterValues;
  /** With the values in every text. */
  readonly manifest: Manifest;
  /** A file of the pack, with the values if it is templated. */
  file(path: string): Uint8Array | undefined;
  /** The task: README.md. */
  readonly task: string;
  /** What the bench begins with. */
  readonly starter: SubmittedFiles;
  policyTests(path: string): readonly LabPolicyTest[];
}

/** `where`: fresh parameters have other values in checks. */
export function labInstance(pack: Pack, seed: string, where: 'bench' | 'checks' = 'bench'): LabInstance {
  const values = parameterValues(pack.manifest.parameters, seed, where);
  const manifest = filledManifest(pack.manifest, values);
  const templated = pack.manifest.templated.map((pattern) => wildcard(pattern));
  const made = new Map<string, Uint8Array>();
  const file = (path: string): Uint8Array | undefined => {
    const known = made.get(path);
    if (known !== undefined) return known;
    let content = pack.files.get(path);
    if (content === undefined) return undefined;
    if (templated.some((matches) => matches(path)))
      content = new TextEncoder().encode(fillIn(new TextDecoder().decode(content), values));
    made.set(path, content);
    return content;
  };
  return {
    pack,
    seed,
    values,
    manifest,
    file,
    task: new TextDecoder().decode(file(TASK_FILE)),
    starter: new Map(manifest.files.map(({ path }) => [path, file(`starter/${path}`)!])),
    policyTests: (path) => filledTests(pack.policyTests.get(path) ?? [], values),
  };
}

function filledTests(tests: readonly LabPolicyTest[], values: ParameterValues): readonly LabPolicyTest[] {
  return JSON.parse(
    JSON.stringify(tests, (_key, value: unknown) =>
      typeof value === 'string' ? fillIn(value, values) : value,
    ),
  ) as readonly LabPolicyTest[];
}

/** What is judged: the student's files over the starter's, read-only ones as the pack has them, others than the lab's only where they are new. */
export function submissionOf(instance: LabInstance, files: SubmittedFiles): SubmittedFiles {
  const result = new Map(instance.starter);
  const fixed = new Set(
    instance.manifest.files.filter(({ access }) => access === 'read-only').map(({ path }) => path),
  );
  for (const [path, content] of files) if (!fixed.has(path)) result.set(path, content);
  // A file that the student removed is not there.
  for (const path of instance.starter.keys()) if (!files.has(path) && !fixed.has(path)) result.delete(path);
  return result;
}

/** The solution (`solution`), or a submission that is known to be wrong (`wrong/NAME`), over the starter. */
export function knownSubmission(instance: LabInstance, folder: string): SubmittedFiles {
  const files = new Map(instance.starter);
  for (const name of instance.pack.files.keys())
    if (name.startsWith(`${folder}/`)) files.set(name.slice(folder.length + 1), instance.file(name)!);
  return files;
}
