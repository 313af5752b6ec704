/** Doing a lab as a page sees it: catalogue, task, checks in the background, hints, handing in, reset, evidence. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { clampLimits } from '@sandtable/shared/limits';
import type { CheckResult } from '@sandtable/shared/labs/checkResult';
import type { CheckVerdict, CheckOrder, RunChecks } from '../labs/checkDesk.ts';
import { evidenceFile } from '../labs/evidenceFiles.ts';
import { SMALL_LAB } from '../labs/testing/smallLab.ts';
import { serverForTests } from './testing/testServer.ts';
import type { TestPage } from './testing/testPage.ts';

const labs = mkdtempSync(join(tmpdir(), 'sandtable-labs-'));
for (const [path, text] of Object.entries(SMALL_LAB)) {
  const file = join(labs, '01-small-lab', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
mkdirSync(join(labs, '02-broken'));
writeFileSync(join(labs, '02-broken', 'lab.yaml'), 'format: 1\nid: [');
afterAll(() => rmSync(labs, { recursive: true }));

/** The newest order; whoever tests it says how it ends. */
let order: CheckOrder | null = null;
let finish: (verdict: CheckVerdict) => void = () => {};
/** Stands in for guests: an order goes on until the test ends it, or it is cancelled. */
const runChecks: RunChecks = (asked) => {
  order = asked;
  return new Promise((resolve) => {
    finish = resolve;
    asked.signal.addEventListener('abort', () => resolve({ ok: false, message: 'aborted' }));
    asked.progress(1, 4, 'The secret stays');
  });
};
const server = serverForTests('labs', { labs, runChecks });

const TRACE = [
  {
    ...{ seq: 1, t: 0, type: 'start', version: 1, run: 'x', at: '2026-01-01T00:00:00Z', mode: 'script' },
    ...{ argv: ['/tmp/script.py'], engine: 'PyPy', policy: 'policy.ts', limits: clampLimits() },
  },
  { seq: 2, t: 9, type: 'exit', status: 0, reason: 'exit', message: '' },
];

function result(id: string, passed: boolean, more: Partial<CheckResult> = {}): CheckResult {
  const rest = { title: id, max: 2, hidden: false, findings: [], message: passed ? '' : 'Look again.' };
  return { id, outcome: passed ? 'passed' : 'failed', passed, points: passed ? 2 : 0, ...rest, ...more };
}

let page: TestPage;
let bench: string;

beforeEach(async () => {
  order = null;
  page = server.newPage();
  ({ bench } = await page.must('lab.open', { lab: 'small-lab' }));
  await page.open(bench);
});

async function attemptOf(name: 'lab.check' | 'lab.hand-in', results: readonly CheckResult[]) {
  const { attempt } = await page.must(name, { bench });
  await page.until(() => order !== null);
  finish({ ok: true, results });
  order = null;
  await page.until(() => page.heard('lab.attempt').some((each) => each.attempt.id === attempt));
  return page.heard('lab.attempt').find((each) => each.attempt.id === attempt)!.attempt;
}

test('the catalogue has what can be done, opening makes one work, and the task says nothing of what is hidden', async () => {
  const { labs: list } = await page.must('lab.list', {});
  expect(list).toMatchObject([
    { id: 'small-lab', title: 'A small lab', level: 1, points: 8, work: { bench } },
  ]);
  expect(await page.must('lab.open', { lab: 'small-lab' })).toEqual({ bench });
  const task = await page.must('lab.task', { bench });
  expect(task!.text).toMatch(/Your canary is [a-z]+-[a-z]+-[a-z]+\./);
  expect(task!.hints).toEqual([{ index: 0, step: 0, cost: 5, text: null }]);
  expect(JSON.stringify(task)).not.toMatch(/steal|Let the guest write|More is less|EACCES|Look at the rules/);
  expect(page.opened!.files.map(({ path, readOnly }) => [path, readOnly === true])).toEqual([
    ['notes.txt', true],
    ['policy.ts', false],
    ['prediction.txt', false],
    ['script.py', false],
  ]);
  expect(await page.ask('lab.open', { lab: 'no-such-lab' })).toMatchObject({
    ok: false,
    error: { code: 'not-found' },
  });
});

