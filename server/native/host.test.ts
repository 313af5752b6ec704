/**
 * The host with real guests, under the smallest controller that will do. Builds what it tests.
 *
 * One file, so that its tests come one after the other: all these guests are one user's, and the kernel counts that user's threads together. Guests
 * of a second file beside it would use up the few that a test of limits allows.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { WIRE_SYMBOLS } from '../../shared/src/calls.ts';
import { encodeReply, HOST, startGuest } from './tests/guest.ts';
import { GUEST_STDLIB, runScript, startWorld } from './tests/world.ts';
import type { World, WorldOptions } from './tests/world.ts';

const FOLDER = new URL('.', import.meta.url).pathname;
const IS_ROOT = process.getuid?.() === 0;
/** One process for each of some 150 native calls. */
const LONG = 180_000;

beforeAll(() => {
  execFileSync('make', ['-C', FOLDER, '--silent', `NODE=${process.execPath}`, 'all', 'watch'], { stdio: 'inherit' });
}, LONG);

const source = (name: string): string => readFileSync(join(FOLDER, 'attacks', `${name}.py`), 'utf8');

/** Runs one script of the corpus; `native.py`, which makes system calls past the hooks, lies beside it. */
function attack(name: string, args: readonly string[] = [], options: WorldOptions = {}): ReturnType<typeof runScript> {
  return runScript(source(name), { argv: ['/tmp/script.py', ...args], ...options, files: { '/tmp/native.py': source('native') } });
}

/** Runs `script`, which prints a line that begins with "go" when it waits, and interrupts it then. */
async function interrupted(script: string): Promise<World & { readonly milliseconds: number; readonly code: number | null }> {
  let at = 0;
  const world = await startWorld({
    argv: ['/tmp/script.py'],
    stdin: null,
    files: { '/tmp/script.py': `import time\n${script}` },
    before: ({ symbol, args }) => {
      if (symbol === 'write' && String(args[1]).startsWith('go')) {
        setTimeout(() => {
          at = performance.now();
          world.interrupt();
        }, 150);
      }
      return undefined;
    },
  });
  const { code } = await world.run();
  return { ...world, milliseconds: performance.now() - at, code };
}

async function refusal(options: readonly string[]): Promise<string> {
  const child = spawn(HOST, options, { stdio: ['ignore', 'ignore', 'pipe'], env: {} });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return `${String(code)} ${text}`;
}

