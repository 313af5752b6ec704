/** Mediated calls a second, with the trace recorded and a client attached; plain pypy3 beside it for scale. */
import { median } from './figures.ts';
import type { Figure } from './figures.ts';
import type { Watcher } from './liveServer.ts';
import { runPlain } from './plainPypy.ts';

const ROUNDS = 5;
const GOAL = 40_000;

/** Long enough that the JIT's warm-up is a small part, short enough that the log stays under 100 MB. */
const SECONDS = 1.5;

const script = (statement: string): string => `
import os, time
def burst(n):
    for _ in range(n): ${statement}
burst(2000)
begun, count = time.perf_counter(), 0
while time.perf_counter() - begun < ${SECONDS}:
    burst(1000); count += 1000
print('rate', count / (time.perf_counter() - begun))
`;

const rate = (output: string): number => Number(/rate ([\d.]+)/.exec(output)?.[1]);

export async function callFigures(watcher: Watcher): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, statement] of [
    ['getcwd', 'os.getcwd()'],
    ['stat', "os.stat('/tmp')"],
  ] as const) {
    const source = script(statement);
    const bench = await watcher.bench(source);
    const plain: number[] = [];
    const guest: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      plain.push(rate((await runPlain(source)).output));
      guest.push(rate((await watcher.watch(bench)).output));
    }
    const calls = median(guest);
    figures.push(
      {
        what: `${name}, plain pypy3`,
        value: `${Math.round(median(plain)).toLocaleString('en')}/s`,
        goal: '',
      },
      {
        what: `${name}, guest, traced, client attached`,
        value: `${Math.round(calls).toLocaleString('en')}/s`,
        goal: `≥ ${GOAL.toLocaleString('en')}/s`,
        met: calls >= GOAL,
      },
      { what: `${name}, plain / guest`, value: `${(median(plain) / calls).toFixed(1)}×`, goal: '' },
    );
  }
  return figures;
}
