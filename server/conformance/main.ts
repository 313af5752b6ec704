/**
 * `npm run conformance`: every test of the modules in `modules.ts`, in a guest, compared with the table. Names of modules run only those.
 *
 * With `--write` the table is written anew instead. What fails without a sandbox too is told apart by running it so; a failure that
 * nothing in `reasons.ts` explains stays out of the table and ends the command with status 1.
 */
import { conform, forEachModule, leftOut } from './conform.ts';
import { MODULES, type TestModule } from './modules.ts';
import { INTERPRETER, reasonOf } from './reasons.ts';
import { runInGuest, runPlain, type TestEnd } from './runModule.ts';
import { readTable, writeTable, type Line } from './table.ts';

const args = process.argv.slice(2);
const write = args.includes('--write');
const asked = args.filter((arg) => !arg.startsWith('-'));
const chosen = MODULES.filter(({ name }) => asked.length === 0 || asked.some((part) => name.endsWith(part)));

if (chosen.length === 0) {
  console.error(`no such module; there are: ${MODULES.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

/** Tests that nothing explains. */
const unexplained: string[] = [];

async function lineOf(
  module: string,
  { test, end, why }: TestEnd,
  plain: () => Promise<Set<string>>,
): Promise<Line | null> {
  if (end === 'pass' || end === 'skip')
    return { module, test, status: end, reason: end === 'skip' ? why || 'no reason given' : '' };
  const reason = reasonOf(test, why) ?? ((await plain()).has(test) ? INTERPRETER : null);
  if (reason !== null) return { module, test, status: 'refused', reason };
  unexplained.push(`${module} ${test}: ${end} ${why}`);
  return null;
}

async function measure(module: TestModule): Promise<Line[]> {
  const { name } = module;
  const run = await runInGuest(name, leftOut(module, true));
  let failing: Promise<Set<string>> | null = null;
  const plain = (): Promise<Set<string>> =>
    (failing ??= runPlain(name, leftOut(module, true)).then(
      ({ ends }) =>
        new Set(ends.filter(({ end }) => end === 'fail' || end === 'died').map(({ test }) => test)),
    ));
  const lines: Line[] = [];
  for (const end of run.ends) {
    const line = await lineOf(name, end, plain);
    if (line !== null) lines.push(line);
  }
  sayTotals(name, lines, run.seconds);
  return lines;
}

function sayTotals(name: string, lines: readonly Line[], seconds: number | null): void {
  const count = (status: Line['status']): string =>
    String(lines.filter((line) => line.status === status).length).padStart(4);
  const took = seconds === null ? '' : ` in ${seconds.toFixed(0)} s`;
  console.log(
    `${name.padEnd(42)}${count('pass')} pass ${count('refused')} refused ${count('skip')} skip${took}`,
  );
}

if (write) {
  const known =
    asked.length === 0 ? [] : readTable().filter(({ module }) => chosen.every(({ name }) => name !== module));
  const runs = forEachModule(chosen, measure);
  writeTable([...known, ...(await Promise.all(runs.values())).flat()]);
  for (const line of unexplained) console.error(`not by design: ${line}`);
  process.exitCode = unexplained.length > 0 ? 1 : 0;
} else {
  const table = readTable();
  const runs = forEachModule(chosen, (module) => conform(table, module, true));
  let differing = 0;
  for (const { name } of chosen) {
    const lines = (await runs.get(name)) ?? [];
    sayTotals(
      name,
      table.filter(({ module }) => module === name),
      null,
    );
    for (const line of lines) console.error(`  ${line}`);
    differing += lines.length;
  }
  if (differing > 0) console.error(`${String(differing)} tests came out otherwise than the table says`);
  process.exitCode = differing > 0 ? 1 : 0;
}
