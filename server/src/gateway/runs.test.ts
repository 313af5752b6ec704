/** Runs of real guests, watched over real sockets. */
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '@sandtable/shared/events';
import { ROWS_PER_BATCH } from '@sandtable/shared/protocol';
import { applyBatch, batchOf, initialState } from '@sandtable/shared/session';
import { HIGH_WATER } from '../sessions/audience.ts';
import { PATIENCE_MS, type TestPage } from './testing/testPage.ts';
import { MAX_OPEN_BENCHES } from './pages.ts';
import { serverForTests } from './testing/testServer.ts';

const server = serverForTests('runs');
const { newPage } = server;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function trace(run: string): Promise<RunEvent[]> {
  const response = await fetch(`${server.url}/api/runs/${run}/trace.jsonl`);
  expect(response.status).toBe(200);
  return (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent);
}

describe('a run', () => {
  test('what the page shows is what the log says, row for row', async () => {
    const page = newPage();
    const bench = await page.bench({
      'script.py': 'import os\nfor i in range(500): os.getcwd()\nprint("done", os.listdir("/"))\n',
    });
    const run = await page.run(bench);
    await page.ended(run);
    expect(page.text).toContain("done ['bin', 'dev', 'tmp']");
    expect(page.state!.exit).toMatchObject({ status: 0, reason: 'exit' });
    expect(page.state!.byCall['ll_os_getcwd']).toBeGreaterThanOrEqual(500);
    expect(page.state!.bootCalls).toBeGreaterThan(0);
    const events = await trace(run);
    expect(events[0]).toMatchObject({ type: 'start', run, mode: 'script' });
    expect(events.at(-1)).toMatchObject({ type: 'exit' });
    const applied = applyBatch(initialState(run), batchOf(events, run));
    expect(applied).toEqual({ ok: true, state: page.state });
    const calls = events.filter((event) => event.type === 'call');
    expect(await page.must('run.rows', { run, from: 200, count: 50 })).toEqual(calls.slice(200, 250));
    const found = await page.must('run.query', {
      run,
      filter: 'call:getcwd -verdict:deny',
      from: 0,
      direction: 'down',
      count: 500,
    });
    expect(found.rows).toEqual(
      calls.filter((row) => row.call === 'll_os_getcwd' && row.verdict !== 'deny').slice(0, 500),
    );
  });

  test('input, prompt and interrupt', async () => {
    const page = newPage();
    const bench = await page.bench({
      'script.py': 'name = input("who? ")\nprint("hello", name)\nwhile True: pass\n',
    });
    const run = await page.run(bench);
    await page.until(() => page.state?.phase === 'input');
    expect(page.text).toContain('who? ');
    await page.must('run.input', { run, data: 'Ada\r' });
    await page.until(() => page.text.includes('hello Ada'));
    await page.must('run.interrupt', { run });
    await page.ended(run);
    expect(page.text).toContain('KeyboardInterrupt');
    expect(await page.ask('run.input', { run, data: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'not-running' },
    });
  });

  test('the prompt: the lines of the lecture', async () => {
    const page = newPage();
    const bench = await page.bench({}, 'repl');
    const run = await page.run(bench, { mode: 'repl' });
    const type = async (line: string, expected: string): Promise<void> => {
      await page.until(() => page.state?.phase === 'input');
      const before = page.state!.terminal.total;
      await page.must('run.input', { run, data: `${line}\r` });
      await page.until(
        () =>
          page.text.slice(-(page.state!.terminal.total - before)).includes(expected) &&
          page.state?.phase === 'input',
        PATIENCE_MS,
        `${expected} after ${line}`,
      );
    };
    await type('import os; os.getcwd()', "'/tmp'");
    await type("os.listdir('/')", "['bin', 'dev', 'tmp']");
    await type("open('/tmp/datafile.txt').read()[:4]", "'Data'");
    await type("open('/tmp/newfile.txt','w+')", 'FileNotFoundError: [Errno 2]');
    await type("open('/tmp/datafile.txt','a+')", 'PermissionError: [Errno 1]');
    await type("os.system('rm -rf /tmp')", 'RuntimeError');
    await page.must('run.stop', { run });
    await page.ended(run);
    expect(page.state!.exit).toMatchObject({ reason: 'stopped', status: 130 });
  });

  test('starting again stops what runs, and the page sees the new run', async () => {
    const page = newPage();
    const bench = await page.bench({ 'script.py': 'import time\nprint("up")\ntime.sleep(60)\n' });
    const first = await page.run(bench);
    await page.until(() => page.text.includes('up'));
    const second = await page.run(bench);
    expect(second).not.toBe(first);
    await page.until(() => page.state?.run === second && page.text.includes('up'));
    expect((await trace(first)).at(-1)).toMatchObject({ type: 'exit', reason: 'stopped' });
    await page.must('run.stop', { run: second });
    await page.ended(second);
  });

  test('a wrong policy refuses the run and says where', async () => {
    const page = newPage();
    const bench = await page.bench({
      'policy.ts': "import { policy } from 'sandtable';\n\nexport default policy({ rules: [oops] });\n",
    });
    const reply = await page.ask('run.start', { bench, mode: 'script', size: { cols: 80, rows: 24 } });
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'policy-invalid', diagnostics: [{ file: 'policy.ts', line: 3, severity: 'error' }] },
    });
    expect(page.state).toBeNull();
    const check = await page.must('policy.check', { source: 'export default' });
    expect(check[0]).toMatchObject({ file: 'policy.ts', line: 1, severity: 'error' });
    await page.must('file.remove', { bench, path: 'policy.ts' });
    const run = await page.run(bench);
    await page.until(() => page.state?.run === run && page.state.phase === 'input');
    expect(page.state!.start?.policy).toBe('standard');
    await page.must('run.stop', { run });
  });

  test('the guest’s files: listed, read, kept', async () => {
    const page = newPage();
    const other = newPage();
    const bench = await page.bench({ 'script.py': 'open("out.txt","w").write("made by the guest")\n' });
    await other.open(bench);
    expect((await page.must('world.list', { bench, path: '/tmp' })).map((entry) => entry.name)).toEqual([
      'script.py',
    ]);
    await page.ended(await page.run(bench));
    expect(
      (await page.must('world.list', { bench, path: '/tmp' })).map((entry) => entry.name).sort(),
    ).toEqual(['out.txt', 'script.py']);
    expect((await page.must('world.read', { bench, path: '/tmp/out.txt' })).content).toEqual({
      encoding: 'utf8',
      text: 'made by the guest',
    });
    const kept = await page.must('world.keep', { bench, path: '/tmp/out.txt' });
    expect(kept).toMatchObject({ path: 'out.txt', content: { text: 'made by the guest' } });
    await other.until(() => other.heard('file.changed').some((each) => each.file.path === 'out.txt'));
    expect(await page.ask('world.keep', { bench, path: '/bin/pypy3' })).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    });
    expect(await page.ask('world.keep', { bench, path: '/tmp/../policy.ts' })).toMatchObject({
      ok: false,
      error: { code: 'bad-request' },
    });
    expect(await page.ask('world.read', { bench, path: '/tmp/nothing' })).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    });
  });
});

