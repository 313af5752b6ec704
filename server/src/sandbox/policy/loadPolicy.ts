/** Policies as the server loads them: from a source, or one of ours by its name. */
import {
  LAB_POLICY,
  loadPolicy as load,
  type LoadOptions,
  type LoadResult,
} from '@sandtable/policy/loadPolicy';
import { BUILT_IN_POLICIES, builtInPolicies, builtInSource, type BuiltInPolicy } from './builtInPolicies.ts';
import { NODE_PLATFORM } from './nodePlatform.ts';

export {
  LAB_POLICY,
  BUILT_IN_POLICIES,
  builtInPolicies,
  builtInSource,
  type BuiltInPolicy,
  type LoadOptions,
};

/** Loads a policy; see `loadPolicy` of the package `policy`. */
export function loadPolicy(source: string, options: LoadOptions = {}): Promise<LoadResult> {
  return load(source, NODE_PLATFORM, options);
}

/** Loads a policy of ours by its name. */
export function loadBuiltIn(
  name: BuiltInPolicy,
  options: Omit<LoadOptions, 'name'> = {},
): Promise<LoadResult> {
  return loadPolicy(builtInSource(name), { ...options, name: `${name}.ts` });
}