describe('a guest', () => {
  it('runs PyPy and sees only its virtual world', async () => {
    const run = await runScript('import os, sys\nprint(sys.version_info[0], os.listdir("/"), os.getcwd(), sys.prefix, dict(os.environ))');
    expect(run.stderr()).toBe('');
    expect(run.stdout()).toBe("3 ['bin', 'dev', 'tmp'] /tmp /bin {}\n");
    expect(run.ended).toEqual({ code: 0, signal: null });
    expect(run.exitStatus()).toBe(0);
  });

  it('says in its first frame which table it was built from, and what it is', async () => {
    const run = await runScript('pass');
    expect(await run.guest.hello).toMatchObject({ protocol: 3, pid: run.guest.pid, table: expect.stringMatching(/^[0-9a-f]{16}$/), pypy: expect.stringMatching(/^7\.\d+\.\d+ \/ 3\.\d+/) });
    expect(await run.guest.ready).toMatchObject({ ownUser: IS_ROOT, root: IS_ROOT ? 'empty' : 'kept', threads: 64 });
  });

  it('gets the environment it was given, and its exit status through', async () => {
    const run = await runScript('import os, sys, time\nprint(os.environ, os.getenv("PYPY_GC_MAX"), time.tzname)\nsys.exit(3)', {
      options: ['--env', 'HOME=/tmp', '--env', 'EMPTY=', '--heap-bytes', '200000000'],
    });
    expect(run.stdout()).toBe("environ({'HOME': '/tmp', 'EMPTY': ''}) None ('UTC', 'UTC')\n");
    expect(run.ended.code).toBe(3);
    expect(run.exitStatus()).toBe(3);
  });

  it('finds hashing, compression and TLS contexts, loaded beforehand', async () => {
    const run = await runScript(
      'import hashlib, lzma, audioop, ssl, secrets, zlib, bz2\n' +
        'print(hashlib.sha3_256(b"x").hexdigest()[:8], hashlib.blake2b(b"x").hexdigest()[:8], len(lzma.decompress(lzma.compress(b"a" * 999))))\n' +
        'print(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).verify_mode.name, len(secrets.token_bytes(5)))',
    );
    expect(run.stderr()).toBe('');
    expect(run.stdout()).toBe('741efa31 0909377a 999\nCERT_REQUIRED 5\n');
  });

  it('sees a call that was denied with RuntimeError as errno 4095', async () => {
    const before: WorldOptions['before'] = ({ symbol }) => (symbol === 'mkdir' ? { ret: -1, errno: 13, flags: 1 } : undefined);
    const run = await runScript('import os\nprint(os.system("id"))\ntry: os.mkdir("x")\nexcept OSError as e: print(e.errno)', { before });
    expect(run.stdout()).toBe('-4095\n4095\n');
  });

  it('tells by name which function of the system was wanted and is not offered', async () => {
    const run = await runScript('import os\ntry: os.setuid(0)\nexcept OSError as e: print(e.errno)');
    expect(run.stdout()).toBe('38\n');
    expect(run.denied).toContain('setuid');
  });

  it('works out addresses that are written in numbers, and asks for names', async () => {
    const hosts: unknown[] = [];
    const run = await runScript(
      'import socket\nprint([a[4] for a in socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)], socket.getnameinfo(("10.0.0.1", 7), 3))\n' +
        'for name in ("example.org", "known.example"):\n' +
        '    try: print([a[4] for a in socket.getaddrinfo(name, 80, type=socket.SOCK_STREAM)], socket.gethostbyname_ex(name))\n' +
        '    except socket.gaierror as e: print(e.errno)',
      {
        before: ({ symbol, args }) => {
          if (!symbol.startsWith('@gethostbyname') && symbol !== '@getaddrinfo') return undefined;
          hosts.push(args[0]);
          const outs = [Buffer.from('10.1.2.3\0fd00::1\0')];
          return args[0] === 'known.example' ? { ret: outs[0]!.length, errno: 0, outs } : { ret: -1, errno: 13 };
        },
      },
    );
    expect(run.stdout()).toBe(
      "[('127.0.0.1', 80)] ('10.0.0.1', '7')\n-2\n[('10.1.2.3', 80), ('fd00::1', 80, 0, 0)] ('known.example', [], ['10.1.2.3'])\n",
    );
    expect(hosts).toEqual(['example.org', 'known.example', 'known.example', 'known.example']);
  });

  it('reads a file as memory, lists folders by name and by descriptor, and walks them', async () => {
    const run = await runScript(
      'import mmap, os\nf = open("/tmp/data"); m = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ); print(m[:5], len(m))\n' +
        'print(sorted(e.name for e in os.scandir("/tmp")), [e.stat().st_size for e in os.scandir("/tmp") if e.name == "data"])\n' +
        'print(next(os.walk("/"))[1], os.listdir(os.open("/tmp", 0)) == os.listdir("/tmp"))',
      { files: { '/tmp/data': 'hello world' } },
    );
    expect(run.stderr()).toBe('');
    expect(run.stdout()).toBe("b'hello' 11\n['data', 'script.py'] [11]\n['bin', 'dev', 'tmp'] True\n");
  });

  it('moves more than one call can carry', async () => {
    const run = await runScript(
      'import os\ndata = os.urandom(1000) * 5000\nwith open("/tmp/large", "wb") as f: f.write(data)\n' +
        'with open("/tmp/large", "rb") as f: print(f.read() == data, os.stat("/tmp/large").st_size)\n' +
        'print(os.write(os.open("/tmp/large", os.O_WRONLY), data))\ntry: os.chdir("x" * 200000)\nexcept OSError as e: print(e.errno)',
    );
    expect(run.stdout()).toBe('True 5000000\n1048576\n36\n');
  });

  it('asks for the time where the controller wants to rule it, and reads the clock itself otherwise', async () => {
    const clock = Buffer.alloc(16);
    clock.writeBigInt64LE(1_000_000_000n);
    const before: WorldOptions['before'] = ({ symbol }) => (symbol === 'clock_gettime' || symbol === 'gettimeofday' ? { ret: 0, outs: [clock] } : undefined);
    const script = 'import time\nprint(time.time(), time.monotonic())';
    const ruled = await runScript(script, { before, options: ['--marshal-time'] });
    expect(ruled.stdout()).toBe('1000000000.0 1000000000.0\n');
    const free = await runScript(script, { before });
    expect(Number(free.stdout().split(' ')[0])).toBeGreaterThan(1_600_000_000);
    expect(free.calls.has('clock_gettime')).toBe(false);
  });

  it('has a prompt without tracebacks', async () => {
    const run = await startWorld({
      tty: true,
      stdin: '1+1\nfor i in range(2):\n  print(i)\n\nimport os; os.getcwd()\n',
      options: ['--env', 'TERM=dumb', '--env', 'HOME=/tmp'],
      files: { [`${GUEST_STDLIB}/sitecustomize.py`]: 'import sys\nif hasattr(sys, "__interactivehook__"): del sys.__interactivehook__\n' },
    });
    await run.run();
    expect(run.stderr()).not.toContain('Traceback');
    expect(run.stdout()).toContain('>>>> 2\n');
    expect(run.stdout()).toContain("'/tmp'");
  });
});

