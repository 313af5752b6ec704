/**
 * From the click on Run at the server until the first output leaves it, forked and from nothing, against a cold plain pypy3. Measured at the client's
 * socket: from when the request is in it until the packet with the output is out of it. What the client takes to write and read them comes on top.
 */
import { median } from './figures.ts';
import type { Figure } from './figures.ts';
import type { Watcher } from './liveServer.ts';
import { runPlain } from './plainPypy.ts';

const PAIRS = 40;
/** Not counted: a server that has just begun is still being compiled. */
const FIRST = 8;
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
  const atClient: number[] = [];
  const cold: number[] = [];
  for (let i = 0; i < FIRST + PAIRS; i++) {
    const alone = await runPlain(SCRIPT);
    const run = await watcher.watch(bench);
    const fromNothing = await watcher.watch(bench, { cold: true });
    if (i < FIRST) continue;
    plain.push(alone.firstOutputMs);
    forked.push(run.firstPacketMs);
    atClient.push(run.firstOutputMs);
    cold.push(fromNothing.firstOutputMs);
  }
  const ms = (times: readonly number[]): string => `${median(times).toFixed(1)} ms`;
  const ratio = (times: readonly number[], most: number): Pick<Figure, 'value' | 'goal' | 'met'> => {
    const value = median(times) / median(plain);
    return { value: `${value.toFixed(2)}×`, goal: `≤ ${most}×`, met: value <= most };
  };
  return [
    { what: 'start to first output, plain pypy3', value: ms(plain), goal: '' },
    {
      what: 'start to first output, guest',
      value: ms(forked),
      goal: `≤ ${FORKED_GOAL_MS} ms`,
      met: median(forked) <= FORKED_GOAL_MS,
    },
    { what: 'start to first output, guest / plain', ...ratio(forked, FORKED_GOAL) },
    { what: 'start to first output, guest, shown by the client', value: ms(atClient), goal: '' },
    { what: 'start to first output, guest from nothing', value: ms(cold), goal: '' },
    { what: 'start to first output, guest from nothing / plain', ...ratio(cold, COLD_GOAL) },
  ];
}
