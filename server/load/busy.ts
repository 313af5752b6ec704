/** Guests that compute without end, beside somebody who types. */
import type { Figure } from '../bench/figures.ts';
import { median } from '../bench/figures.ts';
import { answers, echoes } from './latency.ts';
import type { OwnServer } from './ownServer.ts';
import { goalOf, percentile, plain } from './scenario.ts';
import type { Sizes } from './scenario.ts';
import { Student } from './student.ts';

const GOAL_MS = 100;

const ENDLESS = `print('computing', flush=True)
n = 0
while True:
    n = (n * 31 + 7) % 1000003
`;

export async function measureBusy(
  server: OwnServer,
  { busy, strokes, lines }: Sizes,
): Promise<readonly Figure[]> {
  const typist = await Student.connect(server.url);
  const others: Student[] = [];
  try {
    await typist.makeBench({ 'script.py': '' });
    await typist.startPrompt();
    const quietEcho = await echoes(typist, strokes);
    const quietAnswer = await answers(typist, lines);
    for (let i = 0; i < busy; i++) {
      const other = await Student.connect(server.url);
      others.push(other);
      await other.makeBench({ 'script.py': ENDLESS });
      await other.startToOutput('script');
    }
    const echo = await echoes(typist, strokes);
    const answer = await answers(typist, lines);
    const computing = others.filter((other) => other.exit === null).length;
    const triple = (times: readonly number[]): string =>
      `${median(times).toFixed(0)} / ${percentile(times, 0.95).toFixed(0)} / ${Math.max(...times).toFixed(0)} ms`;
    return [
      { what: 'guests that compute', value: `${computing}`, goal: `= ${busy}`, met: computing === busy },
      plain('echo of a key, quiet (median / 95 of 100 / most)', triple(quietEcho)),
      plain('echo of a key (median / 95 of 100 / most)', triple(echo)),
      goalOf('echo of a key, 95 of 100', percentile(echo, 0.95), GOAL_MS, 'ms'),
      plain('Enter to the next prompt, quiet', triple(quietAnswer)),
      plain('Enter to the next prompt', triple(answer)),
    ];
  } finally {
    for (const student of [typist, ...others]) await student.leave();
  }
}
