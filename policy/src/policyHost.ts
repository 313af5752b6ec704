/**
 * Runs the functions of one policy: the engine's {@link MiddlewareHost} on a {@link PolicyProgram}.
 *
 * A call is a *flight*. It begins with an entry (`dispatch`); each entry gives a list of effects, which move flights on: into
 * `next()`, to their end, or to sleep. A function that is done in its first entry, or only waits for a handler that answers at once, is
 * settled before `run` returns.
 *
 * Invariants. A flight ends exactly once, and not before its `next()`, if it began one, has its answer: so the trace never
 * tells of a call that ended while it was still being performed. Whatever an entry says about a flight that is not in that state makes that flight nonsense
 * and touches nothing else. After the program has ended every flight ends.
 *
 * NEVER throw, reject, or let a policy's own code run uncounted: each entry of it is paid from the policy's budget.
 */
import type { CallName } from '@sandtable/shared/calls';
import type { MiddlewareHost, MiddlewareResult, Next } from '@sandtable/shared/policy/middlewareHost';
import type {
  CallArgs,
  CallRequest,
  MaybePromise,
  Outcome,
  PolicyNotice,
} from '@sandtable/shared/policy/model';
import type { SourcePosition } from '@sandtable/shared/verdicts';
import { Budget } from './budget.ts';
import {
  ANSWER_MS,
  CALL_MS,
  CHARS_PER_MS,
  MAX_DEBT_WAIT_MS,
  MAX_IN_FLIGHT,
  MAX_SLEEP_SECONDS,
  MAX_TIMERS,
} from './policyLimits.ts';
import { argsOf } from './policyValues.ts';
import { failed, noticeOf, resultOf, type Failed } from './effects.ts';
import type { Failure, Program, Said } from './program.ts';
import { Turns } from './turns.ts';

type Timer = ReturnType<typeof setTimeout>;

interface Flight {
  readonly id: number;
  readonly request: CallRequest;
  readonly next: Next;
  /** Whether an entry is under way that this flight began: what goes wrong there is its own. */
  stage: 'function' | 'next' | 'passed';
  /** Time has passed since the request was made. */
  waited: boolean;
  /** What the function made of the call; the flight may still be waiting for `next()`. */
  result: MiddlewareResult | null;
  ended: boolean;
  resolve: ((result: MiddlewareResult) => void) | null;
  timer: Timer | null;
}

export class PolicyHost implements MiddlewareHost {
  readonly functions: ReadonlyMap<CallName | '*', SourcePosition | null>;
  onNotice: ((notice: PolicyNotice) => void) | null = null;
  readonly #program: Program;
  readonly #budget: Budget;
  readonly #turns: Turns;
  readonly #sleeps: boolean;
  readonly #flights = new Map<number, Flight>();
  readonly #timers = new Set<Timer>();
  #lastId = 0;
  #toldEnd = false;

  /**
   * `budget`: milliseconds of the thread's time that the policy may take in a second. `sleeps`: whether its `sleep()` takes the time
   * that it says; in a replay nobody waits for it.
   */
  constructor(
    program: Program,
    functions: ReadonlyMap<CallName | '*', SourcePosition | null>,
    budget: number,
    sleeps = true,
  ) {
    this.#budget = new Budget(performance.now(), budget);
    this.#turns = new Turns(this.#budget);
    this.#sleeps = sleeps;
    this.#program = program;
    this.functions = functions;
  }

  run(request: CallRequest, next: Next): MaybePromise<MiddlewareResult> {
    const debt = this.#budget.debt(performance.now());
    if (debt > MAX_DEBT_WAIT_MS || this.#flights.size + this.#turns.waiting >= MAX_IN_FLIGHT) {
      return failed(
        'policy-budget',
        debt > 0 ? 'The policy has used up its time for this second.' : 'Too many calls wait for the policy.',
      );
    }
    return debt === 0 ? this.#start(request, next, false) : this.#startLater(request, next);
  }

  /** Whether nothing is under way: no function, and none that sleeps. */
  get idle(): boolean {
    return this.#flights.size === 0 && this.#timers.size === 0 && this.#turns.waiting === 0;
  }

