/** What a manifest says of other files, against the files that are there; and files that it does not say anything of. */
import { fillIn, placeholdersIn, type ParameterValues } from '@sandtable/shared/labs/parameters';
import type { Manifest, ManifestProblem } from '@sandtable/shared/labs/manifest';
import { MANIFEST_FILE, PACK_FOLDERS, TASK_FILE } from '@sandtable/shared/labs/packPath';
import { wildcard } from '@sandtable/shared/wildcard';
import { fileProblem, type PackFiles, type PackProblem } from './packFiles.ts';

type Problem = PackProblem | ManifestProblem;

/** Where scripts and policies of checks may lie. */
const CHECKING = ['checks/', 'attacks/', 'hidden/', 'starter/'];

export function referenceProblems(manifest: Manifest, files: PackFiles): readonly Problem[] {
  return [
    ...missing(manifest, files),
    ...strays(manifest, files),
    ...submissions(manifest, files),
    ...anchors(manifest, files),
    ...templates(manifest, files),
    ...unknownParameters(manifest),
  ];
}

function field(path: readonly (string | number)[], message: string): ManifestProblem {
  return { path, key: false, message };
}

function missing(manifest: Manifest, files: PackFiles): Problem[] {
  const problems: Problem[] = [];
  const need = (path: (string | number)[], file: string, folders: readonly string[]): void => {
    if (!folders.some((folder) => file.startsWith(folder)))
      problems.push(field(path, `names ${file}, which does not lie in ${folders.join(', ')}`));
    else if (!files.has(file)) problems.push(field(path, `names ${file}, which is not in the pack`));
  };
  if (!files.has(TASK_FILE)) problems.push(fileProblem(TASK_FILE, 'A pack needs this file: the task.'));
  const bench = new Set(manifest.files.map(({ path }) => path));
  manifest.files.forEach(({ path }, index) => {
    if (!files.has(`starter/${path}`))
      problems.push(field(['files', index, 'path'], `needs its first content in starter/${path}`));
  });
  if (manifest.policy !== undefined) need(['policy'], manifest.policy, ['hidden/']);
  for (const [at, { file }] of Object.entries(manifest.world))
    if (file !== undefined) need(['world', at, 'file'], file, ['hidden/']);
  manifest.services.forEach(({ reply }, index) => {
    if (reply !== undefined) need(['services', index, 'reply'], reply, ['hidden/']);
  });
  manifest.checks.forEach((check, index) => {
    for (const kind of ['run', 'attack', 'honest'] as const) {
      const run = check[kind];
      if (run === undefined) continue;
      const path = ['checks', index, kind];
      if (!bench.has(run.script)) need([...path, 'script'], run.script, CHECKING);
      if (run.policy.includes('/') || run.policy.endsWith('.ts'))
        need([...path, 'policy'], run.policy, CHECKING);
      if (run.bare && bench.has(run.script))
        problems.push(field([...path, 'bare'], `leaves out the student's files, ${run.script} too`));
    }
    if (typeof check.policyTests === 'string')
      need(['checks', index, 'policyTests'], check.policyTests, CHECKING);
    check.code?.forEach(({ file }, at) => {
      if (!bench.has(file))
        problems.push(
          field(['checks', index, 'code', at, 'file'], `names ${file}, which is not among files`),
        );
    });
  });
  return problems;
}

function strays(manifest: Manifest, files: PackFiles): Problem[] {
  const problems: Problem[] = [];
  const starters = new Set(manifest.files.map(({ path }) => `starter/${path}`));
  for (const name of files.keys()) {
    const [top] = name.split('/');
    if (name === MANIFEST_FILE || name === TASK_FILE) continue;
    if (!name.includes('/') || !(PACK_FOLDERS as readonly string[]).includes(top!))
      problems.push(
        fileProblem(
          name,
          `At the top of a pack are ${MANIFEST_FILE}, ${TASK_FILE} and the folders ${PACK_FOLDERS.join(', ')}.`,
        ),
      );
    else if (top === 'starter' && !starters.has(name))
      problems.push(fileProblem(name, `${MANIFEST_FILE} does not list this among files.`));
  }
  return problems;
}

