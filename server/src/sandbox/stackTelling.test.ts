/** Stacks of calls that the interpreter makes with its global lock held, and that what tells them changes nothing else. */
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '@sandtable/shared/events';
import { ownZygotes } from './testing/ownZygotes.ts';
import { runScript, type ScriptOptions } from './testing/runScript.ts';

const zygotes = ownZygotes();

const SCRIPT = '/tmp/script.py';

const run = (script: string, options: ScriptOptions = {}) =>
  runScript(script, { zygotes: zygotes(), lines: true, ...options });

/** Lines of the program that a row's stack passes through, innermost first. */
const linesOf = ({ stack }: CallEvent): readonly number[] =>
  (stack ?? []).flatMap(({ file, line }) => (file === SCRIPT ? [line] : []));

/** Rows from the program's first line on: before it there is the interpreter's start. */
function ofProgram(rows: readonly CallEvent[]): readonly CallEvent[] {
  return rows.slice(rows.findIndex((row) => linesOf(row).length > 0));
}

describe('what closes a descriptor', () => {
  const CLOSING = `import contextlib, gc, io, os, select, socket, tempfile
open("/tmp/x", "w").close()
with open("/tmp/x", "wb") as file: file.write(b"four")
f = open("/tmp/x", "rb", 0); f.close()
f = io.FileIO("/tmp/x"); f.close()
io.FileIO("/tmp/x").__init__("/tmp/x")
s = socket.socket(); s.close()
socket.close(socket.socket().detach())
a, b = socket.socketpair(); a.close(); b.close()
e = select.epoll(); e.close()
with contextlib.ExitStack() as stack: stack.enter_context(select.epoll())
os.closerange(70, 72)
os.fdopen(os.open("/tmp/x", os.O_RDONLY)).close()
try: open("/tmp")
except OSError: pass
open("/tmp/x"); gc.collect(); gc.collect()
s = socket.socket(); del s; gc.collect(); gc.collect()
class Mine(io.FileIO):
    def close(self):
        super().close()
Mine("/tmp/x").close()
folder = os.open("/tmp", 0); os.listdir(folder); os.close(folder)
class Dying:
    def __del__(self): os.getuid()
def leave():
    file = open("/tmp/x", "w"); file.write("held")
    for _ in range(3): Dying()
leave(); gc.collect(); gc.collect()
tempfile.NamedTemporaryFile(dir="/tmp").close()
`;

  it.each([
    ['forked', {}],
    ['from nothing', { zygotes: undefined }],
  ])('says where, whatever closes it (%s)', async (_, how) => {
    const { zygotes: own, ...rest } = { zygotes: zygotes(), ...how };
    const { rows, out, exit } = await runScript(CLOSING, {
      ...rest,
      ...(own === undefined ? {} : { zygotes: own }),
      lines: true,
    });
    expect([out, exit.status]).toEqual(['', 0]);
    const program = ofProgram(rows());
    const without = program.filter(({ stack }) => stack === undefined);
    expect(without.map(({ call }) => call)).toEqual(['ll_os__exit']);
    const lines = program.flatMap((row) => (row.call === 'll_os_close' ? linesOf(row).slice(0, 1) : []));
    expect([...new Set(lines)]).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 20, 22, 28, 29,
    ]);
  });
});

