/**
 * Shares the time of one thread among the guests that it answers, where more than one asks for much.
 *
 * Guests that ask one thing after the other and are answered in turns, one call each, do a quarter of what each could do alone: all of them are
 * woken for every call, and the processors go from one to the next. So whoever asks for much gets the thread to itself for a *slot* of some
 * milliseconds; meanwhile the others' pipes are not read, so they sleep, and their processors are free. In its slot a guest is waited for when it
 * thinks, as long as experience says that it comes back soon: it may only be waiting for a processor.
 *
 * Every guest has an account of the time that it had: of a slot all of it, thinking included, so nobody can waste another's; else what was
 * done for it. The next slot is that of the one who had least. A call that takes long is charged in full, and its guest waits until the others
 * have had as much. Whoever asks for little ({@link LITTLE}) is answered at once, outside of all slots. Time in which a guest asked
 * nothing is not saved up: its account rises to that of the others.
 *
 * Invariant: every wait ends. A slot ends, and who waits is the next, or comes after those who had less.
 */

/** Long beside the switch from one guest to the next, short beside what a person notices even with ten of them. */
const SLOT_MS = 4;

/** Who has asked for nothing in this time does not take part: a guest whose turn on a processor comes late is back by then. */
const PRESENT_MS = 20;

/** The part of the thread's time that is not worth a slot, and how much of it may be saved up, in milliseconds. */
const LITTLE = 0.05;
const LITTLE_SAVED_MS = 1;

/** How long a guest is waited for in its slot: at first, at least, and at most, where it always came back in time. */
const FIRST_PATIENCE_MS = 1;
const LEAST_PATIENCE_MS = 0.25;
const MOST_PATIENCE_MS = 4;
/** A guest that did not come back is trusted half as long; each time that it does it gains a little. */
const TRUST_LOST = 0.5;
const TRUST_WON = 1.05;

/** Time for those who only let others' events go first, in one round of the loop; then pipes, timers and messages are looked at. */
const TICK_MS = 2;

/** Shorter pauses than a timer can make are made of rounds of the loop. */
const SHORTEST_TIMER_MS = 0.5;

/** Lists like these are of one thread: worker threads have modules of their own. */
const present = new Set<Turn>();
/** Wait for a slot. */
const waiting = new Set<Turn>();
/** Have more to do, and go on as soon as everybody's events were looked at. */
let resting: Turn[] = [];
let holder: Turn | null = null;
let immediate: NodeJS.Immediate | null = null;
let timer: NodeJS.Timeout | null = null;

export class Turn {
  readonly #resume: () => void;
  #used = 0;
  #begun = 0;
  #ended = Number.NEGATIVE_INFINITY;
  #little = LITTLE_SAVED_MS;
  #patience = FIRST_PATIENCE_MS;
  /** When its slot began, and until when it is charged for it. */
  #slotBegan = 0;
  #charged = 0;

  /** `resume` is called when a guest that was told to wait may go on. */
  constructor(resume: () => void) {
    this.#resume = resume;
  }

  get waits(): boolean {
    return waiting.has(this) || resting.includes(this);
  }

