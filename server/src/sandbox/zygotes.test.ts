/** Guests that are forked: the same as those that start from nothing, strangers to each other, and never the cause of somebody's waiting. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CallEvent } from '@sandtable/shared/events';
import { clampLimits } from '@sandtable/shared/limits';
import { engineState } from './hostCommand.ts';
import { finish, runScript, startScript, type ScriptOptions } from './testing/runScript.ts';
import { FORK_TIMEOUT_MS, Zygote } from './zygote.ts';
import { Zygotes, zygoteSpecOf } from './zygotes.ts';

let stdlib: string;
let zygotes: Zygotes;

beforeAll(async () => {
  const engine = await engineState();
  if (!engine.ok) throw new Error('no guest can run here');
  ({ stdlib } = engine);
  zygotes = new Zygotes(stdlib);
});
afterAll(() => {
  zygotes.close();
});

const PLAIN = zygoteSpecOf(
  { world: { mounts: [], quotas: {}, identity: {}, limits: {} }, judgesTime: false },
  'script',
  { kind: 'tty', size: { cols: 80, rows: 24 } },
  clampLimits({}),
);

function preludeOf(
  events: readonly { readonly type: string }[],
): { calls: number; modules: readonly string[] } | undefined {
  return (
    events.find(({ type }) => type === 'start') as { prelude?: { calls: number; modules: readonly string[] } }
  ).prelude;
}

/** Both ways to start, of the same script. */
async function twice(script: string, options: ScriptOptions = {}) {
  const cold = await runScript(script, options);
  const forked = await runScript(script, { ...options, zygotes });
  expect(preludeOf(cold.events)).toBeUndefined();
  expect(preludeOf(forked.events)).toBeDefined();
  return { cold, forked };
}

