/** Every check and every test, one count at the end, no process left behind. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CHECKS } from './checks.ts';
import type { Check } from './checks.ts';
import { run, stopSignal } from './child.ts';
import type { ChildResult } from './child.ts';
import { endLeftovers } from './leftovers.ts';
import { CACHE, inRoot, NODE, TOOL } from './place.ts';
import { say, seconds } from './step.ts';
import {
  add,
  countPlaywright,
  countVitest,
  NOTHING,
  ONE_FAILED,
  ONE_PASSED,
  summaryLine,
} from './testCounts.ts';
import type { Counts } from './testCounts.ts';

/** The whole run stays under 15 minutes on two cores; a step that takes this long hangs, and is killed and named. */
const STEP_LIMIT_MS = 20 * 60_000;

const REPORTS = path.join(CACHE, 'test');
const VITEST_REPORT = path.join(REPORTS, 'vitest.json');
const PLAYWRIGHT_REPORT = path.join(REPORTS, 'playwright.json');

interface TestStep {
  readonly name: string;
  readonly cure: string;
  readonly count: () => Promise<Counts>;
}

/** A group of its own, so that a step which hangs can be killed with all its processes. */
const STEP_OPTIONS = { ownGroup: true, limit: STEP_LIMIT_MS } as const;

const checkStep = (check: Check): TestStep => ({
  name: check.name,
  cure: check.cure,
  count: async () => ((await check.passes(STEP_OPTIONS)) ? ONE_PASSED : ONE_FAILED),
});

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A runner that was killed or wrote no report has failed, whatever it managed to count. */
function judged(count: typeof countVitest, reportFile: string, { status, timedOut }: ChildResult): Counts {
  if (timedOut) say(`  killed: it took longer than ${seconds(STEP_LIMIT_MS)}`);
  const report = readReport(reportFile);
  return count(report, report === undefined ? 1 : status);
}

const STEPS: readonly TestStep[] = [
  checkStep(CHECKS.typecheck),
  checkStep(CHECKS.lint),
  checkStep(CHECKS.format),
  checkStep(CHECKS.deps),
  checkStep(CHECKS.knip),
  {
    name: 'C tests under the sanitizers',
    cure: 'make -C server/native check',
    count: async () => {
      const args = ['-C', inRoot('server', 'native'), '--silent', '--no-print-directory', 'check'];
      return (await run('make', args, STEP_OPTIONS)).status === 0 ? ONE_PASSED : ONE_FAILED;
    },
  },
  {
    name: 'unit, property and attack tests',
    cure: 'npm run unit -- <part of a file name> runs one file',
    count: async () =>
      judged(
        countVitest,
        VITEST_REPORT,
        await run(
          NODE,
          [TOOL.vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${VITEST_REPORT}`],
          STEP_OPTIONS,
        ),
      ),
  },
  {
    name: 'stories in the browser',
    cure: 'npm run e2e -- <part of a file name> runs one; traces and screenshots are in test-results/',
    count: async () => {
      const env = { SANDTABLE_E2E_REPORT: PLAYWRIGHT_REPORT };
      return judged(
        countPlaywright,
        PLAYWRIGHT_REPORT,
        await run(NODE, [TOOL.playwright, 'test'], { ...STEP_OPTIONS, env }),
      );
    },
  },
];

async function runStep({ name, cure, count }: TestStep): Promise<Counts> {
  const began = performance.now();
  say(`\n▸ ${name}`);
  const counts = await count();
  const took = seconds(performance.now() - began);
  if (counts.failed === 0) say(`✓ ${name}: ${counts.passed} passed (${took})`);
  else say(`✗ ${name}: ${counts.failed} failed, ${counts.passed} passed (${took})\n  cure: ${cure}`);
  return counts;
}

async function lookForLeftovers(): Promise<Counts> {
  const leftovers = await endLeftovers();
  if (leftovers.length === 0) {
    say('\n✓ no process left behind');
    return ONE_PASSED;
  }
  say('\n✗ processes were left behind and have been killed:');
  for (const { pid, command } of leftovers) say(`    ${pid}  ${command}`);
  say('  cure: whoever starts a process must end it, also when a test fails half-way');
  return ONE_FAILED;
}

/** @returns the exit status: 0 only when everything passed */
export async function runAllTests(): Promise<number> {
  const began = performance.now();
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  let total = NOTHING;
  const failedSteps: string[] = [];
  for (const testStep of STEPS) {
    const counts = await runStep(testStep);
    if (counts.failed > 0) failedSteps.push(testStep.name);
    total = add(total, counts);
    if (stopSignal() !== undefined) break;
  }
  const processes = await lookForLeftovers();
  if (processes.failed > 0) failedSteps.push('no process left behind');
  total = add(total, processes);

  if (stopSignal() !== undefined) {
    say(`\nstopped by ${stopSignal()}`);
    total = add(total, ONE_FAILED);
  }
  if (failedSteps.length > 0) say(`\nfailed: ${failedSteps.join(' · ')}`);
  if (total.skipped > 0) say(`skipped: ${total.skipped}`);
  say(`\nin ${seconds(performance.now() - began)}`);
  say(summaryLine(total));
  return total.failed === 0 ? 0 : 1;
}
