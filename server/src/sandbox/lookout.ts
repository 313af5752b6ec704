/**
 * Looks out for the next request of a guest for a bounded time before the thread sleeps.
 *
 * Waking a halted core costs some 50 µs in a virtual machine, more than a call. A guest that has just been answered often asks again within that
 * time, above all while its interpreter starts: it makes two hundred round trips there, with little to compute in between. So the loop of this
 * thread goes round without sleeping for {@link LOOK_MS} after an answer: everything else of the thread (timers, messages, other guests) is served
 * in each round. Whether that pays is learned for each guest: one that computes, or whose thread shares a processor with it, is soon left to
 * wake us (the host learns the same about our replies, see channel.c).
 *
 * Invariant: a guest that asks nothing costs at most one look, and a thread without guests that ask sleeps.
 */
import { availableParallelism } from 'node:os';
import { PayingOff } from './payingOff.ts';

/** About one wake-up of a halted core, twice: a miss costs little beside what the guest computes meanwhile. */
const LOOK_MS = 0.1;

/** Below half of the requests in time, sleeping is cheaper for everybody: a look in vain takes twice what a wake-up would have. */
const HITS_WANTED = 0.5;

/** On one processor whoever looks keeps the guest from asking. */
const TWO_PROCESSORS = availableParallelism() > 1;

/** Until when this thread does not sleep, as `performance.now()` gives it. */
let awakeUntil = 0;
let goesRound = false;

function stayAwake(until: number): void {
  if (until > awakeUntil) awakeUntil = until;
  if (goesRound) return;
  goesRound = true;
  setImmediate(round);
}

function round(): void {
  if (performance.now() < awakeUntil) setImmediate(round);
  else goesRound = false;
}

/** For one guest. */
export class Lookout {
  readonly #possible: boolean;
  readonly #pays = new PayingOff(HITS_WANTED);
  #looksUntil = 0;

  constructor(possible = TWO_PROCESSORS) {
    this.#possible = possible;
  }

  /** Whether the thread stays awake for this guest now. */
  get looks(): boolean {
    return this.#looksUntil !== 0;
  }

  /** Requests have come; `now` as `performance.now()` gives it. */
  came(now: number): void {
    if (this.#looksUntil === 0) return;
    this.#pays.tried(now <= this.#looksUntil);
    this.#looksUntil = 0;
  }

  /** All requests that had come are answered. */
  answered(now: number): void {
    if (!this.#possible || !this.#pays.worthATry()) return;
    this.#looksUntil = now + LOOK_MS;
    stayAwake(this.#looksUntil);
  }
}
