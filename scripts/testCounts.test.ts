import { describe, expect, it } from 'vitest';
import { add, countPlaywright, countVitest, ONE_FAILED, ONE_PASSED, summaryLine } from './testCounts.ts';

const vitest = (passed: number, failed: number, files: object[] = []): object => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: files,
});

describe('counting vitest', () => {
  it('takes the numbers of the report', () => {
    expect(countVitest(vitest(12, 0), 0)).toEqual({ passed: 12, failed: 0, skipped: 0 });
    expect(countVitest(vitest(10, 2), 1)).toEqual({ passed: 10, failed: 2, skipped: 0 });
  });

  it('counts a file that does not load as one failure', () => {
    const broken = { status: 'failed', assertionResults: [] };
    const failing = { status: 'failed', assertionResults: [{}] };
    expect(countVitest(vitest(3, 1, [broken, failing]), 1).failed).toBe(2);
  });

  it('never calls a run green that ended with an error', () => {
    expect(countVitest(vitest(5, 0), 1).failed).toBe(1);
    expect(countVitest(undefined, 1)).toEqual(ONE_FAILED);
  });
});

describe('counting Playwright', () => {
  it('counts a test that passed only when repeated as failed', () => {
    const report = { stats: { expected: 4, unexpected: 1, flaky: 2, skipped: 1 } };
    expect(countPlaywright(report, 1)).toEqual({ passed: 4, failed: 3, skipped: 1 });
  });

  it('never calls a run green that ended with an error', () => {
    expect(countPlaywright({ stats: { expected: 4, unexpected: 0, flaky: 0, skipped: 0 } }, 1).failed).toBe(
      1,
    );
  });
});

it('ends with the line that people and machines look for', () => {
  expect(summaryLine(add(add(ONE_PASSED, ONE_PASSED), ONE_FAILED))).toBe('2 passed, 1 failed');
});
