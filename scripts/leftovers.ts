/**
 * Finds the processes that a test run leaves behind.
 *
 * A process may leave its group, its session and its parent, and a guest has an empty environment; so no single mark
 * is enough. Two are used: every process seen below us while the run lasts (sampled), and every process whose
 * environment carries the run's mark. Processes are told by id *and* start time: ids are reused.
 */
import { readdirSync, readFileSync } from 'node:fs';

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  /** Clock ticks since boot. */
  readonly started: string;
}

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** Often enough to see what lives long enough to matter; one look costs a few milliseconds. */
const SAMPLE_MS = 300;
/** Ends by itself within this time after its step: not a leftover. */
const GRACE_MS = 3_000;
const RUN_MARK = 'SANDTABLE_TEST_RUN';

function readEntry(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything, so count from its end: state, parent … and start time as field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, state: fields[0] ?? '', parent: Number(fields[1]), started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
};

function listProcesses(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    const entry = /^\d+$/.test(name) ? readEntry(Number(name)) : undefined;
    // A zombie holds nothing but its row; in a container without an init nobody collects it.
    if (entry !== undefined && entry.state !== 'Z') entries.push(entry);
  }
  return entries;
}

const keyOf = ({ pid, started }: ProcessEntry): string => `${pid}@${started}`;

export class ProcessWatch {
  /** Give this to every child, so that its descendants carry it. */
  readonly env: Readonly<Record<string, string>>;
  readonly #mark: string;
  readonly #graceMs: number;
  readonly #seen = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(graceMs = GRACE_MS) {
    this.#graceMs = graceMs;
    const id = crypto.randomUUID();
    this.#mark = `${RUN_MARK}=${id}`;
    this.env = { [RUN_MARK]: id };
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#timer.unref();
  }

  #sample(): void {
    const entries = listProcesses();
    const below = new Set([process.pid]);
    // A parent may come later in the list than its child, so repeat until nothing is added.
    for (let before = -1; before !== below.size;) {
      before = below.size;
      for (const entry of entries) if (below.has(entry.parent)) below.add(entry.pid);
    }
    below.delete(process.pid);
    for (const entry of entries) if (below.has(entry.pid)) this.#seen.add(keyOf(entry));
  }

  #alive(): ProcessEntry[] {
    return listProcesses().filter(
      (entry) =>
        entry.pid !== process.pid &&
        (this.#seen.has(keyOf(entry)) ||
          readText(`/proc/${entry.pid}/environ`).split('\0').includes(this.#mark)),
    );
  }

  /** Waits a little for what is about to end, kills the rest, and says what that was. */
  async end(): Promise<Leftover[]> {
    this.#sample();
    clearInterval(this.#timer);
    const deadline = performance.now() + this.#graceMs;
    let alive = this.#alive();
    while (alive.length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      alive = this.#alive();
    }
    return alive.map(({ pid }) => {
      const command = readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended between the look and the kill.
      }
      return { pid, command };
    });
  }
}
