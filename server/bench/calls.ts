/** Mediated calls a second, with the trace recorded and a client attached; plain pypy3 beside it for scale. */
import { setTimeout as delay } from 'node:timers/promises';
import { median } from './figures.ts';
import type { Figure } from './figures.ts';
import { startServer, Watcher, type LiveServer, type ServerSettings } from './liveServer.ts';
import { CAN_PART, partFromRest } from './oneCore.ts';
import { GETCWD, guestRate, loop, perSecond, plainRate, STAT } from './loops.ts';

const ROUNDS = 5;
const PAUSE_MS = 1_500;
const GOAL = 150_000;
const ONE_CORE_GOAL = 100_000;
const FUNCTION_GOAL = 30_000;

/** Passes every getcwd on, as a student's first function does. */
const FUNCTION = `import { policy, standard } from 'sandtable';
export default policy({ ...standard, middleware: { ll_os_getcwd: (call, next) => next() } });`;

const goal = (rate: number, least: number): Pick<Figure, 'goal' | 'met'> => ({
  goal: `≥ ${perSecond(least)}`,
  met: rate >= least,
});

export async function callFigures(watcher: Watcher): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, statement] of [
    ['getcwd', GETCWD],
    ['stat', STAT],
  ] as const) {
    const source = loop(statement);
    const bench = await watcher.bench(source);
    const plain: number[] = [];
    const guest: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      plain.push(await plainRate(source));
      guest.push(await guestRate(watcher, bench));
    }
    const calls = median(guest);
    figures.push(
      { what: `${name}, plain pypy3`, value: perSecond(median(plain)), goal: '' },
      { what: `${name}, guest, traced, client attached`, value: perSecond(calls), ...goal(calls, GOAL) },
      { what: `${name}, plain / guest`, value: `${(median(plain) / calls).toFixed(1)}×`, goal: '' },
    );
  }
  const withFunction = await watcher.bench(loop(GETCWD), FUNCTION);
  const judged: number[] = [];
  for (let i = 0; i < ROUNDS; i++) judged.push(await guestRate(watcher, withFunction));
  figures.push({
    what: 'getcwd, guest, through a function of the policy',
    value: perSecond(median(judged)),
    ...goal(median(judged), FUNCTION_GOAL),
  });
  return [...figures, ...(await oneCoreFigures())];
}

/** Guest and controller on one processor, and the same with all else that the server does (the trace's way to the page, compiling, collecting) there as well. */
async function oneCoreFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  if (CAN_PART) {
    const rate = await rateOn({}, partFromRest);
    figures.push({
      what: 'getcwd, guest and controller on one core',
      value: perSecond(rate),
      ...goal(rate, ONE_CORE_GOAL),
    });
  }
  const rate = await rateOn({ processor: 0 }, () => undefined);
  return [
    ...figures,
    { what: 'getcwd, guest and the whole server on one core', value: perSecond(rate), goal: '' },
  ];
}

/** @param place called when the server has run something */
async function rateOn(settings: ServerSettings, place: (server: LiveServer) => void): Promise<number> {
  const server = await startServer(settings);
  try {
    const watcher = await Watcher.connect(server);
    const bench = await watcher.bench(loop(GETCWD));
    await guestRate(watcher, bench);
    place(server);
    const rates: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      // The last run's trace is indexed in that time.
      await delay(PAUSE_MS);
      rates.push(await guestRate(watcher, bench));
    }
    watcher.close();
    return median(rates);
  } finally {
    await server.close();
  }
}
