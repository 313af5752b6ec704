import { describe, expect, it } from 'vitest';
import { finish, runScript, startScript, type ScriptRun } from './testing/runScript.ts';

/** Resolves once the guest waits for the person. */
async function waitsForInput(run: ScriptRun): Promise<void> {
  while (run.events.findLast((event) => event.type === 'phase')?.phase !== 'input')
    await new Promise((resolve) => setTimeout(resolve, 10));
}

const DATA = { '/tmp/datafile.txt': 'some data\n' };

describe('the lecture', () => {
  it('gives exactly what the classic controller gave', async () => {
    const { out, exit } = await runScript(
      `
import os
print(os.listdir('/'))
print(open('/tmp/datafile.txt').read().strip())
for mode, name in (('w+', 'newfile.txt'), ('a+', 'datafile.txt')):
    try:
        open('/tmp/' + name, mode)
    except OSError as error:
        print(type(error).__name__, error.errno)
try:
    os.system('rm -rf /tmp')
except RuntimeError as error:
    print('RuntimeError', error.args)
print(os.getcwd())
`,
      { policy: 'lecture', files: DATA },
    );
    expect(out).toBe(
      "['bin', 'dev', 'tmp']\nsome data\nFileNotFoundError 2\nPermissionError 1\nRuntimeError ()\n/tmp\n",
    );
    expect(exit).toMatchObject({ status: 0, reason: 'exit' });
  });

  it('says so at the prompt, too', async () => {
    const run = await startScript('', { policy: 'lecture', files: DATA, repl: true });
    const lines: [string, string][] = [
      ["import os; os.listdir('/')", "['bin', 'dev', 'tmp']"],
      ["open('/tmp/datafile.txt').read()", "'some data\\n'"],
      ["open('/tmp/newfile.txt','w+')", 'FileNotFoundError: [Errno 2] No such file or directory'],
      ["open('/tmp/datafile.txt','a+')", 'PermissionError: [Errno 1] Operation not permitted'],
      ["os.system('rm -rf /tmp')", 'RuntimeError'],
      ['os.getcwd()', "'/tmp'"],
    ];
    for (const [line, answer] of lines) {
      await run.shows('>>>> ');
      run.handle.input(`${line}\r`);
      await run.shows(answer);
    }
    await run.shows('>>>> ');
    run.handle.input('\x04');
    expect((await finish(run)).exit.status).toBe(0);
  });
});