describe('pages come, go and stay equal', () => {
  const TICKS = 'import time\nfor i in range(400):\n    print("tick", i)\n    time.sleep(0.01)\n';

  test('two pages and one that joins late show the same', async () => {
    const [a, b] = [newPage(), newPage()];
    const bench = await a.bench({ 'script.py': TICKS.replace('400', '100') });
    await b.open(bench);
    const run = await a.run(bench);
    await a.until(() => a.text.includes('tick 30'));
    const late = newPage();
    await late.open(bench);
    await Promise.all([a.ended(run), b.ended(run), late.ended(run)]);
    expect(b.state).toEqual(a.state);
    expect(late.state).toEqual(a.state);
    expect([a.gaps, b.gaps, late.gaps]).toEqual([0, 0, 0]);
    expect(b.heard('bench.removed')).toEqual([]);
  });

  test('a bench that was removed is open no more, however many a page makes and removes', async () => {
    const page = newPage();
    for (let i = 0; i <= MAX_OPEN_BENCHES; i++) {
      const bench = await page.must('bench.create', { name: 'short-lived' });
      await page.must('bench.open', { bench: bench.id });
      await page.must('bench.remove', { bench: bench.id });
    }
  });

  test('a page that lost its connection goes on where it was', async () => {
    const [watcher, first] = [newPage(), newPage()];
    const bench = await watcher.bench({ 'script.py': TICKS.replace('400', '150') });
    await first.open(bench);
    const run = await watcher.run(bench);
    await first.until(() => first.text.includes('tick 20'));
    first.socket.disconnect();
    const known = first.state!;
    await watcher.until(() => watcher.text.includes('tick 60'));
    const again = newPage();
    again.state = known;
    const opened = await again.open(bench, { run, after: known.to });
    expect(opened.run).toBeNull();
    expect(opened.batches!.length).toBeGreaterThan(0);
    await Promise.all([watcher.ended(run), again.ended(run)]);
    expect(again.state).toEqual(watcher.state);
    expect(again.gaps).toBe(0);
    // And once it is over there is nothing to send, or everything.
    expect(await newPage().open(bench, { run, after: again.state.to })).toMatchObject({
      run: null,
      batches: [],
    });
    expect((await newPage().open(bench, { run, after: 3 })).run?.state ?? null).not.toBe(undefined);
  });

  test('too far behind, or in the middle of a batch: where things stand, or what is missing', async () => {
    const page = newPage();
    const bench = await page.bench({
      'script.py': 'import os\nfor i in range(30000): os.getcwd()\nprint("done")\n',
    });
    const run = await page.run(bench);
    await page.ended(run);
    const events = await trace(run);
    // Wherever batches were cut and however many are still kept, what comes continues what the page has.
    for (const after of [1, 24, events.length - 1]) {
      const before = applyBatch(initialState(run), batchOf(events.slice(0, after), run));
      if (!before.ok) throw new Error(before.reason);
      const late = newPage();
      late.state = before.state;
      const opened = await late.open(bench, { run, after });
      expect(opened.batches ?? [opened.run]).not.toHaveLength(0);
      expect(late.state).toEqual(page.state);
      expect(late.gaps).toBe(0);
    }
  });

  test('nobody looks: the run goes on to its end and is there later', async () => {
    const page = newPage();
    const bench = await page.bench({ 'script.py': 'import time\ntime.sleep(0.5)\nprint("after all")\n' });
    const run = await page.run(bench);
    page.close();
    while ((await trace(run)).at(-1)?.type !== 'exit') await pause(100);
    const later = newPage();
    const opened = await later.open(bench);
    expect(opened.run?.run).toBe(run);
    expect(later.text).toContain('after all');
    expect(later.state!.exit?.status).toBe(0);
    expect((await later.must('run.rows', { run, from: 0, count: 3 })).map((row) => row.n)).toEqual([0, 1, 2]);
  });
});

