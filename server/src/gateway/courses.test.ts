/** Teaching as a page sees it: a course, its roster, an assignment, how somebody gets on, their grade. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { CheckResult } from '@sandtable/shared/labs/checkResult';
import type { RunChecks } from '../labs/checkDesk.ts';
import { SMALL_LAB } from '../labs/testing/smallLab.ts';
import { serverForTests } from './testing/testServer.ts';
import type { TestPage } from './testing/testPage.ts';

const labs = mkdtempSync(join(tmpdir(), 'sandtable-labs-'));
for (const [path, text] of Object.entries(SMALL_LAB)) {
  const file = join(labs, '01-small-lab', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
afterAll(() => rmSync(labs, { recursive: true }));

/** What the next check says. */
let results: readonly CheckResult[] = [];
const runChecks: RunChecks = (order) => {
  order.progress(0, 2, 'A file can be written');
  return Promise.resolve({ ok: true, results });
};
const server = serverForTests('courses', { labs, runChecks });

function result(id: string, points: number, max: number): CheckResult {
  const passed = points === max;
  const rest = { title: id, hidden: false, findings: [], message: '' };
  return { id, outcome: passed ? 'passed' : 'failed', passed, points, max, ...rest };
}

let page: TestPage;
let course: string;
const DATES = { opensAt: null, dueAt: null, counts: 'best' as const };

beforeEach(async () => {
  page = server.newPage();
  ({ id: course } = await page.must('course.make', { title: 'Systems' }));
});

async function assignment(): Promise<string> {
  return (await page.must('assignment.make', { course, lab: 'small-lab', title: 'First', ...DATES }))
    .assignment;
}

async function handIn(bench: string, ...judged: readonly CheckResult[]) {
  results = judged;
  const { attempt } = await page.must('lab.hand-in', { bench });
  await page.until(() => page.heard('lab.attempt').some((each) => each.attempt.id === attempt));
}

test('a course is made, renamed, archived, and joined by a code that can be renewed and switched off', async () => {
  await page.must('course.rename', { course, title: 'Systems, again' });
  const first = (await page.must('course.code', { course, code: 'renew' })).joinCode;
  expect(first).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
  expect((await page.must('course.code', { course, code: 'renew' })).joinCode).not.toBe(first);
  await page.must('course.code', { course, code: 'off' });
  expect((await page.must('course.people', { course })).joinCode).toBeNull();
  await page.must('course.archive', { course, archived: true });
  const { courses, mayMake } = await page.must('course.list', {});
  expect(courses.find(({ id }) => id === course)).toMatchObject({ title: 'Systems, again', archived: true });
  expect(mayMake).toBe(true);
});