describe('the standard policy', () => {
  it('lets the usual modules work', async () => {
    const { out, exit } = await runScript(`
import asyncio, threading, tempfile, shutil, pathlib, json, hashlib, random, ssl, secrets, queue, signal, socket, time, os, io

async def slow(n):
    await asyncio.sleep(0.02)
    return n * n

async def main():
    return await asyncio.gather(*[slow(n) for n in range(5)])

print('asyncio', asyncio.run(main()))

results = queue.Queue()
threads = [threading.Thread(target=lambda k=k: (time.sleep(0.02), results.put(k))) for k in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
print('threading', sorted(results.queue))

folder = pathlib.Path(tempfile.mkdtemp())
(folder / 'a').mkdir()
(folder / 'a' / 'b.json').write_text(json.dumps({'é': [1, None]}))
shutil.copytree(folder / 'a', folder / 'c')
print('files', sorted(str(p.relative_to(folder)) for p in folder.rglob('*')), json.loads((folder / 'c' / 'b.json').read_text()))
shutil.rmtree(folder)
print('gone', folder.exists())
print('hash', hashlib.sha256(b'x').hexdigest()[:8], hashlib.sha3_256(b'x').hexdigest()[:8], hashlib.blake2b(b'x').hexdigest()[:8])
print('random', 0 <= random.random() < 1, len(secrets.token_bytes(16)), random.SystemRandom().randrange(3) < 3)
print('ssl', ssl.create_default_context().check_hostname)
a, b = socket.socketpair()
a.sendall(b'ping'); print('pair', b.recv(10)); a.close(); print('end', b.recv(10))
r, w = os.pipe(); os.write(w, b'pipe'); print(os.read(r, 10))

def bell(number, frame):
    print('alarm', number == signal.SIGALRM)

signal.signal(signal.SIGALRM, bell)
signal.setitimer(signal.ITIMER_REAL, 0.05)
time.sleep(0.3)
for refused in (lambda: __import__('subprocess').run(['ls']), os.fork, lambda: os.system('ls'), lambda: socket.socket().connect(('192.0.2.1', 80)), lambda: open('/etc/passwd', 'w'), lambda: open('/bin/lib/x', 'w')):
    try:
        refused()
    except Exception as error:
        print(type(error).__name__, getattr(error, 'errno', None))
`);
    expect(out).toBe(`asyncio [0, 1, 4, 9, 16]
threading [0, 1, 2, 3, 4, 5, 6, 7]
files ['a', 'a/b.json', 'c', 'c/b.json'] {'é': [1, None]}
gone False
hash 2d711642 741efa31 0909377a
random True 16 True
ssl True
pair b'ping'
end b''
b'pipe'
alarm True
RuntimeError None
RuntimeError None
RuntimeError None
OSError 101
PermissionError 13
PermissionError 13
`);
    expect(exit.status).toBe(0);
  });

  it('tells what was touched, written and refused', async () => {
    const { events, rows, exit, handle } = await runScript(
      `
import os
open('/tmp/datafile.txt').read()
with open('/tmp/out.txt', 'w') as out: out.write('12345')
try: open('/etc/shadow', 'w')
except OSError: pass
os.rename('/tmp/out.txt', '/tmp/kept.txt')
`,
      { files: DATA },
    );
    expect(exit.status).toBe(0);
    const touches = events.filter((event) => event.type === 'touch').map(({ path, how }) => `${how} ${path}`);
    expect(touches).toEqual(
      expect.arrayContaining([
        'read /tmp/datafile.txt',
        'written /tmp/out.txt',
        'denied /etc/shadow',
        'written /tmp/kept.txt',
      ]),
    );
    const files = events.filter((event) => event.type === 'file');
    expect(files.map(({ change, path, to }) => [change, path, to])).toEqual([
      ['create', '/tmp/out.txt', undefined],
      ['rename', '/tmp/out.txt', '/tmp/kept.txt'],
      ['write', '/tmp/kept.txt', undefined],
    ]);
    expect(files.at(-1)!.quota).toEqual({
      bytes: expect.any(Number) as number,
      maxBytes: 32_000_000,
      files: 3,
      maxFiles: 1000,
    });
    const denied = rows().find((row) => row.verdict === 'deny' && row.args['path'] === '/etc/shadow')!;
    expect(denied).toMatchObject({ call: 'll_os_open', errno: 'EACCES' });
    const rules = events.filter((event) => event.type === 'rule').map(({ rule }) => rule);
    expect(rules.find(({ id }) => id === denied.rule)).toMatchObject({ layer: 'student' });
    expect(handle.changes().map(({ kind, path }) => [kind, path])).toEqual([['written', '/tmp/kept.txt']]);
    expect(handle.read('/tmp/kept.txt', 100)).toMatchObject({ ok: true, size: 5, cut: false });
    const listed = handle.list('/');
    expect(listed.ok && listed.entries.map(({ name }) => name)).toEqual(['bin', 'dev', 'tmp']);
    const inTmp = handle.list('/tmp');
    expect(inTmp.ok && inTmp.entries.map(({ name, origin }) => [name, origin])).toEqual([
      ['datafile.txt', 'real'],
      ['kept.txt', 'guest'],
      ['script.py', 'real'],
    ]);
  });

  it('numbers its rows without a gap and shows what they moved', async () => {
    const { rows } = await runScript(`
import os
fd = os.open('/tmp/a', os.O_CREAT | os.O_RDWR)
os.write(fd, b'\\xff' * 5000)
os.lseek(fd, 0, 0)
os.read(fd, 5000)
`);
    const all = rows();
    expect(all.map(({ n }) => n)).toEqual(all.map((_, k) => k));
    const write = all.find((row) => row.call === 'll_os_write' && row.path === '/tmp/a')!;
    expect(write).toMatchObject({
      args: { data: '\udcff'.repeat(512), dataLength: 5000 },
      bytes: 5000,
      result: 5000,
    });
    const read = all.find((row) => row.call === 'll_os_read' && row.bytes === 5000)!;
    expect(read).toMatchObject({ args: { size: 5000 }, result: '\udcff'.repeat(512), resultLength: 5000 });
  });
});

describe('signals and alarms that make no sense here', () => {
  it('are refused or cut, and never fail in the controller', async () => {
    const { out, events } = await runScript(`
import os, signal
for number in (34, 64, 32):
    try: os.kill(os.getpid(), number)
    except OSError as e: print(e.errno)
signal.setitimer(signal.ITIMER_REAL, 1e18, 1e18)
print(signal.getitimer(signal.ITIMER_REAL)[0] > 1e9, signal.alarm(0) > 10**9)
`);
    expect(out).toBe('22\n22\n22\nTrue True\n');
    expect(events.filter(({ type }) => type === 'notice')).toEqual([]);
  });
});

