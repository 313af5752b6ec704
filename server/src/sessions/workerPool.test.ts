import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WorkerPool } from './workerPool.ts';
import type { RunSpec } from './workerMessages.ts';

let folder: string;
let pool: WorkerPool;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-pool-'));
  pool = new WorkerPool(new URL('./testing/fakeRunWorker.ts', import.meta.url), { size: 1, silentMs: 3000 });
});
afterEach(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

const spec = (run: string): RunSpec => ({
  run,
  folder: join(folder, run),
  mode: 'script',
  args: [],
  files: [],
  policy: { name: 'none', source: '' },
  size: { cols: 80, rows: 24 },
  cold: false,
});

/** Starts a run; what it is told of its end goes to `ends`. */
async function start(run: string, ends: string[]): Promise<void> {
  const refusal = await pool.start(
    spec(run),
    Infinity,
    {
      batch: () => pool.tell({ type: 'taken', run }),
      ended: (exit) => ends.push(`${run}: ${exit?.reason ?? 'lost'}`),
    },
    () => {},
  );
  expect(refusal).toBeNull();
}

async function until(condition: () => boolean): Promise<void> {
  for (const began = performance.now(); !condition();) {
    if (performance.now() - began > 10_000) throw new Error(`waited in vain for ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('a thread that hangs is ended; each of its runs is reported once, questions are answered, the next run gets a new thread', async () => {
  const ends: string[] = [];
  await start('run-a', ends);
  await start('run-b', ends);
  expect(await pool.list('run-a', '/')).toEqual({ ok: true, entries: [] });
  pool.tell({ type: 'input', run: 'run-a', data: 'hang' });
  const question = pool.list('run-b', '/');
  await until(() => ends.length === 2);
  expect(ends.sort()).toEqual(['run-a: lost', 'run-b: lost']);
  expect(await question).toBeNull();
  await start('run-c', ends);
  pool.tell({ type: 'stop', run: 'run-c', reason: 'stopped' });
  await until(() => ends.length === 3);
  expect(ends[2]).toBe('run-c: stopped');
  // The world of an ended run is there until it is dropped.
  expect(await pool.list('run-c', '/')).toEqual({ ok: true, entries: [] });
  pool.tell({ type: 'drop', run: 'run-c' });
  expect(await pool.list('run-c', '/')).toBeNull();
  pool.tell({ type: 'stop', run: 'run-c', reason: 'stopped' });
  pool.tell({ type: 'input', run: 'no-such-run', data: 'x' });
});
