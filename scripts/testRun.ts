/** Every check and every test, one count at the end, no process left behind. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CHECKS } from './checks.ts';
import type { Check } from './checks.ts';
import { run, stopSignal } from './child.ts';
import type { ChildOptions, ChildResult } from './child.ts';
import { endLeftovers } from './leftovers.ts';
import { CACHE, CORES, inRoot, NODE, TOOL } from './place.ts';
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
  readonly count: (options: ChildOptions) => Promise<Counts>;
}

/** A group of its own, so that a step which hangs can be killed with all its processes. */
const STEP_OPTIONS = { ownGroup: true, limit: STEP_LIMIT_MS } as const;

const checkStep = (check: Check): TestStep => ({
  name: check.name,
  cure: check.cure,
  count: async (options) => ((await check.passes(options, 1)) ? ONE_PASSED : ONE_FAILED),
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

/** These keep one core busy each and run side by side; the longest come first. */
const SIDE_BY_SIDE: readonly TestStep[] = [
  checkStep(CHECKS.lint),
  checkStep(CHECKS.typecheck),
  checkStep(CHECKS.format),
  checkStep(CHECKS.deps),
  checkStep(CHECKS.knip),
  {
    name: 'C tests under the sanitizers',
    cure: 'make -C server/native check',
    count: async (options) => {
      const args = ['-C', inRoot('server', 'native'), '--silent', '--no-print-directory', 'check'];
      return (await run('make', args, options)).status === 0 ? ONE_PASSED : ONE_FAILED;
    },
  },
];

/** These use the whole machine. */
const ONE_BY_ONE: readonly TestStep[] = [
  {
    name: 'unit, property and attack tests',
    cure: 'npm run unit -- <part of a file name> runs one file',
    count: async (options) =>
      judged(
        countVitest,
        VITEST_REPORT,
        await run(
          NODE,
          [TOOL.vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${VITEST_REPORT}`],
          options,
        ),
      ),
  },
  {
    name: 'stories in the browser',
    cure: 'npm run e2e -- <part of a file name> runs one; traces and screenshots are in test-results/',
    count: async (options) => {
      const env = { SANDTABLE_E2E_REPORT: PLAYWRIGHT_REPORT };
      return judged(
        countPlaywright,
        PLAYWRIGHT_REPORT,
        await run(NODE, [TOOL.playwright, 'test'], { ...options, env }),
      );
    },
  },
];

function sayCounts({ name, cure }: TestStep, counts: Counts, began: number): void {
  const took = seconds(performance.now() - began);
  if (counts.failed === 0) say(`✓ ${name}: ${counts.passed} passed (${took})`);
  else say(`✗ ${name}: ${counts.failed} failed, ${counts.passed} passed (${took})\n  cure: ${cure}`);
}

async function runStep(testStep: TestStep): Promise<Counts> {
  const began = performance.now();
  say(`\n▸ ${testStep.name}`);
  const counts = await testStep.count(STEP_OPTIONS);
  sayCounts(testStep, counts, began);
  return counts;
}

/** As {@link runStep}, but what it prints comes when it has ended, so that the words of two do not mix. */
async function runQuietStep(testStep: TestStep): Promise<Counts> {
  const began = performance.now();
  const said: string[] = [];
  const counts = await testStep.count({ ...STEP_OPTIONS, onOutput: (text) => said.push(text) });
  if (counts.failed > 0) say(`\n▸ ${testStep.name}\n${said.join('').trimEnd()}`);
  sayCounts(testStep, counts, began);
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
  const take = async (steps: TestStep[], runOne: (step: TestStep) => Promise<Counts>): Promise<void> => {
    for (let next = steps.shift(); next !== undefined && stopSignal() === undefined; next = steps.shift()) {
      const counts = await runOne(next);
      if (counts.failed > 0) failedSteps.push(next.name);
      total = add(total, counts);
    }
  };
  say(`\n▸ ${SIDE_BY_SIDE.map(({ name }) => name).join(', ')}`);
  const waiting = [...SIDE_BY_SIDE];
  await Promise.all(Array.from({ length: CORES }, () => take(waiting, runQuietStep)));
  await take([...ONE_BY_ONE], runStep);
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
