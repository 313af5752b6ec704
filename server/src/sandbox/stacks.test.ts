/** Where in the guest's program a call came from: of real guests, forked and from nothing, in every corner in which Python must not be run carelessly. */
import { describe, expect, it } from 'vitest';
import { MAX_FRAMES, type CallEvent } from '@sandtable/shared/events';
import { ownZygotes } from './testing/ownZygotes.ts';
import { runScript, type ScriptOptions } from './testing/runScript.ts';

const zygotes = ownZygotes();

const places = ({ stack }: CallEvent): readonly string[] =>
  (stack ?? []).map(({ file, line, function: name }) => `${file}:${String(line)}:${name}`);

const DENIED = `import os
def inner(name):
    open(name, "w")
def outer(name):
    try:
        inner(name)
    except OSError as error:
        print(error.errno)
outer("/bin/x")
print(len(os.listdir("/tmp")))
`;

async function run(script: string, options: ScriptOptions = {}) {
  const finished = await runScript(script, { zygotes: zygotes(), ...options });
  return { ...finished, denied: finished.rows().filter(({ verdict }) => verdict === 'deny') };
}

describe('the stack of a call', () => {
  it.each([
    ['forked', true],
    ['started from nothing', false],
  ])('stands in the row of what was denied, and in no other (%s)', async (_, forked) => {
    const { rows, out, denied, exit } = await runScript(DENIED, forked ? { zygotes: zygotes() } : {}).then(
      (each) => ({
        ...each,
        denied: each.rows().filter(({ verdict }) => verdict === 'deny'),
      }),
    );
    expect(out).toBe('13\n1\n');
    expect(exit.status).toBe(0);
    expect(denied.map(places)).toEqual([
      ['/tmp/script.py:3:inner', '/tmp/script.py:6:outer', '/tmp/script.py:9:<module>'],
    ]);
    expect(rows().filter(({ stack }) => stack !== undefined)).toEqual(denied);
    expect(rows().map(({ n }) => n)).toEqual(rows().map((_row, at) => at));
  });

  it('stands in every row of the program where lines are traced', async () => {
    const { rows, events, out } = await run(DENIED, { lines: true });
    expect(out).toBe('13\n1\n');
    expect(events.find(({ type }) => type === 'start')).toMatchObject({ lines: true });
    for (const call of ['ll_os_listdir', 'll_os_write']) {
      const last = rows().findLast((row) => row.call === call)!;
      expect(places(last)).toEqual(['/tmp/script.py:10:<module>']);
    }
    expect(rows().map(({ n }) => n)).toEqual(rows().map((_row, at) => at));
  });

  it('is told of refusals with RuntimeError, also of calls that are made with the interpreter locked', async () => {
    const script = `import os
def f(): os.fork()
def g(): os.system("x")
for each in (f, g):
    try: each()
    except RuntimeError: print("refused")
`;
    const { out, denied } = await run(script);
    expect(out).toBe('refused\nrefused\n');
    expect(denied.map((row) => [row.call, ...places(row)])).toEqual([
      ['ll_os_fork', '/tmp/script.py:2:f', '/tmp/script.py:5:<module>'],
      ['ll_os_system', '/tmp/script.py:3:g', '/tmp/script.py:5:<module>'],
    ]);
  });

  const LOCKED = `import os
def f(): return os.getpid()
def g(): os.close(77)
def h(): os.close(os.dup(1))
def t(): os.ttyname(1)
for each in (f, g, h, t):
    try: print(each())
    except OSError: print("refused")
`;

  it('is told of calls that are made with the interpreter locked, where lines are traced', async () => {
    const { rows, out } = await run(LOCKED, { lines: true });
    expect(out.split('\n').slice(1, 3)).toEqual(['refused', 'None']);
    const of = (call: string) =>
      rows()
        .map((row) => (row.call === call ? places(row) : []))
        .filter(([innermost]) => innermost?.startsWith('/tmp/'));
    expect(of('ll_os_getpid')).toEqual([['/tmp/script.py:2:f', '/tmp/script.py:7:<module>']]);
    expect(of('ll_os_close')).toEqual([
      ['/tmp/script.py:3:g', '/tmp/script.py:7:<module>'],
      ['/tmp/script.py:4:h', '/tmp/script.py:7:<module>'],
    ]);
    expect(of('ll_os_ttyname')).toEqual([['/tmp/script.py:5:t', '/tmp/script.py:7:<module>']]);
  });

  it('is told of them where a policy fakes or refuses them', async () => {
    const policy = `import { policy, deny, fake, standard } from 'sandtable';
export default policy({
  ...standard,
  rules: [fake('ll_os_getpid', 4242), deny('ll_os_ttyname', { errno: 'ENOTTY' }), ...standard.rules],
  middleware: { ll_os_close: (call, next) => (call.args.fd === 77 ? deny({ errno: 'EIO' }) : next()) },
});`;
    const { rows, out } = await run(LOCKED, { policy });
    expect(out.split('\n').slice(0, 4)).toEqual(['4242', 'refused', 'None', 'refused']);
    const told = rows().filter(({ stack }) => stack !== undefined);
    expect(told.map((row) => [row.call, row.verdict, places(row)[0]])).toEqual([
      ['ll_os_getpid', 'fake', '/tmp/script.py:2:f'],
      ['ll_os_close', 'deny', '/tmp/script.py:3:g'],
      ['ll_os_ttyname', 'deny', '/tmp/script.py:5:t'],
    ]);
  });

  it('is its own, when a signal comes between the telling and the call', async () => {
    const script = `import os, signal, time
def on_alarm(*_):
    try:
        with open("/tmp/x", "w"): pass
        os.close(78)
    except OSError: pass
    signal.setitimer(signal.ITIMER_REAL, 0.001)
def loop():
    try: os.close(77)
    except OSError: pass
signal.signal(signal.SIGALRM, on_alarm)
signal.setitimer(signal.ITIMER_REAL, 0.001)
for _ in range(3000): loop()
signal.setitimer(signal.ITIMER_REAL, 0)
`;
    const { rows, exit } = await run(script, { lines: true });
    expect(exit.status).toBe(0);
    const all = rows();
    const began = all.findIndex((row) => places(row)[0] === '/tmp/script.py:12:<module>');
    const closes = all.slice(began).filter(({ call }) => call === 'll_os_close');
    const line = (fd: unknown): string => (fd === 77 ? '9:loop' : fd === 78 ? '5:on_alarm' : '4:on_alarm');
    expect(closes.length).toBeGreaterThan(3000);
    for (const row of closes) {
      // Its first file has the handler import what it is encoded by.
      const inScript = places(row).find((place) => place.startsWith('/tmp/'));
      expect(inScript).toBe(`/tmp/script.py:${line(row.args['fd'])}`);
    }
  });

  it('is that of the thread that called', async () => {
    const script = `import os, threading
def work(k):
    for _ in range(50):
        try: os.mkdir("/bin/%d" % k)
        except OSError: pass
threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in threads: t.start()
for t in threads: t.join()
print("done")
`;
    const { out, denied, rows } = await run(script);
    expect(out).toBe('done\n');
    expect(denied).toHaveLength(200);
    for (const row of denied) {
      expect(places(row)[0]).toBe('/tmp/script.py:4:work');
      expect(row.thread).toBeGreaterThan(1);
    }
    expect(rows().map(({ n }) => n)).toEqual(rows().map((_row, at) => at));
  });

  it('is told within signal handlers, and no signal is lost for it', async () => {
    const script = `import os, signal, time
count = 0
def on_alarm(*_):
    global count
    count += 1
    try: os.mkdir("/bin/handler")
    except OSError: pass
signal.signal(signal.SIGALRM, on_alarm)
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
end = time.time() + 10
while time.time() < end and count < 10:
    try: os.mkdir("/bin/loop")
    except OSError: pass
signal.setitimer(signal.ITIMER_REAL, 0)
time.sleep(0.1)
print(count > 2)
class Late(Exception): pass
def late(*_): raise Late
signal.signal(signal.SIGALRM, late)
try:
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    while True:
        try: os.mkdir("/bin/loop")
        except OSError: pass
except Late: print("raised")
`;
    const { out, denied, exit } = await run(script);
    expect([out, exit.status]).toEqual(['True\nraised\n', 0]);
    const inHandler = denied.filter(({ args }) => args['path'] === '/bin/handler');
    expect(inHandler.length).toBeGreaterThan(2);
    for (const row of inHandler) expect(places(row)[0]).toBe('/tmp/script.py:6:on_alarm');
  });

  it('does no harm at the end of the interpreter, in deep recursion, in finalizers and in tracing programs', async () => {
    const script = `import atexit, gc, os, sys
def refuse(name):
    try: os.mkdir(name)
    except OSError: pass
class Dying:
    def __del__(self): refuse("/bin/dying")
def deep(n):
    refuse("/bin/deep")
    deep(n + 1)
try: deep(0)
except RecursionError: print("deep")
for _ in range(200): Dying()
gc.collect()
seen = []
sys.settrace(lambda frame, event, arg: seen.append(frame.f_code.co_name))
refuse("/bin/traced")
sys.settrace(None)
print([name for name in seen if name != "refuse"])
del sys.modules["sitecustomize"]
gc.collect()
atexit.register(refuse, "/bin/exit")
keep = Dying()
`;
    const { out, denied, exit } = await run(script);
    expect([out, exit.status]).toEqual(['deep\n[]\n', 0]);
    const last = denied.find(({ args }) => args['path'] === '/bin/exit')!;
    expect(places(last)[0]).toBe('/tmp/script.py:3:refuse');
    const deepest = denied.filter(({ args }) => args['path'] === '/bin/deep');
    expect(deepest.length).toBeGreaterThan(100);
    expect(deepest[80]!.stack).toHaveLength(32);
  });

  it('is never waited for in vain, and stands in each row, whatever the program calls', async () => {
    const calls = [
      ...[
        'getpid',
        'getppid',
        'getuid',
        'getlogin',
        'getcwd',
        'uname',
        'times',
        'pipe',
        'wait',
        'getloadavg',
        'sync',
      ],
      ...['fork', 'forkpty'],
    ].map((name) => `os.${name}()`);
    const more = `os.close(77)
os.stat("x")
os.stat("x", dir_fd=9)
os.lstat("x")
os.access("x", 0)
os.access("x", 0, effective_ids=True)
os.open("x", 0, dir_fd=9)
os.mkdir("x", dir_fd=9)
os.unlink("x", dir_fd=9)
os.rename("x", "y", src_dir_fd=9)
os.link("x", "y", src_dir_fd=9)
os.symlink("x", "y", dir_fd=9)
os.readlink("x", dir_fd=9)
os.chmod("x", 0)
os.chmod("x", 0, dir_fd=9)
os.chown("x", 0, 0, dir_fd=9)
os.utime("x")
os.utime(0)
os.truncate("x", 0)
os.dup(0)
os.dup(77)
os.isatty(0)
os.ttyname(0)
os.statvfs("x")
os.listdir("x")
os.execv("x", ["x"])
os.kill(1, 0)
os.write(1, b"")
os.read(77, 1)
os.lseek(77, 0, 0)
time.sleep(0.001)
signal.alarm(0)
signal.setitimer(0, 0)
signal.getitimer(0)
socket.gethostname()
socket.gethostbyname("x")
socket.getaddrinfo("x", 1)
s.bind(("127.0.0.1", 0))
s.listen(1)
s.getsockname()
s.getpeername()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
s.connect(("127.0.0.1", 1))
s.send(b"x")
s.sendto(b"x", ("127.0.0.1", 1))
s.recv(1)
s.recvfrom(1)
s.accept()
s.shutdown(2)
s.close()
select.select([], [], [], 0)
select.poll().poll(0)
select.epoll().poll(0)
mmap.mmap(0, 10)
subprocess.Popen(["x"])
ctypes.CDLL("libc.so.6")
resource.getrusage(0)
faulthandler.dump_traceback()
faulthandler.dump_traceback(open("/tmp/faults", "w"))
print("x", file=sys.stderr)
os.urandom(3)
os.listdir(os.open("/tmp", 0))
os.cpu_count()
os.get_terminal_size()
os.mkfifo("x")
os.setsid()
os.dup2(0, 9, False)
time.process_time()
time.thread_time_ns()
time.clock_getres(0)
time.get_clock_info("time")
pwd.getpwuid(0)
pwd.getpwnam("nobody")
threading.get_native_id()
threading.stack_size(0)
socket.gethostbyaddr("127.0.0.1")
socket.socketpair()[0].sendmsg([b"x"])
open("/tmp")
open("/tmp/x", "w").close()`.split('\n');
    const script = `import os, sys, time
for name in "signal socket select mmap subprocess ctypes resource faulthandler pwd threading".split():
    try: globals()[name] = __import__(name)
    except BaseException: pass
try:
    s = socket.socket()
    s.setblocking(False)
except OSError: pass
for line in ${JSON.stringify([...calls, ...more])}:
    try: exec(line)
    except BaseException: pass
os.write(1, b"through")
`;
    const traced = await run(script, { lines: true });
    expect([traced.exit.status, traced.out.endsWith('through')]).toEqual([0, true]);
    const rows = traced.rows();
    const inProgram = ({ stack = [] }: CallEvent): boolean =>
      stack.length === MAX_FRAMES || stack.some(({ file }) => file === '/tmp/script.py');
    const began = rows.findIndex(inProgram);
    const without = rows.slice(began).filter((row) => !inProgram(row));
    expect(without.map(({ call }) => call)).toEqual(['ll_os__exit']);
    const called = new Set(rows.slice(began).map(({ call }) => call));
    expect(called.size).toBeGreaterThan(70);
    const refused = await run(script, {
      policy: `import { policy, deny, standard } from 'sandtable';
export default policy({ ...standard, rules: [deny('network'), deny('identity'), deny('write', '/tmp/**'), ...standard.rules] });`,
    });
    expect([refused.exit.status, refused.out.endsWith('through')]).toEqual([0, true]);
  });
});
