/**
 * Calls that wait: for bytes, for room, for time, for a signal.
 *
 * A waiting call holds a way to look again, what wakes it, and an optional deadline. It ends exactly once: with what it waited for, with
 * its time-out, with EINTR when a signal comes (main thread only: the others are not interrupted by signals in Python), or
 * not at all when the run is over.
 *
 * Wakes only mark a call: it looks again in a later turn, once however often it was woken, and the looks of one guest take
 * {@link LOOKS_MS} of a turn. One byte written can wake hundreds of calls with thousands of descriptors each; looking at once would let a
 * few such writes hold up every guest of the thread. NEVER look from inside a wake.
 */
import type { Outcome } from '@sandtable/shared/policy/model';
import type { Disposer, OpenDescription } from './vfs/description.ts';

/** Longest timer of Node; longer waits are as good as endless. */
const MAX_TIMER_MS = 2_147_483_647;

/** Time for looking again in one turn, in milliseconds; what is left is looked at in the next one, so that other guests go on between. */
const LOOKS_MS = 2;

export interface WaitSpec {
  readonly thread: number;
  /** What to look at again when it wakes. */
  readonly sources: Iterable<OpenDescription>;
  /** The outcome, or null while there is nothing. */
  readonly look: () => Outcome | null;
  /** Milliseconds; null waits for ever. */
  readonly timeout: number | null;
  readonly onTimeout?: () => Outcome;
  /** What a signal makes of it; EINTR by default. */
  readonly onInterrupt?: () => Outcome;
}

const INTERRUPTED: Outcome = Object.freeze({ ok: false, errno: 'EINTR' });

interface Waiting {
  readonly thread: number;
  readonly interrupt: () => void;
  readonly drop: () => void;
  readonly look: () => void;
}

export class Waits {
  readonly #waiting = new Set<Waiting>();
  /** Woken, and not looked at again yet; in the order they were woken. */
  readonly #woken = new Set<Waiting>();
  #scheduled = false;
  /** A signal was sent, and the main thread has not asked for anything since. */
  #signalled = false;
  /** The main thread's request under way may have been sent before the signal reached it. */
  #mayHaveMissed = false;

  get size(): number {
    return this.#waiting.size;
  }

  /** Waits; the caller has looked once already. */
  wait(spec: WaitSpec): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const disposers: Disposer[] = [];
    let timer: NodeJS.Timeout | null = null;
    const drop = (): void => {
      this.#waiting.delete(waiting);
      this.#woken.delete(waiting);
      if (timer !== null) clearTimeout(timer);
      for (const dispose of disposers) dispose();
    };
    const end = (outcome: Outcome): void => {
      if (!this.#waiting.has(waiting)) return;
      drop();
      resolve(outcome);
    };
    const waiting: Waiting = {
      thread: spec.thread,
      interrupt: () => {
        end(spec.onInterrupt?.() ?? INTERRUPTED);
      },
      drop,
      look: () => {
        const outcome = spec.look();
        if (outcome !== null) end(outcome);
      },
    };
    this.#waiting.add(waiting);
    if (spec.thread === 1 && this.#mayHaveMissed) {
      this.#mayHaveMissed = false;
      waiting.interrupt();
      return promise;
    }
    const wake = (): void => {
      if (!this.#waiting.has(waiting)) return;
      this.#woken.add(waiting);
      this.#lookSoon();
    };
    for (const source of spec.sources) disposers.push(source.subscribe(wake));
    if (spec.timeout !== null) {
      timer = setTimeout(
        () => {
          end(spec.onTimeout?.() ?? INTERRUPTED);
        },
        Math.max(0, Math.min(spec.timeout, MAX_TIMER_MS)),
      );
    }
    return promise;
  }

  #lookSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#lookAgain();
    });
  }

  #lookAgain(): void {
    const until = performance.now() + LOOKS_MS;
    // A look may wake others and itself; those wait for the next turn.
    for (const waiting of [...this.#woken]) {
      if (performance.now() >= until) break;
      if (this.#woken.delete(waiting)) waiting.look();
    }
    if (this.#woken.size > 0) this.#lookSoon();
  }

  /**
   * A thread asks for something. What the main thread asks first after a signal may have been on its way already when the signal
   * came; the guest would then sleep through it. Such a call returns EINTR at once if it would wait, which is harmless where the
   * signal had been seen: the interpreter looks for signals, finds none, and goes on waiting.
   */
  asked(thread: number): void {
    if (thread !== 1) return;
    this.#mayHaveMissed = this.#signalled;
    this.#signalled = false;
  }

  /** A signal was sent: the main thread's waiting calls return. */
  interrupt(): void {
    const waiting = [...this.#waiting].filter(({ thread }) => thread === 1);
    this.#signalled = waiting.length === 0;
    for (const one of waiting) one.interrupt();
  }

  /** The run is over: nobody will read an answer. */
  dropAll(): void {
    for (const waiting of [...this.#waiting]) waiting.drop();
  }
}
