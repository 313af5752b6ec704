import { useStore } from 'zustand';
import { plural } from '../../ui/numbers.ts';
import { openFile } from '../view.ts';
import { policyTests } from './policyTests.ts';

/** How the tests that stand in policy.ts came out, and what each failing one got. */
export function PolicyTests() {
  const { results: tests } = useStore(policyTests);
  if (tests.length === 0) return null;
  const failed = tests.filter(({ passed }) => !passed);
  return (
    <div className="replay-tests">
      <p role="status">
        {failed.length === 0
          ? `All ${plural(tests.length, 'test')} of the policy pass.`
          : `${plural(failed.length, 'test')} of ${tests.length} fail.`}
      </p>
      <ul>
        {failed.map(({ test, message }, index) => (
          <li key={index}>
            <button
              type="button"
              className="link code"
              onClick={() => openFile('policy.ts', { line: test.at?.line ?? 1, mark: true })}
            >
              policy.ts:{test.at?.line ?? 1}
            </button>{' '}
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
