/**
 * How often somebody may be wrong: each failure beyond a few makes the next attempt wait, twice as long every time.
 *
 * Counted three ways at once, each with an allowance of its own. A name from one address: whoever guesses one password. A name from
 * everywhere: who guesses it from many addresses; the wait is short, so that nobody can lock somebody else out for long. An address:
 * who tries one password on many names; a class behind one address is wrong some dozens of times in a morning and must not notice.
 * Names that nobody goes by count like any other.
 */

interface Allowance {
  /** Failures without a wait. */
  readonly free: number;
  /** The longest wait. */
  readonly mostMs: number;
}

const PAIR: Allowance = { free: 5, mostMs: 15 * 60_000 };
const NAME: Allowance = { free: 20, mostMs: 30_000 };
const ADDRESS: Allowance = { free: 100, mostMs: 5 * 60_000 };

/** The first wait. */
const FIRST_MS = 1_000;

/** After so long without a failure everything is forgotten. */
const FORGET_MS = 60 * 60_000;

/** Names and addresses remembered. Above it the oldest are forgotten: a flood of names is slowed by its address. */
const KEPT = 20_000;

interface Failures {
  times: number;
  /** Of the last one, in milliseconds. */
  at: number;
}

export class Attempts {
  readonly #failures = new Map<string, Failures>();

  /** Milliseconds until this attempt is looked at; 0: now. */
  wait(name: string, address: string, now: number): number {
    return Math.max(...keysOf(name, address).map(([key, allowance]) => this.#wait(key, allowance, now)));
  }

  /**
   * An attempt begins: counted for the name before anybody knows how it ends, so that many at once are no more than one after the other. The
   * address is not: a class signs in at the same moment.
   */
  begins(name: string, address: string, now: number): void {
    this.#count(pairKey(name, address), now);
    this.#count(nameKey(name), now);
  }

  /** An attempt that began was wrong. */
  failed(address: string, now: number): void {
    this.#count(addressKey(address), now);
  }

  /** An attempt that began was right: what went before it at this address is forgiven. */
  succeeded(name: string, address: string): void {
    this.#failures.delete(pairKey(name, address));
    const counted = this.#failures.get(nameKey(name));
    if (counted !== undefined) counted.times -= 1;
  }

  #count(key: string, now: number): void {
    const before = this.#failures.get(key);
    const times = before === undefined || now - before.at > FORGET_MS ? 1 : before.times + 1;
    // Set anew, so that the oldest stand first.
    this.#failures.delete(key);
    this.#failures.set(key, { times, at: now });
    if (this.#failures.size <= KEPT) return;
    // Many at a time: finding the first of a map from which the first ones were taken is slow.
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      if (this.#failures.size <= KEPT * 0.9) break;
    }
  }

  #wait(key: string, { free, mostMs }: Allowance, now: number): number {
    const failures = this.#failures.get(key);
    if (failures === undefined || failures.times < free || now - failures.at > FORGET_MS) return 0;
    const pause = Math.min(mostMs, FIRST_MS * 2 ** Math.min(failures.times - free, 20));
    return Math.max(0, failures.at + pause - now);
  }
}

function keysOf(name: string, address: string): readonly (readonly [string, Allowance])[] {
  return [
    [pairKey(name, address), PAIR],
    [nameKey(name), NAME],
    [addressKey(address), ADDRESS],
  ];
}

const nameKey = (name: string): string => `name ${name}`;
const addressKey = (address: string): string => `address ${address}`;

const pairKey = (name: string, address: string): string => `pair ${address} ${name}`;
