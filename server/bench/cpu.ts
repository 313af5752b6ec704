/** CPU-bound work inside the sandbox against plain pypy3: the JIT runs at full speed, so the ratio should be near one. */
import { median } from './figures.ts';
import type { Figure } from './figures.ts';
import type { Watcher } from './liveServer.ts';
import { runPlain } from './plainPypy.ts';

/** Alternating pairs, so that a machine that slows down slows both. */
const PAIRS = 5;
const GOAL = 1.1;

const SCRIPT = `
import time
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def sieve(n):
    a = bytearray([1]) * (n + 1)
    for i in range(2, int(n ** 0.5) + 1):
        if a[i]: a[i * i::i] = bytes(len(a[i * i::i]))
    return sum(a) - 2
def words(n):
    d = {}
    for i in range(n):
        k = 'k%d' % (i % 5003)
        d[k] = d.get(k, 0) + len(k)
    return len(d)
begun = time.perf_counter()
fib(32); sieve(3_000_000); words(2_000_000); sum(i * i % 7 for i in range(20_000_000))
print('seconds', time.perf_counter() - begun)
`;

const seconds = (output: string): number => Number(/seconds ([\d.]+)/.exec(output)?.[1]);

export async function cpuFigures(watcher: Watcher): Promise<Figure[]> {
  const bench = await watcher.bench(SCRIPT);
  const ratios: number[] = [];
  const plain: number[] = [];
  for (let i = 0; i < PAIRS; i++) {
    const without = seconds((await runPlain(SCRIPT)).output);
    const within = seconds((await watcher.watch(bench)).output);
    plain.push(without);
    ratios.push(within / without);
  }
  const ratio = median(ratios);
  return [
    { what: 'CPU-bound script, plain pypy3', value: `${median(plain).toFixed(2)} s`, goal: '' },
    {
      what: 'CPU-bound script, guest / plain',
      value: `${ratio.toFixed(2)}×`,
      goal: `≤ ${GOAL}×`,
      met: ratio <= GOAL,
    },
  ];
}
