/** What a guest uses, asked of the kernel, and told where it moved. The last answer holds for a guest that is gone. */
import type { LimitWatch } from './limitWatch.ts';
import type { LiveGuest } from './liveGuest.ts';
import { processUsage, type ProcessUsage } from './processUsage.ts';
import type { SideEvent } from './sink.ts';

/** A usage event is worth it when memory moved by this much. */
const HEAP_STEP_BYTES = 256 * 1024;

const NO_USAGE: ProcessUsage = { heapBytes: 0, userSeconds: 0, systemSeconds: 0 };

export class UsageMeter {
  readonly #guest: () => LiveGuest | null;
  readonly #tell: (body: SideEvent) => void;
  #usage = NO_USAGE;
  #told = { heapBytes: -1, cpuSeconds: -1 };

  constructor(guest: () => LiveGuest | null, tell: (body: SideEvent) => void) {
    this.#guest = guest;
    this.#tell = tell;
  }

  get heapBytes(): number {
    return this.#usage.heapBytes;
  }

  /** Of processor time. */
  get seconds(): number {
    return this.#usage.userSeconds + this.#usage.systemSeconds;
  }

  /** Asks the kernel. */
  now(): ProcessUsage {
    const guest = this.#guest();
    if (guest?.alive === true && guest.pid !== null) this.#usage = processUsage(guest.pid) ?? this.#usage;
    return this.#usage;
  }

  /** Tells of the last answer, if there is something new to it. */
  tell(watch: LimitWatch): void {
    const { heapBytes } = this.#usage;
    const cpuSeconds = Math.round(this.seconds * 100) / 100;
    if (cpuSeconds === this.#told.cpuSeconds && Math.abs(heapBytes - this.#told.heapBytes) < HEAP_STEP_BYTES)
      return;
    this.#told = { heapBytes, cpuSeconds };
    this.#tell({
      type: 'usage',
      heapBytes,
      cpuSeconds,
      wallSeconds: Math.round(watch.wallSeconds * 100) / 100,
      outputBytes: watch.outputBytes,
    });
  }
}
