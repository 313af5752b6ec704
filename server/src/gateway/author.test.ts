/** Writing a lab as a page sees it: from one that is there, broken and mended, tried, published, packed and unpacked. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { ASKED_BY_PAGE } from '@sandtable/shared/httpMessages';
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
const server = serverForTests('author', { labs });

let page: TestPage;
let bench: string;

beforeEach(async () => {
  page = server.newPage();
  ({ bench } = await page.must('author.clone', { lab: 'small-lab' }));
  await page.open(bench);
});

async function write(path: string, text: string): Promise<void> {
  const { version } = await page.must('file.read', { bench, path });
  await page.must('file.write', { bench, path, content: { encoding: 'utf8', text }, base: version });
}

async function manifest(): Promise<string> {
  const { content } = await page.must('file.read', { bench, path: 'lab.yaml' });
  return content!.text;
}

async function send(body: Uint8Array, headers: Record<string, string> = { [ASKED_BY_PAGE]: '1' }) {
  const response = await fetch(`${server.url}/api/author/packs`, {
    method: 'POST',
    headers: { 'content-type': 'application/zip', ...headers },
    body,
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

test('what is wrong is told by file, line and column; a pack with problems is neither tried nor published', async () => {
  expect(await page.must('author.check', { bench })).toMatchObject({
    problems: [],
    lab: { title: 'Copy of A small lab', published: false },
  });
  const good = await manifest();
  expect(good).toMatch(/^id: small-lab-copy/m);
  await write('lab.yaml', good.replace('level: 1', 'level: high'));
  const { problems, lab } = await page.must('author.check', { bench });
  expect(lab).toBeNull();
  expect(problems).toMatchObject([{ file: 'lab.yaml', line: 5, field: 'level' }]);
  const refusal = { ok: false, error: { code: 'conflict' } };
  expect(await page.ask('author.preview', { bench })).toMatchObject(refusal);
  expect(await page.ask('author.publish', { bench })).toMatchObject(refusal);
  await write('lab.yaml', good);
  expect((await page.must('author.check', { bench })).problems).toEqual([]);
});

test('a draft is tried without being offered; published it is; an assignment keeps the version it was made with', async () => {
  const { lab } = await page.must('author.check', { bench });
  const tried = await page.must('author.preview', { bench });
  expect((await page.must('lab.task', tried))!.lab).toBe(lab!.id);
  const offered = async () => (await page.must('lab.list', {})).labs.find(({ id }) => id === lab!.id);
  expect(await offered()).toBeUndefined();
  const first = await page.must('author.publish', { bench });
  expect((await offered())!.version).toBe(first.version);
  expect((await page.must('author.check', { bench })).lab!.published).toBe(true);

  const course = (await page.must('course.make', { title: 'Systems' })).id;
  const dates = { title: 'First', opensAt: null, dueAt: null, counts: 'best' as const };
  const { assignment } = await page.must('assignment.make', { course, lab: lab!.id, ...dates });
  await write('lab.yaml', (await manifest()).replace('weight: 3', 'weight: 5'));
  const second = await page.must('author.publish', { bench });
  expect(second.version).not.toBe(first.version);
  const pinned = async () => (await page.must('course.get', { course })).assignments[0]!;
  expect(await pinned()).toMatchObject({ version: first.version, outdated: true, max: 8 });
  const comparison = await page.must('assignment.compare', { assignment });
  expect(comparison!.differences.map(({ text }) => text)).toEqual([
    'The lab gives 10 points instead of 8.',
    '“A file can be written” counts 5 instead of 3.',
  ]);
  await page.must('assignment.upgrade', { assignment, version: second.version });
  expect(await pinned()).toMatchObject({ version: second.version, outdated: false, max: 10 });
});

test('the id of a lab that ships is not an author’s to publish', async () => {
  await write('lab.yaml', (await manifest()).replace(/^id:.*$/m, 'id: small-lab'));
  const refused = await page.ask('author.publish', { bench });
  expect(refused).toMatchObject({ ok: false, error: { code: 'conflict' } });
  expect(JSON.stringify(refused)).toContain('ships with this server');
});

test('a pack goes out as a zip and comes in again; a hostile one is refused by the name of its entry', async () => {
  const out = await fetch(`${server.url}/api/benches/${bench}/pack.zip`);
  expect(out.headers.get('content-type')).toBe('application/zip');
  const zip = new Uint8Array(await out.arrayBuffer());
  const { answer } = await send(zip);
  expect(answer).toMatchObject({ ok: true });
  const again = await page.must('author.check', { bench: answer['bench'] as string });
  expect(again).toEqual(await page.must('author.check', { bench }));

  const before = (await page.must('author.list', {})).packs.length;
  const evil = await send(zipSync({ 'lab.yaml': new Uint8Array(1), '../../evil.txt': new Uint8Array(1) }));
  expect(evil).toMatchObject({ status: 400, answer: { ok: false, problems: [{ file: '../../evil.txt' }] } });
  expect(await send(zipSync({ 'readme.txt': new Uint8Array(1) }))).toMatchObject({
    answer: { ok: false, problems: [{ file: 'lab.yaml' }] },
  });
  expect((await send(zip, {})).status).toBe(403);
  expect((await page.must('author.list', {})).packs.length).toBe(before);
});

test('a lab is begun from nothing under an id that is free, and is right as it is', async () => {
  const begun = await page.must('author.begin', { id: 'from-nothing', title: 'From nothing', level: 3 });
  expect(await page.must('author.check', begun)).toMatchObject({
    problems: [],
    lab: { id: 'from-nothing', title: 'From nothing', published: false },
  });
  expect(await page.ask('author.begin', { id: 'small-lab', title: 'Mine', level: 1 })).toMatchObject({
    error: { code: 'conflict' },
  });
  expect((await page.raw('author.begin', { id: '../x', title: 'Mine', level: 1 })).ok).toBe(false);
});

test('only a pack is one', async () => {
  const { id } = await page.must('bench.create', {});
  expect(await page.ask('author.check', { bench: id })).toMatchObject({
    ok: false,
    error: { code: 'not-found' },
  });
});
