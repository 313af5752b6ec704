/** The server as a program: starts, is stopped, is killed, starts again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startServer } from './startServer.ts';
import { PATIENCE_MS, TestPage } from './testing/testPage.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE_MS });

let base: string;
let dataDir: string;
const children: ChildProcess[] = [];
const pages: TestPage[] = [];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'sandtable-lifecycle-'));
  dataDir = join(base, 'data');
});
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(base, { recursive: true, force: true });
});

interface Program {
  readonly child: ChildProcess;
  readonly url: string;
  readonly said: () => string;
  readonly exited: Promise<number | null>;
}

/** The server in a process of its own, as `npm start` has it. */
async function program(port = 0): Promise<Program> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../cli/main.ts'), 'serve'], {
    env: { ...process.env, PORT: String(port), HOST: '', SANDTABLE_DATA: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  const exited = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  const url = await new Promise<string>((resolve) => {
    const hear = (piece: Buffer): void => {
      said += piece.toString();
      const ready = /Sandtable is ready: (\S+)/.exec(said)?.[1];
      if (ready !== undefined) resolve(ready);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void exited.then(() => resolve(''));
  });
  return { child, url, said: () => said, exited };
}

function newPage(url: string): TestPage {
  const page = new TestPage(url);
  pages.push(page);
  return page;
}

/** Children of the server: guests are all that it starts. */
function guestsOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        const stat = readFileSync(`/proc/${each}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
      } catch {
        return false;
      }
    });
}

/** Whether the process still does something; what only waits to be buried does not. */
function alive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

async function allDie(pids: readonly number[]): Promise<boolean> {
  for (let tries = 0; pids.some(alive); tries++) {
    if (tries === 200) return false;
    await pause(50);
  }
  return true;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const ENDLESS = 'import time\nprint("up")\nwhile True: time.sleep(0.01)\n';

describe('starting', () => {
  test('a first start has a bench with something to run, a second start has the same one', async () => {
    for (let round = 0; round < 2; round++) {
      const { child, url, exited } = await program();
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const page = newPage(url);
      const benches = await page.must('bench.list', {});
      expect(benches.map((bench) => bench.name)).toEqual(['Hello']);
      const opened = await page.open(benches[0]!.id);
      expect(opened.files.map((file) => file.path)).toEqual(['policy.ts', 'script.py']);
      child.kill('SIGTERM');
      expect(await exited).toBe(0);
    }
  });

  test('a port that is taken is said plainly, with what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const { said, exited } = await program(port);
    expect(await exited).toBe(1);
    expect(said()).toContain(`Port ${port} is taken`);
    expect(said()).toContain(`PORT=${port + 1} npm start`);
    taken.close();
  });

  test('two servers never work in one data folder', async () => {
    const first = await startServer({ host: '127.0.0.1', port: 0, dataDir });
    if (!first.ok) throw new Error(first.message);
    expect(await startServer({ host: '127.0.0.1', port: 0, dataDir })).toMatchObject({
      ok: false,
      code: 'data',
    });
    await first.server.close();
    const again = await startServer({ host: '127.0.0.1', port: 0, dataDir });
    expect(again.ok).toBe(true);
    if (again.ok) await again.server.close();
  });

  test('an address that is not here, and a page that was not built', async () => {
    const nowhere = await startServer({ host: '192.0.2.77', port: 0, dataDir });
    expect(nowhere).toMatchObject({ ok: false, code: 'port' });
    mkdirSync(join(base, 'web'));
    const started = await startServer({ host: '127.0.0.1', port: 0, dataDir, web: join(base, 'web') });
    if (!started.ok) throw new Error(started.message);
    expect(started.server.warnings.join()).toContain('npm run build:web');
    const response = await fetch(started.server.url);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build:web');
    await started.server.close();
  });

  test('the page: its own path for every place in it, assets for ever, the rest asked for each time', async () => {
    const web = join(base, 'web');
    mkdirSync(join(web, 'assets'), { recursive: true });
    writeFileSync(join(web, 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(web, 'assets', 'main-abc123.js'), `console.log(${'1 + '.repeat(2000)}1)`);
    const started = await startServer({ host: '127.0.0.1', port: 0, dataDir, web });
    if (!started.ok) throw new Error(started.message);
    const { url } = started.server;
    for (const path of ['/', '/bench/abcdef', '/bench/abcdef?row=3']) {
      const response = await fetch(url + path);
      expect(await response.text()).toContain('<title>page</title>');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
    const asset = await fetch(`${url}/assets/main-abc123.js`, { headers: { 'accept-encoding': 'br' } });
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-encoding')).toBe('br');
    expect(asset.headers.get('content-type')).toContain('javascript');
    expect((await asset.text()).startsWith('console.log(1 + 1')).toBe(true);
    const plain = await fetch(`${url}/assets/main-abc123.js`, {
      headers: { 'accept-encoding': 'br;q=0, identity' },
    });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect((await fetch(`${url}/assets/gone.js`)).status).toBe(404);
    writeFileSync(join(web, 'assets', 'gone.js'), 'built later');
    expect(await (await fetch(`${url}/assets/gone.js`)).text()).toBe('built later');
    expect((await fetch(`${url}/assets/..%2findex.html`)).status).toBe(404);
    expect((await fetch(`${url}/api/gone`)).status).toBe(404);
    await started.server.close();
  });
});

describe('stopping', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: pages are told, guests end, logs are complete, within three seconds',
    async (signal) => {
      const { child, url, exited } = await program();
      const page = newPage(url);
      const bench = await page.bench({ 'script.py': ENDLESS });
      const run = await page.run(bench);
      await page.until(() => page.text.includes('up'));
      const guests = guestsOf(child.pid!);
      expect(guests.length).toBeGreaterThan(0);
      const asked = performance.now();
      child.kill(signal);
      expect(await exited).toBe(0);
      expect(performance.now() - asked).toBeLessThan(3000);
      expect(page.heard('server.closing')).toHaveLength(1);
      expect(await allDie(guests)).toBe(true);
      const lines = readFileSync(join(dataDir, 'runs', run, 'log.jsonl'), 'utf8')
        .trimEnd()
        .split('\n');
      expect(JSON.parse(lines.at(-1)!)).toMatchObject({ type: 'exit', reason: 'server' });
    },
  );
});

describe('kill -9', () => {
  test('nothing that was acknowledged as saved is lost, the guest dies, the run is shown as ended', async () => {
    let text = '';
    /** Sent and perhaps saved, but not acknowledged when the server died. */
    let underWay = '';
    let bench = '';
    for (let round = 0; round < 3; round++) {
      const { child, url, exited } = await program();
      const page = newPage(url);
      if (bench === '') bench = await page.bench({ 'script.py': ENDLESS });
      else {
        const opened = await page.open(bench);
        expect([text, underWay]).toContain(
          opened.files.find((file) => file.path === 'notes.txt')?.content?.text,
        );
        expect(opened.run?.state.exit).toMatchObject({ reason: 'server' });
        expect(page.text).toContain('up');
      }
      const run = await page.run(bench);
      await page.until(() => page.state?.run === run && page.text.includes('up'));
      const told = page.state!.to;
      const guests = guestsOf(child.pid!);
      expect(guests.length).toBeGreaterThan(0);
      // Written as fast as acknowledgements come; then, in the middle of it, the power goes.
      let saving = true;
      const write = async (): Promise<void> => {
        let version = await page
          .ask('file.read', { bench, path: 'notes.txt' })
          .then((reply) => (reply.ok ? reply.value.version : null));
        for (let i = 0; saving; i++) {
          const next = `round ${round}, change ${i}`;
          underWay = next;
          const saved = await page.ask('file.write', {
            bench,
            path: 'notes.txt',
            content: { encoding: 'utf8', text: next },
            base: version,
          });
          if (!saved.ok) throw new Error(saved.error.message);
          text = next;
          version = saved.value.version;
        }
      };
      const writing = write().catch(() => {});
      await pause(300);
      child.kill('SIGKILL');
      saving = false;
      await exited;
      page.close();
      await writing;
      expect(await allDie(guests)).toBe(true);
      const log = readFileSync(join(dataDir, 'runs', run, 'log.jsonl'), 'utf8')
        .split('\n')
        .slice(0, -1);
      // What a page was told is in the log.
      expect(log.length).toBeGreaterThanOrEqual(told);
    }
  });
});

test('a server that starts again has files, run, terminal and rows of before', async () => {
  const first = await startServer({ host: '127.0.0.1', port: 0, dataDir });
  if (!first.ok) throw new Error(first.message);
  const page = newPage(first.server.url);
  const bench = await page.bench({ 'script.py': 'print("kept")\n' });
  const run = await page.run(bench);
  await page.ended(run);
  const before = page.state;
  await first.server.close();

  const second = await startServer({ host: '127.0.0.1', port: 0, dataDir });
  if (!second.ok) throw new Error(second.message);
  const later = newPage(second.server.url);
  const opened = await later.open(bench);
  expect(opened.files.find((file) => file.path === 'script.py')?.content?.text).toBe('print("kept")\n');
  expect(later.state).toEqual(before);
  expect((await later.must('run.rows', { run, from: 5, count: 2 })).map((row) => row.n)).toEqual([5, 6]);
  expect(await later.ask('run.stop', { run })).toMatchObject({ error: { code: 'not-running' } });
  expect((await later.must('world.list', { bench, path: '/tmp' })).map((entry) => entry.name)).toEqual([
    'script.py',
  ]);
  await later.must('bench.remove', { bench });
  expect(readdirSync(join(dataDir, 'runs'))).toEqual([]);
  expect(await later.ask('bench.open', { bench })).toMatchObject({ error: { code: 'not-found' } });
  await second.server.close();
});
