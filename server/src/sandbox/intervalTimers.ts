/** The guest's alarms: a timer here, a real signal there. */
import type { IntervalTimers } from './handlers/handler.ts';

const SIGALRM = 14;
const SIGVTALRM = 26;
const SIGPROF = 27;

/** Real, virtual and profiling time; the latter two run on the clock as well, which only makes them early. */
const SIGNALS = [SIGALRM, SIGVTALRM, SIGPROF] as const;

/** Shortest time between two signals: a guest that asks for more would only be kept from running. */
const SHORTEST_SECONDS = 0.001;

/** Longest time, 68 years, which `alarm` can still answer; what is asked beyond it would be no exact number either. */
const LONGEST_SECONDS = 2 ** 31 - 1;

const NONE = { value: 0, interval: 0 } as const;

interface Armed {
  readonly timer: NodeJS.Timeout;
  readonly due: number;
  readonly interval: number;
}

export class AlarmTimers implements IntervalTimers {
  readonly #armed = new Map<number, Armed>();
  readonly #raise: (signal: number) => void;

  constructor(raise: (signal: number) => void) {
    this.#raise = raise;
  }

  /** Sets one and answers what it was; a value of 0 clears it. */
  set(which: number, value: number, interval: number): { readonly value: number; readonly interval: number } {
    const before = this.get(which);
    const armed = this.#armed.get(which);
    if (armed !== undefined) clearTimeout(armed.timer);
    this.#armed.delete(which);
    if (value > 0) this.#arm(which, within(value), interval > 0 ? within(interval) : 0);
    return before;
  }

  get(which: number): { readonly value: number; readonly interval: number } {
    const armed = this.#armed.get(which);
    if (armed === undefined) return NONE;
    return {
      value: Math.max(SHORTEST_SECONDS, (armed.due - performance.now()) / 1000),
      interval: armed.interval,
    };
  }

  clear(): void {
    for (const { timer } of this.#armed.values()) clearTimeout(timer);
    this.#armed.clear();
  }

  #arm(which: number, seconds: number, interval: number): void {
    const timer = setTimeout(
      () => {
        this.#armed.delete(which);
        if (interval > 0) this.#arm(which, interval, interval);
        this.#raise(SIGNALS[which]!);
      },
      Math.min(seconds * 1000, 2_147_483_647),
    );
    this.#armed.set(which, { timer, due: performance.now() + seconds * 1000, interval });
  }
}

function within(seconds: number): number {
  return Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, seconds));
}
