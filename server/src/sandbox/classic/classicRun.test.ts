import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finish, runScript, startScript, type Finished, type ScriptOptions } from '../testing/runScript.ts';
import { encodeMarshal, MarshalReader, type MarshalValue } from './marshal.ts';
import { fakeClassic, type FakeClassic } from './testing/fakeClassic.ts';
import { DIFFERENCES, recordedReplies, type Recorded } from './testing/recordedReplies.ts';

let build: FakeClassic;
beforeAll(() => {
  build = fakeClassic();
});
afterAll(() => {
  build.remove();
});

function classic(options: ScriptOptions = {}): ScriptOptions {
  return { ...options, interpreter: { kind: 'classic', executable: build.executable } };
}

/** A script that says by which error a call failed, where it did. */
const TRY = `
def attempt(name, *args):
    try:
        out("%s %r\\n" % (name, call(name, *args)))
    except CallFailed as failed:
        out("%s failed %r\\n" % (name, failed.args))
`;

async function run(script: string, options: ScriptOptions = {}): Promise<Finished> {
  return runScript(TRY + script, classic(options));
}

describe('the record of the original controller', () => {
  let folder: string;
  let replies: readonly string[];
  const recorded = recordedReplies();

  /** Requests are replayed from the library: the script itself would show in /tmp. */
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'sandtable-classic-tmp-'));
    writeFileSync(path.join(folder, 'datafile.txt'), 'hello');
    writeFileSync(path.join(folder, '.dot'), 'hidden');
    writeFileSync(path.join(folder, 'a.PYC'), 'bytecode');
    symlinkSync('/etc/passwd', path.join(folder, 'link'));
    mkdirSync(path.join(folder, 'sub'));
    const replaying = fakeClassic(`import sys; sys.argv[3:] = ["/bin/lib-python/2.7/replay.py"]`);
    writeFileSync(
      path.join(replaying.folder, 'lib-python', '2.7', 'replay.py'),
      [
        'out("begin\\n")',
        'replies = []',
        ...recorded.map((each) => `replies.append(ask(bytes.fromhex("${hexOf(requestOf(each))}"))[2].hex())`),
        'out("\\n".join(replies) + "\\nend\\n")',
      ].join('\n'),
    );
    const { out } = await runScript(null, {
      policy: 'lecture',
      folders: [{ at: '/tmp', hostPath: folder }],
      interpreter: { kind: 'classic', executable: replaying.executable },
    });
    replaying.remove();
    replies = out
      .slice(out.indexOf('begin\n') + 6)
      .replace('out\n', '')
      .split('\n');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('has an answer for every request', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(50);
    expect(replies.slice(recorded.length)).toEqual(['end', '']);
  });

  it.each(recorded.map((each, index) => [index, labelOf(each), each] as const))(
    '%i %s is what it was, or differs as it is meant to',
    (index, _label, each) => {
      const nth = recorded.slice(0, index).filter(({ name }) => name === each.name).length;
      const difference = DIFFERENCES.find((one) => one.name === each.name && one.nth === nth);
      const reply = replies[index];
      if (difference === undefined) expect(reply).toBe(each.reply);
      else if (typeof difference.reply === 'string') {
        expect(reply).toBe(difference.reply);
        expect(reply).not.toBe(each.reply);
      } else expect(shapeWithout(reply!, difference.reply)).toEqual(shapeOf(each, difference.reply));
    },
  );

  it('differs nowhere without a reason', () => {
    for (const { name, nth, why } of DIFFERENCES) {
      expect(recorded.filter((each) => each.name === name).length, name).toBeGreaterThan(nth);
      expect(why.length).toBeGreaterThan(10);
    }
  });

  /** What the recorded reply says, or, where it says only an error, what a stat looks like. */
  function shapeOf({ name, reply }: Recorded, but: readonly number[]): unknown {
    const ok = reply.startsWith('6900000000');
    const like = ok ? reply : recorded.find((each) => each.name === 'll_os.ll_os_stat')!.reply;
    expect(ok || name.endsWith('stat')).toBe(true);
    return shapeWithout(like, but);
  }
});

