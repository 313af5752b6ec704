/** Policies of checks: loading one in a check thread, and saying whose fault it is where that fails. */
import type { PolicyEngine } from '@sandtable/shared/policy/model';
import { LAB_POLICY, loadPolicy } from '../sandbox/policy/loadPolicy.ts';
import type { JobAnswer, JobPolicy } from './checkJobs.ts';

/** Lets everything through that the platform does. */
export const ALLOW_ALL = `import { policy } from 'sandtable';

export default policy({ rules: [], otherwise: 'allow' });
`;

export type LoadedPolicy =
  | { readonly ok: true; readonly engine: PolicyEngine }
  | { readonly ok: false; readonly answer: Extract<JobAnswer, { readonly kind: 'nothing' }> };

export async function loadedFor(policy: JobPolicy, lab: string | undefined): Promise<LoadedPolicy> {
  const loaded = await loadPolicy(policy.source, {
    name: policy.name,
    ...(lab === undefined ? {} : { lab }),
  });
  if (loaded.ok) return { ok: true, engine: loaded.engine };
  const [first] = loaded.diagnostics;
  const { file = policy.name, line = 1, message = 'it cannot be loaded' } = first ?? {};
  const ofStudent = policy.owner === 'student' && file !== LAB_POLICY;
  return {
    ok: false,
    answer: {
      kind: 'nothing',
      blame: ofStudent ? 'submission' : 'platform',
      message: ofStudent
        ? `The policy cannot be run: line ${String(line)}: ${message}`
        : `A policy of the lab cannot be run (${file}, line ${String(line)}): ${message}`,
      ...(ofStudent ? { file: 'policy.ts', line } : {}),
    },
  };
}
