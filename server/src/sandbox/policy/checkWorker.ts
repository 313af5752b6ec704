/** The thread of a checker: types first, then, if they are right, the policy is loaded once to find what types cannot say. */
import { parentPort } from 'node:worker_threads';
import type { Diagnostic } from '@sandtable/shared/protocol';
import { runPolicyTests, type TestResult } from '@sandtable/shared/policy/policyTests';
import { FAILED_TEST } from './checkLimits.ts';
import { loadPolicy } from './loadPolicy.ts';
import { PolicyLanguage } from './policyLanguage.ts';

export interface CheckRequest {
  readonly id: number;
  readonly source: string;
}

export type CheckMessage =
  { readonly ready: true } | { readonly id: number; readonly diagnostics: readonly Diagnostic[] };

const port = parentPort!;
const language = new PolicyLanguage();

async function check(source: string): Promise<readonly Diagnostic[]> {
  let types: readonly Diagnostic[];
  try {
    types = language.check(source);
  } catch (error) {
    // The compiler recurses with the nesting of the source.
    if (!(error instanceof RangeError)) throw error;
    return [
      {
        file: 'policy.ts',
        line: 1,
        column: 1,
        severity: 'error',
        code: 'nesting',
        message: 'This source is nested too deeply to be checked.',
      },
    ];
  }
  if (types.length > 0) return types;
  const loaded = await loadPolicy(source);
  if (!loaded.ok) return loaded.diagnostics;
  try {
    return testDiagnostics(await runPolicyTests(loaded.tests, loaded.engine));
  } finally {
    loaded.engine.dispose();
  }
}

/** A test that fails does not keep a policy from running: it says that it does something else than its author thinks. */
function testDiagnostics(results: readonly TestResult[]): readonly Diagnostic[] {
  return results
    .filter(({ passed }) => !passed)
    .map(({ test: { at }, message }) => ({
      file: 'policy.ts',
      line: at?.line ?? 1,
      column: at?.column ?? 1,
      severity: 'warning',
      code: FAILED_TEST,
      message,
    }));
}

port.on('message', ({ id, source }: CheckRequest) => {
  void check(source).then((diagnostics) => {
    port.postMessage({ id, diagnostics } satisfies CheckMessage);
  });
});

// The first check of all reads the libraries; better now than when somebody waits.
language.check('export {};');
port.postMessage({ ready: true } satisfies CheckMessage);
