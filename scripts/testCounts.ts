/** Reads the JSON reports of vitest and Playwright: how many tests passed, failed, were skipped. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NOTHING: Counts = { passed: 0, failed: 0, skipped: 0 };
export const ONE_PASSED: Counts = { passed: 1, failed: 0, skipped: 0 };
export const ONE_FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };

export const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

/** The line that ends a test run. */
export const summaryLine = ({ passed, failed }: Counts): string => `${passed} passed, ${failed} failed`;

/** A runner that failed although no test of its did (a file that does not load, a crash) counts as one failure. */
function withStatus(counts: Counts, status: number): Counts {
  return status !== 0 && counts.failed === 0 ? add(counts, ONE_FAILED) : counts;
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** @param report parsed JSON of vitest's reporter, or undefined when it wrote none */
export function countVitest(report: unknown, status: number): Counts {
  if (report === undefined) return withStatus(NOTHING, status);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } =
    report as VitestReport;
  const filesThatDidNotLoad = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return withStatus(
    {
      passed: numPassedTests,
      failed: numFailedTests + filesThatDidNotLoad.length,
      skipped: numPendingTests + numTodoTests,
    },
    status,
  );
}

interface PlaywrightReport {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
}

/** A test that passed only when repeated counts as failed: it will fail for somebody else. */
export function countPlaywright(report: unknown, status: number): Counts {
  if (report === undefined) return withStatus(NOTHING, status);
  const { expected, unexpected, flaky, skipped } = (report as PlaywrightReport).stats;
  return withStatus({ passed: expected, failed: unexpected + flaky, skipped }, status);
}
