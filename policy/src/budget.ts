/**
 * What a policy may take of its thread: a bucket that fills with time and empties with use. An entry is paid for afterwards,
 * so the bucket can be in debt; whoever comes then waits until the debt is paid.
 *
 * Policies of one thread that are in debt share what one alone may take: however many are slow, the thread keeps time for everybody else.
 * An entry that takes all the time it may costs double what the one before cost: a policy that loops once is excused, one that
 * always loops is entered ever more rarely.
 */
import { BUDGET_SAVED_MS, CALL_MS } from './policyLimits.ts';

/** The price of an entry that took all its time is doubled so often at most: then it is entered every six seconds or so. */
const MAX_DOUBLINGS = 6;

/** Who has saved this much again is not slow any more, and leaves its share to the others. */
const RECOVERED_MS = 2 * CALL_MS;

/** Those of this thread that owe something, or did a moment ago. */
const slow = new Set<Budget>();

export class Budget {
  #saved = BUDGET_SAVED_MS;
  #at: number;
  #doublings = 0;
  readonly #perSecond: number;

  /** `now` in milliseconds, as everywhere here; `perSecond` may be Infinity. */
  constructor(now: number, perSecond: number) {
    this.#at = now;
    this.#perSecond = perSecond;
  }

  /** Pays for an entry. */
  spend(ms: number): void {
    const tookAll = ms >= CALL_MS;
    this.#saved -= tookAll ? ms * 2 ** this.#doublings : ms;
    this.#doublings = tookAll ? Math.min(MAX_DOUBLINGS, this.#doublings + 1) : 0;
    if (this.#saved < 0 && this.#perSecond !== Infinity) slow.add(this);
  }

  /** Milliseconds until nothing is owed any more; 0 when nothing is. */
  debt(now: number): number {
    if (this.#perSecond === Infinity) return 0;
    if (slow.has(this)) for (const budget of slow) budget.#fill(now);
    else this.#fill(now);
    return this.#saved >= 0 ? 0 : (-this.#saved * 1000) / this.#rate;
  }

  /** Will not be used any more. */
  close(): void {
    slow.delete(this);
  }

  /** Milliseconds that it gets in a second now. */
  get #rate(): number {
    return this.#perSecond / (slow.has(this) ? slow.size : 1);
  }

  #fill(now: number): void {
    this.#saved = Math.min(BUDGET_SAVED_MS, this.#saved + ((now - this.#at) * this.#rate) / 1000);
    this.#at = now;
    if (this.#saved >= RECOVERED_MS) slow.delete(this);
  }
}
