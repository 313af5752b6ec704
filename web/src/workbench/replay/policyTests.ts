/** The tests that stand in policy.ts: run in the page whenever it was saved or typed in, whatever panel is open; who shows them reads them here. */
import type { TestResult } from '@sandtable/shared/policy/policyTests';
import { useEffect } from 'react';
import { createStore } from 'zustand/vanilla';
import { useWork } from '../../session/useSession.ts';
import { textOf } from '../../session/workFile.ts';
import { useAnswer } from './useReplayDesk.ts';

/** Nothing where there is no test, or where the policy cannot be read: then the editor says why. */
export const policyTests = createStore<{ readonly results: readonly TestResult[] }>(() => ({ results: [] }));

/** A policy without the word has no tests, and what would run them need not be loaded. */
const MAY_HAVE_TESTS = /\bexport\b[^;]*\btests\b/;

/** Keeps {@link policyTests} equal to the policy of the open bench. Once on the page. */
export function useRunPolicyTests(): void {
  const file = useWork((state) => state.files['policy.ts']);
  const text = file === undefined ? null : textOf(file);
  const source = text !== null && MAY_HAVE_TESTS.test(text) ? text : null;
  const { answer, problem } = useAnswer(
    'tests',
    source === null ? null : { type: 'tests', source },
    source ?? '',
  );
  const results = source === null || problem !== null ? null : (answer?.value ?? null);
  useEffect(() => policyTests.setState({ results: results ?? [] }), [results]);
}
