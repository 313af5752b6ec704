/** The table of what the standard library's tests come to in a guest: one line a test, in `table.tsv` beside this file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import type { TestModule } from './modules.ts';
import type { TestEnd } from './runModule.ts';

/** `refused`: fails because of what the sandbox is; `skip`: the test itself says that it does not apply. */
export type Status = 'pass' | 'refused' | 'skip';

export interface Line {
  readonly module: string;
  readonly test: string;
  readonly status: Status;
  /** Why it is refused or skipped. */
  readonly reason: string;
}

const FILE = new URL('./table.tsv', import.meta.url);
const HEAD = 'module\ttest\tstatus\treason';

export function readTable(): Line[] {
  const [head, ...lines] = readFileSync(FILE, 'utf8').trimEnd().split('\n');
  if (head !== HEAD) throw new Error(`table.tsv begins with '${head ?? ''}'`);
  return lines.map((line) => {
    const [module, test, status, reason] = line.split('\t');
    if (status !== 'pass' && status !== 'refused' && status !== 'skip')
      throw new Error(`table.tsv: no status in '${line}'`);
    return { module: module!, test: test!, status, reason: reason ?? '' };
  });
}

export function writeTable(lines: readonly Line[]): void {
  const text = [...lines]
    .sort((a, b) => order(a.module, b.module) || order(a.test, b.test))
    .map(({ module, test, status, reason }) => [module, test, status, reason].join('\t'));
  writeFileSync(FILE, `${[HEAD, ...text].join('\n')}\n`);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function statusOf({ end }: TestEnd): Status {
  return end === 'fail' || end === 'died' ? 'refused' : end;
}

/** Whether a pattern of `modules.ts` means a test; only `*` is special. */
function isMeant(test: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesGlob(test, pattern));
}

/** What the table says of the tests that a run of the module comes to. */
export function expectedOf(table: readonly Line[], { name, slow = [] }: TestModule, all: boolean): Line[] {
  return table.filter(({ module, test }) => module === name && (all || !isMeant(test, slow)));
}

/** One line for each test that came out otherwise than the table says. */
export function differences(expected: readonly Line[], ends: readonly TestEnd[]): string[] {
  const known = new Map(expected.map((line) => [line.test, line]));
  const differing: string[] = [];
  for (const each of ends) {
    const line = known.get(each.test);
    known.delete(each.test);
    if (line === undefined) differing.push(`${each.test}: not in the table; ${each.end} ${each.why}`);
    else if (line.status !== statusOf(each))
      differing.push(`${each.test}: the table says ${line.status}; ${each.end} ${each.why}`);
  }
  for (const { test, status } of known.values())
    differing.push(`${test}: the table says ${status}; it was not run`);
  return differing;
}
