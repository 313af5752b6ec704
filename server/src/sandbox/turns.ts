/**
 * Shares the time of one thread among the guests that it answers: by time, not by calls, because one guest's call may take a hundred
 * times another's.
 *
 * Every guest has an account of the time that its turns took. Who is ahead by {@link AHEAD_MS} of a guest that keeps asking waits: until
 * that one has caught up, or turns to something else, or has had as much time as the one who waits was ahead. So a cheap call is answered soon
 * whatever the others ask; equals never wait for each other; and nobody can hold another below an equal share by asking little and often.
 * Time in which a guest asked nothing is not saved up: its account rises to that of the others.
 *
 * Invariant: every wait ends.
 */

/** Longer than an ordinary turn, so that accounts of equals drift past each other without anybody waiting. */
const AHEAD_MS = 2;

/**
 * A guest that asks one thing after the other comes back well within this time, unless it is kept from a processor; or within so many
 * rounds of the loop, which are long when others ask for much.
 */
const KEEN_MS = 0.2;
const KEEN_ROUNDS = 3;

/** Time for those who waited in one round of the loop; then everybody else's pipe, timers and messages are looked at. */
const TICK_MS = 2;

/** Pause before those who wait are looked at again; what others ask is answered meanwhile. */
const REST_MS = 1;

/** Guests that ask one thing after the other. Lists like the others here are of one thread: worker threads have modules of their own. */
const keen = new Set<Turn>();
let waiting: Turn[] = [];
let scheduled = false;
/** Rounds of the loop in which somebody waited. */
let rounds = 0;
/** Where the account of a guest begins that comes back; rises with those of the keen. */
let floor = 0;

export class Turn {
  readonly #resume: () => void;
  #used = 0;
  #begun = 0;
  #ended = Number.NEGATIVE_INFINITY;
  #endedIn = 0;
  /** When it may go on whatever the others do; null while it does not wait. */
  #waitsUntil: number | null = null;

  /** `resume` is called when a guest that was told to wait may go on. */
  constructor(resume: () => void) {
    this.#resume = resume;
  }

  get waits(): boolean {
    return this.#waitsUntil !== null;
  }

  /** A turn begins; `now` as `performance.now()` gives it, as everywhere here. */
  begin(now: number): void {
    this.#begun = now;
    if (this.#used < floor) this.#used = floor;
    if (this.#isKeen(now)) keen.add(this);
  }

  /** It ends. @returns whether the guest may go on at once; else it waits, and is resumed. */
  end(now: number): boolean {
    this.#used += now - this.#begun;
    this.#ended = now;
    this.#endedIn = rounds;
    if (this.#used - floor < AHEAD_MS || keen.size === (keen.has(this) ? 1 : 0)) return true;
    const ahead = this.#aheadBy(now);
    if (ahead < AHEAD_MS) return true;
    this.#waitUntil(now + ahead * keen.size);
    return false;
  }

  /** Has more to do at once, and lets others go first. */
  wait(): void {
    this.#waitUntil(0);
  }

  /** Leaves for good. */
  close(): void {
    keen.delete(this);
    waiting = waiting.filter((turn) => turn !== this);
    this.#waitsUntil = null;
  }

  /** Resumes it if it is its turn. */
  tryNow(now: number): boolean {
    const until = this.#waitsUntil;
    if (until === null || (now < until && this.#aheadBy(now) >= AHEAD_MS)) return false;
    // The others have had as much, or are busy elsewhere: nobody is behind any more.
    if (until > 0) floor = Math.max(floor, this.#used);
    this.#waitsUntil = null;
    this.#resume();
    return true;
  }

  #isKeen(now: number): boolean {
    return (
      now - this.#ended <= KEEN_MS ||
      (rounds - this.#endedIn <= KEEN_ROUNDS && now - this.#ended <= AHEAD_MS * 2)
    );
  }

  #waitUntil(until: number): void {
    if (this.#waitsUntil !== null) return;
    this.#waitsUntil = until;
    waiting.push(this);
    schedule();
  }

  /** How much more time it had than the keen one that had least; forgets those that are keen no more. */
  #aheadBy(now: number): number {
    let least = Infinity;
    for (const turn of keen) {
      if (!turn.waits && !turn.#isKeen(now)) keen.delete(turn);
      else if (turn !== this) least = Math.min(least, Math.max(floor, turn.#used));
    }
    return least === Infinity ? 0 : this.#used - least;
  }
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(tick);
}

/** Goes once through those who wait, first come first served. */
function tick(): void {
  scheduled = false;
  rounds += 1;
  const begun = performance.now();
  const round = waiting;
  waiting = [];
  let resumed = false;
  for (const [at, turn] of round.entries()) {
    const now = performance.now();
    if (now - begun >= TICK_MS) {
      waiting = [...round.slice(at), ...waiting];
      break;
    }
    if (!turn.waits) continue;
    if (turn.tryNow(now)) resumed = true;
    else waiting.push(turn);
  }
  if (waiting.length === 0 || scheduled) return;
  scheduled = true;
  // Those for whom the others wait need a processor, perhaps this one.
  if (resumed) setImmediate(tick);
  else setTimeout(tick, REST_MS);
}