describe('a forked guest', () => {
  it('finds what one finds that started from nothing', async () => {
    const script = `
import sys, os, signal, threading
print(sys.argv, __file__, __name__, sys.path, sys.flags, sys.executable, sys.prefix)
print(sorted(sys.modules))
print(os.environ, os.getcwd(), os.getpid(), os.getuid(), os.uname().nodename, os.isatty(0), os.isatty(1))
print(sys.stdin, sys.stdout.encoding, sys.getfilesystemencoding(), sys.getrecursionlimit())
print([signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)], threading.current_thread().name, threading.active_count())
print(os.open('/tmp/script.py', 0), sorted(os.listdir('/')), os.get_terminal_size())
`;
    const { cold, forked } = await twice(script, { args: ['one', 'zwei', 'ét\udce9', ''] });
    expect(cold.out).toContain("'zwei'");
    expect(forked.out).toBe(cold.out);
    expect(forked.exit).toEqual(cold.exit);
  });

  it('does so through pipes, too', async () => {
    const { cold, forked } = await twice(
      'import sys; print(sys.stdin.read().upper(), sys.stdin.isatty()); sys.exit(3)',
      { input: 'typed' },
    );
    expect(forked.out).toBe(cold.out);
    expect(forked.exit.status).toBe(3);
  });

  it('makes the same calls from its script on', async () => {
    const { cold, forked } = await twice("import json, os\nprint(json.dumps(os.listdir('/')))");
    const since = (
      rows: readonly { readonly call: string; readonly args: object; readonly path?: string }[],
    ) => {
      const script = rows.findIndex(
        ({ call, args }) => call === 'll_os_open' && (args as { path?: string }).path === '/tmp/script.py',
      );
      return rows.slice(script).map(({ call, args }) => [call, args]);
    };
    expect(since(forked.rows()).length).toBeGreaterThan(20);
    expect(since(forked.rows())).toEqual(since(cold.rows()));
  });

  it('says what was done before it', async () => {
    const { forked } = await twice('print(1)');
    const prelude = preludeOf(forked.events)!;
    expect(prelude.calls).toBeGreaterThan(100);
    expect(prelude.modules).toEqual(expect.arrayContaining(['site', 'os', 'encodings.utf_8']));
    expect(prelude.modules).not.toContain('sitecustomize');
    expect(forked.rows().length).toBeLessThan(100);
  });

  it('gives a prompt', async () => {
    const run = await startScript(null, { repl: true, zygotes });
    await run.shows('>>>> ');
    expect(preludeOf(run.events)).toBeDefined();
    run.handle.input('6 * 7\r');
    await run.shows('42');
    run.handle.input('\x04');
    expect((await finish(run)).exit.status).toBe(0);
  });

  it('knows signals, limits and RuntimeError', async () => {
    const run = await startScript(
      'import time\ntry:\n    print("ready")\n    time.sleep(20)\nexcept KeyboardInterrupt: print("caught")',
      { zygotes },
    );
    await run.shows('ready');
    run.handle.interrupt();
    expect((await finish(run)).out).toContain('caught');
    expect((await runScript('while True: pass', { zygotes, limits: { cpuSeconds: 1 } })).exit.reason).toBe(
      'limit',
    );
    expect(
      (
        await runScript('try:\n    x = bytearray(300 << 20)\nexcept MemoryError: print("no room")', {
          zygotes,
        })
      ).out,
    ).toBe('no room\n');
    const lecture = 'import os\ntry: os.system("ls")\nexcept RuntimeError: print("refused")';
    expect((await runScript(lecture, { zygotes, policy: 'lecture' })).out).toBe('refused\n');
  });

  it('shares no random numbers with another one', async () => {
    const policy = `import { policy, standard } from 'sandtable';
export default policy({ ...standard, modules: ['random', 'ssl', 'uuid', 'secrets', 'tempfile', 'hashlib'] });`;
    const script = `import random, ssl, uuid, secrets, tempfile
print(random.random(), random.getrandbits(64))
print(ssl.RAND_bytes(8).hex()); print(uuid.uuid4(), uuid.uuid1()); print(secrets.token_hex(8)); print(next(tempfile._get_candidate_names()))`;
    const first = await runScript(script, { policy, zygotes });
    const second = await runScript(script, { policy, zygotes });
    expect(preludeOf(first.events)!.modules).toEqual(expect.arrayContaining(['random', 'ssl', 'uuid']));
    expect(first.out.trim().split('\n')).toHaveLength(5);
    for (const line of first.out.trim().split('\n')) expect(second.out).not.toContain(line);
  });

  it('has the modules that the policy names, and makes no calls for them', async () => {
    const policy =
      "import { policy, standard } from 'sandtable';\nexport default policy({ ...standard, modules: ['json', 'no_such_module'] });";
    const { forked } = await twice(
      'import sys; print("json" in sys.modules, "no_such_module" in sys.modules); import json; print(json.dumps(1))',
      { policy },
    );
    expect(forked.out).toBe('True False\n1\n');
    expect(forked.rows().some(({ path }) => path?.includes('/json/') === true)).toBe(false);
    expect(preludeOf(forked.events)!.modules).toContain('json.decoder');
  });

  it('sees neither its zygote nor its siblings', async () => {
    const script = `
import os
for pid in range(1, 400):
    if pid == os.getpid(): continue
    try: os.kill(pid, 0); print('found', pid)
    except OSError: pass
open('/tmp/left-behind', 'w').write('x')
print(os.path.exists('/tmp/left-behind'))`;
    const one = await startScript('print(input())', { zygotes });
    await one.shows('');
    expect((await runScript(script, { zygotes })).out).toBe('True\n');
    expect((await runScript("import os; print(os.listdir('/tmp'))", { zygotes })).out).toBe(
      "['script.py']\n",
    );
    one.handle.stop();
    await one.handle.done;
  });

  it('can be stopped before it is born', async () => {
    const runs = await Promise.all(
      Array.from({ length: 8 }, () => startScript('while True: pass', { zygotes })),
    );
    for (const { handle } of runs) handle.stop();
    for (const { handle } of runs) expect((await handle.done).reason).toBe('stopped');
  });

  it('keeps little memory of its own', async () => {
    const run = await startScript(null, { repl: true, zygotes });
    await run.shows('>>>> ');
    const dirty = guestPids().map((pid) =>
      Number(/Private_Dirty: +(\d+)/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))![1]),
    );
    expect(dirty).toHaveLength(1);
    expect(dirty[0]).toBeLessThan(2048);
    run.handle.stop();
    await run.handle.done;
  });
});

