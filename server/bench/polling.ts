/**
 * Whether awaiting replies adapts: calls a second with the guest polling as it pays, always and never, where both cores are idle, where there is
 * one core, and where both are busy. In each condition the modes take turns, each of them first as often as the others, and are compared round by
 * round, so that what the machine does besides hits all of them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { median } from './figures.ts';
import type { Figure } from './figures.ts';
import { startServer, Watcher, type LiveServer } from './liveServer.ts';
import { GETCWD, guestRate, loop, perSecond } from './loops.ts';

/** A multiple of the number of modes, so that each begins as often as the others. */
const ROUNDS = 6;
/** Indexing the last run's trace is over by then: on one core it would take its time from whichever mode comes next. */
const PAUSE_MS = 1_500;
/** Of the better fixed mode. */
const GOAL = 0.9;

const MODES = ['adaptive', 'always', 'never'] as const;

interface Condition {
  readonly name: string;
  readonly processor?: number;
  readonly busy: number;
}

const CONDITIONS: readonly Condition[] = [
  { name: 'idle', busy: 0 },
  { name: 'one core', processor: 0, busy: 0 },
  { name: 'all cores busy', busy: availableParallelism() },
];

function keepBusy(count: number): () => void {
  const loops = Array.from({ length: count }, (): ChildProcess =>
    spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' }),
  );
  return () => {
    for (const each of loops) each.kill('SIGKILL');
  };
}

interface Side {
  readonly mode: (typeof MODES)[number];
  readonly watcher: Watcher;
  readonly bench: string;
  readonly rates: number[];
}

async function rateWhenSettled({ watcher, bench }: Side): Promise<number> {
  await delay(PAUSE_MS);
  return guestRate(watcher, bench);
}

async function measure({ name, processor, busy }: Condition): Promise<Figure[]> {
  const servers: LiveServer[] = [];
  const sides: Side[] = [];
  let rest = (): void => undefined;
  try {
    for (const mode of MODES) {
      const server = await startServer({
        environment: { SANDTABLE_POLL: mode },
        ...(processor === undefined ? {} : { processor }),
      });
      servers.push(server);
      const watcher = await Watcher.connect(server);
      sides.push({ mode, watcher, bench: await watcher.bench(loop(GETCWD)), rates: [] });
    }
    // The first run of a server has its policy checked beside it, and its controller's code is not compiled yet.
    for (const side of sides) await rateWhenSettled(side);
    rest = keepBusy(busy);
    for (let round = 0; round < ROUNDS; round++) {
      const first = round % sides.length;
      for (const side of [...sides.slice(first), ...sides.slice(0, first)])
        side.rates.push(await rateWhenSettled(side));
    }
  } finally {
    rest();
    for (const { watcher } of sides) watcher.close();
    for (const server of servers) await server.close();
  }
  const [adaptive, ...fixed] = sides as [Side, ...Side[]];
  const better = fixed.reduce((best, side) => (median(side.rates) > median(best.rates) ? side : best));
  const ratios = adaptive.rates.map((rate, round) => rate / better.rates[round]!);
  const ratio = median(ratios);
  return [
    ...[...fixed, adaptive].map(({ mode, rates }): Figure => ({
      what: `${name}: ${mode === 'adaptive' ? 'as it pays' : mode}`,
      value: perSecond(median(rates)),
      goal: '',
    })),
    {
      what: `${name}: as it pays / ${better.mode}, the better of the others, round by round`,
      value: `${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
      goal: `≥ ${GOAL}`,
      met: ratio >= GOAL,
    },
  ];
}

export async function pollingFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const condition of CONDITIONS) figures.push(...(await measure(condition)));
  return figures;
}
