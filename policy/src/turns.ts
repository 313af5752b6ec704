/** Turns of the calls that wait until their policy has paid for what came before. */
import type { Budget } from './budget.ts';
import { MAX_TURN_WAIT_MS } from './policyLimits.ts';

export class Turns {
  readonly #budget: Budget;
  #waiting = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Calls that wait now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Waits until nothing is owed, in fair turns with whoever else waits; false where that took too long. */
  async wait(): Promise<boolean> {
    const began = performance.now();
    this.#waiting += 1;
    try {
      for (;;) {
        const now = performance.now();
        const debt = this.#budget.debt(now);
        if (debt === 0) return true;
        if (now - began > MAX_TURN_WAIT_MS) return false;
        await new Promise<void>((resolve) => {
          setTimeout(resolve, Math.ceil(debt));
        });
      }
    } finally {
      this.#waiting -= 1;
    }
  }
}
