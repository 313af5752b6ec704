/** The examples do what they promise: each runs on a real server under its own policy. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MAX_FILE_BYTES } from '@sandtable/shared/protocol';
import { checkPolicy, stopChecking } from '../sandbox/policy/checkPolicy.ts';
import { launchForTest, type TestRun } from '../sessions/testing/launchForTest.ts';
import { loadExamples } from './examples.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-examples-'));
});
afterAll(async () => {
  await stopChecking();
  rmSync(folder, { recursive: true });
});

const examples = loadExamples();

function run(id: string, mode: 'script' | 'repl' = 'script'): Promise<TestRun> {
  const example = examples.find((each) => each.id === id)!;
  return launchForTest(join(folder, `${id}-${mode}`), example.files, mode);
}

test('there is one of each, the first is for a first start', () => {
  expect(examples.map((example) => example.id)).toEqual([
    'hello',
    'files',
    'attack',
    'repl',
    'together',
    'lies',
  ]);
  for (const { files, summary } of examples) {
    const paths = files.map((file) => file.path);
    expect(paths).toContain('script.py');
    expect(paths).toContain('policy.ts');
    expect(summary).toMatch(/\.$/);
    for (const file of files) expect(file.content.length).toBeLessThan(MAX_FILE_BYTES);
  }
});

test('every policy passes its check', async () => {
  for (const { id, files } of examples) {
    const source = Buffer.from(files.find((file) => file.path === 'policy.ts')!.content).toString();
    expect([id, await checkPolicy(source)]).toEqual([id, []]);
  }
});

test('hello greets whoever answers', async () => {
  const guest = await run('hello');
  await guest.until((state) => state.phase === 'input');
  guest.handle.input('Ada\r');
  const { text, state } = await guest.end();
  expect(text).toContain('Hello from inside the sandbox!');
  expect(text).toContain('Nice to meet you, Ada.');
  expect(state.exit?.status).toBe(0);
});

test('files: what may be written is, the original is not, by any name', async () => {
  const { text, state } = await (await run('files')).end();
  expect(text).toContain('The poem has 4 lines.');
  expect(text).toContain("As the policy wants it: [Errno 13] Permission denied: 'originals/poem.txt'");
  expect(text).toContain("A link does not help:   [Errno 13] Permission denied: 'mine.txt'");
  expect(state.exit?.status).toBe(0);
  expect(state.touched.paths['/tmp/originals/poem.txt']).toEqual({ read: true, denied: true });
  expect(Object.keys(state.changed.paths).sort()).toEqual(['/tmp/mine.txt', '/tmp/out', '/tmp/out/poem.txt']);
});

test('attack: every attempt fails and the guest lives to say so', async () => {
  const { text, state } = await (await run('attack')).end();
  const attempts = text.split('\r\n').filter((line) => / (yes|no): /.test(line));
  expect(attempts).toHaveLength(11);
  expect(attempts.filter((line) => line.includes(' yes: ')).map((line) => line.slice(0, 22).trim())).toEqual([
    'Where am I?',
    'What is there?',
  ]);
  expect(text).toContain("yes: ['bin', 'dev', 'tmp']");
  expect(text).toMatch(/Delete everything +no: RuntimeError/);
  expect(text).toMatch(/Read the passwords +no: PermissionError/);
  expect(text).toContain('Still here:');
  expect(state.exit?.status).toBe(0);
  expect(state.byVerdict.deny).toBeGreaterThanOrEqual(8);
});

test('repl: the lecture’s lines and its answers', async () => {
  const { text } = await (await run('repl')).end();
  expect(text).toContain("['bin', 'dev', 'tmp']");
  expect(text).toContain('Data that the guest may read');
  expect(text).toContain("FileNotFoundError: [Errno 2] No such file or directory: '/tmp/newfile.txt'");
  expect(text).toContain("PermissionError: [Errno 1] Operation not permitted: '/tmp/datafile.txt'");
  expect(text).toContain('RuntimeError');
});

test('together: tasks take turns, threads count right', async () => {
  const { text, state } = await (await run('together')).end();
  expect(text).toContain('on the table: soup, bread, tea');
  expect(text).toContain('333 expected, 333 counted');
  expect(state.exit?.status).toBe(0);
});

test('lies: another day, another name, another number, another weather', async () => {
  const { text, state } = await (await run('lies')).end();
  expect(text).toContain('01 January 2000');
  expect(text).toContain('deep-thought');
  expect(text).toMatch(/My number +42/);
  expect(text).toContain('[6, 6, 6, 6, 6]');
  expect(text).toContain('Sun, all day');
  expect(state.exit?.status).toBe(0);
  expect(state.byVerdict.fake).toBeGreaterThan(0);
});
