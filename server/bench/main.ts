/**
 * `npm run bench`: every figure that README and docs name, measured in one run with its counterpart beside it, because machines are
 * noisy and only ratios travel. `npm run bench -- calls start` runs some of them. Nothing here fails a build: a figure that
 * misses its goal says so.
 */
import { alternativeFigures } from './alternatives.ts';
import { callFigures } from './calls.ts';
import { cpuFigures } from './cpu.ts';
import { printFigures } from './figures.ts';
import type { Figure } from './figures.ts';
import { startServer, Watcher } from './liveServer.ts';
import { matrixFigures } from './matrix.ts';
import { memoryFigures } from './memory.ts';
import { pageFigures } from './page.ts';
import { policyFigures } from './policy.ts';
import { pollingFigures } from './polling.ts';
import { profileFigures } from './profile.ts';
import { replayFigures } from './replay.ts';
import { scrollFigures } from './scroll.ts';
import { startFigures } from './start.ts';
import { stackFigures } from './stacks.ts';
import { travelFigures } from './travel.ts';

const server = await startServer();
const watcher = await Watcher.connect(server);
const parts: Record<string, { title: string; measure: () => Promise<Figure[]> }> = {
  memory: { title: 'Memory of idle sessions', measure: () => memoryFigures(server) },
  cpu: { title: 'Computing', measure: () => cpuFigures(watcher) },
  start: { title: 'Starting', measure: () => startFigures(watcher) },
  calls: { title: 'Calls', measure: () => callFigures(watcher) },
  polling: { title: 'Awaiting replies', measure: pollingFigures },
  stacks: { title: 'Telling Python stacks', measure: stackFigures },
  alternatives: { title: 'What people would use instead', measure: () => alternativeFigures(watcher) },
  profile: {
    title: 'Where the time of a call goes, in the thread that hosts the guest',
    measure: profileFigures,
  },
  travel: { title: 'Any point of a run of a million calls', measure: () => travelFigures(watcher) },
  scroll: {
    title: 'The trace of a million calls on the page',
    measure: () => scrollFigures(server, watcher),
  },
  policy: { title: 'Deciding', measure: policyFigures },
  replay: { title: 'Judging a recorded run', measure: replayFigures },
  matrix: { title: 'Everybody and every check of a course', measure: matrixFigures },
  page: { title: 'The page', measure: () => pageFigures(server) },
};
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in parts));
try {
  if (unknown.length > 0) {
    console.error(`no such part: ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}`);
    process.exitCode = 2;
  } else {
    for (const [name, part] of Object.entries(parts)) {
      if (asked.length === 0 || asked.includes(name)) printFigures(part.title, await part.measure());
    }
  }
} finally {
  watcher.close();
  await server.close();
}
