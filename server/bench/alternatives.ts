/**
 * What people would use instead, on the same loop in the same run: strace, proot, and the least that a supervisor on seccomp user notifications can
 * do. None of them judges, rewrites or keeps a structured trace; strace writes its lines to /dev/null.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './figures.ts';
import type { Figure } from './figures.ts';
import type { Watcher } from './liveServer.ts';
import { GETCWD, guestRate, loop, perSecond, rateOf } from './loops.ts';
import { runPlain } from './plainPypy.ts';

const ROUNDS = 3;
const NATIVE = fileURLToPath(new URL('../native/', import.meta.url));
const NOTIFY = fileURLToPath(new URL('../native/build/test/notify', import.meta.url));

const run = promisify(execFile);

interface Alternative {
  readonly name: string;
  readonly command: readonly string[];
  /** Debian package, where it is one. */
  readonly from?: string;
}

const ALTERNATIVES: readonly Alternative[] = [
  { name: 'strace -f', command: ['strace', '-f', '-o', '/dev/null'], from: 'strace' },
  {
    name: 'strace -f --seccomp-bpf, this call only',
    command: ['strace', '-f', '--seccomp-bpf', '-e', 'trace=getcwd', '-o', '/dev/null'],
    from: 'strace',
  },
  { name: 'proot', command: ['proot'], from: 'proot' },
  { name: 'seccomp user notification, looking on', command: [NOTIFY] },
];

async function isThere(command: string): Promise<boolean> {
  return run('sh', ['-c', `command -v "$1"`, 'sh', command]).then(
    () => true,
    () => false,
  );
}

export async function alternativeFigures(watcher: Watcher): Promise<Figure[]> {
  await run('make', ['-C', NATIVE, '--silent', 'notify', `NODE=${process.execPath}`]);
  const source = loop(GETCWD);
  const bench = await watcher.bench(source);
  const there = await Promise.all(ALTERNATIVES.map(({ command }) => isThere(command[0]!)));
  const rates = ALTERNATIVES.map((): number[] => []);
  const guest: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    guest.push(await guestRate(watcher, bench));
    for (const [i, { command }] of ALTERNATIVES.entries())
      if (there[i]) rates[i]!.push(rateOf((await runPlain(source, command)).output));
  }
  const own = median(guest);
  return [
    { what: 'getcwd, guest: judged, traced, client attached', value: perSecond(own), goal: '' },
    ...ALTERNATIVES.flatMap(({ name, from }, i): Figure[] => {
      const what = `getcwd, pypy3 under ${name}`;
      if (!there[i]) return [{ what, value: `not here: apt-get install ${from}`, goal: '' }];
      const rate = median(rates[i]!);
      return [
        { what, value: perSecond(rate), goal: '' },
        { what: '  guest / that', value: `${(own / rate).toFixed(1)}×`, goal: '' },
      ];
    }),
  ];
}
