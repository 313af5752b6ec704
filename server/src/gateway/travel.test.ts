/** Any point of a run of a real guest, its bookmarks, and traces in and out, over real sockets. */
import { describe, expect, test } from 'vitest';
import { csvCell } from '../sessions/traceIndex/exportRows.ts';
import { serverForTests } from './testing/testServer.ts';
import type { TestPage } from './testing/testPage.ts';

const server = serverForTests('travel');
const { newPage } = server;

const SCRIPT = `import os
print('first')
with open('/tmp/a.txt', 'w') as f: f.write('x' * 2000)
try: open('/etc/secret', 'w')
except OSError: pass
open('/tmp/a.txt', 'a').write('end')
os.rename('/tmp/a.txt', '/tmp/b.txt')
print('last')
`;

async function ran(page: TestPage): Promise<{ bench: string; run: string }> {
  const bench = await page.bench({ 'script.py': SCRIPT });
  const run = await page.run(bench);
  await page.ended(run);
  return { bench, run };
}

async function send(
  bench: string,
  text: string,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const response = await fetch(`${server.url}/api/benches/${bench}/trace`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', 'x-sandtable': '1' },
    body: text,
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

const text = async (path: string): Promise<string> => (await fetch(server.url + path)).text();

describe('a moment of a run', () => {
  test('the last one is the state that the page has; an earlier one is how things stood', async () => {
    const page = newPage();
    const { run } = await ran(page);
    const state = page.state!;
    const end = await page.must('run.at', { run, n: state.calls - 1 });
    expect(end.state).toEqual(state);
    expect(end.files.map(({ path }) => path)).toContain('/tmp/b.txt');

    const denied = await page.must('run.step', {
      run,
      from: state.calls,
      direction: 'previous',
      to: 'denied',
      lowest: 0,
    });
    const point = await page.must('run.at', { run, n: denied.n! });
    expect(point.row).toMatchObject({ n: denied.n, verdict: 'deny', args: { path: '/etc/secret' } });
    expect(point.files.find(({ path }) => path === '/tmp/a.txt')).toMatchObject({ size: 2000, start: false });
    expect(point.state.terminal.blocks.join('')).not.toContain('last');

    // More than a row tells: the whole comes from the record of the file.
    const file = await page.must('run.file', { run, n: state.calls - 1, path: '/tmp/b.txt' });
    expect(Buffer.from(file.now.data, 'base64').toString()).toBe(`${'x'.repeat(2000)}end`);
    expect(file.now.unknown).toEqual([]);
    const script = await page.must('run.file', { run, n: denied.n!, path: '/tmp/script.py' });
    expect(Buffer.from(script.now.data, 'base64').toString()).toBe(SCRIPT);
    expect(await page.ask('run.file', { run, n: 0, path: '/tmp/b.txt' })).toMatchObject({ ok: false });
  });

  test('bookmarks are told to all, and are the run’s', async () => {
    const page = newPage();
    const { bench, run } = await ran(page);
    const other = newPage();
    await other.must('bench.open', { bench });
    await page.must('bookmark.set', { run, n: 3, note: 'here' });
    expect(await page.must('bookmark.set', { run, n: 3, note: 'here it is' })).toMatchObject([
      { n: 3, note: 'here it is' },
    ]);
    await other.until(
      () => other.announcements.filter(({ name }) => name === 'bookmarks.changed').length === 2,
    );
    expect(await other.must('bookmark.list', { run })).toHaveLength(1);
    expect(await other.must('bookmark.remove', { run, n: 3 })).toEqual([]);
    const stranger = newPage();
    expect(await stranger.ask('bookmark.list', { run })).toMatchObject({
      ok: false,
      error: { code: 'forbidden' },
    });
    expect(await stranger.ask('run.at', { run, n: 0 })).toMatchObject({
      ok: false,
      error: { code: 'forbidden' },
    });
  });
});

describe('traces in and out', () => {
  test('an exported trace that is imported has the same rows, files and end', async () => {
    const page = newPage();
    const { run } = await ran(page);
    const before = page.state!;
    const exported = await text(`/api/runs/${run}/trace.jsonl`);

    const bench = await page.bench({ 'script.py': '' });
    const { status, answer } = await send(bench, exported);
    expect(status).toBe(200);
    await page.until(() => page.state?.run === answer['run']);
    const after = page.state!;
    expect({ ...after, run, start: { ...after.start, run } }).toEqual(before);
    const rows = async (of: string) => page.must('run.rows', { run: of, from: 0, count: 500 });
    const imported = await rows(answer['run'] as string);
    const reopened = newPage();
    await reopened.must('bench.open', { bench });
    expect(imported.length).toBeGreaterThan(50);
    expect(exported).toContain(JSON.stringify(imported[40]));
    const file = await page.must('run.file', {
      run: answer['run'] as string,
      n: after.calls - 1,
      path: '/tmp/b.txt',
    });
    expect(file.now.size).toBe(2003);
  });

  test('rows that a filter leaves come as JSONL, which can be imported, and as CSV', async () => {
    const page = newPage();
    const { run } = await ran(page);
    const jsonl = await text(`/api/runs/${run}/rows.jsonl?filter=verdict:deny`);
    const lines = jsonl
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ type: 'start' });
    expect(lines.filter(({ type }) => type === 'call').every(({ verdict }) => verdict === 'deny')).toBe(true);
    const bench = await page.bench({ 'script.py': '' });
    expect((await send(bench, jsonl)).answer).toMatchObject({ ok: true, calls: page.state!.byVerdict.deny });

    const csv = await text(`/api/runs/${run}/rows.csv`);
    expect(csv.split('\r\n')[0]).toBe(
      'n,t,thread,call,args,path,newpath,verdict,rule,reason,result,errno,bytes,us',
    );
    expect(csv).toMatch(/,ll_os_rename,"{""path"":""\/tmp\/a.txt""/);
    expect((await fetch(`${server.url}/api/runs/${run}/rows.csv?filter=nonsense:1`)).status).toBe(400);
  });

  test('what a guest may put into a cell is no formula', () => {
    expect(csvCell('=1+1')).toBe("'=1+1");
    expect(csvCell('@a,"b"')).toBe(`"'@a,""b"""`);
    expect(csvCell(5)).toBe('5');
    expect(csvCell(undefined)).toBe('');
  });

  test('a file that is no trace is refused with its lines, and leaves nothing behind', async () => {
    const page = newPage();
    const { bench, run } = await ran(page);
    const start = (await text(`/api/runs/${run}/trace.jsonl`)).split('\n')[0]!;
    const refused = await send(bench, `${start}\n{"seq":2,"t":0,"type":"out","fd":9,"data":""}\nnonsense\n`);
    expect(refused.status).toBe(400);
    expect(refused.answer['problems']).toMatchObject([{ line: 2 }, { line: 3 }]);
    expect((await send(bench, '\0'.repeat(100_000))).status).toBe(400);
    expect((await send(bench, 'x'.repeat(3_000_000))).status).toBe(400);
    expect((await send('no-such-bench', start)).status).toBe(400);
    const opened = await newPage().must('bench.open', { bench });
    expect(opened.run?.run).toBe(run);
  });

  test('nothing is imported from another site, nor where a guest runs', async () => {
    const page = newPage();
    const bench = await page.bench({ 'script.py': 'input()\n' });
    const run = await page.run(bench);
    await page.until(() => page.state?.phase === 'input');
    expect((await send(bench, '{}')).answer['problems']).toMatchObject([{ line: 0 }]);
    const response = await fetch(`${server.url}/api/benches/${bench}/trace`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson',
        'x-sandtable': '1',
        origin: 'https://elsewhere.example',
      },
      body: '{}',
    });
    expect(response.status).toBe(403);
    const form = await fetch(`${server.url}/api/benches/${bench}/trace`, { method: 'POST', body: '{}' });
    expect(form.status).toBe(403);
    await page.must('run.stop', { run });
  });
});