describe('the terminal', () => {
  it('gives lines, end of file and secrets', async () => {
    const run = await startScript(`
import getpass, os, sys
name = input('name? ')
print('hi', name)
try: input('more? ')
except EOFError: print('EOF')
print(getpass.getpass('password: '))
print(os.get_terminal_size(), sys.stdin.isatty())
`);
    await run.shows('name? ');
    await waitsForInput(run);
    run.handle.input('Joséx\x7f\r');
    await run.shows('more? ');
    run.handle.input('\x04');
    await run.shows('password: ');
    run.handle.input('secret\r');
    const { out } = await finish(run);
    expect(out).toContain('hi José\n');
    expect(out).toContain('EOF\n');
    expect(out.match(/secret/g)).toHaveLength(1);
    expect(out).toContain('os.terminal_size(columns=80, lines=24) True');
    const phases = run.events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));
    expect(phases.slice(0, 4)).toEqual(['starting', 'running', 'input', 'running']);
  });

  it('takes pipes instead', async () => {
    const { out, exit } = await runScript('import sys; print(sys.stdin.read().upper(), sys.stdin.isatty())', {
      input: 'abc\nd\xff',
    });
    expect(out).toBe('ABC\nDÿ False\n'.replace('ÿ', 'Ÿ'));
    expect(exit.status).toBe(0);
  });

  it.each([
    ['a loop', 'while True: pass'],
    ['sleep', 'import time; time.sleep(30)'],
    ['input', "input('? ')"],
    ['asyncio', 'import asyncio; asyncio.run(asyncio.sleep(30))'],
    ['a lock', 'import threading; e = threading.Event(); [e.wait(0.2) for _ in range(99)]'],
    ['select', 'import select, os; r, w = os.pipe(); select.select([r], [], [])'],
  ])('Ctrl-C comes through in %s', async (_name, body) => {
    const run = await startScript(`
print('ready', flush=True)
try:
    ${body}
except KeyboardInterrupt:
    print('caught')
`);
    await run.shows('ready');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const asked = performance.now();
    run.handle.interrupt();
    await run.shows('caught');
    expect(performance.now() - asked).toBeLessThan(500);
    expect((await finish(run)).exit.status).toBe(0);
  });

  it('ends a program that does not catch it as a shell would', async () => {
    const run = await startScript("print('ready', flush=True)\nwhile True: pass");
    await run.shows('ready');
    run.handle.interrupt();
    const { exit, out } = await finish(run);
    expect(out).toContain('KeyboardInterrupt');
    expect(exit.status).toBe(130);
  });
});

