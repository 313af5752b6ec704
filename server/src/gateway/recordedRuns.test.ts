/** What the page's replay needs of the server: audited runs, the list of runs, and a worker that may compile WebAssembly. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import type { CallEvent } from '@sandtable/shared/events';
import { addAssets } from './assets.ts';
import { serverForTests } from './testing/testServer.ts';

const server = serverForTests('recorded');
const { newPage } = server;

const POLICY = `import { deny, policy, standard } from 'sandtable';
export default policy({ ...standard, rules: [deny('write', '/tmp/kept', { errno: 'EPERM' }), ...standard.rules] });
`;

test('an audited run performs what its policy would deny, says so in its trace, and stands in the list', async () => {
  const page = newPage();
  const bench = await page.bench({
    'script.py':
      "with open('/tmp/kept', 'w') as file: file.write('performed')\nprint(open('/tmp/kept').read())\n",
    'policy.ts': POLICY,
  });
  const size = { cols: 80, rows: 24 };
  const { run } = await page.must('run.start', { bench, mode: 'script', audit: true, size });
  await page.ended(run);
  expect(page.text).toContain('performed');
  const { rows } = await page.must('run.query', {
    run,
    filter: 'call:open path:/tmp/kept',
    from: 0,
    direction: 'down',
    count: 5,
  });
  expect(rows[0] satisfies CallEvent | undefined).toMatchObject({
    verdict: 'allow',
    would: { verdict: 'deny', errno: 'EPERM' },
  });
  expect(page.state!.start).toMatchObject({ audit: true });

  const second = await page.run(bench);
  await page.ended(second);
  const listed = await page.must('run.list', { bench });
  expect(listed.map(({ id, mode }) => [id, mode])).toEqual([
    [second, 'script'],
    [run, 'script'],
  ]);
  const other = newPage();
  expect(await other.ask('run.list', { bench })).toMatchObject({ ok: false, error: { code: 'forbidden' } });
});

test('only the worker that judges policies may compile WebAssembly, and nothing may evaluate text', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandtable-assets-'));
  try {
    for (const name of ['replayWorker-a1B_2.js', 'index-a1B_2.js', 'replayWorker.js'])
      writeFileSync(join(folder, name), '1;');
    const app = fastify();
    addAssets(app, folder);
    const policyOf = async (name: string) =>
      (await app.inject({ url: `/assets/${name}` })).headers['content-security-policy'];
    expect(await policyOf('replayWorker-a1B_2.js')).toMatch(/script-src 'self' 'wasm-unsafe-eval';/);
    expect(await policyOf('replayWorker-a1B_2.js')).not.toMatch(/'unsafe-eval'/);
    expect(await policyOf('index-a1B_2.js')).toBeUndefined();
    expect(await policyOf('replayWorker.js')).toBeUndefined();
    await app.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
