/**
 * The search against policies that are wrong, each in one way that a student would be wrong, and against one that is right. The bound is a
 * number of sequences and no time, so that a busy machine changes nothing.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseProperty, type Property } from '@sandtable/shared/search/property';
import { interpreterState } from '../sandbox/interpreters.ts';
import { confirm } from './confirm.ts';
import { hunt, type Hunted } from './hunt.ts';

const SEED = 1;
const SEQUENCES = 3000;
/** For a machine that others keep busy; alone it is a tenth of it. */
const TIMEOUT_MS = 180_000;

/** The policy, and what its script shows: the hole that it is named after. */
const HOLES: readonly (readonly [name: string, shows: RegExp])[] = [
  ['prefixCheck', /'\/tmpevil/],
  ['dotDot', /os\.open\('\/tmp\/(?:[^']*\/)?\.\.\//],
  ['symlink', /os\.symlink\(/],
  ['renameIntoPlace', /os\.rename\('[^']+', '(?:\/tmp\/)?config\.ini'\)/],
  ['otherFolder', /os\.f?chdir\([^]*os\.open\('[^/]/],
  ['duplicate', /os\.dup2?\(/],
  ['truncate', /os\.O_RDONLY \| os\.O_TRUNC/],
  ['folderDescriptor', /dir_fd=/],
  ['race', /threading\.Thread\(/],
  ['halves', /len\(data\) \/\/ 2/],
  ['movedFolder', /os\.rename\('\/tmp\/team', /],
];

function read(file: string): string {
  return readFileSync(new URL(`../../policies/wrong/${file}`, import.meta.url), 'utf8');
}

function propertyOf(name: string): Property {
  const parsed = parseProperty(parse(read(`${name}.yaml`)));
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.property;
}

let stdlib: string;
beforeAll(async () => {
  const state = await interpreterState({ kind: 'pypy' });
  if (!state.ok || state.kind !== 'pypy') throw new Error('these tests need PyPy');
  stdlib = state.stdlib;
});

function search(source: string, property: Property): Promise<Hunted> {
  return hunt({ source, property, stdlib, seed: SEED, sequences: SEQUENCES, milliseconds: TIMEOUT_MS });
}

describe('a wrong policy', () => {
  it.each(HOLES)(
    '%s has a hole that a real guest goes through',
    { timeout: TIMEOUT_MS },
    async (name, shows) => {
      const source = read(`${name}.ts`);
      const property = propertyOf(name);
      const { finding } = await search(source, property);
      expect(finding?.script).toMatch(shows);
      expect(finding!.script.trimEnd().split('\n').length).toBeLessThanOrEqual(5);
      // A rule that the policy took over from another has no line in it.
      expect(finding!.trial.rule).toMatchObject({ layer: 'student', code: 'rule' });
      expect(await confirm({ source, property, script: finding!.script })).toMatchObject({
        confirmed: true,
        ended: null,
      });
      const right = await confirm({ source: read('reference.ts'), property, script: finding!.script });
      expect(right).toMatchObject({ confirmed: false });
    },
  );
});

describe('the reference policy', () => {
  const properties = new Map(HOLES.map(([name]) => [read(`${name}.yaml`), name]));

  it.each([...properties.values()])(
    'has no hole for the property of %s',
    { timeout: TIMEOUT_MS },
    async (name) => {
      const hunted = await search(read('reference.ts'), propertyOf(name));
      expect(hunted).toMatchObject({ sequences: SEQUENCES, finding: null, nothingToTry: false });
    },
  );
});