describe('floods', () => {
  const FLOOD = "while True: print('x' * 1000)\n";

  /** 200 ms is what a person is promised; a machine that does other things besides, as its answers show, is given more. */
  async function soon(page: TestPage): Promise<number> {
    const asked = performance.now();
    await page.must('bench.list', {});
    return 1500 + 20 * (performance.now() - asked);
  }

  test('the guest waits for the page, memory stays flat, Ctrl-C works at once', async () => {
    const page = newPage();
    const bench = await page.bench({ 'script.py': FLOOD });
    const run = await page.run(bench);
    await page.until(
      () => (page.state?.terminal.total ?? 0) > 4_000_000,
      PATIENCE_MS,
      'four million characters',
    );
    const before = process.memoryUsage().rss;
    await page.until(() => page.state!.terminal.total > 12_000_000, PATIENCE_MS, 'twelve million characters');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    const most = await soon(page);
    const asked = performance.now();
    await page.must('run.interrupt', { run });
    await page.ended(run);
    expect(performance.now() - asked).toBeLessThan(most);
    expect(page.text).toContain('KeyboardInterrupt');
    expect(page.gaps).toBe(0);
  });

  test('a page that shows nothing stops the guest after what is on its way', async () => {
    const page = newPage({ acks: false });
    const bench = await page.bench({ 'script.py': FLOOD });
    const run = await page.run(bench);
    await page.until(() => (page.state?.terminal.total ?? 0) >= HIGH_WATER);
    let stalled = 0;
    while (page.state!.terminal.total !== stalled) {
      stalled = page.state!.terminal.total;
      expect(stalled).toBeLessThan(HIGH_WATER * 2);
      await pause(600);
    }
    const most = await soon(page);
    const asked = performance.now();
    await page.must('run.interrupt', { run });
    page.socket.emit('run.ack', { run, chars: stalled });
    page.acks = true;
    await page.ended(run);
    expect(performance.now() - asked).toBeLessThan(most);
    expect(page.text).toContain('KeyboardInterrupt');
  });

  test('one silent page holds the others up for some seconds only, and gets a snapshot when it is back', async () => {
    const page = newPage();
    const silent = newPage({ acks: false });
    const bench = await page.bench({ 'script.py': FLOOD });
    await silent.open(bench);
    const run = await page.run(bench);
    await page.until(() => (page.state?.terminal.total ?? 0) > 3_000_000, PATIENCE_MS, 'the flood to go on');
    expect(silent.state!.terminal.total).toBeLessThan(HIGH_WATER * 2);
    silent.socket.emit('run.ack', { run, chars: 1000 });
    silent.acks = true;
    await silent.until(() => silent.snapshots > 0);
    await page.must('run.stop', { run });
    await Promise.all([page.ended(run), silent.ended(run)]);
    expect(silent.state).toEqual(page.state);
    expect(silent.gaps).toBe(0);
  });

  test('a page behind a blocked line is given no more until it is free, and then where things stand', async () => {
    const [page, far] = [newPage(), newPage()];
    const bench = await page.bench({
      'script.py': "import os\nwhile True:\n    for i in range(300): os.getcwd()\n    print('y' * 3000)\n",
    });
    await far.open(bench);
    const run = await page.run(bench);
    await far.until(() => (far.state?.calls ?? 0) > 2000);
    // The network takes nothing any more; the page itself does not know.
    const line = (
      far.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } }
    ).ws._socket;
    line.pause();
    const before = process.memoryUsage().rss;
    const stood = page.state!.terminal.total;
    await page.until(
      () => page.state!.terminal.total > stood + 2 * HIGH_WATER,
      PATIENCE_MS,
      'the others to go on',
    );
    await pause(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    line.resume();
    await far.until(() => far.snapshots > 0);
    await page.must('run.stop', { run });
    await Promise.all([page.ended(run), far.ended(run)]);
    expect(far.state).toEqual(page.state);
  });

  test('a storm of calls reaches the page as counts and newest rows; the log has them all', async () => {
    const page = newPage();
    const bench = await page.bench({
      'script.py': 'import os\nfor i in range(60000): os.getcwd()\nprint("end of storm")\n',
    });
    const run = await page.run(bench);
    await page.ended(run);
    const calls = page.state!.calls;
    expect(page.state!.byCall['ll_os_getcwd']).toBeGreaterThanOrEqual(60_000);
    expect(page.state!.rows).toHaveLength(ROWS_PER_BATCH);
    expect(page.largest).toBeLessThan(200_000);
    const rows = (await trace(run)).filter((event) => event.type === 'call');
    expect(rows.map((row) => row.n)).toEqual(Array.from({ length: calls }, (_, n) => n));
    expect((await page.must('run.rows', { run, from: 31_234, count: 2 })).map((row) => row.n)).toEqual([
      31_234, 31_235,
    ]);
    const up = await page.must('run.query', {
      run,
      filter: 'call:getcwd',
      from: calls - 1,
      direction: 'up',
      count: 10,
    });
    expect(up.rows).toHaveLength(10);
  });
});