  /** A turn begins; `now` as `performance.now()` gives it, as everywhere here. */
  begin(now: number): void {
    this.#begun = now;
    const away = now - this.#ended;
    if (holder === this && away <= this.#patience)
      this.#patience = Math.min(MOST_PATIENCE_MS, this.#patience * TRUST_WON);
    if (away > 0) this.#little = Math.min(LITTLE_SAVED_MS, this.#little + away * LITTLE);
    if (present.has(this) && away <= PRESENT_MS) return;
    present.delete(this);
    forgetAbsent(now);
    const least = Turn.least(present);
    if (least !== null) this.#used = Math.max(this.#used, least.#used);
    present.add(this);
  }

  /** It ends. @returns whether the guest may go on at once; else it waits, and is resumed. */
  end(now: number): boolean {
    this.#ended = now;
    if (holder === this) this.#chargeSlot(now);
    else {
      this.#used += now - this.#begun;
      this.#little -= now - this.#begun;
    }
    if (this.#mayGoOn(now)) return true;
    waiting.add(this);
    schedule(0);
    return false;
  }

  /** Has more to do at once, and lets others go first. */
  wait(): void {
    if (this.waits) return;
    resting.push(this);
    schedule(0);
  }

  /** Leaves for good. */
  close(): void {
    present.delete(this);
    waiting.delete(this);
    resting = resting.filter((turn) => turn !== this);
    if (holder === this) holder = null;
    if (waiting.size > 0) schedule(0);
  }

  #mayGoOn(now: number): boolean {
    if (present.size === 1) {
      holder = null;
      return true;
    }
    if (holder !== this && this.#little > 0) return true;
    forgetAbsent(now);
    if (present.size === 1) return true;
    // Nobody was heard while this turn lasted.
    if (holder === null || holder.#slotIsOver(now, this.#begun)) pass(now, this.#begun, this);
    return holder === this;
  }

  #chargeSlot(now: number): void {
    this.#used += now - this.#charged;
    this.#charged = now;
  }

  #slotIsOver(now: number, heard: number): boolean {
    return now - this.#slotBegan >= SLOT_MS || this.#lapsed(heard);
  }

  /** It was waited for in vain; `heard`: until when it would have been heard. */
  #lapsed(heard: number): boolean {
    return !this.waits && heard - this.#ended > this.#patience;
  }

  // ---- for the functions below, which are this class's business as well ----

  static least(candidates: Iterable<Turn>): Turn | null {
    let found: Turn | null = null;
    for (const turn of candidates) if (found === null || turn.#used < found.#used) found = turn;
    return found;
  }

  static absent(turn: Turn, now: number): boolean {
    return !turn.waits && now - turn.#ended > PRESENT_MS;
  }

  static mayHold(turn: Turn, heard: number): boolean {
    return waiting.has(turn) || (turn.#little <= 0 && !turn.#lapsed(heard));
  }

  static isOver(turn: Turn, now: number, heard: number): boolean {
    return turn.#slotIsOver(now, heard);
  }

  static hold(turn: Turn, now: number, heard: number): void {
    if (holder !== null && holder !== turn) {
      holder.#chargeSlot(now);
      if (holder.#lapsed(heard))
        holder.#patience = Math.max(LEAST_PATIENCE_MS, holder.#patience * TRUST_LOST);
    }
    if (holder !== turn) turn.#charged = now;
    holder = turn;
    turn.#slotBegan = now;
    if (waiting.has(turn)) turn.#ended = now;
  }

  static go(turn: Turn): void {
    waiting.delete(turn);
    turn.#resume();
  }

  static patienceLeft(turn: Turn, now: number): number {
    return Math.max(0, turn.#ended + turn.#patience - now);
  }
}

function forgetAbsent(now: number): void {
  for (const turn of present) if (Turn.absent(turn, now)) present.delete(turn);
}

/** Gives the slot to whoever had least, of those who wait and those who are about to ask. */
function pass(now: number, heard: number, asking: Turn | null): void {
  const candidates = [...present].filter((turn) => turn === asking || Turn.mayHold(turn, heard));
  const next = Turn.least(candidates);
  if (next === null) holder = null;
  else Turn.hold(next, now, heard);
}

function schedule(ms: number): void {
  if (immediate !== null) return;
  if (ms < SHORTEST_TIMER_MS) {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    immediate = setImmediate(tick);
  } else timer ??= setTimeout(tick, ms);
}

function tick(): void {
  immediate = timer = null;
  const begun = performance.now();
  const round = resting;
  resting = [];
  for (const [at, turn] of round.entries()) {
    if (performance.now() - begun >= TICK_MS) {
      resting = [...round.slice(at), ...resting];
      break;
    }
    Turn.go(turn);
  }
  if (waiting.size > 0) {
    const now = performance.now();
    forgetAbsent(now);
    if (holder === null || Turn.isOver(holder, now, begun)) pass(now, begun, null);
    if (holder !== null && waiting.has(holder)) Turn.go(holder);
  }
  if (resting.length > 0) schedule(0);
  else if (waiting.size > 0) schedule(holder === null ? 0 : Turn.patienceLeft(holder, performance.now()));
}
