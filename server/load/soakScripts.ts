/** What the students of a soak run: programs and policies that end by themselves, that have to be ended, and that reach a limit. */

/** Limits low enough that a program reaches one in a second or two. */
const TIGHT_POLICY = `import { policy, standard } from 'sandtable';

export default policy({
  limits: { cpuSeconds: 1, wallSeconds: 3, outputBytes: 200_000, heapBytes: 64 * 1024 * 1024, callsPerSecond: 30_000 },
  rules: standard.rules,
});
`;

const WATCHFUL_POLICY = `import { policy, standard, deny } from 'sandtable';

export default policy({
  rules: [deny('write', '/tmp/secret/**', { errno: 'EACCES' }), ...standard.rules],
  middleware: {
    ll_os_open: async (call, next) => await next(),
    ll_time_sleep: (call, next) => next({ seconds: Math.min(call.args.seconds, 0.2) }),
  },
});
`;

const LOOPING_POLICY = `import { policy, standard } from 'sandtable';

export default policy({
  rules: standard.rules,
  middleware: {
    ll_os_getcwd: () => {
      for (;;) {}
    },
  },
});
`;

export interface SoakProgram {
  readonly name: string;
  readonly script: string;
  readonly policy?: string;
  /** Whether it ends without anybody's help. */
  readonly ends: boolean;
}

const tight = { policy: TIGHT_POLICY, ends: true } as const;

export const PROGRAMS: readonly SoakProgram[] = [
  { name: 'hello', script: `print('hello')\n`, ends: true },
  { name: 'a failing program', script: `raise SystemExit(3)\n`, ends: true },
  { name: 'an exception', script: `def f(n):\n    return f(n + 1)\nf(0)\n`, ends: true },
  {
    name: 'files',
    script: `import os, tempfile
for i in range(50):
    with open('/tmp/file%d' % i, 'w') as f:
        f.write('x' * 10000)
for i in range(0, 50, 2):
    os.unlink('/tmp/file%d' % i)
print(len(os.listdir('/tmp')))
`,
    ends: true,
  },
  {
    name: 'threads',
    script: `import threading, time
def work():
    time.sleep(0.05)
    print('worked')
threads = [threading.Thread(target=work) for _ in range(10)]
for t in threads: t.start()
for t in threads: t.join()
`,
    policy: WATCHFUL_POLICY,
    ends: true,
  },
  { name: 'a sleeper', script: `import time\nprint('sleeping', flush=True)\ntime.sleep(100)\n`, ends: false },
  { name: 'a question', script: `print(input('your name? '))\n`, ends: false },
  {
    name: 'two pipes',
    script: `import os
r, w = os.pipe()
os.write(w, b'x')
print(os.read(r, 1))
print('reading', flush=True)
os.read(r, 1)
`,
    ends: false,
  },
  {
    name: 'a policy that loops',
    script: `import os
for _ in range(20):
    try:
        os.getcwd()
    except OSError as e:
        print(e)
`,
    policy: LOOPING_POLICY,
    ends: true,
  },
  { name: 'a broken policy', script: `print('never')\n`, policy: 'export default 7;\n', ends: true },
  { name: 'too much time', script: `while True: pass\n`, ...tight },
  { name: 'too long', script: `import time\ntime.sleep(60)\n`, ...tight },
  { name: 'too much output', script: `while True: print('x' * 100)\n`, ...tight },
  { name: 'too much memory', script: `a = []\nwhile True: a.append(bytearray(1 << 20))\n`, ...tight },
  { name: 'too many calls', script: `import os\nwhile True: os.getcwd()\n`, ...tight },
];
