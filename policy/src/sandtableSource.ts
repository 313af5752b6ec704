/**
 * The module `sandtable` as source text for QuickJS: our part, the built-in policies (which are written with it), and the index
 * that a student's import sees.
 */
import { CALL_GROUPS, CALLS } from '@sandtable/shared/calls';
import { ERRNO_NAMES } from '@sandtable/shared/errno';
import { MAX_TESTS } from '@sandtable/shared/policy/policyTests';
import { MAX_SLEEP_SECONDS, MAX_TIMERS } from './policyLimits.ts';
import type { PolicyPlatform } from './platform.ts';
import { transpile } from './transpile.ts';

const constant = (name: string, value: unknown): string => `const ${name} = ${JSON.stringify(value)};`;

/** On one line, so that line numbers in the module stay its own. */
const TABLES = [
  constant('TABLE', Object.fromEntries(CALLS.map(({ name, args }) => [name, args.map((arg) => arg.name)]))),
  constant('GROUPS', Object.keys(CALL_GROUPS)),
  constant('ERRNOS', ERRNO_NAMES),
  constant('MAX_SLEEP_SECONDS', MAX_SLEEP_SECONDS),
  constant('MAX_TIMERS', MAX_TIMERS),
  constant('MAX_TESTS', MAX_TESTS),
].join('');

/** What a policy may import. */
const INDEX = `
export { policy, allow, deny, fake, answer, failure, sleep, test } from 'sandtable:core';
export { default as standard } from 'sandtable:standard';
export { default as lecture } from 'sandtable:lecture';
`;

/** What the host takes. */
const HOST = `export { describe, dispatch, resume, forget, wake, drain } from 'sandtable:core';`;

/** Built-in policies that others may import and build on. */
const IMPORTABLE = ['standard', 'lecture'] as const;

const sources = new WeakMap<PolicyPlatform, Map<string, string>>();

function sourceOf(name: string, platform: PolicyPlatform): string | undefined {
  switch (name) {
    case 'sandtable':
      return INDEX;
    case 'sandtable:host':
      return HOST;
    case 'sandtable:core':
      return TABLES + platform.source('sandtableModule');
    default: {
      const builtIn = IMPORTABLE.find((each) => name === `sandtable:${each}`);
      if (builtIn === undefined) return undefined;
      const result = transpile(platform.source(builtIn), platform);
      if (!result.ok) throw new Error(`sandtableSource.ts: ${builtIn}.ts: ${result.message}`);
      return result.code;
    }
  }
}

/** Source of a module by its full name, or undefined where there is none. */
export function moduleSource(name: string, platform: PolicyPlatform): string | undefined {
  let known = sources.get(platform);
  if (known === undefined) sources.set(platform, (known = new Map<string, string>()));
  const source = known.get(name) ?? sourceOf(name, platform);
  if (source !== undefined) known.set(name, source);
  return source;
}

/** The full name of what `from` imports as `name`; null where it may not. */
export function moduleName(from: string, name: string): string | null {
  if (name === 'sandtable') return from.startsWith('sandtable:') ? 'sandtable:core' : 'sandtable';
  return name.startsWith('sandtable:') && (from.startsWith('sandtable') || from === 'host') ? name : null;
}
