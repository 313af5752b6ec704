/**
 * What it costs that guests can tell Python stacks: calls a second and starts, of guests that can and are not asked, beside guests that cannot,
 * and of guests that are asked at each call. They take turns, so that what the machine does besides hits all of them.
 */
import { median } from './figures.ts';
import type { Figure } from './figures.ts';
import { startServer, Watcher, type LiveServer } from './liveServer.ts';
import { GETCWD, guestRate, loop, perSecond, rateOf } from './loops.ts';

const ROUNDS = 8;

/** Of guests that cannot tell: what is less is lost in the noise of two runs of the same. */
const GOAL = 0.95;

interface Side {
  readonly watcher: Watcher;
  readonly bench: string;
  readonly hello: string;
  readonly rates: number[];
  readonly starts: number[];
}

export async function stackFigures(): Promise<Figure[]> {
  const servers: LiveServer[] = [];
  const sides: Side[] = [];
  const asked: number[] = [];
  try {
    for (const stacks of ['never', '']) {
      const server = await startServer({ environment: { SANDTABLE_STACKS: stacks } });
      servers.push(server);
      const watcher = await Watcher.connect(server);
      const bench = await watcher.bench(loop(GETCWD));
      sides.push({ watcher, bench, hello: await watcher.bench("print('hello')"), rates: [], starts: [] });
    }
    for (let round = 0; round < ROUNDS; round++) {
      // Who begins changes, for whoever comes second finds the machine warm.
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        side.rates.push(await guestRate(side.watcher, side.bench));
        side.starts.push((await side.watcher.watch(side.hello)).firstOutputMs);
      }
      const { watcher, bench } = sides[1]!;
      if (round % 4 === 0) asked.push(rateOf((await watcher.watch(bench, { lines: true })).output));
    }
  } finally {
    for (const { watcher } of sides) watcher.close();
    for (const server of servers) await server.close();
  }
  const [without, off] = sides as [Side, Side];
  const ratios = off.rates.map((rate, round) => rate / without.rates[round]!);
  const ratio = median(ratios);
  return [
    { what: 'guests that cannot tell stacks', value: perSecond(median(without.rates)), goal: '' },
    { what: 'guests that can, and are not asked', value: perSecond(median(off.rates)), goal: '' },
    {
      what: 'the same, round by round: not asked / cannot',
      value: `${ratio.toFixed(3)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
      goal: `≥ ${GOAL}`,
      met: ratio >= GOAL,
    },
    { what: 'asked at each call (trace lines)', value: perSecond(median(asked)), goal: '' },
    { what: 'first output, cannot', value: `${median(without.starts).toFixed(0)} ms`, goal: '' },
    { what: 'first output, can', value: `${median(off.starts).toFixed(0)} ms`, goal: '' },
  ];
}
