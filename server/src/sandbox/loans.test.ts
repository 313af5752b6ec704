/** Lent files: what the host answers by itself is what would have been answered here, the rows miss nothing, and fewer replies are sent. */
import { afterEach, expect, it, vi } from 'vitest';
import type { CallEvent } from '@sandtable/shared/events';
import { GuestProcess } from './guestProcess.ts';
import { runScript } from './testing/runScript.ts';

/** Judges the library like anything else, and each step of reading with a function, so nothing is lent. */
const NOTHING_LENT = `import { policy, standard } from 'sandtable';
export default policy({ ...standard, runtime: 'rules', otherwise: 'allow', middleware: { ll_os_lseek: (call, next) => next() } });`;

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the guest asked and saw, without numbers that are never the same. */
function seen(rows: readonly CallEvent[]) {
  return rows
    .filter(({ path }) => path?.startsWith('/bin/lib/pypy') === true || path === undefined)
    .map(({ call, args, path, result, errno, bytes }) => ({ call, args, path, result, errno, bytes }))
    .filter(({ call, path }) => !(call === 'll_os_open' && path?.includes('sitecustomize') === true));
}

async function counted(script: string, policy: string) {
  const replies = vi.spyOn(GuestProcess.prototype, 'reply');
  const run = await runScript(script, { policy });
  const count = replies.mock.calls.length;
  replies.mockRestore();
  return { ...run, replies: count };
}

const IMPORTS = 'import json, random, textwrap, collections, functools, tokenize\nprint(json.dumps([1]))';

it('are read in the same steps, with half the replies', async () => {
  const lent = await counted(IMPORTS, 'standard');
  const asked = await counted(IMPORTS, NOTHING_LENT);
  expect(lent.out).toBe(asked.out);
  expect(asked.replies).toBe(asked.rows().length);
  expect(lent.replies).toBeLessThan(lent.rows().length / 2);
  const steps = (rows: readonly CallEvent[]) =>
    seen(rows).filter(({ path }) => path?.endsWith('.pyc') === true);
  expect(steps(lent.rows()).length).toBeGreaterThan(300);
  expect(steps(lent.rows())).toEqual(steps(asked.rows()));
});

it('are the script, too, while the interpreter reads it', async () => {
  const script = `print(${JSON.stringify('x'.repeat(20_000))}[:3])`;
  const lent = await counted(script, 'standard');
  const asked = await counted(script, NOTHING_LENT);
  const steps = (rows: readonly CallEvent[]) =>
    rows
      .filter(({ path }) => path === '/tmp/script.py')
      .map(({ call, args, result, errno, bytes }) => ({ call, args, result, errno, bytes }));
  expect([lent.out, asked.out]).toEqual(['xxx\n', 'xxx\n']);
  expect(steps(lent.rows()).length).toBeGreaterThan(30);
  expect(steps(lent.rows()).map(withoutDates)).toEqual(steps(asked.rows()).map(withoutDates));
  expect(asked.replies - lent.replies).toBeGreaterThan(30);
});

function withoutDates(row: { readonly result?: unknown }): unknown {
  return JSON.parse(
    JSON.stringify(row, (name, value: unknown) => (name.endsWith('time') ? undefined : value)),
  );
}

it('are not the script any more once its program runs', async () => {
  const script = `import os
name = '/tmp/script.py'
a = os.open(name, os.O_RDONLY)
with open(name, 'w') as file: file.write('changed')
print(os.read(a, 100), os.fstat(a).st_size, open(name).read())`;
  const { out } = await runScript(script);
  expect(out).toBe("b'changed' 7 changed\n");
});

it('are never the script where a function of the policy sees how it is read', async () => {
  const policy = `import { answer, policy, standard } from 'sandtable';
export default policy({ ...standard, middleware: { async ll_os_read(call, next) {
  const was = await next();
  return was.ok && call.path === '/tmp/script.py' ? answer(was.value.replace('wrong', 'right')) : was;
} } });`;
  expect((await runScript("print('wrong')", { policy })).out).toBe('right\n');
});

const GAMES = `
import os
place = os.__file__.replace('.pyc', '.py')
def show(*what): print(*what)
a = os.open(place, os.O_RDONLY)
show(os.read(a, 10), os.lseek(a, 0, 1), os.fstat(a).st_size, os.isatty(a))
b = os.dup(a)
show(os.read(b, 5), os.read(a, 5), os.lseek(a, 0, 1), os.lseek(b, 0, 1))
os.close(a)
show(os.read(b, 3))
try: os.read(a, 1)
except OSError as error: show(error.errno)
c = os.open(place, os.O_RDONLY)
show(c == a, os.lseek(c, -7, 2), os.read(c, 100), os.read(c, 100))
for wrong in ((-1, 0), (0, 9), (-10**9, 1)):
    try: show(os.lseek(c, *wrong))
    except OSError as error: show(error.errno)
show(os.lseek(c, 0, 1), os.pread(c, 4, 2), os.lseek(c, 0, 1))
os.dup2(b, c)
show(os.read(c, 3), os.lseek(b, 0, 1))
d = os.open(place, os.O_RDONLY)
for _ in range(200): os.lseek(d, 1, 1)
show(os.lseek(d, 0, 1), os.read(d, 4))
show([os.open(place, os.O_RDONLY) for _ in range(20)])
with open(place) as e, open(place) as f: show(e.read(20), f.readline(), e.readline(), sum(len(l) for l in f))
`;

it('behave as files do, whatever is done with their descriptors', async () => {
  const lent = await counted(GAMES, 'standard');
  const asked = await counted(GAMES, NOTHING_LENT);
  expect(lent.exit.status).toBe(0);
  expect(lent.out).toBe(asked.out);
  expect(lent.replies).toBeLessThan(asked.replies);
});

it('are none where the policy judges the library, or the file is no one’s library', async () => {
  const own = await counted("for _ in range(50): open('/tmp/script.py').read()", 'standard');
  const rows = own.rows().filter(({ path }) => path === '/tmp/script.py').length;
  expect(rows).toBeGreaterThan(200);
  expect(own.replies).toBeGreaterThan(rows);
});

it('are read by several threads at once', async () => {
  const script = `
import os, threading
place = os.__file__.replace('.pyc', '.py')
whole = open(place, 'rb').read()
wrong = []
def work():
    for _ in range(20):
        with open(place, 'rb', buffering=0) as file:
            parts = []
            while True:
                part = file.read(1000)
                if not part: break
                parts.append(part)
        if b''.join(parts) != whole: wrong.append(1)
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(wrong)`;
  const { out, exit } = await runScript(script);
  expect([out, exit.status]).toEqual(['[]\n', 0]);
});

it('tell what was read even where another thread has guessed the number of a file that is being opened', async () => {
  const script = `
import os, threading
place = os.__file__.replace('.pyc', '.py')
guess = os.open(place, os.O_RDONLY)
os.close(guess)
stop = False
got = [0, 0]
def meddle():
    while not stop:
        try: got[1] += len(os.read(guess, 7))
        except OSError: pass
thread = threading.Thread(target=meddle)
thread.start()
for _ in range(60):
    file = os.open(place, os.O_RDONLY)
    while True:
        part = os.read(file, 1000)
        if not part: break
        got[0] += len(part)
    os.close(file)
stop = True
thread.join()
print(sum(got))`;
  const { out, rows, exit } = await runScript(script);
  expect(exit.status).toBe(0);
  const told = rows()
    .filter(({ call, path }) => call === 'll_os_read' && path?.endsWith('/os.py') === true)
    .reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  expect(told).toBe(Number(out));
});
