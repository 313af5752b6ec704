/** Jumps to random points of a run of a million calls, and filters over it, asked as the page asks: through the socket. */
import type { Figure } from './figures.ts';
import { median } from './figures.ts';
import type { Watcher } from './liveServer.ts';

const JUMPS = 200;
const JUMP_GOAL_MS = 200;
const FILTER_GOAL_MS = 300;

/** Looks at files, now and then writes, prints and is refused: a million calls with something to see at every point. */
const MILLION = `
import os
for i in range(250000):
    os.getcwd()
    os.stat('/tmp')
    os.access('/tmp/f%d' % (i % 200), os.R_OK)
    if i % 100 == 0:
        with open('/tmp/out%d.txt' % (i % 50), 'a') as f:
            f.write('line %d\\n' % i)
        try:
            open('/etc/passwd%d' % (i % 9), 'w')
        except OSError:
            pass
    if i % 1000 == 0:
        print('step', i)
    os.getpid()
`;

const FILTERS = [
  'verdict:deny',
  'path:/tmp/f7*',
  '-call:getcwd -call:stat us:>20',
  'path:*out4* call:write',
  'errno:* thread:1',
  // Free text: in some rows, in a few, in a quarter of them, in all, and nowhere.
  'step',
  'out49',
  'getcwd',
  'allow',
  'nowhere at all',
];

/** The run, with its index ready: it is made when a run ends, before anybody looks. */
export async function millionCalls(watcher: Watcher): Promise<{ bench: string; run: string; calls: number }> {
  const bench = await watcher.bench(MILLION);
  const { run, calls } = await watcher.watch(bench);
  await watcher.ask('run.at', { run, n: calls - 1 });
  return { bench, run, calls };
}

export async function travelFigures(watcher: Watcher): Promise<Figure[]> {
  const { run, calls } = await millionCalls(watcher);
  const jumps: number[] = [];
  const files: number[] = [];
  let bytes = 0;
  for (let i = 0; i < JUMPS; i++) {
    const n = Math.floor(Math.random() * calls);
    const begun = performance.now();
    const point = await watcher.ask('run.at', { run, n });
    jumps.push(performance.now() - begun);
    bytes = Math.max(bytes, JSON.stringify(point).length);
    if (i % 10 !== 0) continue;
    const begunFile = performance.now();
    await watcher.ask('run.file', { run, n, path: '/tmp/script.py' });
    files.push(performance.now() - begunFile);
  }
  const p95 = percentile(jumps, 0.95);
  const figures: Figure[] = [
    { what: 'calls of the run', value: calls.toLocaleString('en-US'), goal: '' },
    { what: 'jump to a random row, median', value: `${median(jumps).toFixed(0)} ms`, goal: '' },
    {
      what: 'the same, 95 %',
      value: `${p95.toFixed(0)} ms`,
      goal: `< ${JUMP_GOAL_MS} ms`,
      met: p95 < JUMP_GOAL_MS,
    },
    { what: 'the same, slowest', value: `${Math.max(...jumps).toFixed(0)} ms`, goal: '' },
    { what: 'largest answer', value: `${(bytes / 1024).toFixed(0)} KiB`, goal: '' },
    { what: 'a file at a random row, 95 %', value: `${percentile(files, 0.95).toFixed(0)} ms`, goal: '' },
  ];
  for (const filter of FILTERS) {
    const begun = performance.now();
    let page = await watcher.ask('run.matches', { run, filter, lowest: 0, from: 0, count: 250 });
    const first = performance.now() - begun;
    while (!page.complete)
      page = await watcher.ask('run.matches', { run, filter, lowest: 0, from: 0, count: 250 });
    const all = performance.now() - begun;
    figures.push({
      what: `filter ${filter}`,
      value: `${first.toFixed(0)} ms, all ${page.total.toLocaleString('en-US')} counted in ${all.toFixed(0)} ms`,
      goal: `< ${FILTER_GOAL_MS} ms`,
      met: all < FILTER_GOAL_MS,
    });
  }
  const begun = performance.now();
  await watcher.ask('run.statistics', { run, filter: '', lowest: 0, by: 'path' });
  figures.push({
    what: 'statistics by path',
    value: `${(performance.now() - begun).toFixed(0)} ms`,
    goal: '',
  });
  const drawn = performance.now();
  await watcher.ask('run.timeline', { run, from: 0, buckets: 400 });
  figures.push({ what: 'timeline', value: `${(performance.now() - drawn).toFixed(0)} ms`, goal: '' });
  return figures;
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