function submissions(manifest: Manifest, files: PackFiles): Problem[] {
  const problems: Problem[] = [];
  const changeable = new Set(
    manifest.files.filter(({ access }) => access === 'read-write').map(({ path }) => path),
  );
  const wrong = new Set(manifest.wrong.map(({ name }) => name));
  const seen = new Set<string>();
  for (const name of files.keys()) {
    const [top, second, ...rest] = name.split('/');
    if (top === 'solution' || top === 'wrong') {
      const file = top === 'solution' ? name.slice('solution/'.length) : rest.join('/');
      if (top === 'wrong') {
        if (!wrong.has(second!))
          problems.push(fileProblem(name, `${MANIFEST_FILE} does not list ${second!} in wrong.`));
        seen.add(second!);
      }
      if (!changeable.has(file))
        problems.push(
          fileProblem(name, 'A student cannot change this file: it is read-only or not among files.'),
        );
      else if (top === 'solution') seen.add('solution/');
    }
  }
  if (!seen.has('solution/'))
    problems.push(fileProblem('solution', 'A pack needs a solution: at least one file of the student’s.'));
  manifest.wrong.forEach(({ name }, index) => {
    if (!seen.has(name)) problems.push(field(['wrong', index, 'name'], `needs files in wrong/${name}`));
  });
  return problems;
}

function anchors(manifest: Manifest, files: PackFiles): Problem[] {
  const task = files.get(TASK_FILE);
  if (task === undefined) return [];
  const known = new Set(headingAnchors(new TextDecoder().decode(task)));
  return manifest.steps.flatMap(({ anchor }, index) =>
    anchor === undefined || known.has(anchor)
      ? []
      : [
          field(
            ['steps', index, 'anchor'],
            `names a heading that ${TASK_FILE} does not have; there are ${[...known].join(', ')}`,
          ),
        ],
  );
}

/** Anchors of the headings of a Markdown text, as GitHub makes them; those in blocks of code are none. */
export function headingAnchors(markdown: string): readonly string[] {
  const anchors: string[] = [];
  let fenced = false;
  for (const line of markdown.split('\n')) {
    if (/^\s{0,3}(```|~~~)/.test(line)) fenced = !fenced;
    const heading = fenced ? null : /^#{1,6}\s+(.*?)\s*#*$/.exec(line);
    if (heading !== null)
      anchors.push(
        heading[1]!
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
          .trim()
          .replaceAll(/\s/g, '-'),
      );
  }
  return anchors;
}

function templates(manifest: Manifest, files: PackFiles): Problem[] {
  const problems: Problem[] = [];
  manifest.templated.forEach((pattern, index) => {
    const matches = wildcard(pattern);
    const named = [...files.keys()].filter((name) => name !== MANIFEST_FILE && matches(name));
    if (named.length === 0) problems.push(field(['templated', index], 'fits no file of the pack'));
    for (const name of named)
      if (!isText(files.get(name)!))
        problems.push(fileProblem(name, 'This is not UTF-8 text, so it cannot be templated.'));
  });
  return problems;
}

function isText(content: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(content);
    return true;
  } catch {
    return false;
  }
}

function unknownParameters(manifest: Manifest): Problem[] {
  const problems: Problem[] = [];
  const walk = (value: unknown, path: (string | number)[]): void => {
    if (typeof value === 'string') {
      for (const name of placeholdersIn(value))
        if (!Object.hasOwn(manifest.parameters, name))
          problems.push(field(path, `speaks of {{${name}}}, which is not among parameters`));
    } else if (Array.isArray(value)) value.forEach((each, index) => walk(each, [...path, index]));
    else if (typeof value === 'object' && value !== null)
      for (const [key, each] of Object.entries(value)) {
        walk(key, [...path, key]);
        walk(each, [...path, key]);
      }
  };
  walk(manifest, []);
  return problems;
}

const REGEX_SIGNS = /[\\^$.*+?()[\]{}|/]/g;

/** The manifest of one work: every `{{name}}` in it is that work's value, in regular expressions as that text to the letter. */
export function filledManifest(manifest: Manifest, values: ParameterValues): Manifest {
  const escaped = (value: string): string => value.replaceAll(REGEX_SIGNS, '\\$&');
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return fillIn(value, values, key === 'matches' ? escaped : undefined);
    if (Array.isArray(value)) return value.map((each) => walk(each, key));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [fillIn(name, values), walk(each, name)]),
      );
    return value;
  };
  return walk(manifest, '') as Manifest;
}
