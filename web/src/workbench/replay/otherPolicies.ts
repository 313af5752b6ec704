/** The policies that policy.ts can be compared with on one trace: the built-in ones, other policies of the bench, and itself as it ran before. */
import type { History } from '@sandtable/shared/historyMessages';
import { useEffect, useMemo, useState } from 'react';
import { useSession, useWork } from '../../session/useSession.ts';
import { textOf } from '../../session/workFile.ts';
import { openBench } from '../../session/workState.ts';
import { clockTime } from '../../ui/numbers.ts';
import { useHistory } from '../history/useHistory.ts';

/** Earlier runs offered: what one remembers of an afternoon. */
const RUNS_OFFERED = 10;

export type OtherPolicy =
  | { readonly key: string; readonly title: string; readonly kind: 'built-in'; readonly name: string }
  | { readonly key: string; readonly title: string; readonly kind: 'file'; readonly path: string }
  | { readonly key: string; readonly title: string; readonly kind: 'earlier'; readonly revision: number };

export function useOtherPolicies(): readonly OtherPolicy[] {
  const policies = useWork((state) => state.meta?.policies);
  const paths = useWork((state) => Object.keys(state.files).join('\n'));
  const { history } = useHistory();
  return useMemo(
    () => [
      ...(policies ?? []).map(({ name }) => ({
        key: `built-in ${name}`,
        title: `the policy “${name}”`,
        kind: 'built-in' as const,
        name,
      })),
      ...paths
        .split('\n')
        .filter((path) => path.endsWith('.ts') && path !== 'policy.ts')
        .map((path) => ({ key: `file ${path}`, title: path, kind: 'file' as const, path })),
      ...(history === null ? [] : policiesOfRuns(history)),
    ],
    [policies, paths, history],
  );
}

/** policy.ts as earlier runs had it, newest first; once where several runs had the same. */
export function policiesOfRuns({ revisions, marks }: History): readonly OtherPolicy[] {
  const changes = revisions.filter(({ changed }) => changed.includes('policy.ts')).map(({ n }) => n);
  const found = new Map<number, OtherPolicy>();
  for (const { kind, n, at } of marks.toReversed()) {
    const revision = changes.findLast((each) => each <= n);
    if (kind !== 'run' || revision === undefined || found.has(revision)) continue;
    const title = `policy.ts as it ran at ${clockTime(at)}`;
    found.set(revision, { key: `earlier ${revision}`, title, kind: 'earlier', revision });
    if (found.size === RUNS_OFFERED) break;
  }
  return [...found.values()];
}

/** The source of a policy, once it is here; `problem` says why it cannot be had. */
export function usePolicySource(policy: OtherPolicy | null): {
  readonly source: string | null;
  readonly problem: string | null;
} {
  const session = useSession();
  const bench = useWork(openBench);
  const builtIn = useWork((state) => state.meta?.policies)?.find(
    ({ name }) => policy?.kind === 'built-in' && name === policy.name,
  );
  const file = useWork((state) => (policy?.kind === 'file' ? state.files[policy.path] : undefined));
  const [read, setRead] = useState<{ key: string; source: string | null; problem: string | null } | null>(
    null,
  );
  const text = file === undefined ? null : textOf(file);
  useEffect(() => {
    if (policy === null || bench === null) return;
    let gone = false;
    const tell = (source: string | null, problem: string | null): void => {
      if (!gone) setRead({ key: policy.key, source, problem });
    };
    if (policy.kind === 'file' && text === null)
      void session.files?.load(policy.path).then((error) => tell(null, error?.message ?? null));
    if (policy.kind === 'earlier')
      void session
        .request('history.read', { bench, n: policy.revision, path: 'policy.ts' })
        .then((answer) =>
          answer.ok ? tell(answer.value.content.text, null) : tell(null, answer.error.message),
        );
    return () => {
      gone = true;
    };
  }, [session, bench, policy, text]);
  const mine = read?.key === policy?.key ? read : null;
  return { source: builtIn?.source ?? text ?? mine?.source ?? null, problem: mine?.problem ?? null };
}
