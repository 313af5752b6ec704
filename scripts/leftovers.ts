/**
 * Finds the processes that a test run leaves behind.
 *
 * A process may leave its group, its session and its parent, and a guest's environment is empty: no mark that it
 * carries is certain. So the run is a child subreaper (adoptOrphans.py): whatever loses its parent falls to us, and
 * what was ever started below us is below us until it ends.
 */
import { readdirSync, readFileSync } from 'node:fs';

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** Who ends by himself within this time after the last test is no leftover: browsers take a moment to go. */
const GRACE_MS = 3_000;

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // The process has ended.
    return '';
  }
}

function listProcesses(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readText(`/proc/${name}/stat`) : '';
    if (stat === '') continue;
    // The program's name in parentheses may hold anything, so count from its end.
    const [state = '', parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    entries.push({ pid: Number(name), state, parent: Number(parent) });
  }
  return entries;
}

/** All running processes below `ancestor`. */
function listBelow(ancestor: number): number[] {
  const entries = listProcesses();
  const below = new Set([ancestor]);
  // A parent may come later in the list than its child, so repeat until nothing is added.
  for (let before = 0; before !== below.size;) {
    before = below.size;
    for (const { pid, parent } of entries) if (below.has(parent)) below.add(pid);
  }
  below.delete(ancestor);
  // Node does not collect children that it adopted; a zombie holds nothing but its row until we end.
  return entries.filter(({ pid, state }) => below.has(pid) && state !== 'Z').map(({ pid }) => pid);
}

/** One look at /proc takes a while, and a process that forks and ends meanwhile hides its child from it: look again. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 50;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));

async function listBelowForSure(ancestor: number): Promise<number[]> {
  for (let look = 1; ; look += 1) {
    const below = listBelow(ancestor);
    if (below.length > 0 || look === LOOKS) return below;
    await pause();
  }
}

/** Waits a little for what is about to end, kills the rest, and says what that was. */
export async function endLeftovers(graceMs = GRACE_MS): Promise<Leftover[]> {
  const deadline = performance.now() + graceMs;
  let below = await listBelowForSure(process.pid);
  while (below.length > 0 && performance.now() < deadline) {
    await pause();
    below = await listBelowForSure(process.pid);
  }
  const leftovers: Leftover[] = [];
  // What a killed process had started falls to us in its turn.
  for (; below.length > 0; below = await listBelowForSure(process.pid)) {
    for (const pid of below) {
      leftovers.push({ pid, command: readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() });
      kill(pid);
    }
    await pause();
  }
  return leftovers;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between the look and the kill.
  }
}
