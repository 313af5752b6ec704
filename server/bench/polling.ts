/**
 * Whether awaiting replies adapts: calls a second with the guest polling as it pays, always and never, where both cores are idle, where there is
 * one core, and where both are busy. In each condition the modes take turns, so that what the machine does besides hits all of them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { median } from './figures.ts';
import type { Figure } from './figures.ts';
import { startServer, Watcher, type LiveServer } from './liveServer.ts';
import { GETCWD, guestRate, loop, perSecond } from './loops.ts';

const ROUNDS = 4;
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

async function measure({ name, processor, busy }: Condition): Promise<Figure[]> {
  const servers: LiveServer[] = [];
  const watchers: { readonly watcher: Watcher; readonly bench: string; readonly rates: number[] }[] = [];
  let rest = (): void => undefined;
  try {
    for (const mode of MODES) {
      const server = await startServer({
        environment: { SANDTABLE_POLL: mode },
        ...(processor === undefined ? {} : { processor }),
      });
      servers.push(server);
      const watcher = await Watcher.connect(server);
      watchers.push({ watcher, bench: await watcher.bench(loop(GETCWD)), rates: [] });
    }
    rest = keepBusy(busy);
    for (let round = 0; round < ROUNDS; round++)
      for (const { watcher, bench, rates } of watchers) rates.push(await guestRate(watcher, bench));
  } finally {
    rest();
    for (const { watcher } of watchers) watcher.close();
    for (const server of servers) await server.close();
  }
  const [adaptive, always, never] = watchers.map(({ rates }) => median(rates)) as [number, number, number];
  const ratio = adaptive / Math.max(always, never);
  return [
    { what: `${name}: always`, value: perSecond(always), goal: '' },
    { what: `${name}: never`, value: perSecond(never), goal: '' },
    { what: `${name}: as it pays`, value: perSecond(adaptive), goal: '' },
    {
      what: `${name}: as it pays / the better of the others`,
      value: ratio.toFixed(2),
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
