/** From the request to run until the first byte of output is at the client, forked and from nothing, against a cold plain pypy3. */
import { median } from './figures.ts';
import type { Figure } from './figures.ts';
import type { Watcher } from './liveServer.ts';
import { runPlain } from './plainPypy.ts';

const PAIRS = 15;
/** Goals of the issues: a cold start may take half as long again as plain; a forked one a quarter of it, and 20 ms. */
const COLD_GOAL = 1.5;
const FORKED_GOAL = 0.25;
const FORKED_GOAL_MS = 20;
const SCRIPT = "print('hello', flush=True)\n";

export async function startFigures(watcher: Watcher): Promise<Figure[]> {
  const bench = await watcher.bench(SCRIPT);
  await watcher.watch(bench);
  await runPlain(SCRIPT);
  const plain: number[] = [];
  const forked: number[] = [];
  const cold: number[] = [];
  for (let i = 0; i < PAIRS; i++) {
    plain.push((await runPlain(SCRIPT)).firstOutputMs);
    forked.push((await watcher.watch(bench)).firstOutputMs);
    cold.push((await watcher.watch(bench, { cold: true })).firstOutputMs);
  }
  const ms = (times: readonly number[]): string => `${median(times).toFixed(1)} ms`;
  const ratio = (times: readonly number[], most: number): Pick<Figure, 'value' | 'goal' | 'met'> => {
    const value = median(times) / median(plain);
    return { value: `${value.toFixed(2)}×`, goal: `≤ ${most}×`, met: value <= most };
  };
  return [
    { what: 'start to first output, plain pypy3', value: ms(plain), goal: '' },
    {
      what: 'start to first output, guest at the client',
      value: ms(forked),
      goal: `≤ ${FORKED_GOAL_MS} ms`,
      met: median(forked) <= FORKED_GOAL_MS,
    },
    { what: 'start to first output, guest / plain', ...ratio(forked, FORKED_GOAL) },
    { what: 'start to first output, guest from nothing', value: ms(cold), goal: '' },
    { what: 'start to first output, guest from nothing / plain', ...ratio(cold, COLD_GOAL) },
  ];
}
