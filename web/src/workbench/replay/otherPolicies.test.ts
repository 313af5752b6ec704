import { expect, test } from 'vitest';
import { policiesOfRuns } from './otherPolicies.ts';

const revision = (n: number, ...changed: string[]) => ({ n, at: '', label: null, changed, removed: [] });
const mark = (kind: 'run' | 'check', n: number) => ({ kind, id: `${n}`, n, at: '2026-01-01T10:00:00.000Z' });

test('each policy that ran is offered once, the newest first', () => {
  const history = {
    revisions: [
      revision(1, 'policy.ts', 'script.py'),
      revision(2, 'script.py'),
      revision(3, 'policy.ts'),
      revision(4, 'policy.ts'),
      revision(5, 'policy.ts'),
    ],
    marks: [mark('run', 1), mark('run', 2), mark('check', 3), mark('run', 4)],
  };
  expect(policiesOfRuns(history).map(({ key }) => key)).toEqual(['earlier 4', 'earlier 1']);
});

test('a bench that never had a policy.ts offers none', () => {
  const history = { revisions: [revision(1, 'script.py')], marks: [mark('run', 1)] };
  expect(policiesOfRuns(history)).toEqual([]);
});
