/**
 * The module `sandtable` as source text for QuickJS: our part, the built-in policies (which are written with it), and the index
 * that a student's import sees.
 */
import { readFileSync } from 'node:fs';
import { CALL_GROUPS, CALLS } from '@sandtable/shared/calls';
import { ERRNO_NAMES } from '@sandtable/shared/errno';
import { MAX_SLEEP_SECONDS, MAX_TIMERS } from './policyLimits.ts';
import { transpile } from './transpile.ts';

const constant = (name: string, value: unknown): string => `const ${name} = ${JSON.stringify(value)};`;

/** On one line, so that line numbers in the module stay its own. */
const TABLES = [
  constant('TABLE', Object.fromEntries(CALLS.map(({ name, args }) => [name, args.map((arg) => arg.name)]))),
  constant('GROUPS', Object.keys(CALL_GROUPS)),
  constant('ERRNOS', ERRNO_NAMES),
  constant('MAX_SLEEP_SECONDS', MAX_SLEEP_SECONDS),
  constant('MAX_TIMERS', MAX_TIMERS),
].join('');

/** What a policy may import. */
const INDEX = `
export { policy, allow, deny, fake, answer, failure, sleep } from 'sandtable:core';
export { default as standard } from 'sandtable:standard';
export { default as lecture } from 'sandtable:lecture';
`;

/** What the host takes. */
const HOST = `export { describe, dispatch, resume, forget, wake, drain } from 'sandtable:core';`;

const POLICIES = new URL('../../../policies/', import.meta.url);

/** Built-in policies that others may import and build on. */
const IMPORTABLE = ['standard', 'lecture'] as const;

/** Names of the built-in policies, each a file in `server/policies`; those after the first two are worked examples. */
export const BUILT_IN_POLICIES = [...IMPORTABLE, 'redact', 'fakeHost', 'shortSleep', 'writeBudget'] as const;
export type BuiltInPolicy = (typeof BUILT_IN_POLICIES)[number];

/** Source of a built-in policy, as a student may read and copy it. */
export function builtInSource(name: BuiltInPolicy): string {
  return readFileSync(new URL(`${name}.ts`, POLICIES), 'utf8');
}

/** The built-in policies for a list: the summary is the first paragraph of the comment at the head of each. */
export function builtInPolicies(): readonly {
  readonly name: BuiltInPolicy;
  readonly summary: string;
  readonly source: string;
}[] {
  return BUILT_IN_POLICIES.map((name) => {
    const source = builtInSource(name);
    const [paragraph = ''] = source.slice(source.indexOf('/**') + 3, source.indexOf('*/')).split(/\n \*\n/);
    return { name, summary: paragraph.replaceAll(/\s*\n \* ?/g, ' ').trim(), source };
  });
}

const sources = new Map<string, string>();

function sourceOf(name: string): string | undefined {
  switch (name) {
    case 'sandtable':
      return INDEX;
    case 'sandtable:host':
      return HOST;
    case 'sandtable:core':
      return TABLES + readFileSync(new URL('sandtableModule.js', import.meta.url), 'utf8');
    default: {
      const builtIn = IMPORTABLE.find((each) => name === `sandtable:${each}`);
      if (builtIn === undefined) return undefined;
      const result = transpile(builtInSource(builtIn));
      if (!result.ok) throw new Error(`sandtableSource.ts: ${builtIn}.ts: ${result.message}`);
      return result.code;
    }
  }
}

/** Source of a module by its full name, or undefined where there is none. */
export function moduleSource(name: string): string | undefined {
  const known = sources.get(name);
  if (known !== undefined) return known;
  const source = sourceOf(name);
  if (source !== undefined) sources.set(name, source);
  return source;
}

/** The full name of what `from` imports as `name`; null where it may not. */
export function moduleName(from: string, name: string): string | null {
  if (name === 'sandtable') return from.startsWith('sandtable:') ? 'sandtable:core' : 'sandtable';
  return name.startsWith('sandtable:') && (from.startsWith('sandtable') || from === 'host') ? name : null;
}
