/** What a process uses, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUsage {
  /** Private memory in bytes: what it holds beyond files it shares with others. */
  readonly heapBytes: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
}

/** Linux reports times to user space in this unit whatever its own is. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** What the process uses now; null once it is gone. */
export function processUsage(pid: number): ProcessUsage | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    // The second field is the program's name in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const memory = memoryOf(`/proc/${String(pid)}`) ?? memoryOfThreads(pid) ?? [];
    return {
      heapBytes: Math.max(0, Number(memory[1] ?? 0) - Number(memory[2] ?? 0)) * PAGE_BYTES,
      userSeconds: Number(fields[11]) / TICKS_PER_SECOND,
      systemSeconds: Number(fields[12]) / TICKS_PER_SECOND,
    };
  } catch {
    return null;
  }
}

/** The fields of `statm`; null where the thread it stands for has ended, whose memory is told as 0. */
function memoryOf(folder: string): string[] | null {
  const fields = readFileSync(`${folder}/statm`, 'latin1').split(' ');
  return fields[0] === '0' ? null : fields;
}

/** A process whose first thread has ended goes on in the others, and its memory is told by any of them. */
function memoryOfThreads(pid: number): string[] | null {
  const threads = `/proc/${String(pid)}/task`;
  for (const thread of readdirSync(threads)) {
    const memory = memoryOf(`${threads}/${thread}`);
    if (memory !== null) return memory;
  }
  return null;
}
