/** The policies that we hand out, each a file in `server/policies`. */
import { readFileSync } from 'node:fs';

const POLICIES = new URL('../../../policies/', import.meta.url);

/** By name; those after the first two are worked examples. */
export const BUILT_IN_POLICIES = [
  'standard',
  'lecture',
  'redact',
  'fakeHost',
  'shortSleep',
  'writeBudget',
] as const;
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
