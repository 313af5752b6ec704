/** A full disk: everybody is told so, nothing is half done, and when there is room again all goes on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { Kysely, sql } from 'kysely';
import { afterEach, expect, it, vi } from 'vitest';
import { isDiskFull, whyNotWritten } from '../diskTrouble.ts';
import { crashed } from './replies.ts';
import type { RunExit, RunHandle } from '../sandbox/index.ts';
import { LogWriter } from '../sessions/logWriter.ts';
import { hostRuns } from '../sessions/runHost.ts';
import type { FromWorker, ToWorker } from '../sessions/workerMessages.ts';
import { nodeSqliteDialect } from '../store/nodeSqlite.ts';

const FULL = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'disk-trouble-'));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  vi.restoreAllMocks();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it('is what a request is refused for, and a bug is not called one', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(crashed('file.write', FULL).error.message).toMatch(
    /^The disk of the server is full\. Nothing was changed/,
  );
  expect(crashed('file.write', new Error('x')).error.message).toMatch(/^The server made a mistake/);
  expect(whyNotWritten(Object.assign(new Error("EACCES, open '/srv/x'"), { code: 'EACCES' }))).toBe(
    'the server could not write it (EACCES)',
  );
  expect([isDiskFull(null), isDiskFull('full')]).toEqual([false, false]);
});

it('is what a transaction of the database says, which is taken back', async () => {
  const file = path.join(newFolder(), 'small.sqlite');
  const db = new Kysely<{ line: { text: string } }>({ dialect: nodeSqliteDialect(file) });
  await db.schema.createTable('line').addColumn('text', 'text').execute();
  await db.insertInto('line').values({ text: 'before' }).execute();
  await sql`pragma max_page_count = 4`.execute(db);
  const add = (text: string): Promise<unknown> =>
    db.transaction().execute(async (transaction) => {
      await transaction.insertInto('line').values({ text: 'lost with it' }).execute();
      await transaction.insertInto('line').values({ text }).execute();
    });
  const error: unknown = await add('x'.repeat(100_000)).catch((caught: unknown) => caught);
  expect(isDiskFull(error)).toBe(true);
  await expect(db.transaction().execute(() => Promise.reject(new Error('taken back by us')))).rejects.toThrow(
    'taken back by us',
  );
  await sql`pragma max_page_count = 4000`.execute(db);
  await add('after');
  const lines = await db.selectFrom('line').select('text').execute();
  expect(lines.map(({ text }) => text)).toEqual(['before', 'lost with it', 'after']);
  await db.destroy();
});

it('ends a run whose log it stops, with that reason', async () => {
  vi.spyOn(LogWriter.prototype, 'failure', 'get').mockReturnValue(FULL);
  const { port1, port2 } = new MessageChannel();
  hostRuns(port2, (_spec, sink) => {
    const { promise, resolve } = Promise.withResolvers<RunExit>();
    sink.event({ type: 'out', fd: 1, data: 'printed' });
    const stop: RunHandle['stop'] = (reason = 'stopped', message = '') => {
      resolve({ status: 130, reason, message });
    };
    return Promise.resolve({ ok: true, handle: { stop, done: promise } as RunHandle });
  });
  const exit = new Promise<RunExit>((resolve) => {
    port1.on('message', (message: FromWorker) => {
      if (message.type === 'ended') resolve(message.exit);
    });
  });
  port1.postMessage({
    type: 'start',
    allowed: Infinity,
    spec: {
      run: 'run',
      folder: path.join(newFolder(), 'run'),
      mode: 'script',
      script: '/tmp/script.py',
      args: [],
      files: [],
      policy: { name: 'standard', source: '' },
      size: { cols: 80, rows: 24 },
      cold: false,
    },
  } satisfies ToWorker);
  expect(await exit).toEqual({
    status: 130,
    reason: 'server',
    message: 'The run was stopped: its log cannot be kept, the disk of the server is full.',
  });
  port1.close();
});
