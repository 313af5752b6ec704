import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { finish, runScript, startScript } from './testing/runScript.ts';

describe('how a run ends', () => {
  it.each([
    ['import sys; sys.exit(7)', 7],
    ['raise SystemExit', 0],
    ['1/0', 1],
    ['import os; os._exit(42)', 42],
    ["import sys; sys.exit('words')", 1],
  ])('%s', async (script, status) => {
    const { exit } = await runScript(script);
    expect(exit).toMatchObject({ status, reason: 'exit' });
  });

  it('says which signal the guest sent itself', async () => {
    const { exit } = await runScript('import os, signal; os.kill(os.getpid(), signal.SIGKILL)');
    expect(exit).toMatchObject({ status: 137, reason: 'signal' });
  });

  it('stops at once', async () => {
    const run = await startScript('while True: pass', {});
    setTimeout(() => {
      run.handle.stop();
    }, 300);
    const { exit, events } = await finish(run);
    expect(exit).toMatchObject({ status: 130, reason: 'stopped' });
    expect(events.at(-1)).toMatchObject({ type: 'exit' });
    expect(events.filter(({ type }) => type === 'exit')).toHaveLength(1);
  });

  it('stops before the guest was even there', async () => {
    const run = await startScript('print(1)');
    run.handle.stop('server');
    expect((await finish(run)).exit).toMatchObject({ status: 130, reason: 'server' });
  });
});

describe('a fault of ours', () => {
  it('while a run starts ends that run, and no other', async () => {
    const other = await startScript('print(input())', {});
    const { exit } = await runScript('print(1)', { args: ['no program takes \0 as an argument'] });
    expect(exit).toMatchObject({ status: 1, reason: 'host' });
    expect(exit.message).toMatch(/^The run could not be started: ./);
    other.handle.input('well\n');
    expect((await finish(other)).out).toContain('well');
  });
});

describe('limits', () => {
  it('time on the clock', async () => {
    const { exit, events } = await runScript('import time; time.sleep(30)', { limits: { wallSeconds: 0.6 } });
    expect(exit).toMatchObject({ status: 124, reason: 'limit' });
    expect(events.find(({ type }) => type === 'limit')).toMatchObject({ limit: 'wallSeconds', ends: true });
  });

  it('does not count the time in which the person thinks', async () => {
    const run = await startScript("print(input('? '))", { limits: { wallSeconds: 1 } });
    await run.shows('? ');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    run.handle.input('late\r');
    expect((await finish(run)).exit).toMatchObject({ status: 0 });
  });

  it('processor time', async () => {
    const { exit, events } = await runScript('while True: pass', { limits: { cpuSeconds: 1 } });
    expect(exit).toMatchObject({ status: 137, reason: 'limit' });
    expect(events.find(({ type }) => type === 'limit')).toMatchObject({ limit: 'cpuSeconds' });
  });

  it('memory: large objects raise, and the program goes on', async () => {
    const { out, exit } = await runScript(
      `
held = []
try:
    while True: held.append(bytearray(1 << 20))
except MemoryError:
    n = len(held); held = None
    print('MemoryError', 32 < n < 200)
print('alive')
`,
      { limits: { heapBytes: 96 << 20 } },
    );
    expect(out).toBe('MemoryError True\nalive\n');
    expect(exit.status).toBe(0);
  });

  it('memory: many small objects end the run, and it says why', async () => {
    const { exit, events } = await runScript('held = []\nn = 0\nwhile True:\n    held.append([n]); n += 1', {
      limits: { heapBytes: 64 << 20 },
    });
    expect([1, 137]).toContain(exit.status);
    if (exit.status === 137)
      expect(events.find(({ type }) => type === 'limit')).toMatchObject({ limit: 'heapBytes' });
  });

  it('memory: is seen, too, where the first thread has ended', async () => {
    const read = (file: string): Buffer => readFileSync(new URL(`../../${file}`, import.meta.url));
    const { exit, events } = await runScript(
      read('attacks/firstThreadEnds.py')
        .toString()
        .replaceAll('time.sleep(0.3)', 'time.sleep(0.1)')
        .replace(
          '        if address < 0:\n            break',
          '        if address < 0:\n            time.sleep(9)',
        ),
      { files: { '/tmp/native.py': read('native/attacks/native.py') } },
    );
    expect(exit.reason).toBe('limit');
    expect(events).toContainEqual(expect.objectContaining({ type: 'limit', limit: 'heapBytes', ends: true }));
  });

  it('output, with what it had', async () => {
    const { exit, out, events } = await runScript("while True: print('x' * 1000)", {
      limits: { outputBytes: 100_000 },
    });
    expect(exit).toMatchObject({ status: 137, reason: 'limit' });
    expect(events.find(({ type }) => type === 'limit')).toMatchObject({ limit: 'outputBytes' });
    expect(out.length).toBeGreaterThan(99_000);
  });

  it('calls in a second', async () => {
    const { exit, events } = await runScript('import os\nwhile True: os.getcwd()', {
      limits: { callsPerSecond: 5000 },
    });
    expect(exit.status).toBe(137);
    expect(events.find(({ type }) => type === 'limit')).toMatchObject({ limit: 'callsPerSecond' });
  });

  it('the size of the trace', async () => {
    const { exit, events } = await runScript('import os\nwhile True: os.getcwd()', {
      limits: { traceBytes: 1_000_000 },
    });
    expect(exit.status).toBe(137);
    expect(events.find(({ type }) => type === 'limit')).toMatchObject({ limit: 'traceBytes' });
  });

  it('threads: one more fails in the guest', async () => {
    const { out } = await runScript(
      `
import threading, time
started = []
try:
    for _ in range(50):
        t = threading.Thread(target=time.sleep, args=(0.3,)); t.start(); started.append(t)
    print('all')
except Exception as error:
    print(type(error).__name__, len(started) < 12)
`,
      { limits: { threads: 8 } },
    );
    expect(out).toMatch(/(RuntimeError|error) True/);
  });

  it('files and bytes: the call fails, and the limit is told once', async () => {
    const { out, events } = await runScript(
      `
try:
    with open('/tmp/big', 'wb') as f:
        for _ in range(100): f.write(b'x' * 1000000)
except OSError as error:
    print(error.errno)
import os
print(os.path.getsize('/tmp/big') <= 8000000)
`,
    );
    expect(out).toBe('27\nTrue\n');
    expect(events.filter(({ type }) => type === 'limit')).toMatchObject([
      { limit: 'fileBytes', ends: false },
    ]);
  });
});
