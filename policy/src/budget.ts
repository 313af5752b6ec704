/**
 * What a policy may take of its thread: a bucket that fills with time and empties with use. An entry is paid for afterwards,
 * so the bucket can be in debt; whoever comes then waits until the debt is paid.
 */
import { BUDGET_SAVED_MS } from './policyLimits.ts';

export class Budget {
  #saved = BUDGET_SAVED_MS;
  #at: number;
  readonly #perSecond: number;

  /** `now` in milliseconds, as everywhere here; `perSecond` may be Infinity. */
  constructor(now: number, perSecond: number) {
    this.#at = now;
    this.#perSecond = perSecond;
  }

  spend(ms: number): void {
    this.#saved -= ms;
  }

  /** Milliseconds until nothing is owed any more; 0 when nothing is. */
  debt(now: number): number {
    if (this.#perSecond === Infinity) return 0;
    this.#saved = Math.min(BUDGET_SAVED_MS, this.#saved + ((now - this.#at) * this.#perSecond) / 1000);
    this.#at = now;
    return this.#saved >= 0 ? 0 : (-this.#saved * 1000) / this.#perSecond;
  }
}
