/**
 * Watches the limits of one run and says once which of them was reached.
 *
 * Counted here: time on the clock, output, calls per second, the size of the trace. Sampled from outside: processor time and memory,
 * which the kernel limits as well.
 *
 * The clock stands still while the guest does nothing but wait for the person: a read of the person's input waits, no other
 * call is made or waits, and no processor time is used. That is settled at each sample: of the time since the last one, what passed
 * after the guest's last call while such a read waited is taken off, as far as it was not spent computing. NEVER does a waiting read alone
 * stop the clock: one thread that reads must not give the others endless time.
 */
import type { RunLimits } from '@sandtable/shared/policy/model';

export type EndingLimit =
  'heapBytes' | 'cpuSeconds' | 'wallSeconds' | 'outputBytes' | 'callsPerSecond' | 'traceBytes';

const MESSAGES: { readonly [limit in EndingLimit]: (value: number) => string } = {
  heapBytes: (value) => `The guest used more than its ${mebibytes(value)} of memory.`,
  cpuSeconds: (value) => `The guest used its ${seconds(value)} of processor time.`,
  wallSeconds: (value) => `The run took longer than ${seconds(value)}.`,
  outputBytes: (value) => `The guest printed more than ${mebibytes(value)}.`,
  callsPerSecond: (value) => `The guest made more than ${value.toLocaleString('en')} calls in a second.`,
  traceBytes: (value) => `The trace of this run reached ${mebibytes(value)}.`,
};

function mebibytes(bytes: number): string {
  return bytes >= 1024 * 1024
    ? `${String(Math.round((bytes / 1024 / 1024) * 10) / 10)} MiB`
    : `${String(Math.round(bytes / 1024))} KiB`;
}

function seconds(value: number): string {
  return value === 1 ? '1 second' : `${String(value)} seconds`;
}

export class LimitWatch {
  readonly #limits: RunLimits;
  readonly #reached: (limit: EndingLimit, value: number, message: string) => void;
  #over = false;
  #outputBytes = 0;
  #traceBytes = 0;
  #callsThisSecond = 0;
  #secondBegan = performance.now();
  readonly #began = performance.now();
  /** Milliseconds spent waiting for the person, settled; and those since the last sample that may still turn out not to be. */
  #idle = 0;
  #maybeIdle = 0;
  /** Since when a read of the person's input has waited and nothing else happened. */
  #idleSince: number | null = null;
  #sampledAt = performance.now();
  #cpuSeconds = 0;
  #wallTimer: NodeJS.Timeout | null = null;

  constructor(limits: RunLimits, reached: (limit: EndingLimit, value: number, message: string) => void) {
    this.#limits = limits;
    this.#reached = reached;
    this.#armWall();
  }

  get outputBytes(): number {
    return this.#outputBytes;
  }

  /** Seconds on the clock without those spent waiting for the person. */
  get wallSeconds(): number {
    const now = performance.now();
    const idle = this.#idle + this.#maybeIdle + (this.#idleSince === null ? 0 : now - this.#idleSince);
    return (now - this.#began - idle) / 1000;
  }

  output(bytes: number): void {
    this.#outputBytes += bytes;
    if (this.#outputBytes > this.#limits.outputBytes) this.reach('outputBytes');
  }

  /** One call, and the length of its row. */
  call(now: number, rowBytes: number): void {
    if (this.#idleSince !== null) this.#idleSince = now;
    this.#traceBytes += rowBytes;
    if (this.#traceBytes > this.#limits.traceBytes) this.reach('traceBytes');
    if (now - this.#secondBegan >= 1000) {
      this.#secondBegan = now;
      this.#callsThisSecond = 0;
    }
    this.#callsThisSecond += 1;
    if (this.#callsThisSecond > this.#limits.callsPerSecond) this.reach('callsPerSecond');
  }

  /** An event that is no call, and its length. */
  event(bytes: number): void {
    this.#traceBytes += bytes;
    if (this.#traceBytes > this.#limits.traceBytes) this.reach('traceBytes');
  }

  /** What the guest uses now; `waitsOnly`: none of its calls waits but reads of the person's input. */
  sampled(heapBytes: number, cpuSeconds: number, waitsOnly: boolean): void {
    this.#settleIdle(cpuSeconds, waitsOnly);
    if (this.wallSeconds >= this.#limits.wallSeconds) this.reach('wallSeconds');
    else if (cpuSeconds > this.#limits.cpuSeconds) this.reach('cpuSeconds');
    else if (heapBytes > this.#limits.heapBytes + HEAP_SLACK) this.reach('heapBytes');
  }

  /** The guest waits for the person, or goes on. */
  idle(waiting: boolean): void {
    const now = performance.now();
    if (waiting && this.#idleSince === null) {
      this.#idleSince = now;
      this.#disarmWall();
    } else if (!waiting && this.#idleSince !== null) {
      this.#maybeIdle += now - this.#idleSince;
      this.#idleSince = null;
      this.#armWall();
    }
  }

  #settleIdle(cpuSeconds: number, waitsOnly: boolean): void {
    const now = performance.now();
    if (this.#idleSince !== null) {
      if (waitsOnly) this.#maybeIdle += now - this.#idleSince;
      this.#idleSince = now;
    }
    const computed = (cpuSeconds - this.#cpuSeconds) * 1000;
    this.#idle += Math.max(0, Math.min(this.#maybeIdle, now - this.#sampledAt - computed));
    this.#maybeIdle = 0;
    this.#sampledAt = now;
    this.#cpuSeconds = cpuSeconds;
  }

  /** Says that a limit was reached; only the first counts. */
  reach(limit: EndingLimit): void {
    if (this.#over) return;
    this.stop();
    const value = this.#limits[limit];
    this.#reached(limit, value, MESSAGES[limit](value));
  }

  stop(): void {
    this.#over = true;
    this.#disarmWall();
  }

  #armWall(): void {
    if (this.#over) return;
    const left = this.#limits.wallSeconds - this.wallSeconds;
    this.#wallTimer = setTimeout(
      () => {
        if (this.wallSeconds >= this.#limits.wallSeconds) this.reach('wallSeconds');
        else this.#armWall();
      },
      Math.max(1, left * 1000),
    );
  }

  #disarmWall(): void {
    if (this.#wallTimer !== null) clearTimeout(this.#wallTimer);
    this.#wallTimer = null;
  }
}

/** The interpreter itself takes some 40 MB of private memory that no program can save. */
const HEAP_SLACK = 96 * 1024 * 1024;
