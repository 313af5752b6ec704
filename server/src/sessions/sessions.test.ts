/** Sessions over guests made of nothing: what becomes of runs when threads die, logs are too many, starts are refused. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Batch, RunSnapshot } from '@sandtable/shared/protocol';
import { tailText } from '@sandtable/shared/session';
import { LOCAL_PERSON } from '../store/schema.ts';
import { newId, openStore, type Store } from '../store/store.ts';
import { pruneLogs, RUNS_KEPT_PER_BENCH } from './pruneLogs.ts';
import type { StartOptions } from './runPlan.ts';
import { Sessions, type StartResult } from './sessions.ts';

/** Some more than the other tests need. */
const MAX_RUNS = 20;

let folder: string;
let logs: string;
let store: Store;
let sessions: Sessions;
let bench: string;
const heard: { started: RunSnapshot[]; batches: Batch[]; snapshots: [string, RunSnapshot][] } = {
  started: [],
  batches: [],
  snapshots: [],
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-sessions-'));
  logs = join(folder, 'runs');
  mkdirSync(logs);
  const opened = await openStore(join(folder, 'db'));
  if (!opened.ok) throw new Error(opened.message);
  store = opened.store;
  heard.started.length = heard.batches.length = heard.snapshots.length = 0;
  sessions = new Sessions({
    store,
    logs,
    abandonedMs: 700,
    maxRuns: MAX_RUNS,
    workerEntry: new URL('./testing/fakeRunWorker.ts', import.meta.url),
    broadcast: {
      started: (_bench, snapshot) => heard.started.push(snapshot),
      batch: (_bench, batch) => heard.batches.push(batch),
      snapshot: (page, snapshot) => heard.snapshots.push([page, snapshot]),
    },
  });
  bench = newId();
  await store.benches.create({
    id: bench,
    name: 'bench',
    owner: LOCAL_PERSON,
    files: [{ path: 'script.py', encoding: 'utf8', content: new Uint8Array() }],
  });
});
afterEach(async () => {
  await sessions.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

const start = (options: Partial<StartOptions> = {}): Promise<StartResult> =>
  sessions.start({
    bench,
    mode: 'script',
    script: 'script.py',
    args: [],
    size: { cols: 80, rows: 24 },
    cold: false,
    ...options,
  });

async function started(options: Partial<StartOptions> = {}): Promise<string> {
  const result = await start(options);
  if (!result.ok) throw new Error(result.message);
  return result.snapshot.run;
}

async function until(test: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !(await test());) {
    if (performance.now() - began > 10_000) throw new Error(`waited in vain for ${test.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const watch = (page: string): ReturnType<Sessions['watch']> => sessions.watch(bench, page, null, () => {});

describe('a thread that dies', () => {
  test('takes its runs along: they end with reason “server” and what they had, pages are told, the next run works', async () => {
    await watch('page-1');
    const run = await started();
    sessions.input(run, 'last words');
    await until(() => heard.batches.some((batch) => batch.events.some((event) => event.type === 'out')));
    sessions.input(run, 'die');
    await until(() => heard.snapshots.length > 0);
    const [page, snapshot] = heard.snapshots[0]!;
    expect(page).toBe('page-1');
    expect(snapshot.state.exit).toMatchObject({ reason: 'server' });
    expect(tailText(snapshot.state.terminal)).toBe('last words');
    expect(sessions.isUnderWay(run)).toBe(false);
    await until(async () => (await store.runs.get(run))?.reason === 'server');
    const next = await started();
    sessions.input(next, 'alive');
    await until(() =>
      heard.batches.some(
        (batch) =>
          batch.run === next && batch.events.some((event) => event.type === 'out' && event.data === 'alive'),
      ),
    );
    sessions.stop(next);
    await until(() => !sessions.isUnderWay(next));
  });

  test('other threads and their runs notice nothing', async () => {
    const other = newId();
    await store.benches.create({
      id: other,
      name: 'other',
      owner: LOCAL_PERSON,
      files: [{ path: 'script.py', encoding: 'utf8', content: new Uint8Array() }],
    });
    const a = await started();
    const b = await started({ bench: other });
    sessions.input(a, 'die');
    await until(() => !sessions.isUnderWay(a));
    sessions.input(b, 'still here');
    await until(() =>
      heard.batches.some((batch) => batch.run === b && batch.events.some((event) => event.type === 'out')),
    );
    sessions.stop(b);
    await until(() => !sessions.isUnderWay(b));
  });
});

describe('a start that is refused leaves nothing', () => {
  test.each([
    [{ args: ['refuse'] }, 'policy-invalid'],
    [{ args: ['throw'] }, 'internal'],
    [{ args: ['die at start'] }, 'internal'],
    [{ script: 'no-such.py' }, 'not-found'],
  ])('%j: %s', async (options, code) => {
    expect(await start(options)).toMatchObject({ ok: false, code });
    expect(readdirSync(logs)).toEqual([]);
    expect(await store.runs.list()).toEqual([]);
    expect(heard.started).toEqual([]);
    sessions.stop(await started());
  });
});

describe('how many, how long', () => {
  test('a prompt that nobody looks at is stopped after a time, one that is looked at is not', async () => {
    const [watched, forgotten] = [newId(), newId()];
    for (const id of [watched, forgotten])
      await store.benches.create({
        id: id,
        name: id,
        owner: LOCAL_PERSON,
        files: [{ path: 'script.py', encoding: 'utf8', content: new Uint8Array() }],
      });
    await sessions.watch(watched, 'page', null, () => {});
    const [a, b, busy] = [
      await started({ bench: watched }),
      await started({ bench: forgotten }),
      await started(),
    ];
    for (const run of [a, b]) sessions.input(run, 'prompt');
    await until(() => !sessions.isUnderWay(b));
    expect(sessions.isUnderWay(a)).toBe(true);
    expect(sessions.isUnderWay(busy)).toBe(true);
    expect(await store.runs.get(b)).toMatchObject({ id: b });
    for (const run of [a, busy]) sessions.stop(run);
    await until(() => !sessions.isUnderWay(a) && !sessions.isUnderWay(busy));
  });

  test('more guests than the server hosts are refused, and say so', async () => {
    const runs: string[] = [];
    for (let i = 0; i < MAX_RUNS; i++) {
      const id = newId();
      await store.benches.create({
        id: id,
        name: id,
        owner: LOCAL_PERSON,
        files: [{ path: 'script.py', encoding: 'utf8', content: new Uint8Array() }],
      });
      runs.push(await started({ bench: id }));
    }
    expect(await start()).toMatchObject({ ok: false, code: 'busy' });
    sessions.stop(runs[0]!);
    await until(() => !sessions.isUnderWay(runs[0]!));
    runs.push(await started());
    for (const run of runs) sessions.stop(run);
    await until(() => !runs.some((run) => sessions.isUnderWay(run)));
  });
});

describe('runs of one bench', () => {
  test('starts come one after the other, and one is under way', async () => {
    const runs = await Promise.all([started(), started(), started()]);
    expect(runs.map((run) => sessions.isUnderWay(run))).toEqual([false, false, true]);
    sessions.stop(runs[2]);
    await until(() => !sessions.isUnderWay(runs[2]));
  });

  test('the last run is there for whoever comes when nobody was looking, and its end was written down', async () => {
    const run = await started();
    sessions.input(run, 'words');
    sessions.input(run, 'end');
    await until(async () => (await store.runs.get(run))?.ended_at !== null);
    const shown = await watch('late');
    expect(shown.run).toMatchObject({ run, state: { phase: 'ended', exit: { status: 0 } } });
    expect(await store.runs.get(run)).toMatchObject({ status: 0, reason: 'exit' });
  });

  test('the log of a removed bench goes with it', async () => {
    const run = await started();
    expect(existsSync(join(logs, run))).toBe(true);
    await store.benches.remove(bench);
    await sessions.benchRemoved(bench, [run]);
    expect(existsSync(join(logs, run))).toBe(false);
    expect(sessions.isUnderWay(run)).toBe(false);
  });
});

describe('after a crash', () => {
  test('runs without an end get one, folders that belong to nobody go', async () => {
    await store.runs.started('run-orphan', bench, 'script');
    mkdirSync(join(logs, 'run-orphan'));
    writeFileSync(
      join(logs, 'run-orphan', 'log.jsonl'),
      '{"seq":1,"t":1,"type":"out","fd":1,"data":"half a l"}\n{"seq":2,"t":',
    );
    mkdirSync(join(logs, 'nobody'));
    await sessions.recover();
    expect(readdirSync(logs)).toEqual(['run-orphan']);
    expect(await store.runs.get('run-orphan')).toMatchObject({ reason: 'server', status: 137 });
    const { run } = await watch('page');
    expect(run).toMatchObject({ run: 'run-orphan', to: 2, state: { exit: { reason: 'server' } } });
  });
});

describe('pruning', () => {
  async function logOf(run: string, of: string, bytes: number): Promise<void> {
    await store.runs.started(run, of, 'script');
    mkdirSync(join(logs, run));
    writeFileSync(join(logs, run, 'log.jsonl'), 'x'.repeat(bytes));
    // Rows are ordered by the millisecond that they began in.
    await new Promise((resolve) => setTimeout(resolve, 3));
  }

  test('the newest of each bench stay', async () => {
    for (let i = 0; i < RUNS_KEPT_PER_BENCH + 2; i++) await logOf(`run-${i}`, bench, 10);
    await pruneLogs(logs, store.runs, () => false);
    const kept = Array.from({ length: RUNS_KEPT_PER_BENCH }, (_, i) => `run-${i + 2}`);
    expect(readdirSync(logs).sort()).toEqual([...kept].sort());
    expect((await store.runs.list()).map((row) => row.id)).toEqual(kept.reverse());
  });

  test('too many bytes: the oldest go first, a run under way stays', async () => {
    await logOf('run-busy', bench, 1000);
    await logOf('run-old', bench, 1000);
    await logOf('run-new', bench, 1000);
    await pruneLogs(logs, store.runs, (run) => run === 'run-busy', 1500);
    expect(readdirSync(logs).sort()).toEqual(['run-busy', 'run-new']);
  });
});
