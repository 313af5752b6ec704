import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CallEvent, RunEvent } from '@sandtable/shared/events';
import type { Batch } from '@sandtable/shared/protocol';
import { applyBatch, batchOf, initialState, type SessionState } from '@sandtable/shared/session';
import { INDEX_FILE, LOG_FILE, STATE_FILE } from './logFormat.ts';
import { LogReader, ROWS_PER_SEARCH } from './logReader.ts';
import { finishedState } from './logRepair.ts';
import { LogWriter } from './logWriter.ts';
import { RunLog } from './runLog.ts';

let base: string;
let folder: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'sandtable-log-'));
  folder = join(base, 'run');
});
afterEach(() => rmSync(base, { recursive: true }));

/** A row as the controller makes it. */
const tail = (n: number, path: string): string =>
  JSON.stringify({
    type: 'call',
    n,
    call: 'll_os_stat',
    args: { path },
    verdict: n % 3 === 0 ? 'deny' : 'allow',
    rule: 1,
    us: 1,
  }).slice(1);

interface Recorder {
  readonly log: RunLog;
  readonly batches: Batch[];
}

function recorder(allowed = Infinity): Recorder {
  const batches: Batch[] = [];
  const log: RunLog = new RunLog(
    'run-test',
    new LogWriter(folder),
    allowed,
    (batch) => batches.push(batch),
    () => {},
  );
  return { log, batches };
}

/** `count` calls with something else between them now and then. */
function record(log: RunLog, count: number): void {
  for (let n = 0; n < count; n++) {
    log.call(tail(n, `/tmp/f${n % 7}`), 'll_os_stat', n % 3 === 0 ? 'deny' : 'allow', 1, performance.now());
    if (n % 50 === 0)
      log.event({ type: 'out', fd: 1, data: `line ${n} é\n`.repeat(n % 100 === 0 ? 400 : 1) });
  }
}

const state = (batches: readonly Batch[]): SessionState =>
  batches.reduce((before, batch) => {
    const applied = applyBatch(before, batch);
    if (!applied.ok) throw new Error(applied.reason);
    return applied.state;
  }, initialState('run-test'));

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

test('what a guest names and prints makes no line of its own, for any reader of lines', () => {
  const { log } = recorder();
  const name = '/tmp/a\u2028{"seq":1}\u2029\u0085b';
  log.call(tail(0, name), 'll_os_stat', 'deny', 1, performance.now());
  log.event({ type: 'out', fd: 1, data: name });
  log.close();
  const text = readFileSync(join(folder, LOG_FILE), 'utf8');
  expect(text.trimEnd().split(/[\n\u0085\u2028\u2029]/)).toHaveLength(2);
  expect(new LogReader(folder).rows(0, 1)).toMatchObject([{ args: { path: name } }]);
});