describe('a slow consumer', () => {
  it('makes the guest wait, and Ctrl-C still works', async () => {
    let room = 20_000;
    const run = await startScript(
      `
print('go', flush=True)
try:
    while True: print('x' * 1000)
except KeyboardInterrupt:
    pass
print('done')
`,
      { outputRoom: () => room },
    );
    const take = (event: { readonly type: string; readonly data?: string }): void => {
      if (event.type === 'out') room -= event.data!.length;
    };
    const record = run.sink.event;
    run.sink.event = (body) => {
      take(body);
      record(body);
    };
    await run.shows('go');
    await new Promise((resolve) => setTimeout(resolve, 400));
    const held = run.text().length;
    expect(held).toBeLessThan(60_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(run.text().length).toBe(held);
    run.handle.interrupt();
    room = 1_000_000;
    run.sink.onOutputRoom?.();
    await run.shows('done');
    expect((await finish(run)).exit.status).toBe(0);
  });
});

describe('policies', () => {
  const policy = (body: string): string =>
    `import { policy, allow, deny, fake, answer, standard } from 'sandtable';\nexport default policy(${body});`;

  it('rewrite requests and answers, fake, and deny with RuntimeError', async () => {
    const { out, rows } = await runScript(
      `
import os, socket
print(open('/tmp/a').read())
print(socket.gethostname())
try: os.mkdir('/tmp/new')
except RuntimeError: print('RuntimeError')
print(os.listdir('/tmp/shown'))
`,
      {
        files: { '/tmp/a': 'asked', '/tmp/b': 'instead', '/tmp/shown/secret': '', '/tmp/shown/plain': '' },
        policy: policy(`{
          mounts: { '/tmp': { mode: 'read-write' } },
          rules: [fake('ll_os_gethostname', 'quiet'), deny('ll_os_mkdir', { raise: 'RuntimeError' }), ...standard.rules],
          middleware: {
            async ll_os_open(call, next) { return call.path === '/tmp/a' ? next({ ...call.args, path: '/tmp/b' }) : next(); },
            async ll_os_listdir(call, next) {
              const got = await next();
              return got.ok ? answer(got.value.filter((name) => name !== 'secret')) : got;
            },
          },
          otherwise: 'deny',
        }`),
      },
    );
    expect(out).toBe("instead\nquiet\nRuntimeError\n['plain']\n");
    const opened = rows().find((row) => row.call === 'll_os_open' && row.args['path'] === '/tmp/a')!;
    expect(opened).toMatchObject({ verdict: 'modify', performed: { path: '/tmp/b' } });
    expect(
      rows().find(
        (row) =>
          (row.call === 'll_os_listdir' && row.path !== undefined) || row.args['path'] === '/tmp/shown',
      ),
    ).toMatchObject({ verdict: 'modify' });
  });

  it('cannot be tricked by a rewritten name into a place that its rules deny', async () => {
    const { out } = await runScript(
      `
try: print(open('/tmp/a').read())
except OSError as error: print(error.errno)
`,
      {
        files: { '/tmp/a': 'asked', '/tmp/secret/b': 'secret' },
        policy: policy(`{
          mounts: { '/tmp': { mode: 'read-write' } },
          rules: [deny('*', '/tmp/secret/**'), ...standard.rules],
          middleware: { ll_os_open(call, next) { return call.path === '/tmp/a' ? next({ ...call.args, path: '/tmp/secret/b' }) : next(); } },
          otherwise: 'deny',
        }`),
      },
    );
    expect(out).toBe('13\n');
  });

  it('that think for a while judge what is there afterwards, not what was there before', async () => {
    // One thread opens /tmp/door while another turns it from a file into a link to the secret.
    const { out, rows } = await runScript(
      `
import os, threading
stop = False

def turn():
    while not stop:
        for target in ('/tmp/plain', '/tmp/secret/key'):
            os.symlink(target, '/tmp/next'); os.replace('/tmp/next', '/tmp/door')

os.symlink('/tmp/plain', '/tmp/door')
threading.Thread(target=turn, daemon=True).start()
seen = set()
for _ in range(60):
    try:
        with open('/tmp/door') as door: seen.add(door.read())
    except OSError as error: seen.add(error.errno)
stop = True
print(sorted(map(str, seen)))
`,
      {
        files: { '/tmp/plain': 'plain', '/tmp/secret/key': 'SECRET' },
        policy: `import { policy, deny, standard, sleep } from 'sandtable';
export default policy({
  mounts: { '/tmp': { mode: 'read-write' } },
  rules: [deny('read', '/tmp/secret/**'), ...standard.rules],
  middleware: { async ll_os_open(call, next) { if (call.args.path === '/tmp/door') await sleep(0.002); return next(); } },
});`,
      },
    );
    expect(out).not.toContain('SECRET');
    expect(out).toContain('plain');
    const opens = rows().filter((row) => row.call === 'll_os_open' && row.args['path'] === '/tmp/door');
    expect(opens.some((row) => row.verdict === 'deny')).toBe(true);
    expect(opens.some((row) => row.verdict !== 'deny')).toBe(true);
  });

  it('that fail deny the call and leave the run alone', async () => {
    const { out, exit, events } = await runScript(
      `
import os
for name in ('throw', 'loop', 'nonsense', 'fine'):
    try: print(os.stat('/tmp/' + name).st_size)
    except OSError as error: print(name, error.errno)
`,
      {
        files: { '/tmp/throw': '', '/tmp/loop': '', '/tmp/nonsense': '', '/tmp/fine': '' },
        policy: policy(`{
          rules: [...standard.rules],
          middleware: {
            ll_os_stat(call, next) {
              if (call.path === '/tmp/throw') throw new Error('no');
              if (call.path === '/tmp/loop') for (;;);
              if (call.path === '/tmp/nonsense') return 17;
              return next();
            },
          },
        }`),
      },
    );
    expect(out).toBe('throw 13\nloop 13\nnonsense 13\n0\n');
    expect(exit.status).toBe(0);
    const codes = events.flatMap((event) => (event.type === 'rule' ? [event.rule.code] : []));
    expect(codes).toEqual(expect.arrayContaining(['policy-threw', 'policy-timeout', 'policy-nonsense']));
  });
});