/** A zombie is dead, whoever has to bury it. */
function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${String(pid)}/stat`, 'latin1').split(' ')[2] !== 'Z';
  } catch {
    return false;
  }
}

/** Processes forked ahead by a zygote, that wait for an order. */
function spares(zygote: Zygote): number[] {
  return readdirSync('/proc')
    .filter((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ');
        return fields[1] === '(sandtable-spare)' && Number(fields[3]) === zygote.pid && isAlive(Number(pid));
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('a guest that was forked ahead', () => {
  const oneSpare = (zygote: Zygote): Promise<number[]> =>
    vi.waitFor(
      () => {
        const found = spares(zygote);
        expect(found).toHaveLength(1);
        return found;
      },
      { timeout: 5000 },
    );

  it('is one at a time, is as others, knows its own limits, and is replaced when it was killed', async () => {
    expect(await zygotes.prepare(PLAIN)).toBe(true);
    const zygote = zygotes.get(PLAIN)!;
    expect((await runScript('print(1)', { zygotes })).out).toBe('1\n');
    const [spare] = await oneSpare(zygote);
    const run = await startScript('print(input())', { zygotes, limits: { cpuSeconds: 7 } });
    await vi.waitFor(() => {
      expect(guestPids()).toContain(String(spare));
    });
    expect(readFileSync(`/proc/${String(spare)}/limits`, 'latin1')).toMatch(/Max cpu time +7 /);
    run.handle.stop();
    expect((await run.handle.done).reason).toBe('stopped');
    const [killed] = await oneSpare(zygote);
    process.kill(killed!, 'SIGKILL');
    // Its end of the pipe is closed with it, so the next one is forked whether the zygote has heard of that or not.
    await vi.waitFor(
      () => {
        expect(isAlive(killed!)).toBe(false);
      },
      { timeout: 5000 },
    );
    expect((await runScript('print(2)', { zygotes })).out).toBe('2\n');
    await oneSpare(zygote);
  });

  it('goes with its zygote', async () => {
    const own = new Zygotes(stdlib);
    expect(await own.prepare(PLAIN)).toBe(true);
    const zygote = own.get(PLAIN)!;
    await runScript('print(1)', { zygotes: own });
    const [spare] = await oneSpare(zygote);
    own.close();
    await vi.waitFor(() => {
      expect(isAlive(spare!)).toBe(false);
    });
  });
});

/** Guests forked in this test's name that live. */
function guestPids(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ');
      const parent = readFileSync(`/proc/${fields[3]!}/stat`, 'latin1').split(' ');
      return (
        fields[1] === '(sandtable-guest)' &&
        parent[1] === '(sandtable-zyg)' &&
        Number(parent[3]) === process.pid
      );
    } catch {
      return false;
    }
  });
}

describe('a guest that starts its own interpreter in a host that was ready', () => {
  it('makes the calls, and sees the world, of one that starts from nothing', async () => {
    const script =
      'import sys, os, json\nprint(sys.argv, sys.path, sorted(sys.modules), os.environ, json.dumps(1))';
    const cold = await runScript(script, { args: ['x'] });
    const ready = await runScript(script, { args: ['x'], zygotes, cold: true });
    expect(ready.events.find(({ type }) => type === 'start')).not.toHaveProperty('prelude');
    expect(ready.out).toBe(cold.out);
    const calls = (rows: readonly CallEvent[]) =>
      rows
        .filter(
          ({ call, args }) =>
            call !== 'll_os_urandom' && !JSON.stringify(args).includes('sitecustomize.pypy'),
        )
        .map(({ call, args, errno }) => [call, args, errno]);
    expect(calls(cold.rows()).length).toBeGreaterThan(400);
    expect(calls(ready.rows())).toEqual(calls(cold.rows()));
  });

  it('has its own seed of hashes', async () => {
    const script = 'print(hash("sandtable"))';
    const first = await runScript(script, { zygotes, cold: true });
    const second = await runScript(script, { zygotes, cold: true });
    expect(first.out).not.toBe(second.out);
  });
});

describe('zygotes', () => {
  it('are started for the next one, for whom those who come meanwhile may wait', async () => {
    const own = new Zygotes(stdlib);
    await own.awaitStarting(PLAIN);
    expect(own.get(PLAIN)).toBeNull();
    await own.awaitStarting(PLAIN);
    expect(own.get(PLAIN)!.state).toBe('ready');
    await own.awaitStarting(PLAIN);
    own.close();
  });

  it('that do not come are waited for as long as they may still come', async () => {
    const own = new Zygotes('/no/such/library');
    expect(own.get(PLAIN)).toBeNull();
    await own.awaitStarting(PLAIN);
    expect(own.get(PLAIN)).toBeNull();
    own.close();
  });

  it('take their guests along when they end, and are replaced', async () => {
    const own = new Zygotes(stdlib);
    const run = await startScript('print("here")\nwhile True: pass', {
      zygotes: own,
      limits: clampLimits({}),
    });
    await run.shows('here');
    const first = own.get(PLAIN)!;
    process.kill(first.pid!, 'SIGKILL');
    expect(await run.handle.done).toMatchObject({ reason: 'host' });
    expect(guestPids()).toEqual([]);
    expect(own.get(PLAIN)).toBeNull();
    const again = await runScript('print("again")', { zygotes: own });
    expect(again.out).toBe('again\n');
    own.close();
  });

  it('that end before a guest has begun let it start from nothing', async () => {
    const own = new Zygotes(stdlib);
    expect(await own.prepare(PLAIN)).toBe(true);
    const { pid } = own.get(PLAIN)!;
    process.kill(pid!, 'SIGSTOP');
    const run = await startScript('print("all the same")', { zygotes: own });
    await vi.waitFor(() => {
      expect(run.events.map(({ type }) => type)).toContain('start');
    });
    process.kill(pid!, 'SIGKILL');
    const { out, exit, events, rows } = await finish(run);
    expect([out, exit.status]).toEqual(['all the same\n', 0]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'notice', code: 'started-anew' }));
    expect(rows().length).toBeGreaterThan(300);
    own.close();
  });

  it('that make no guests any more are ended', async () => {
    const zygote = await new Promise<Zygote>((resolve) => {
      new Zygote(PLAIN, stdlib, clampLimits({}), resolve);
    });
    process.kill(zygote.pid!, 'SIGSTOP');
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const { promise, resolve } = Promise.withResolvers<string>();
    zygote.fork({ limits: clampLimits({}), uid: null })({
      pipes: () => undefined,
      ready: () => undefined,
      failed: () => undefined,
      exited: () => {
        resolve('exited');
      },
      lost: () => {
        resolve('lost');
      },
    });
    vi.advanceTimersByTime(FORK_TIMEOUT_MS);
    vi.useRealTimers();
    expect([await promise, zygote.problem]).toEqual(['lost', 'The zygote makes no guests any more.']);
  });

  it('that cannot start say why', async () => {
    const { promise, resolve } = Promise.withResolvers<Zygote>();
    new Zygote(PLAIN, '/no/such/library', clampLimits({}), resolve);
    const zygote = await promise;
    expect(zygote.state).toBe('ended');
    expect(zygote.problem).not.toBe('');
  });
});
