/** What was judged is what is performed, however long it takes, and from the first line of the guest on: with real guests. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScript } from './testing/runScript.ts';

/** Nobody reads or writes /tmp/guard.txt by an open descriptor. */
const GUARD = `
import { deny, policy, standard } from 'sandtable';
export default policy({
  mounts: { '/tmp': { mode: 'read-write', files: { 'guard.txt': 'original' } } },
  rules: [deny(['ll_os_read', 'll_os_pread', 'll_os_write', 'll_os_pwrite'], '/tmp/guard.txt'), ...standard.rules],
});
`;

const HEAD = `
import os, socket, threading, time
guard = os.open('/tmp/guard.txt', os.O_RDWR)
def waiting(work):
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.3)
    return thread
`;

const UNTOUCHED = { ok: true, size: 8 };

describe('a call that waits', () => {
  it('writes to what its number meant when it was made', async () => {
    const { out, handle } = await runScript(
      `${HEAD}
r, w = os.pipe()
os.write(w, b'.' * 65536)
thread = waiting(lambda: os.write(w, b'EVIL' * 2000))
os.dup2(guard, w)
os.read(r, 65536)
thread.join(3)
print(os.read(r, 65536)[:4])
a, b = socket.socketpair()
thread = waiting(lambda: a.send(b'EVIL' * 50000))
os.dup2(guard, a.fileno())
total = 0
while total < 200000:
    total += len(b.recv(65536))
thread.join(3)
print(total)
`,
      { policy: GUARD },
    );
    expect(out).toBe("b'EVIL'\n200000\n");
    expect(handle.read('/tmp/guard.txt', 100)).toMatchObject(UNTOUCHED);
  });

  it('reads from what its number meant when it was made, also when that number was its last', async () => {
    const { out } = await runScript(
      `${HEAD}
r, w = os.pipe()
got = []
thread = waiting(lambda: got.append(os.read(r, 100)))
os.dup2(guard, r)
os.write(w, b'from the pipe')
thread.join(3)
print(got)
`,
      { policy: GUARD },
    );
    expect(out).toBe("[b'from the pipe']\n");
  });

  it('is performed on what it was judged for when a function of the policy kept it waiting', async () => {
    const { out, handle, rows } = await runScript(
      `${HEAD}
plain = os.open('/tmp/plain.txt', os.O_RDWR | os.O_CREAT)
thread = waiting(lambda: os.write(plain, b'swapped'))
os.dup2(guard, plain)
thread.join(3)
gone = os.open('/tmp/gone.txt', os.O_RDWR | os.O_CREAT)
thread = waiting(lambda: os.write(gone, b'late'))
os.close(gone)
thread.join(3)
print(os.stat('/tmp/plain.txt').st_size, os.stat('/tmp/gone.txt').st_size)
`,
      {
        policy: GUARD.replace('{ deny,', '{ deny, sleep,').replace(
          'rules:',
          `middleware: {
    async ll_os_write(call, next) {
      if (call.path === '/tmp/plain.txt' || call.path === '/tmp/gone.txt') await sleep(0.6);
      return call.path === '/tmp/gone.txt' ? next({ data: 'changed' }) : next();
    },
  },
  rules:`,
        ),
      },
    );
    expect(out).toBe('7 7\n');
    expect(handle.read('/tmp/guard.txt', 100)).toMatchObject(UNTOUCHED);
    expect(rows().find((row) => row.call === 'll_os_write' && row.path === '/tmp/plain.txt')).toMatchObject({
      result: 7,
    });
  });
});

describe('a waiting list', () => {
  it('forgets what was closed for good, and goes on watching what has another number', async () => {
    const { out } = await runScript(`
import os, select
ep = select.epoll()
r, w = os.pipe()
other = os.dup(r)
ep.register(r, select.EPOLLIN)
os.write(w, b'x')
os.close(r)
print(len(ep.poll(0)))
os.close(other)
print(len(ep.poll(0)))
r, w = os.pipe()
ep.register(r, select.EPOLLIN)
os.write(w, b'x')
print(len(ep.poll(0)))
`);
    expect(out).toBe('1\n0\n1\n');
  });
});

describe('the start of the interpreter', () => {
  const DENY_PIPE = `
import { deny, policy, standard } from 'sandtable';
export default policy({ rules: [deny(['identity', 'll_os_pipe']), ...standard.rules] });
`;

  it('ends before a script that is found through a link', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sandtable-link-'));
    try {
      writeFileSync(
        path.join(folder, 'real.py'),
        "import os, posix\ntry:\n    posix.pipe()\nexcept OSError:\n    print('refused', os.readlink('/tmp/script.py'))\n",
      );
      symlinkSync('real.py', path.join(folder, 'script.py'));
      const { out } = await runScript(null, {
        policy: DENY_PIPE,
        folders: [{ at: '/tmp', hostPath: folder }],
      });
      expect(out).toBe('refused real.py\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('runs nothing out of the home of the guest', async () => {
    const home = '/tmp/.local/lib/pypy3.9/site-packages';
    const { out } = await runScript(
      "import builtins, os, site, sys\nprint(getattr(builtins, 'told', None), site.ENABLE_USER_SITE, sys.argv, 'PYTHONNOUSERSITE' in os.environ)\n",
      {
        files: {
          [`${home}/usercustomize.py`]: 'import builtins\nbuiltins.told = 1\n',
          [`${home}/own.pth`]: 'import builtins; builtins.told = 2\n',
        },
      },
    );
    expect(out).toBe("None False ['/tmp/script.py'] False\n");
  });

  it('denies nothing and touches nothing by itself', async () => {
    const { events, rows } = await runScript('pass');
    expect(rows().filter(({ verdict }) => verdict === 'deny')).toEqual([]);
    expect(events.flatMap((event) => (event.type === 'touch' ? [`${event.how} ${event.path}`] : []))).toEqual(
      ['read /tmp/script.py'],
    );
    expect(
      rows()
        .filter((row) => row.errno === 'EROFS')
        .every(({ args }) => /\/__pycache__\/sitecustomize/.test(JSON.stringify(args['path']))),
    ).toBe(true);
  });
});

describe('the log of a run', () => {
  it('counts what is no call towards its limit too', async () => {
    const { exit, events, rows } = await runScript(
      'for k in range(3000):\n    try:\n        open("/x/%d" % k + "a" * 1500, "w")\n    except OSError:\n        pass\n',
      {
        limits: { traceBytes: 2_000_000 },
      },
    );
    expect(exit.reason).toBe('limit');
    expect(events.find((event) => event.type === 'limit')).toMatchObject({ limit: 'traceBytes' });
    expect(rows().reduce((sum, row) => sum + JSON.stringify(row).length, 0)).toBeLessThan(1_900_000);
  });
});