describe('threads', () => {
  it('never mix up their replies', async () => {
    const run = await runScript(
      `import threading, os, time
bad = []
for k in range(8):
    with open("/tmp/f%d" % k, "w") as f: f.write("x" * (k + 1))
def work(k):
    for i in range(150):
        if os.stat("/tmp/f%d" % k).st_size != k + 1: bad.append(k)
        if os.getcwd() != "/tmp": bad.append("cwd")
        with open("/tmp/f%d" % k) as f:
            if len(f.read()) != k + 1: bad.append(("r", k))
        if i % 50 == 0: time.sleep(0.01)
threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
for t in threads: t.start()
for t in threads: t.join()
print("bad", bad)`,
    );
    expect(run.stdout()).toBe('bad []\n');
    expect([...run.threads].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('do not wait for one that sleeps', async () => {
    const run = await runScript(
      'import threading, time, os\nt = threading.Thread(target=time.sleep, args=(0.5,)); t.start()\n' +
        's = time.monotonic()\nfor i in range(100): os.getcwd()\nprint(time.monotonic() - s < 0.4)\nt.join()',
    );
    expect(run.stdout()).toBe('True\n');
  });

  it('are as many as allowed and no more, and numbers are given again', async () => {
    const script = `import threading, time
def start(n):
    made = []
    try:
        for i in range(n): made.append(threading.Thread(target=time.sleep, args=(0.2,))); made[-1].start()
    except RuntimeError as e: made.pop(); print(len(made), e)
    for t in made: t.join()
start(10)
time.sleep(0.1)
start(3)
print("end")`;
    const four = await runScript(script, { options: ['--threads', '4'] });
    expect(four.stdout()).toBe("3 can't start new thread\nend\n");
    expect(Math.max(...four.threads)).toBe(4);
    const one = await runScript(script, { options: ['--threads', '1'] });
    expect(one.stdout()).toBe("0 can't start new thread\n0 can't start new thread\nend\n");
  });
});

describe('Ctrl-C', () => {
  const cases: Record<string, string> = {
    'a tight loop': 'print("go", flush=True)\ntry:\n  while True: pass\nexcept KeyboardInterrupt: print("caught")',
    sleep: 'print("go", flush=True)\ntry: time.sleep(10)\nexcept KeyboardInterrupt: print("caught")',
    'input at the prompt': 'print("go", flush=True)\ntry: input()\nexcept KeyboardInterrupt: print("caught")',
    'a lock': 'import threading\nk = threading.Lock(); k.acquire()\nprint("go", flush=True)\ntry: k.acquire()\nexcept KeyboardInterrupt: print("caught")',
    'a flood of calls': 'import os\nprint("go", flush=True)\ntry:\n  while True: os.getcwd()\nexcept KeyboardInterrupt: print("caught")',
  };
  it.each(Object.entries(cases))('ends %s', async (_name, script) => {
    const run = await interrupted(script);
    expect(run.stdout()).toBe('go\ncaught\n');
    expect(run.milliseconds).toBeLessThan(2000);
  });

  it('that nobody catches ends the guest as a signal would', async () => {
    const run = await interrupted('print("go", flush=True)\nwhile True: pass');
    expect(run.stderr()).toContain('KeyboardInterrupt');
    expect(run.code).toBe(130);
  });

  it('wakes a call that waits even when it lands just before the call', async () => {
    // The handler runs while the guest computes; the read that follows must not wait for a line that never comes.
    const run = await interrupted(
      'import signal\nhit = []\nsignal.signal(signal.SIGINT, lambda s, f: hit.append(s))\nprint("go", flush=True)\n' +
        'while not hit: pass\nt = time.monotonic()\ntime.sleep(0.05)\nprint(hit, time.monotonic() - t >= 0.049)',
    );
    expect(run.stdout()).toBe('go\n[2] True\n');
  });
});

describe('signals', () => {
  it('are virtual: handlers, masks and dispositions stay inside', async () => {
    const run = await runScript(`import signal, os
seen = []
signal.signal(signal.SIGUSR1, lambda s, f: seen.append(s))
signal.raise_signal(signal.SIGUSR1); os.kill(os.getpid(), signal.SIGUSR1)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]); signal.raise_signal(signal.SIGUSR1)
print(len(seen), [s.name for s in signal.sigpending()])
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
print(len(seen), flush=True)
signal.raise_signal(signal.SIGTERM)
print("not reached")`);
    expect(run.stdout()).toBe("2 ['SIGUSR1']\n3\n");
    expect(run.ended.code).toBe(143);
  });
});

describe('limits', () => {
  it('turn memory in large pieces into MemoryError', async () => {
    const run = await attack('memoryBomb', ['objects'], { options: ['--heap-bytes', '100000000', '--data-bytes', '400000000'] });
    expect(run.stdout()).toMatch(/^MemoryError after \d+ MB\n$/);
  });

  it('hold for memory that is taken past the interpreter', async () => {
    const run = await attack('memoryBomb', ['native'], { options: ['--data-bytes', '300000000'] });
    expect(Number(/\d+/.exec(run.stdout())?.[0])).toBeLessThan(300);
  });

  it.each(['written', 'mapped'])('hold for memory that is hidden from them: %s', async (kind) => {
    const run = await attack('hiddenMemory', [kind], { options: ['--data-bytes', '200000000'] });
    expect(run.stdout()).toMatch(/^refused/);
    expect(Number(/\d+/.exec(run.stdout())?.[0])).toBeLessThan(400);
  });

  it('tell of an interpreter that has no memory left to go on', async () => {
    const run = await runScript('x = [0]\nwhile True: x = x + x + [object()]', { options: ['--heap-bytes', '50000000', '--data-bytes', '300000000'] });
    const clean = run.stderr().includes('MemoryError') && run.ended.code === 1;
    const aborted = run.ended.code === 134 && run.fatal.length === 1;
    expect(clean || aborted).toBe(true);
  });

  it('end a loop when its processor time is used up', async () => {
    const run = await runScript('while True: pass', { options: ['--cpu-seconds', '1'] });
    expect(run.ended.code).toBe(152);
    const stubborn = await runScript('import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass', { options: ['--cpu-seconds', '1'] });
    expect(stubborn.ended.signal).toBe('SIGKILL');
  });

  it('end deep recursion with RecursionError, in threads and under raised limits too', async () => {
    const run = await runScript(`import sys, threading
def f(n): return f(n - 1) + 1 if n else 0
def t():
    try: f(10 ** 7)
    except RecursionError: print("recursion")
t(); x = threading.Thread(target=t); x.start(); x.join()
sys.setrecursionlimit(4500); x = threading.Thread(target=t); x.start(); x.join()
sys.setrecursionlimit(60000); print(f(50000)); t()`);
    expect(run.stdout()).toBe('recursion\nrecursion\nrecursion\n50000\nrecursion\n');
  });
});

describe('what native code in the guest can do', () => {
  it('is no system call of its own', async () => {
    const names = (await attack('nativeCalls')).stdout().trim().split(' ');
    expect(names.length).toBeGreaterThan(140);
    const performed: string[] = [];
    const survived: string[] = [];
    const one = async (name: string): Promise<void> => {
      const run = await attack('nativeCalls', [name]);
      if (run.ended.signal === 'SIGSYS') return;
      survived.push(name);
      if (!run.stdout().startsWith('refused')) performed.push(`${name}: ${run.stdout()}${run.stderr()}`);
    };
    const queue = [...names];
    const worker = async (): Promise<void> => {
      for (let name = queue.pop(); name !== undefined; name = queue.pop()) await one(name);
    };
    await Promise.all([worker(), worker()]);
    expect(performed).toEqual([]);
    // Answered with an error instead of death, because libraries try them in earnest.
    expect(survived.sort()).toEqual(['clone3', 'clone_process', 'clone_user', 'clone_vfork_thread']);
  }, LONG);

  it.each(['syscall', 'int80', 'sysenter'])('is not gained by machine code of its own: %s', async (kind) => {
    const run = await attack('machineCode', [kind]);
    expect(['SIGSYS', 'SIGILL', 'SIGSEGV']).toContain(run.ended.signal);
    expect(run.stdout()).not.toContain('PERFORMED');
  });

  it.each(['open', 'listdir', 'fork', 'system', 'write', 'pipe'])('is not gained by taking the hooks out: %s', async (kind) => {
    const run = await attack('unhook', [kind]);
    expect(run.ended.signal === 'SIGSYS' || run.stdout().startsWith('refused')).toBe(true);
    expect(existsSync('/tmp/escaped')).toBe(false);
  });

  it('is to forge a request, which is judged like any other, and which ends it', async () => {
    const seen: unknown[] = [];
    const run = await attack('forgedRequests', [String(WIRE_SYMBOLS.findIndex((row) => row.symbol === 'unlink'))], {
      before: ({ symbol, args }) => (symbol === 'unlink' ? (seen.push(args[0]), { ret: -1, errno: 13 }) : undefined),
    });
    expect(seen).toEqual(['/etc/passwd']);
    expect(run.ended.code).toBe(74);
  });

  it.each(['huge', 'empty', 'short', 'unknown', 'truncated', 'noise'])('is to send garbage, for which its controller ends it: %s', async (kind) => {
    const run = await attack('garbageFrames', [kind]);
    expect(run.guest.malformed()).toBeDefined();
    expect(run.ended.signal).toBe('SIGKILL');
  });

  it('is to read its own replies, which harms nobody else', async () => {
    const run = await attack('stolenReplies');
    expect(run.stdout()).toBe('stolen True\nnext call /tmp\n');
  });

  it('is to crash, alone', async () => {
    const run = await attack('crash');
    expect(run.ended.signal).toBe('SIGSEGV');
  });

  it('is not to learn how the host was started', async () => {
    const run = await attack('secrets', [], { options: ['--threads', '9'] });
    expect(run.stdout()).toBe('looked at True\n');
  });

  it('is not to make threads without end', async () => {
    const run = await attack('nativeThreads', [], { options: ['--threads', '16'] });
    const made = Number(/\d+/.exec(run.stdout())?.[0]);
    expect(made).toBeLessThanOrEqual(IS_ROOT ? 15 : 300);
  });

  it('is not to outlive a kill by blocking signals', async () => {
    const world = await startWorld({
      argv: ['/tmp/script.py'],
      files: { '/tmp/script.py': source('blockSignals'), '/tmp/native.py': source('native') },
      before: ({ symbol }) => {
        if (symbol === 'write') setTimeout(() => world.guest.child.kill('SIGKILL'), 100);
        return undefined;
      },
    });
    expect((await world.run()).signal).toBe('SIGKILL');
    expect(world.stdout()).toBe('blocked 0\n');
  });
});

describe('what Python in the guest can do', () => {
  it('does not reach the channel through its numbers', async () => {
    expect((await attack('descriptors')).stdout()).toBe('channel works: /tmp\n');
  });

  it('makes no other process and signals none', async () => {
    const run = await attack('processes');
    expect(run.stdout()).not.toContain('PERFORMED');
    expect(run.stdout()).toContain('system -4095\n');
    expect(existsSync('/tmp/escaped')).toBe(false);
  });

  it('loads no native code, and is told so', async () => {
    const run = await attack('libraries');
    expect(run.stdout()).not.toContain('PERFORMED');
    expect(run.stdout()).toContain('the sandbox loads no native code: libc.so.6');
    expect(run.stdout().match(/^refused/gm)).toHaveLength(7);
  });

  it('starts no more threads than allowed', async () => {
    expect((await attack('threadBomb')).stdout()).toBe("stopped after 63 can't start new thread\n");
  });
});

describe('the process, seen from outside', () => {
  it('holds nothing but the channel, and has no rights', async () => {
    let seen = '';
    const facts: Record<string, unknown> = {};
    const look = (pid: number): void => {
      const file = (name: string): string => readFileSync(`/proc/${String(pid)}/${name}`, 'utf8');
      seen = file('status') + file('cmdline') + file('limits');
      if (!IS_ROOT) return; // the process is closed to its own user
      facts['fds'] = readdirSync(`/proc/${String(pid)}/fd`).sort();
      facts['root'] = readdirSync(`/proc/${String(pid)}/root/`);
      facts['environ'] = file('environ').replaceAll('\0', '');
      facts['network'] = readlinkSync(`/proc/${String(pid)}/ns/net`) === readlinkSync('/proc/self/ns/net');
    };
    const world = await startWorld({
      argv: ['/tmp/script.py'],
      files: { '/tmp/script.py': 'print("now", flush=True)' },
      before: ({ symbol }) => {
        if (symbol === 'write') look(world.guest.pid);
        return undefined;
      },
    });
    await world.run();
    expect(seen).toMatch(/NoNewPrivs:\s+1\n/);
    expect(seen).toMatch(/Seccomp:\s+2\n/);
    expect(seen).toMatch(/CapEff:\s+0+\n/);
    expect(seen).toMatch(/Max open files\s+0\s+0/);
    expect(seen).toMatch(/Max core file size\s+0\s+0/);
    expect(seen).not.toContain('--');
    if (!IS_ROOT) return;
    expect(seen).toMatch(/Uid:\s+64123\s+64123\s+64123\s+64123\n/);
    expect(seen).toMatch(/Groups:\s*\n/);
    const { polls } = (await world.guest.ready) as { polls: boolean };
    expect(facts).toEqual({ fds: polls ? ['3', '4', '5'] : ['3', '4'], root: [], environ: '', network: false });
  });

  it('makes only the system calls of the list, threads and signals and memory and all', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandtable-watch-'));
    const lines = join(folder, 'calls');
    try {
      const run = await runScript(
        `import threading, time, signal, gc, ssl, hashlib, re, json, locale, random, sys
signal.signal(signal.SIGUSR1, lambda s, f: None); signal.raise_signal(signal.SIGUSR1)
locale.setlocale(locale.LC_ALL, ""); time.strftime("%c", time.localtime())
def work():
    kept = [bytearray(1 << 20) for i in range(20)]; del kept; gc.collect(); time.sleep(0.01)
threads = [threading.Thread(target=work) for i in range(6)]
for t in threads: t.start()
for t in threads: t.join(5)
threading.Lock().acquire(timeout=0.1); e = threading.Event(); e.wait(0.01)
ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT); hashlib.pbkdf2_hmac("sha256", b"x", b"y", 1000)
try: open("/nowhere")
except OSError as e: print(e)
print(sum(i * i for i in range(300000)), sorted([random.random() for i in range(5000)])[0] < 1, json.loads("[1]"))
print(sys.stdin.read())`,
        { under: ['/bin/sh', '-c', `exec "$@" 9>"${lines}"`, 'sh', join(FOLDER, 'build/test/watch'), '9'], stdin: 'typed' },
      );
      expect(run.stderr()).toBe('');
      expect(run.stdout()).toContain('typed');
      // read 0, write 1, mmap 9, mprotect 10, munmap 11, brk 12, rt_sigprocmask 14, rt_sigreturn 15, sched_yield 24, mremap 25,
      // madvise 28, clone 56, exit 60, futex 202, exit_group 231, openat 257, set_robust_list 273, rseq 334, clone3 435
      const allowed = new Set([0, 1, 9, 10, 11, 12, 14, 15, 24, 25, 28, 56, 60, 202, 219, 231, 257, 273, 334, 435]);
      const kinds = readFileSync(lines, 'utf8').trim().split('\n').map((line) => line.split(' ').map(Number));
      expect(kinds.length).toBeGreaterThan(5);
      expect(kinds.filter(([number]) => !allowed.has(number!))).toEqual([]);
      expect(kinds.filter(([number]) => number === 1).map(([, fd]) => fd)).toEqual([3]);
      expect(kinds.filter(([number, fd]) => number === 0 && fd !== 4 && fd !== 5)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('dies with its controller, and of a controller that breaks the wire', async () => {
    const orphan = await startWorld({ argv: ['/tmp/s.py'], stdin: null, files: { '/tmp/s.py': 'print(1, flush=True)\ninput()' }, before: ({ symbol, args }) => {
      if (symbol === 'read' && args[0] === 0) setTimeout(() => orphan.guest.hangUp(), 20);
      return undefined;
    } });
    expect((await orphan.run()).code).toBe(73);

    const confused = await startGuest((request) => {
      setTimeout(() => confused.writeRaw(encodeReply(request.id + 7, { ret: 0 })), 20);
      return undefined;
    });
    expect((await confused.ended).code).toBe(74);

    const flooded = await startGuest(() => {
      setTimeout(() => flooded.writeRaw(Buffer.from([0xff, 0xff, 0xff, 0x7f])), 20);
      return undefined;
    });
    expect((await flooded.ended).code).toBe(74);
  });

  it('dies with a controller that is killed, though it asks nothing', async () => {
    const controller = spawn(process.execPath, [join(FOLDER, 'tests', 'orphan.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(await new Promise((resolve) => controller.stdout.once('data', (data: Buffer) => resolve(data.toString()))));
    expect(existsSync(`/proc/${String(pid)}`)).toBe(true);
    controller.kill('SIGKILL');
    const isGone = (): boolean => !existsSync(`/proc/${String(pid)}`) || readFileSync(`/proc/${String(pid)}/stat`, 'utf8').includes(') Z ');
    await expect.poll(isGone, { timeout: 5000 }).toBe(true);
  });

  it('costs no processor time while it waits', async () => {
    let used = -1;
    const ticks = (pid: number): number => {
      const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8').split(') ')[1]!.split(' ');
      return Number(fields[11]) + Number(fields[12]);
    };
    const world = await startWorld({
      argv: ['/tmp/s.py'],
      files: { '/tmp/s.py': 'import time\ntime.sleep(0.6)' },
      before: ({ symbol }) => {
        if (symbol === '@sleep') {
          const before = ticks(world.guest.pid);
          setTimeout(() => (used = ticks(world.guest.pid) - before), 500);
        }
        return undefined;
      },
    });
    await world.run();
    expect(used).toBeLessThanOrEqual(1); // a tick is 10 ms
    expect(used).toBeGreaterThanOrEqual(0);
  });
});

describe('the command line', () => {
  it('is taken strictly', async () => {
    expect(await refusal(['--frobnicate'])).toMatch(/^70 \{"type":"error","code":"option","message":"unknown option.*--frobnicate"\}/);
    expect(await refusal(['--threads', '0'])).toContain('"code":"option"');
    expect(await refusal(['--threads', '99999'])).toContain('--threads');
    expect(await refusal(['--uid', '0'])).toContain('--uid');
    expect(await refusal(['--heap-bytes', ' 5'])).toContain('--heap-bytes');
    expect(await refusal(['--heap-bytes', '5x'])).toContain('--heap-bytes');
    expect(await refusal(['--env', '=x'])).toContain('--env');
    expect(await refusal(['--lib'])).toContain('--lib');
    expect(await refusal(['script.py'])).toContain('not an option');
  });

  it('ends with a readable error where PyPy is missing or is something else', async () => {
    const missing = startGuest(() => undefined, { options: ['--lib', '/nowhere/libpypy3.9-c.so', '--stdlib', '/usr/lib'] });
    await expect((await missing).ready).rejects.toThrow(/library-unusable: .*\/nowhere/);
    const stdlib = startGuest(() => undefined, { options: ['--stdlib', '/nowhere'] });
    await expect((await stdlib).ready).rejects.toThrow(/stdlib-missing/);
  });

  it('gives a user exactly where root asks for one', () => {
    const wrong = spawnSync(HOST, IS_ROOT ? ['--threads', '2'] : ['--uid', '5'], { env: {}, input: '', encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe', 'ignore'] });
    expect(wrong.status).toBe(70);
  });

  it('--describe tells what was found', () => {
    const said = spawnSync(HOST, ['--describe'], { env: {}, encoding: 'utf8' });
    const found = JSON.parse(said.stdout) as {
      filter: unknown; problems: unknown[]; preload: { found: boolean }[]; symbols: { object: string; calls: string[]; denied: string[]; native: number }[];
    };
    expect(said.status).toBe(0);
    expect(found.filter).toEqual({ available: true, tsync: true });
    expect(found.problems).toEqual([]);
    const pypy = found.symbols.find((row) => row.object.startsWith('libpypy'));
    expect(pypy?.calls).toContain('read');
    expect(pypy?.denied).toContain('setuid');
    expect(new Set(pypy?.calls).size).toBe(pypy?.calls.length);
    const none = spawnSync(HOST, ['--describe', '--lib', '/nowhere/libpypy3.9-c.so'], { env: {}, encoding: 'utf8' });
    expect(none.status).toBe(1);
    expect(JSON.parse(none.stdout)).toMatchObject({ pypy: null, problems: [{ code: 'library-unusable' }] });
  });
});
