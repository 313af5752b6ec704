/** Puts a guest and the thread of its controller on one processor, and everything else of the server on the others. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { LiveServer } from './liveServer.ts';

const SHARED_PROCESSOR = 0;

/** Whether there is another processor for the rest of the server. */
export const CAN_PART = availableParallelism() > 1;

/**
 * For a server that has just run a guest with many calls: of its threads the one that worked most is that guest's controller. Guests that are forked
 * later stay where their zygote is.
 */
export function partFromRest({ pid }: LiveServer): void {
  const shared = String(SHARED_PROCESSOR);
  const others = `${String(SHARED_PROCESSOR + 1)}-${String(availableParallelism() - 1)}`;
  const threads = readdirSync(`/proc/${String(pid)}/task`).map((thread) => ({
    thread,
    worked: ticksOf(`/proc/${String(pid)}/task/${thread}/stat`),
  }));
  const [controller] = threads.toSorted((a, b) => b.worked - a.worked);
  for (const { thread } of threads) pin(thread, thread === controller?.thread ? shared : others);
  for (const descendant of descendants(String(pid))) pin(descendant, shared);
}

/** Fields of a stat file from the state on; the name before it may hold anything. */
function fieldsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function ticksOf(file: string): number {
  const fields = fieldsOf(file);
  return Number(fields[11]) + Number(fields[12]);
}

function descendants(of: string): string[] {
  const parents = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      parents.set(pid, fieldsOf(`/proc/${pid}/stat`)[1]!);
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (pid: string): string[] =>
    [...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => [child, ...below(child)]);
  return below(of);
}

function pin(task: string, processors: string): void {
  // Whoever has ended meanwhile needs no place.
  spawnSync('taskset', ['--pid', '--cpu-list', processors, task], { stdio: 'ignore' });
}
