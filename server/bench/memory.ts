/** What an idle session costs: REPLs that wait at their prompt, each with a page attached. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Figure } from './figures.ts';
import { Watcher } from './liveServer.ts';
import type { LiveServer } from './liveServer.ts';

const SESSIONS = 10;
const MIB = 1024;
const PRIVATE_GOAL_MIB = 2;

/** Proportional set size (shared pages are counted by share) and private dirty memory of a process, in KiB. */
function memoryOf(pid: number): { pss: number; own: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { pss: field('Pss'), own: field('Private_Dirty') };
}

/** Name that the host gives its process; the type checkers are children of the server as well. */
const GUEST_NAME = 'sandtable-guest';

/** Forked guests are children of a zygote, which is the server's. */
function parentOf(pid: number): number {
  return Number(/^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
}

function guestsOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => {
      try {
        const [, name, parent] =
          /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${candidate}/stat`, 'utf8')) ?? [];
        return name === GUEST_NAME && (Number(parent) === pid || parentOf(Number(parent)) === pid);
      } catch {
        return false;
      }
    });
}

export async function memoryFigures(server: LiveServer): Promise<Figure[]> {
  const before = memoryOf(server.pid);
  const watchers: Watcher[] = [];
  for (let i = 0; i < SESSIONS; i++) {
    const watcher = await Watcher.connect(server);
    await watcher.watch(await watcher.bench(''), { mode: 'repl', untilInput: true });
    watchers.push(watcher);
  }
  const after = memoryOf(server.pid);
  const guests = guestsOf(server.pid).map(memoryOf);
  for (const watcher of watchers) watcher.close();
  const mean = (pick: (m: { pss: number; own: number }) => number): number =>
    guests.reduce((sum, m) => sum + pick(m), 0) / guests.length / MIB;
  return [
    {
      what: `idle REPL (of ${guests.length}): guest, proportional`,
      value: `${mean((m) => m.pss).toFixed(1)} MiB`,
      goal: '',
    },
    {
      what: 'idle REPL: guest, private and dirty',
      value: `${mean((m) => m.own).toFixed(1)} MiB`,
      goal: `≤ ${PRIVATE_GOAL_MIB} MiB`,
      met: mean((m) => m.own) <= PRIVATE_GOAL_MIB,
    },
    {
      what: 'idle REPL: server',
      value: `${((after.pss - before.pss) / SESSIONS / MIB).toFixed(1)} MiB`,
      goal: '',
    },
    { what: 'server without sessions', value: `${(before.pss / MIB).toFixed(0)} MiB`, goal: '' },
  ];
}
