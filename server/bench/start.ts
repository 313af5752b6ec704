/** From the request to run until the first byte of output is at the client, against a cold plain pypy3. */
import { median } from './figures.ts';
import type { Figure } from './figures.ts';
import type { Watcher } from './liveServer.ts';
import { runPlain } from './plainPypy.ts';

const PAIRS = 15;
const GOAL = 1.5;
const SCRIPT = "print('hello', flush=True)\n";

export async function startFigures(watcher: Watcher): Promise<Figure[]> {
  const bench = await watcher.bench(SCRIPT);
  await watcher.watch(bench);
  await runPlain(SCRIPT);
  const plain: number[] = [];
  const guest: number[] = [];
  for (let i = 0; i < PAIRS; i++) {
    plain.push((await runPlain(SCRIPT)).firstOutputMs);
    guest.push((await watcher.watch(bench)).firstOutputMs);
  }
  const ratio = median(guest) / median(plain);
  return [
    { what: 'start to first output, plain pypy3', value: `${median(plain).toFixed(0)} ms`, goal: '' },
    { what: 'start to first output, guest at the client', value: `${median(guest).toFixed(0)} ms`, goal: '' },
    {
      what: 'start to first output, guest / plain',
      value: `${ratio.toFixed(2)}×`,
      goal: `≤ ${GOAL}×`,
      met: ratio <= GOAL,
    },
  ];
}
