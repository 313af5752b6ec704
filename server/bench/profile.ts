/** Where the time of a mediated call goes: the worker thread's processor time by function, while a guest asks as fast as it can. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Figure } from './figures.ts';
import { startServer, Watcher } from './liveServer.ts';
import { GETCWD, guestRate, loop, perSecond } from './loops.ts';

const SECONDS = 6;
const LINES = 14;

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Microseconds by function, without what it called. */
function selfTimes({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(anonymous)'}${url === '' ? '' : ` ${url.replace(/^.*\/(?=[^/]+\/[^/]+$)/, '')}:${lineNumber + 1}`}`,
    ]),
  );
  const times = new Map<string, number>();
  samples.forEach((sample, i) => {
    const name = names.get(sample) ?? '(unknown)';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0));
  });
  return times;
}

/** The thread that did the most, idle time left out: the one that hosted the guest. */
function busiest(folder: string): Map<string, number> {
  const busy = (times: Map<string, number>): number =>
    [...times].reduce((sum, [name, time]) => (name === '(idle)' ? sum : sum + time), 0);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => selfTimes(JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Profile))
    .reduce((most, times) => (busy(times) > busy(most) ? times : most));
}

export async function profileFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sandtable-profile-'));
  try {
    const server = await startServer({ nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${folder}`] });
    const watcher = await Watcher.connect(server);
    const bench = await watcher.bench(loop(GETCWD, SECONDS));
    const rate = await guestRate(watcher, bench);
    watcher.close();
    await server.close();
    const times = busiest(folder);
    times.delete('(idle)');
    const total = [...times.values()].reduce((sum, time) => sum + time, 0);
    const calls = rate * SECONDS;
    return [
      { what: 'calls while the profiler looked on', value: perSecond(rate), goal: '' },
      ...[...times]
        .sort((a, b) => b[1] - a[1])
        .slice(0, LINES)
        .map(([what, time]) => ({
          what,
          value: `${((100 * time) / total).toFixed(1)} %, ${(time / calls).toFixed(2)} µs a call`,
          goal: '',
        })),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