test('a check judges what was saved when it was asked, tells how far it is, and ticks the steps', async () => {
  const { attempt } = await page.must('lab.check', { bench });
  await page.until(() => order !== null);
  expect(await page.ask('lab.check', { bench })).toMatchObject({ ok: false, error: { code: 'busy' } });
  expect((await page.must('lab.task', { bench }))!.underWay).toMatchObject({
    attempt,
    before: null,
    done: 1,
    of: 4,
  });
  expect(new TextDecoder().decode(order!.files.get('script.py'))).toBe('print("hello")\n');
  await page.until(() => page.heard('lab.progress').at(-1)?.progress.title === 'The secret stays');
  const secret = [{ text: 'It ran attacks/steal.py', run: 3 }];
  finish({
    ok: true,
    results: [result('writes', true), result('secret', false, { hidden: true, findings: secret })],
  });
  await page.until(() => page.heard('lab.attempt').length > 0);
  const ended = page.heard('lab.attempt')[0]!.attempt;
  expect(ended).toMatchObject({ id: attempt, state: 'done', points: 2, max: 4 });
  expect(ended.results![1]).toMatchObject({ title: 'secret', message: 'Look again.', findings: [] });
  const task = await page.must('lab.task', { bench });
  expect(task).toMatchObject({ underWay: null, steps: [{ done: true }], last: { id: attempt } });
  expect(await page.ask('lab.evidence', { bench, attempt, run: 3 })).toMatchObject({
    error: { code: 'not-found' },
  });
});

test('a check can be cancelled, and leaves the one before', async () => {
  const { attempt } = await page.must('lab.check', { bench });
  await page.until(() => order !== null);
  await page.must('lab.cancel', { bench });
  await page.until(() => page.heard('lab.attempt').length > 0);
  expect(page.heard('lab.attempt')[0]!.attempt).toMatchObject({
    id: attempt,
    state: 'cancelled',
    results: null,
  });
  expect((await page.must('lab.task', { bench }))!.underWay).toBeNull();
});

test('a hint costs what it says, once, and what is handed in counts with it', async () => {
  const before = await attemptOf('lab.hand-in', [result('writes', true), result('secret', true)]);
  expect(before).toMatchObject({ kind: 'hand-in', hints: 0 });
  const task = await page.must('lab.hint', { bench, index: 0 });
  expect(task).toMatchObject({ hintCost: 5, hints: [{ text: 'Look at the rules.' }], grade: 4 });
  await page.must('lab.hint', { bench, index: 0 });
  const after = await attemptOf('lab.hand-in', [result('writes', true), result('secret', true)]);
  expect(after).toMatchObject({ points: 4, hints: 0.2 });
  // The best of those that were handed in.
  expect((await page.must('lab.task', { bench }))!.grade).toBe(4);
  expect(await page.must('lab.attempts', { bench })).toHaveLength(4);
  expect(await page.ask('lab.hint', { bench, index: 7 })).toMatchObject({ error: { code: 'not-found' } });
});

test('what the lab gave cannot be changed; a reset brings the rest back, and history the reset’s opposite', async () => {
  const write = (path: string, text: string) =>
    page.ask('file.write', { bench, path, content: { encoding: 'utf8', text }, base: version(path) });
  const version = (path: string) => page.opened!.files.find((file) => file.path === path)?.version ?? null;
  expect(await write('notes.txt', 'mine')).toMatchObject({ ok: false, error: { code: 'forbidden' } });
  await write('script.py', 'print("mine")\n');
  await write('extra.py', 'print("more")\n');
  const reset = await page.must('lab.reset', { bench });
  expect(reset).toMatchObject({ removed: ['extra.py'], files: [{ path: 'script.py' }] });
  await page.must('history.restore', { bench, n: reset.undo });
  const files = (await page.open(bench)).files;
  expect(files.find(({ path }) => path === 'script.py')?.content?.text).toBe('print("mine")\n');
  expect(files.some(({ path }) => path === 'extra.py')).toBe(true);
  const { revisions, marks } = await page.must('history.list', { bench });
  expect(revisions.at(-1)).toMatchObject({ n: reset.n + 1 });
  expect(marks.filter(({ kind }) => kind === 'hand-in')).toHaveLength(2);
});

test('the trace that a finding speaks of becomes the run of the bench', async () => {
  const { attempt } = await page.must('lab.check', { bench });
  await page.until(() => order !== null);
  mkdirSync(dirname(join(order!.folder, evidenceFile(0))), { recursive: true });
  writeFileSync(
    join(order!.folder, evidenceFile(0)),
    TRACE.map((event) => `${JSON.stringify(event)}\n`).join(''),
  );
  finish({ ok: true, results: [result('writes', false, { findings: [{ text: 'here', run: 0, row: 0 }] })] });
  await page.until(() => page.heard('lab.attempt').length > 0);
  const { run } = await page.must('lab.evidence', { bench, attempt, run: 0 });
  await page.until(() => page.state?.run === run);
  expect(await page.must('lab.evidence', { bench, attempt, run: 0 })).toEqual({ run });
  expect(await page.ask('lab.evidence', { bench, attempt, run: 1 })).toMatchObject({
    error: { code: 'not-found' },
  });
});