function requestOf({ name, args }: Recorded): Uint8Array {
  const head = encodeMarshal([{ code: 's', bytes: Buffer.from(name) }]);
  const count = Buffer.alloc(5);
  count.write('(');
  count.writeInt32LE(args.length, 1);
  return Buffer.concat([head, count, ...args]);
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function labelOf({ name, args }: Recorded): string {
  return `${name}(${args.map((arg) => JSON.stringify(Buffer.from(arg).toString('latin1'))).join(', ')})`;
}

/** The reply with only the kind left of the items that may differ; of a result that is no tuple, only the kind. */
function shapeWithout(hex: string, but: readonly number[]): unknown {
  const reader = new MarshalReader(Buffer.from(hex, 'hex'), { depth: 4, items: 100, textBytes: 1000 });
  const code = reader.next();
  const value = reader.next()!;
  expect(reader.at).toBe(hex.length / 2);
  if (value.code !== '(') return [code, value.code];
  return [code, value.items.map((item: MarshalValue, k) => (but.includes(k) ? item.code : item))];
}

/** What a handler answers is what comes back. */
const ALLOW_ALL = `import { policy } from 'sandtable';
export default policy({ mounts: { '/tmp': { mode: 'read-write' } }, otherwise: 'allow' });`;

describe('a run of a classic sandbox', () => {
  it('has the trace, the rules and the events of every run', async () => {
    const { events, rows, exit, out } = await run(
      'attempt("open", "/tmp/new", 0o102, 0o666)\nattempt("write", 3, "text")\nattempt("system", "rm -rf /tmp")\nattempt("getuid")',
    );
    expect(exit).toMatchObject({ status: 0, reason: 'exit' });
    expect(out).toBe('open 3\nwrite 4\nsystem failed (9, None)\ngetuid 1000\n');
    expect(events[0]).toMatchObject({
      type: 'start',
      engine: 'PyPy, classic sandbox, Python 2.7',
      argv: ['/bin/pypy-c', '/tmp/script.py'],
    });
    const all = rows();
    const before = all.findIndex(
      ({ call, args }) => call === 'll_os_open' && args['path'] === '/tmp/script.py',
    );
    const rules = events.filter((event) => event.type === 'rule').map(({ rule }) => rule);
    const bootId = rules.find(({ code }) => code === 'boot')!.id;
    expect(all.slice(0, before).every(({ rule, verdict }) => rule === bootId && verdict === 'allow')).toBe(
      true,
    );
    expect(all.map(({ n }) => n)).toEqual(all.map((_row, k) => k));
    expect(all.find(({ call }) => call === 'll_os_system')).toMatchObject({
      verdict: 'deny',
      raise: 'RuntimeError',
      args: { command: 'rm -rf /tmp' },
    });
    expect(all.find(({ args }) => args['path'] === '/tmp/new')).toMatchObject({
      result: 3,
      verdict: 'allow',
    });
    expect(events.filter((event) => event.type === 'file')).toMatchObject([
      { change: 'create', path: '/tmp/new' },
      { change: 'write', path: '/tmp/new', size: 4 },
    ]);
    expect(events.filter((event) => event.type === 'phase').map(({ phase }) => phase)).toEqual([
      'starting',
      'running',
    ]);
  });

  it('is judged by policies, functions and all', async () => {
    const policy = `import { policy, allow, deny, fake, standard } from 'sandtable';
export default policy({
  identity: { env: { HOME: '/tmp', WHO: 'é' } },
  rules: [
    deny('ll_os_stat', '/tmp/hidden', { errno: 'ENOENT' }), deny('ll_os_getuid', { raise: 'RuntimeError' }),
    fake('ll_os_getpid', 4200), fake('ll_os_uname', { sysname: 'Plan', nodename: '9', release: 'r', version: 'v', machine: 'm' }),
    fake('ll_os_listdir', ['a', 'b'], { path: '/made' }), ...standard.rules ],
  middleware: { async ll_os_read(call, next) { const a = await next(); return a.ok && call.path === '/tmp/data' ? { ok: true, value: a.value.toUpperCase() } : a; } },
});`;
    const { out } = await run(
      `attempt("stat", "/tmp/hidden")
attempt("getuid")
attempt("getpid")
attempt("uname")
attempt("listdir", "/made")
attempt("getenv", "WHO")
attempt("getenv", "TERM")
attempt("envitems")
fd = call("open", "/tmp/data", 0, 0)
attempt("read", fd, 100)`,
      { policy, files: { '/tmp/data': 'quiet' } },
    );
    expect(out.split('\n')).toEqual([
      'stat failed (1, 2)',
      'getuid failed (9, None)',
      'getpid 4200',
      "uname [b'Plan', b'9', b'r', b'v', b'm']",
      "listdir [b'a', b'b']",
      "getenv b'\\xc3\\xa9'",
      'getenv None',
      "envitems [[b'HOME', b'/tmp'], [b'WHO', b'\\xc3\\xa9']]",
      "read b'QUIET'",
      '',
    ]);
  });

  it('answers each function in its own shape', async () => {
    const { out } = await run(
      `attempt("dup", 1)
attempt("pipe")
attempt("isatty", 1)
attempt("isatty", 4)
attempt("isatty", 99)
attempt("lseek", call("open", "/tmp/data", 0, 0), 3, 0)
attempt("access", "/tmp/data", 4)
attempt("access", "/none", 4)
attempt("mkdir", "/tmp/d", 0o777)
attempt("symlink", "data", "/tmp/l")
attempt("readlink", "/tmp/l")
attempt("lchown", "/tmp/l", 1000, 1000)
attempt("rename", "/tmp/d", "/tmp/e")
attempt("utime", "/tmp/data", (5.25, 6.5))
out("%r\\n" % call("stat", "/tmp/data")[-3:][:2])
attempt("utime", "/tmp/data", None)
attempt("waitpid", -1, 0)
attempt("ttyname", 0)
attempt("ll_os.ttyname", 0)
attempt("ll_os.ll_getloadavg")
out("%d\\n" % len(call("ll_os.ll_times")))
attempt("strerror", 13)
attempt("ll_time.ll_time_sleep", 0.01)
attempt("ll_time.ll_time_sleep", Float("nan"))
attempt("nice", 5)
attempt("ll_os.ll_confstr", 1)
attempt("getlogin")
attempt("umask", 0o77)
attempt("chdir", "/tmp/e")
attempt("getcwd")
attempt("read", 0, -1)
attempt("open", "x" * 200000, 0, 0)`,
      { files: { '/tmp/data': 'some text' }, policy: ALLOW_ALL },
    );
    expect(out.split('\n')).toEqual([
      'dup 3',
      'pipe [4, 5]',
      'isatty True',
      'isatty False',
      'isatty False',
      'lseek 3',
      'access True',
      'access False',
      'mkdir None',
      'symlink None',
      "readlink b'data'",
      'lchown None',
      'rename None',
      'utime None',
      '[5.25, 6.5]',
      'utime None',
      'waitpid failed (1, 10)',
      "ttyname b'/dev/tty'",
      "ll_os.ttyname b'/dev/tty'",
      'll_os.ll_getloadavg [0.0, 0.0, 0.0]',
      '5',
      "strerror b'Permission denied'",
      'll_time.ll_time_sleep None',
      'll_time.ll_time_sleep failed (1, 22)',
      'nice failed (9, None)',
      'll_os.ll_confstr failed (9, None)',
      "getlogin b'guest'",
      'umask 18',
      'chdir None',
      "getcwd b'/tmp/e'",
      'read failed (1, 22)',
      'open failed (1, 36)',
      '',
    ]);
  });

  it('moves as much as its buffers take, and no more', async () => {
    const { out } = await run(
      `fd = call("open", "/tmp/big", 0o102, 0o666)
out("%d\\n" % call("write", fd, "x" * 3000000))
call("lseek", fd, 0, 0)
out("%d\\n" % len(call("read", fd, 3000000)))`,
    );
    expect(out).toBe('1048576\n262144\n');
  });

  it('has a terminal whatever its streams are, for it would not start without', async () => {
    const { out, exit } = await run(
      'attempt("isatty", 0)\nattempt("read", 0, 100)\nattempt("read", 0, 100)',
      {
        input: 'typed\n',
      },
    );
    expect(out).toBe("isatty True\nread b'typed\\n'\nread b''\n");
    expect(exit.status).toBe(0);
  });

  it('talks with a person', async () => {
    const talk = await startScript(null, classic({ repl: true }));
    await talk.shows('>>>> ');
    await expect.poll(() => talk.events.at(-1)).toMatchObject({ type: 'phase', phase: 'input' });
    talk.handle.input('hello\r');
    await talk.shows('read hello');
    await talk.shows('>>>> ');
    talk.handle.input('\x04');
    expect((await finish(talk)).exit).toMatchObject({ status: 0, reason: 'exit' });
  });

  it('ends with Ctrl-C: it has nothing that could catch it', async () => {
    const talk = await startScript(null, classic({ repl: true }));
    await talk.shows('>>>> ');
    talk.handle.input('\x03');
    expect((await finish(talk)).exit).toMatchObject({ status: 130, reason: 'signal' });
  });

  it('ends as it says, by os._exit too', async () => {
    expect((await run('import sys; sys.exit(3)')).exit).toMatchObject({ status: 3, reason: 'exit' });
    const left = await run('call("_exit", 5)');
    expect(left.exit).toMatchObject({ status: 5, reason: 'exit' });
    expect(left.rows().at(-1)).toMatchObject({ call: 'll_os__exit', args: { status: 5 }, verdict: 'allow' });
  });

  it.each([
    ['garbage', 'send(b"Hello from an interpreter that is no sandbox")', 'not-a-call|unknown-code'],
    ['a wrong argument', 'call("open", 3, 0, 0)', 'bad-arguments'],
    ['too few arguments', 'call("open", "/tmp/a")', 'bad-arguments'],
    ['a NUL in a path', 'call("open", "/tmp/a\\0b", 0, 0)', 'bad-arguments'],
    [
      'talking out of turn',
      'q = dump("ll_os.ll_os_getuid") + dump(())\nsend(q + q)\nreceive()',
      'out-of-turn',
    ],
  ])('is killed with a reason for %s', async (_what, script, code) => {
    const { exit } = await run(`${script}\nreceive()`);
    expect(exit).toMatchObject({ status: 137, reason: 'protocol' });
    expect(exit.message).toMatch(new RegExp(`\\((${code})\\)`));
  });

  it('says what it lacks, and when it runs out of memory', async () => {
    const { events, exit } = await run(
      'error("Not Implemented: sandboxing for external function \'ctime\'\\nFatal RPython error: MemoryError\\n")\nimport os\nos.abort()',
    );
    expect(events.filter((event) => event.type === 'notice')).toMatchObject([
      { code: 'interpreter-said', message: expect.stringContaining("'ctime'") as string },
      { code: 'interpreter-said' },
    ]);
    expect(exit).toMatchObject({ status: 137, reason: 'limit' });
  });

  it('is held by limits and by the kernel', async () => {
    const talk = await startScript(
      `out("%d\\n" % HEAP)
import os
out("environment %r\\n" % dict(os.environ))
out(open("/proc/self/status").read())
out(open("/proc/self/limits").read())
while True: pass`,
      classic({ limits: { heapBytes: 64 * 1024 * 1024, cpuSeconds: 1 } }),
    );
    const { exit, out } = await finish(talk);
    expect(out).toMatch(/^67108864\n/);
    expect(out).toContain('environment {}');
    expect(out).toMatch(/NoNewPrivs:\s+1/);
    expect(out).toMatch(/Max core file size\s+0/);
    expect(out).toMatch(/Max file size\s+0/);
    expect(out).toMatch(/Max cpu time\s+1\s+2/);
    if (process.geteuid?.() === 0) {
      expect(out).toMatch(/Uid:\s+(2[2-9]|3)\d{8}/);
      expect(out).toMatch(/CapBnd:\s+0+\n/);
    }
    expect(exit).toMatchObject({ reason: 'limit', status: 137 });
  });

  it('is refused where there is none, and nothing is run', async () => {
    const named = async (executable: string): Promise<Finished> =>
      runScript('out("ran")', { interpreter: { kind: 'classic', executable } });
    const ordinary = await named('/usr/bin/pypy3');
    expect(ordinary.exit).toMatchObject({ status: 1, reason: 'host' });
    expect(ordinary.exit.message).toContain('no sandbox');
    expect((await named('/nowhere/pypy-c')).exit.message).toContain('There is no classic sandbox');
    expect((await named('pypy-c')).exit.message).toContain('absolute');
    expect(ordinary.rows()).toEqual([]);
    expect(readFileSync(build.executable, 'utf8')).toContain('ll_os.ll_os_');
  });
});