  dispose(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const flight of [...this.#flights.values()])
      this.#end(flight, failed('policy-threw', 'The run has ended.'));
    this.#budget.close();
    this.#program.dispose();
  }

  async #startLater(request: CallRequest, next: Next): Promise<MiddlewareResult> {
    return (await this.#turns.wait())
      ? this.#start(request, next, true)
      : failed('policy-budget', 'The policy has used up its time for this second.');
  }

  #start(request: CallRequest, next: Next, waited: boolean): MaybePromise<MiddlewareResult> {
    const id = ++this.#lastId;
    const flight: Flight = {
      id,
      request,
      next,
      stage: 'function',
      waited,
      result: null,
      ended: false,
      resolve: null,
      timer: null,
    };
    this.#flights.set(id, flight);
    const { call: name, args, path, newpath, access } = request;
    this.#enter(flight, 'dispatch', JSON.stringify({ id, name, args, path, newpath, access }));
    if (flight.ended) return flight.result!;
    flight.waited = true;
    return new Promise((resolve) => {
      flight.resolve = resolve;
    });
  }

  /** One entry on behalf of a flight, and all that follows from it. */
  #enter(flight: Flight | null, name: 'dispatch' | 'resume' | 'forget' | 'wake', text: string): void {
    const said = this.#program.enter(name, text, CALL_MS);
    this.#budget.spend(
      this.#program.charge + (text.length + (said.ok ? said.text.length : 0)) / CHARS_PER_MS,
    );
    this.#follow(flight, said);
    if (this.#program.hasJobs) {
      const failure = this.#program.runJobs(CALL_MS);
      this.#budget.spend(this.#program.charge);
      if (failure !== null) this.#entryFailed(flight, failure);
      const drained = this.#program.enter('drain', '', CALL_MS);
      this.#budget.spend(this.#program.charge + (drained.ok ? drained.text.length : 0) / CHARS_PER_MS);
      this.#follow(flight, drained);
    }
    if (this.#program.ended) this.#programEnded();
    else if (flight?.result === null && flight.stage === 'function' && flight.timer === null)
      this.#watch(flight);
  }

  #follow(flight: Flight | null, said: Said): void {
    if (!said.ok) {
      this.#entryFailed(flight, said.failure);
      return;
    }
    if (said.text === '') return;
    let effects: unknown;
    try {
      effects = JSON.parse(said.text);
    } catch {
      effects = null;
    }
    if (!Array.isArray(effects)) {
      if (flight !== null) this.#end(flight, failed('policy-nonsense', 'The policy spoke nonsense.'));
      return;
    }
    // An end goes first: then `next()` need not go back into a function that is over.
    const ended = new Set<unknown>();
    for (const effect of effects)
      if (Array.isArray(effect) && typeof effect[0] === 'number' && effect[0] >= 2 && effect[0] <= 7)
        ended.add(effect[1]);
    for (const effect of effects)
      if (Array.isArray(effect)) this.#effect(effect as readonly unknown[], ended);
  }

  #effect(effect: readonly unknown[], ended: ReadonlySet<unknown>): void {
    const [kind, id] = effect;
    if (kind === 8) {
      this.#sleep(id, effect[2]);
      return;
    }
    if (kind === 9) {
      this.onNotice?.(noticeOf(effect));
      return;
    }
    const flight = this.#flights.get(id as number);
    if (flight === undefined) return;
    if (kind === 1) this.#next(flight, effect, ended.has(id));
    else
      this.#settle(
        flight,
        resultOf(flight.request.call, flight.stage !== 'function', effect, (text) =>
          this.#program.place(text),
        ),
      );
  }

  #next(flight: Flight, effect: readonly unknown[], ended: boolean): void {
    if (flight.stage !== 'function') {
      this.#end(flight, failed('policy-nonsense', 'The policy passed one call on twice.'));
      return;
    }
    let args: CallArgs | null = null;
    if (effect.length > 2) {
      const checked = argsOf(flight.request.call, flight.request.args, effect[2]);
      if (!checked.ok) {
        this.#end(flight, failed('policy-nonsense', `next(): ${checked.message}.`));
        return;
      }
      args = checked.args;
    }
    flight.stage = 'next';
    this.#unwatch(flight);
    let outcome: MaybePromise<Outcome>;
    try {
      outcome = flight.next(args, flight.waited);
    } catch {
      outcome = { ok: false, errno: 'EIO' };
    }
    if (outcome instanceof Promise) {
      flight.waited = true;
      void outcome.then(
        (later) => {
          this.#answered(flight, later, false);
        },
        () => {
          this.#answered(flight, { ok: false, errno: 'EIO' }, false);
        },
      );
    } else this.#answered(flight, outcome, ended);
  }

  /** The handler has answered. `ended`: the function is over and its result follows in this very list. */
  #answered(flight: Flight, outcome: Outcome, ended: boolean): void {
    if (!this.#flights.has(flight.id)) return;
    flight.stage = 'passed';
    if (flight.result !== null) {
      this.#end(flight, flight.result);
      return;
    }
    if (!ended) this.#resume(flight, outcome);
  }

  #resume(flight: Flight, outcome: Outcome): void {
    if (flight.ended) return;
    // Many calls may come back at once; what they owe together is paid before the next goes in.
    const debt = this.#budget.debt(performance.now());
    if (debt > MAX_DEBT_WAIT_MS) {
      this.#later(debt, () => {
        this.#resume(flight, outcome);
      });
      return;
    }
    const { ok } = outcome;
    const { id } = flight;
    const plain = ok
      ? { id, ok, value: outcome.value }
      : 'errno' in outcome
        ? { id, ok, errno: outcome.errno }
        : { id, ok, raise: outcome.raise };
    this.#enter(flight, 'resume', JSON.stringify(plain));
    if (flight.result === null && flight.timer === null && !this.#program.ended) this.#watch(flight);
  }

  /** The function has its result; the flight ends when nothing is being performed for it. */
  #settle(flight: Flight, result: MiddlewareResult): void {
    if (flight.stage === 'next') flight.result ??= result;
    else this.#end(flight, result);
  }

  #end(flight: Flight, result: MiddlewareResult): void {
    if (!this.#flights.delete(flight.id)) return;
    this.#unwatch(flight);
    flight.result = result;
    flight.ended = true;
    flight.resolve?.(result);
  }

  #entryFailed(flight: Flight | null, failure: Failure): void {
    const result: Failed = {
      kind: 'failed',
      code: failure.code,
      message: failure.message,
      ...(failure.at === null ? {} : { at: failure.at }),
    };
    if (flight !== null) {
      this.#settle(flight, result);
      return;
    }
    // A sleeper woke and failed: whose call it was, only the policy knows.
    for (const each of [...this.#flights.values()]) if (each.stage !== 'next') this.#end(each, result);
  }

  #programEnded(): void {
    const result = failed('policy-timeout', 'The policy has been ended.');
    for (const each of [...this.#flights.values()]) this.#settle(each, result);
    if (this.#toldEnd) return;
    this.#toldEnd = true;
    this.onNotice?.({
      code: 'policy-ended',
      level: 'error',
      message:
        'The policy hung or ran out of memory and was ended: its functions deny every call for the rest of this run.',
    });
  }

  /** Gives the function so long to come to an end by itself. */
  #watch(flight: Flight): void {
    flight.timer = setTimeout(() => {
      flight.timer = null;
      this.#end(
        flight,
        failed(
          'policy-timeout',
          `The function of the policy did not answer within ${ANSWER_MS / 1000} seconds.`,
        ),
      );
      this.#enter(null, 'forget', String(flight.id));
    }, ANSWER_MS);
  }

  #unwatch(flight: Flight): void {
    if (flight.timer !== null) clearTimeout(flight.timer);
    flight.timer = null;
  }

  #sleep(timer: unknown, seconds: unknown): void {
    if (
      typeof timer !== 'number' ||
      typeof seconds !== 'number' ||
      !(seconds >= 0) ||
      this.#timers.size >= MAX_TIMERS
    )
      return;
    this.#later(this.#sleeps ? Math.min(seconds, MAX_SLEEP_SECONDS) * 1000 : 0, () => {
      this.#wake(timer);
    });
  }

  /** A sleeper goes on, but never on credit: a policy could spend the thread's time without any call. */
  #wake(timer: number): void {
    const debt = this.#budget.debt(performance.now());
    if (debt > 0)
      this.#later(debt, () => {
        this.#wake(timer);
      });
    else this.#enter(null, 'wake', String(timer));
  }

  #later(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, Math.ceil(ms));
    this.#timers.add(timer);
  }
}