describe('a program whose stacks are told', () => {
  /** Each prints what it saw; nothing that differs from run to run. */
  const PROGRAMS: Readonly<Record<string, string>> = {
    'files of every kind': `import io, os, pickle
def say(what):
    try: print(what())
    except Exception as error: print(type(error).__name__, error.args)
for mode, buffering in (("w", -1), ("r", 1), ("wb", -1), ("rb", -1), ("r+b", -1), ("ab", 0), ("rb", 0), ("r+", 16)):
    f = open("/tmp/x", mode, buffering)
    inner = f
    while inner is not None:
        print(type(inner), inner.closed, sorted(vars(inner)) if type(inner) is io.FileIO else "")
        inner = getattr(inner, "buffer", None) or getattr(inner, "raw", None)
    say(lambda: pickle.dumps(f))
    print(f.close(), f.close(), f.closed)
    say(f.fileno)
    say(f.__enter__)
raw = io.FileIO("/tmp/x", "w+")
print(repr(raw), isinstance(raw, io.FileIO), issubclass(io.FileIO, io.RawIOBase), io.FileIO.__mro__, type(io.FileIO))
print(io.FileIO.close.__name__, io.FileIO.close.__qualname__, io.FileIO.close.__module__, io.FileIO.close.__doc__, open.__name__, open)
say(lambda: io.FileIO.close(3))
say(lambda: raw.close(1))
def change(): io.FileIO.close = None
say(change)
class Named:
    opens = open
    shuts = os.close
n = os.dup(1)
print(Named().opens("/tmp/x").name, Named().shuts(n))
pair = io.BufferedRWPair(io.FileIO("/tmp/x"), io.FileIO("/tmp/x", "w"))
print(pair.close(), pair.closed, pair.close())
text = open("/tmp/x")
binary = text.detach()
say(text.close)
say(lambda: text.closed)
print(binary.detach().close(), repr(binary))
say(binary.close)
fd = os.open("/tmp/x", os.O_RDONLY)
open(fd, closefd=False).close()
print(os.close(fd))
say(lambda: os.close(fd))
f = open("/tmp/x", "rb", 0)
os.close(f.fileno())
say(f.close)
print(f.closed, f.close())
f = open("/tmp/x", "w")
f.write("held")
os.close(f.fileno())
say(f.close)
print(f.closed)
say(lambda: open("/tmp"))
say(lambda: open("/tmp/none"))
say(lambda: open("/tmp/x", opener=lambda path, flags: os.open(path, flags)).close())
say(lambda: open("/tmp/x", opener=lambda path, flags: -1))
raw.__init__("/tmp/x")
raw.close = lambda: print("instead")
with raw: pass
del raw.close
print(raw.closed, raw.close(), raw.closed)
`,
    'classes of its own': `import gc, io, socket, warnings
class File(io.FileIO):
    def close(self):
        print("close", self.closed)
        super().close()
    def __del__(self):
        print("del")
        super().__del__()
class Flushing(io.FileIO):
    def flush(self):
        open("/tmp/y", "w").close()
        super().flush()
        raise ValueError("no flush")
with File("/tmp/x", "w") as f: print(f.write(b"x"))
del f
File("/tmp/x")
gc.collect(); gc.collect()
f = Flushing("/tmp/x")
try: f.close()
except ValueError as error: print(error, f.closed)
class Socket(socket.socket):
    def close(self):
        print("closing")
        super().close()
Socket().close()
with Socket() as s: print(s.fileno())
s = socket.socket()
print(s.detach(), s.close(), s.fileno(), repr(s)[:30])
socket.close(3)
warnings.simplefilter("always")
def leave(): socket.socket()
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    leave()
    gc.collect(); gc.collect()
print([(each.category, str(each.message)) for each in seen])
`,
    'tracebacks, traces and frames': `import io, os, sys, traceback
class Bad(io.FileIO):
    def flush(self):
        print([each.name for each in traceback.extract_stack()])
        1 / 0
def shut(f): f.close()
try: shut(Bad("/tmp/script.py"))
except ZeroDivisionError: traceback.print_exc(file=sys.stdout)
try: os.close(77)
except OSError: traceback.print_exc(file=sys.stdout)
seen = []
sys.settrace(lambda frame, event, arg: seen.append((event, frame.f_code.co_name)))
shut(open("/tmp/script.py"))
sys.settrace(None)
seen.append("profile")
sys.setprofile(lambda frame, event, arg: seen.append((event, frame.f_code.co_name)))
shut(open("/tmp/script.py"))
sys.setprofile(None)
print([each for each in seen if each[1] in ("call", "close", "__init__")])
`,
    signals: `import signal, time
class Late(Exception): pass
def handler(*_): raise Late
signal.signal(signal.SIGALRM, handler)
late = 0
end = time.time() + 5
while late < 30 and time.time() < end:
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0005)
        while True:
            with open("/tmp/x", "w") as f: f.write("x")
    except Late: late += 1
signal.setitimer(signal.ITIMER_REAL, 0)
print(late)
`,
    // Apart from signals: an exception that a handler raises may leave a lock of PyPy's own taken, and then threads wait for ever, without a sandbox too.
    threads: `import threading
def work(name):
    for _ in range(100):
        with open(name, "w") as f: f.write("x")
threads = [threading.Thread(target=work, args=("/tmp/%d" % k,)) for k in range(4)]
for t in threads: t.start()
for t in threads: t.join()
def deep():
    with open("/tmp/x"): deep()
try: deep()
except (RecursionError, OSError) as error: print("deep")
`,
  };
  const DENIES = `import { policy, deny, standard } from 'sandtable';
export default policy({
  ...standard,
  middleware: { ll_os_close: (call, next) => (call.args.fd === 9 ? deny({ raise: 'RuntimeError' }) : call.args.fd === 10 ? deny({ errno: 'EIO' }) : next()) },
});`;
  const DENIED = `import io, os, socket
for fd in (9, 10):
    os.dup2(1, fd)
    for what in (lambda: os.close(fd), lambda: open(fd, "wb", 0).close(), lambda: open(fd, "w").close(), lambda: io.FileIO(fd).close(), lambda: socket.close(fd), lambda: os.closerange(fd, fd + 1)):
        try: print(what())
        except Exception as error: print(type(error).__name__, error.args)
`;

  it.each([
    ...Object.entries(PROGRAMS).map(([name, script]) => [name, script, 'standard'] as const),
    ['denied closes', DENIED, DENIES] as const,
  ])('sees what it sees otherwise: %s', async (_, script, policy) => {
    const [told, untold] = await Promise.all([true, false].map((lines) => run(script, { lines, policy })));
    expect(told!.out).toBe(untold!.out);
    expect(told!.exit).toEqual(untold!.exit);
    expect(told!.exit.status).toBe(0);
    const calls = (rows: readonly CallEvent[]) => rows.filter(({ call }) => call === 'll_os_close').length;
    if (!script.includes('signal')) expect(calls(told!.rows())).toBe(calls(untold!.rows()));
  });

  it('can only lie about itself', async () => {
    const script = `import _cffi_backend, io, os, socket, threading
def opened(function): return [cell.cell_contents for cell in function.__closure__]
found = [each for each in opened(io.FileIO.close) if type(each).__module__ == "_cffi_backend"]
keep = next(each for each in found if "int(*)()" in repr(each))
drop = next(each for each in found if each is not keep)
def closes():
    for _ in range(20):
        open("/tmp/x", "w").close()
        try: os.close(77)
        except OSError: pass
for use in (lambda: keep(), lambda: drop(0), lambda: drop(-5), lambda: drop(1 << 30), lambda: [keep() for _ in range(50)]):
    use(); closes()
    threads = [threading.Thread(target=lambda: (use(), closes(), use())) for _ in range(3)]
    for t in threads: t.start()
    for t in threads: t.join()
    use()
for _ in range(3): socket.socket().__del__()
class Again(io.FileIO):
    left = 20
    def flush(self):
        Again.left -= 1
        if Again.left > 0: Again("/tmp/x").close()
        super().flush()
Again("/tmp/x").close()
open("/tmp/x").close()
print("through", len(found))
`;
    const { out, exit, rows } = await run(script);
    expect([out, exit.status]).toEqual(['through 2\n', 0]);
    const last = rows().findLast(({ call }) => call === 'll_os_close')!;
    expect(linesOf(last)).toEqual([25]);
  });
});
