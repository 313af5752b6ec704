/** Learns whether something that is tried again and again pays: it is left off for ever longer while it does not. */

/** Tries before judging: enough to stay with what pays, few enough that a machine where it does not loses little. */
const WINDOW = 32;

/** Tries where it did not pay the last time: with a full window at the end of each rest such a machine would lose a twentieth. */
const PROBE = 8;

/**
 * Times that it is left off after a bad window; doubles up to the maximum, and begins anew after a good one. The maximum is some tenths of a second
 * for a guest that is woken for each answer: what did not pay beside others pays again when they are gone.
 */
const FIRST_REST = 64;
const MAX_REST = 2048;

export class PayingOff {
  readonly #share: number;
  #window = WINDOW;
  #tries = 0;
  #hits = 0;
  #rest = 0;
  #nextRest = FIRST_REST;

  /** `share` of the tries that must succeed, 0 to 1. */
  constructor(share: number) {
    this.#share = share;
  }

  /** Whether to try this time. */
  worthATry(): boolean {
    if (this.#rest === 0) return true;
    this.#rest -= 1;
    return false;
  }

  tried(hit: boolean): void {
    this.#tries += 1;
    if (hit) this.#hits += 1;
    const hopeless = this.#tries - this.#hits > this.#window * (1 - this.#share);
    if (this.#tries < this.#window && !hopeless) return;
    this.#window = hopeless ? PROBE : WINDOW;
    if (!hopeless) this.#nextRest = FIRST_REST;
    else {
      this.#rest = this.#nextRest;
      this.#nextRest = Math.min(MAX_REST, this.#nextRest * 2);
    }
    this.#tries = this.#hits = 0;
  }
}
