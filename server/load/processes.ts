/** What the system says about the server under load and everything below it: who is there, memory, processor time, descriptors. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Linux reports times to user space in this unit whatever its own is. */
const TICKS_PER_SECOND = 100;

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** In ticks since the machine's start: with the number it names one process for ever. */
  readonly started: number;
  /** Own processor time, and that of children that have ended, in seconds. */
  readonly cpuSeconds: number;
  readonly endedCpuSeconds: number;
  readonly zombie: boolean;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // The process has ended.
    return '';
  }
}

function entryOf(pid: number): ProcessEntry | null {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === '') return null;
  // The name stands in parentheses and may hold anything, so count from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = (from: number): number =>
    (Number(fields[from]) + Number(fields[from + 1])) / TICKS_PER_SECOND;
  return {
    pid,
    parent: Number(fields[1]),
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    started: Number(fields[19]),
    cpuSeconds: seconds(11),
    endedCpuSeconds: seconds(13),
    zombie: fields[0] === 'Z',
  };
}

/** The process and all below it, itself first; empty where it is gone. */
export function familyOf(ancestor: number): readonly ProcessEntry[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => entryOf(Number(name)))
    .filter((entry) => entry !== null);
  const family = all.filter((entry) => entry.pid === ancestor);
  const known = new Set([ancestor]);
  for (let before = 0; before !== family.length;) {
    before = family.length;
    for (const entry of all) {
      if (!known.has(entry.parent) || known.has(entry.pid)) continue;
      known.add(entry.pid);
      family.push(entry);
    }
  }
  return family;
}

/** Whether that very process is still there; one that has ended and was not fetched yet is not. */
export function isAlive(entry: ProcessEntry): boolean {
  const now = entryOf(entry.pid);
  return now !== null && now.started === entry.started && !now.zombie;
}

/** KiB. `pss`: pages shared by n processes count for an n-th in each. */
export interface Memory {
  readonly pss: number;
  readonly privateDirty: number;
}

export function memoryOf(pid: number): Memory {
  const text = readText(`/proc/${pid}/smaps_rollup`);
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { pss: field('Pss'), privateDirty: field('Private_Dirty') };
}

/** What the descriptors of the process stand for: paths, or `pipe:[…]` and the like. */
export function descriptorsOf(pid: number): readonly string[] {
  const targets: string[] = [];
  for (const name of namesIn(`/proc/${pid}/fd`)) {
    try {
      targets.push(readlinkSync(`/proc/${pid}/fd/${name}`));
    } catch {
      // It was closed meanwhile.
    }
  }
  return targets;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Processor time of the family so far, in seconds: the server, and guests and helpers that live or have ended. */
export function cpuOf(ancestor: number): { readonly server: number; readonly below: number } {
  let server = 0;
  let below = 0;
  for (const entry of familyOf(ancestor)) {
    if (entry.pid === ancestor) server = entry.cpuSeconds;
    else below += entry.cpuSeconds;
    below += entry.endedCpuSeconds;
  }
  return { server, below };
}

/** Average number of tasks that ran or wanted to in the last minute, on the whole machine. */
export function machineLoad(): number {
  return Number(readText('/proc/loadavg').split(' ')[0]);
}