test('a roster is looked at first; then those who are not here yet are expected', async () => {
  const text = '\uFEFFName;E-Mail;Role\r\nAda;ada@example.org;\r\nGrace;grace@example.org;ta\r\n';
  const preview = await page.must('roster.check', { course, text });
  expect(preview.lines.map(({ name, role, becomes }) => [name, role, becomes])).toEqual([
    ['Ada', 'student', 'expected'],
    ['Grace', 'assistant', 'expected'],
  ]);
  expect((await page.must('course.people', { course })).expected).toEqual([]);
  expect(await page.must('roster.apply', { course, text })).toEqual({ joined: 0, expected: 2, changed: 0 });
  expect(await page.must('roster.apply', { course, text })).toEqual({ joined: 0, expected: 0, changed: 0 });
  const wrong = { course, text: 'name,email\nAda,ada' };
  expect((await page.must('roster.check', wrong)).problems).toMatchObject([{ line: 2, column: 2 }]);
  expect(await page.ask('roster.apply', wrong)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  await page.must('roster.dismiss', { course, email: 'ADA@example.org' });
  expect((await page.must('course.people', { course })).expected.map(({ name }) => name)).toEqual(['Grace']);
});

test('nobody can leave a course without anybody who teaches it', async () => {
  const refusal = { ok: false, error: { code: 'conflict' } };
  expect(await page.ask('course.role', { course, person: 'local', role: 'student' })).toMatchObject(refusal);
  expect(await page.ask('course.dismiss', { course, person: 'local' })).toMatchObject(refusal);
});

test('an assignment: its dates, more time for one, and removed only as long as nobody was judged', async () => {
  const first = await assignment();
  const later = '2031-01-01T10:00:00.000Z';
  const dates = {
    title: 'First',
    opensAt: later,
    dueAt: '2030-01-01T00:00:00.000Z',
    counts: 'last' as const,
  };
  expect(await page.ask('assignment.change', { assignment: first, ...dates })).toMatchObject({ ok: false });
  await page.must('assignment.change', { assignment: first, ...dates, opensAt: null });
  await page.must('assignment.extend', { assignment: first, person: 'local', dueAt: later, reason: 'ill' });
  const { assignments } = await page.must('course.get', { course });
  expect(assignments).toMatchObject([
    { title: 'First', counts: 'last', dueAt: later, dueForAll: dates.dueAt, extended: true, max: 8 },
  ]);
  expect(await page.must('assignment.compare', { assignment: first })).toBeNull();
  const { bench } = await page.must('lab.open', { assignment: first });
  await page.open(bench);
  await handIn(bench, result('writes', 3, 3));
  expect(await page.ask('assignment.remove', { assignment: first })).toMatchObject({
    ok: false,
    error: { code: 'conflict' },
  });
});

test('the table of everybody and every check, live; a grade by hand, with its history; the gradebook as CSV', async () => {
  const first = await assignment();
  const teacher = server.newPage();
  expect((await teacher.must('matrix.get', { course })).people).toEqual([]);
  const { bench } = await page.must('lab.open', { assignment: first });
  await page.open(bench);
  await handIn(bench, result('writes', 3, 3), result('secret', 0, 2));
  await teacher.until(() => teacher.heard('matrix.changed').some(({ points }) => points === 3));
  expect(teacher.heard('matrix.changed').at(-1)).toEqual({
    ...{ course, assignment: first, bench, person: 'local' },
    ...{ attempts: 1, running: false, points: 3, outcomes: 'pf--' },
  });
  await handIn(bench, result('writes', 0, 3), result('secret', 2, 2));
  const matrix = await teacher.must('matrix.get', { course });
  expect(matrix.people).toMatchObject([{ id: 'local', role: 'instructor' }]);
  expect(matrix.cells).toEqual([[0, 0, bench, 2, 0, 2, 'fp--']]);

  const grade = async () => (await teacher.must('grade.book', { course })).grades[0];
  expect(await grade()).toMatchObject({ points: 3, derived: 3, handIns: 2, overridden: false });
  await teacher.must('grade.override', {
    assignment: first,
    person: 'local',
    points: 7.5,
    reason: 'told me',
  });
  expect(await grade()).toMatchObject({ points: 7.5, derived: 3, overridden: true });
  await page.must('course.rename', { course, title: '=1+1' });
  const csv = await fetch(`${server.url}/api/courses/${course}/grades.csv`);
  expect(csv.headers.get('content-disposition')).toContain('attachment');
  expect(await csv.text()).toContain('"You",,"instructor",7.5,7.5');
  await teacher.must('grade.override', {
    assignment: first,
    person: 'local',
    points: null,
    reason: 'a mistake',
  });
  expect(await grade()).toMatchObject({ points: 3, overridden: false });
  const history = await teacher.must('grade.history', { assignment: first, person: 'local' });
  expect(history.attempts.map(({ kind, points, counts }) => [kind, points, counts])).toEqual([
    ['hand-in', 2, false],
    ['hand-in', 3, true],
  ]);
  expect(history.overrides.map(({ points, reason }) => [points, reason])).toEqual([
    [7.5, 'told me'],
    [null, 'a mistake'],
  ]);
});

test('what was handed in is judged again: what would change is told, nothing changes before it is applied, what was before is kept', async () => {
  const first = await assignment();
  const { bench } = await page.must('lab.open', { assignment: first });
  await page.open(bench);
  await handIn(bench, result('writes', 1, 3), result('secret', 2, 2));
  const teacher = server.newPage();
  await teacher.must('matrix.get', { course });
  const look = await teacher.must('regrade.look', { assignment: first });
  expect(look).toMatchObject({ attempts: 1, versions: [{ pinned: true }], state: null });
  const version = look.versions[0]!.id;
  const again = async () => {
    const told = teacher.heard('regrade.progress').filter(({ ended }) => ended !== null).length;
    await teacher.must('regrade.start', { assignment: first, version });
    const ended = () => teacher.heard('regrade.progress').filter((each) => each.ended !== null);
    await teacher.until(() => ended().length > told);
    return ended().at(-1)!;
  };
  expect(await again()).toMatchObject({ ended: 'done', done: 1, of: 1, changes: [] });
  results = [result('writes', 3, 3), result('secret', 0, 2)];
  const { changes } = await again();
  expect(changes).toMatchObject([
    {
      ...{ person: 'local', name: 'You', kind: 'hand-in', before: 3, after: 3, max: 5, byHand: false },
      grade: { before: 3, after: 3 },
      checks: [
        { id: 'writes', before: 'failed', after: 'passed' },
        { id: 'secret', before: 'passed', after: 'failed' },
      ],
    },
  ]);
  // Somebody else who looks sees the same; and nothing is another yet.
  expect((await page.must('regrade.look', { assignment: first })).state).toMatchObject({ changes });
  expect((await teacher.must('matrix.get', { course })).cells).toEqual([[0, 0, bench, 1, 0, 3, 'fp--']]);

  expect(await teacher.must('regrade.apply', { assignment: first })).toEqual({ judged: 1, newer: 0 });
  await teacher.until(() => teacher.heard('matrix.changed').some(({ outcomes }) => outcomes === 'pf--'));
  await page.until(() => page.heard('lab.changed').some((each) => each.bench === bench));
  expect(await teacher.ask('regrade.apply', { assignment: first })).toMatchObject({
    error: { code: 'conflict' },
  });
  const [attempt, ...others] = await page.must('lab.attempts', { bench });
  expect(others).toEqual([]);
  expect(attempt).toMatchObject({ points: 3, regraded: { points: 3, max: 5 } });
  expect(
    (await teacher.must('grade.history', { assignment: first, person: 'local' })).attempts,
  ).toMatchObject([
    { points: 3, counts: true, replaced: false, regraded: { by: 'You' } },
    { points: 3, counts: false, replaced: true, regraded: null },
  ]);
  // What was looked at can be thrown away, and a version that is not the lab's is none.
  results = [result('writes', 0, 3)];
  expect((await again()).changes).toHaveLength(1);
  await teacher.must('regrade.cancel', { assignment: first });
  expect((await teacher.must('regrade.look', { assignment: first })).state).toBeNull();
  expect(await teacher.ask('regrade.start', { assignment: first, version: '0'.repeat(32) })).toMatchObject({
    ok: false,
  });
});

test('a work is looked into as a copy, and what is said of it is seen at the work', async () => {
  const { bench } = await page.must('lab.open', { assignment: await assignment() });
  await page.open(bench);
  const copy = await page.must('work.copy', { bench });
  expect(copy.bench).not.toBe(bench);
  expect(await page.must('work.origin', copy)).toMatchObject({ bench, person: 'local', course, copy: true });
  const teacher = server.newPage();
  const anchor = { on: 'line', path: 'script.py', line: 1, text: 'print("hello")' } as const;
  // Both sides look at what was said, and each hears what the other does.
  expect(await page.must('comment.list', { bench })).toEqual([]);
  expect(await teacher.must('comment.list', { bench })).toEqual([]);
  const [comment] = await teacher.must('comment.add', { bench, anchor, text: 'Why this?' });
  await page.until(() => page.heard('comment.changed').length > 0);
  expect(page.heard('comment.changed')[0]!.comments).toMatchObject([
    { anchor, text: 'Why this?', by: 'You', resolvedAt: null },
  ]);
  await page.must('comment.resolve', { bench, comment: comment!.id, resolved: true });
  await page.until(() => teacher.heard('comment.changed').length > 0);
  expect((await teacher.must('comment.list', { bench }))[0]!.resolvedAt).not.toBeNull();
});
