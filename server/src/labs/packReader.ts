/** From the files of a lab pack to a lab that can be used, or to everything that is wrong with it, by file, line and field. */
import path from 'node:path';
import type { LabPolicyTest } from '@sandtable/shared/labs/checkSpec';
import { parseManifest, parsePolicyTests, type Manifest } from '@sandtable/shared/labs/manifest';
import { MANIFEST_FILE } from '@sandtable/shared/labs/packPath';
import {
  fileProblem,
  isLeftover,
  packFilesOf,
  packLimitProblems,
  packVersion,
  type PackFiles,
  type PackProblem,
} from './packFiles.ts';
import { referenceProblems } from './packReferences.ts';
import { readYaml } from './yamlPlaces.ts';

export interface Pack {
  readonly manifest: Manifest;
  readonly files: PackFiles;
  /** Id of this version of the lab. */
  readonly version: string;
  /** The tables of policy tests that stand in files of their own, by path. */
  readonly policyTests: ReadonlyMap<string, readonly LabPolicyTest[]>;
}

export type PackResult =
  | { readonly ok: true; readonly pack: Pack }
  | { readonly ok: false; readonly problems: readonly PackProblem[] };

/** Problems that one reading tells of; an author mends some and reads again. */
const MAX_PROBLEMS = 50;

/** A pack from its files. Policies and scripts in it are not looked into here: `labCheck.ts` runs them. */
export function readPack(given: PackFiles): PackResult {
  const files = new Map([...given].filter(([name]) => !name.split('/').some(isLeftover)));
  const refuse = (problems: readonly PackProblem[]): PackResult => ({
    ok: false,
    problems: problems.slice(0, MAX_PROBLEMS),
  });
  const limits = packLimitProblems([...files].map(([name, content]) => [name, content.length]));
  if (limits.length > 0) return refuse(limits);
  const content = files.get(MANIFEST_FILE);
  if (content === undefined)
    return refuse([fileProblem(MANIFEST_FILE, 'A pack needs this file, at its top.')]);
  const yaml = readYaml(MANIFEST_FILE, content);
  if (!yaml.ok) return refuse(yaml.problems);
  const parsed = parseManifest(yaml.value);
  if (!parsed.ok) return refuse(parsed.problems.map(yaml.problem));
  const { manifest } = parsed;
  const tables = readTables(manifest, files);
  const problems = [
    ...referenceProblems(manifest, files).map((problem) =>
      'file' in problem ? problem : yaml.problem(problem),
    ),
    ...tables.problems,
  ];
  if (problems.length > 0) return refuse(problems);
  return { ok: true, pack: { manifest, files, version: packVersion(files), policyTests: tables.tables } };
}

/** A pack from a folder of the machine, whose name has to be the id of the lab, with a number before it or not. */
export async function readPackFolder(folder: string): Promise<PackResult> {
  const read = await packFilesOf(folder);
  if (!read.ok) return read;
  const result = readPack(read.files);
  if (!result.ok) return result;
  const name = path.basename(path.resolve(folder));
  const { id } = result.pack.manifest;
  return name.replace(/^\d+-/, '') === id
    ? result
    : {
        ok: false,
        problems: [
          fileProblem(MANIFEST_FILE, `id is ${id}, but the folder is named ${name}; they have to agree.`),
        ],
      };
}

function readTables(
  manifest: Manifest,
  files: PackFiles,
): { readonly tables: Map<string, readonly LabPolicyTest[]>; readonly problems: readonly PackProblem[] } {
  const tables = new Map<string, readonly LabPolicyTest[]>();
  const problems: PackProblem[] = [];
  for (const { policyTests } of manifest.checks) {
    if (typeof policyTests !== 'string' || tables.has(policyTests)) continue;
    const content = files.get(policyTests);
    // A file that is missing is told of with the field that names it.
    if (content === undefined) continue;
    const yaml = readYaml(policyTests, content);
    if (!yaml.ok) {
      problems.push(...yaml.problems);
      continue;
    }
    const parsed = parsePolicyTests(yaml.value);
    if (parsed.ok) tables.set(policyTests, parsed.tests);
    else problems.push(...parsed.problems.map(yaml.problem));
  }
  return { tables, problems };
}