describe('writing', () => {
  test('the file has one JSON object a line, numbered without gaps, and batches say the same', async () => {
    const { log, batches } = recorder();
    record(log, 3000);
    await settled();
    log.taken();
    record(log, 0);
    log.event({ type: 'exit', status: 0, reason: 'exit', message: '' });
    log.close();
    const events = readFileSync(join(folder, LOG_FILE), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    expect(state(batches)).toEqual(state([batchOf(events, 'run-test')]));
    for (let i = 1; i < events.length; i++) expect(events[i]!.t).toBeGreaterThanOrEqual(events[i - 1]!.t);
  });

  test('what a batch tells is in the file already', async () => {
    const seen: [number, number][] = [];
    const log = new RunLog(
      'run-test',
      new LogWriter(folder),
      Infinity,
      (batch) => {
        seen.push([batch.to, new LogReader(folder).events(batch.to).next().value!.seq]);
      },
      () => {},
    );
    for (let i = 0; i < 3; i++) {
      record(log, 100);
      await settled();
      log.taken();
    }
    log.close();
    expect(seen.length).toBeGreaterThanOrEqual(3);
    for (const [told, found] of seen) expect(found).toBe(told);
  });

  test('what is printed goes out at once, and what is printed right after it with the next frame', async () => {
    // However long a turn of the loop takes on a busy machine, the frame is not over before the test says so.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { log, batches } = recorder();
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    log.event({ type: 'phase', phase: 'starting' });
    record(log, 10);
    await turn();
    expect(state(batches).terminal.blocks.join('')).toContain('line 0');
    const first = batches.length;
    log.event({ type: 'out', fd: 1, data: 'second\n' });
    await turn();
    expect(batches).toHaveLength(first);
    vi.advanceTimersByTime(100);
    expect(state(batches).terminal.blocks.join('')).toContain('second');
    log.close();
  });

  test('while the main thread takes nothing, no more than two batches are sent and the third says it all', async () => {
    const { log, batches } = recorder();
    for (let i = 0; i < 6; i++) {
      record(log, 10);
      await settled();
    }
    expect(batches).toHaveLength(2);
    log.taken();
    expect(batches).toHaveLength(3);
    expect(state(batches).calls).toBe(60);
    log.close();
  });

  test('a line longer than the buffer is one line', () => {
    const { log } = recorder();
    log.event({ type: 'out', fd: 1, data: 'é"\n'.repeat(200_000) });
    log.event({ type: 'out', fd: 1, data: 'end' });
    log.close();
    const events = [...new LogReader(folder).events()];
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({ type: 'out', data: 'é"\n'.repeat(200_000) });
  });

  test('a log that cannot be written says so once and the run goes on to be stopped', async () => {
    const failures: Error[] = [];
    const writer = new LogWriter(folder);
    const log = new RunLog(
      'run-test',
      writer,
      Infinity,
      () => {},
      (error) => failures.push(error),
    );
    writer.close();
    record(log, 10);
    await settled();
    log.taken();
    record(log, 10);
    await settled();
    expect(failures).toHaveLength(1);
  });
});

describe('credit', () => {
  test('room falls with what is printed, echo included, and a waiting controller is told when it rises', () => {
    const { log } = recorder(10);
    let told = 0;
    log.onOutputRoom = () => (told += 1);
    log.event({ type: 'out', fd: 1, data: '12345678' });
    expect(log.outputRoom()).toBe(2);
    log.event({ type: 'out', fd: 0, data: '1234' });
    expect(log.outputRoom()).toBe(-2);
    log.allow(12);
    expect(told).toBe(0);
    log.allow(100);
    expect(told).toBe(1);
    log.allow(Infinity);
    expect(told).toBe(1);
    expect(log.outputRoom()).toBe(Infinity);
    log.close();
  });
});

describe('reading', () => {
  const ROWS = 20_000;
  const everyThird = (row: CallEvent): boolean => row.verdict === 'deny';

  test('any range of rows, while the run goes on', () => {
    const { log } = recorder();
    record(log, ROWS);
    const reader = new LogReader(folder);
    log.close();
    expect(statSync(join(folder, INDEX_FILE)).size).toBeGreaterThan(24 * 10);
    fc.assert(
      fc.property(fc.nat(ROWS + 50), fc.integer({ min: 1, max: 500 }), (from, count) => {
        const expected = Array.from(
          { length: Math.max(0, Math.min(count, ROWS - from)) },
          (_, i) => from + i,
        );
        expect(reader.rows(from, count).map((row) => row.n)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('searches find every match, up and down, in portions', () => {
    const { log } = recorder();
    record(log, ROWS);
    log.close();
    const reader = new LogReader(folder);
    const expected = Array.from({ length: Math.ceil(ROWS / 3) }, (_, i) => i * 3);
    fc.assert(
      fc.property(fc.nat(ROWS - 1), fc.integer({ min: 1, max: 500 }), (from, count) => {
        const down: number[] = [];
        for (let next: number | null = from; next !== null;) {
          const found = reader.searchDown(everyThird, next, 3 * count + 900);
          down.push(...found.rows.map((row) => row.n));
          expect(found.next === null || found.next > next).toBe(true);
          next = found.next;
        }
        expect(down).toEqual(expected.filter((n) => n >= from));
        const up: number[] = [];
        for (let next: number | null = from; next !== null;) {
          const found = reader.searchUp(everyThird, next, 3 * count + 900);
          up.unshift(...found.rows.map((row) => row.n));
          expect(found.next === null || found.next < next).toBe(true);
          next = found.next;
        }
        expect(up).toEqual(expected.filter((n) => n <= from));
      }),
      { numRuns: 8 },
    );
  });

  test('a search that finds nothing answers after a portion', () => {
    const { log } = recorder();
    record(log, ROWS_PER_SEARCH + 5000);
    log.close();
    const reader = new LogReader(folder);
    const nothing = (): boolean => false;
    expect(reader.searchDown(nothing, 10, 5)).toEqual({ rows: [], next: 10 + ROWS_PER_SEARCH });
    const up = reader.searchUp(nothing, ROWS_PER_SEARCH + 4999, 5);
    expect(up.rows).toEqual([]);
    expect(up.next).toBeGreaterThan(0);
    expect(up.next).toBeLessThan(5000);
  });

  test('without an index everything is still found', () => {
    const { log } = recorder();
    record(log, 5000);
    log.close();
    rmSync(join(folder, INDEX_FILE));
    expect(new LogReader(folder).rows(4990, 500).map((row) => row.n)).toEqual([
      4990, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999,
    ]);
  });
});

describe('after the server died', () => {
  test('wherever the file was torn, the run ends with reason “server” and keeps every whole line', () => {
    const { log } = recorder();
    record(log, 300);
    log.close();
    const whole = readFileSync(join(folder, LOG_FILE));
    fc.assert(
      fc.property(fc.nat(whole.length), (cut) => {
        writeFileSync(join(folder, LOG_FILE), whole);
        truncateSync(join(folder, LOG_FILE), cut);
        rmSync(join(folder, STATE_FILE), { force: true });
        const lines = whole.subarray(0, cut).toString('latin1').split('\n').length - 1;
        const end = finishedState(folder, 'run-test')!;
        expect(end.to).toBe(lines + 1);
        expect(end.exit).toMatchObject({ seq: lines + 1, reason: 'server' });
        expect(end.phase).toBe('ended');
        const events = [...new LogReader(folder).events()];
        expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
        expect(state([batchOf(events, 'run-test')])).toEqual(end);
        // Again, with and without the stored state.
        expect(finishedState(folder, 'run-test')).toEqual(end);
        rmSync(join(folder, STATE_FILE));
        expect(finishedState(folder, 'run-test')).toEqual(end);
      }),
      { numRuns: 40 },
    );
  });

  test('a run that ended by itself is left as it is', () => {
    const { log, batches } = recorder();
    record(log, 100);
    log.event({ type: 'exit', status: 3, reason: 'exit', message: '' });
    log.close();
    expect(finishedState(folder, 'run-test')).toEqual(state(batches));
    expect(finishedState(join(base, 'no-such-run'), 'run-test')).toBeNull();
  });

  test('rubbish at the end of the file, even with a line end, ends the log there', () => {
    const { log } = recorder();
    record(log, 10);
    log.close();
    appendFileSync(join(folder, LOG_FILE), '\0\0\0\0\n');
    const end = finishedState(folder, 'run-test')!;
    expect(end.calls).toBe(10);
    expect(end.exit?.reason).toBe('server');
  });
});
