/**
 * The course of one call: decided, performed, answered, recorded. The same for every kind of guest, whatever wire its requests come by.
 *
 * asked → request (resolve) → engine.decide → handler → answer (the wire's) → row.
 *
 * Invariants. Every call goes through `engine.decide`, once. Every request gets exactly one answer, unless the run is over. A row says
 * what the guest saw, not what was meant.
 *
 * NEVER: keep a view of the receiving buffer beyond a turn.
 */
import type { CallName } from '@sandtable/shared/calls';
import { isInRuntime, RUNTIME_ROOTS } from '@sandtable/shared/policy/ceiling';
import type {
  CallRequest,
  Decision,
  MaybePromise,
  Outcome,
  PolicyEngine,
} from '@sandtable/shared/policy/model';
import type { StackFrame } from '@sandtable/shared/events';
import { callRow } from './callRow.ts';
import { ActiveCall, fail, type GuestRun } from './handlers/handler.ts';
import { handlerOf } from './handlers/table.ts';
import { argumentsFit, type AimedRequest, type RequestResolver } from './requests.ts';
import { RowQueue, type Record } from './rowQueue.ts';
import { Touches } from './touches.ts';
import { giveBackLarge, virtualFd } from './vfs/index.ts';
import type { Asked } from './wire/asked.ts';

/**
 * Calls of one guest that wait for their answers, beyond one for each thread that it may have. A thread asks one thing at a time, so more
 * can only be forged, and end the guest.
 */
export const SPARE_IN_FLIGHT = 8;

/**
 * Bytes that the waiting calls of one guest may hold. The host sends at most 1 MiB a call, so 32 threads cannot reach it; what
 * is held lies outside the heap that the worker's limit bounds. Beyond it the guest is ended.
 */
export const MAX_HELD_BYTES = 64 * 1024 * 1024;

/** Where nothing of the guest's can lie; the interpreter opens files there before it comes to the guest's program. */
const PLATFORM_PLACES: readonly string[] = [...RUNTIME_ROOTS, '/dev', '/proc'];

/** Calls whose rows say how many bytes moved. */
const MOVES: ReadonlySet<CallName> = new Set<CallName>([
  'll_os_read',
  'll_os_pread',
  'll_os_write',
  'll_os_pwrite',
  'll_socket_send',
  'll_socket_sendto',
  'll_socket_recv',
  'll_socket_recvfrom',
  'll_os_urandom',
]);

export interface CourseOptions {
  readonly engine: PolicyEngine;
  readonly resolver: RequestResolver;
  readonly run: GuestRun;
  /** Path of the script as the interpreter is told it; opening it ends the interpreter's start. Null at the prompt. */
  readonly script: string | null;
  /** File that the interpreter opens when it has started, to learn what to run; null for interpreters that are not told in this way. */
  readonly startFile: string | null;
  readonly breakOff: (code: string) => void;
  /** A row of the trace; see `sink.ts`. */
  readonly record: Record;
  /** Whether every row is to have its stack, or only those of calls that were not simply allowed; kinds of guests that can tell none ignore it. */
  readonly lines: boolean;
  readonly touched: ConstructorParameters<typeof Touches>[0];
  /** The guest's own program begins. */
  readonly begins: () => void;
  readonly notice: (code: string, message: string) => void;
}

/**
 * Sends what the guest is to see, and says what that was in the end: a value that a policy made up may not fit the wire. `id` and `fid`
 * are those that the call was taken with; `wantsStack`: the guest is to say where in its program the call came from.
 */
export type Answer = (
  id: number,
  fid: number,
  call: ActiveCall,
  seen: Outcome,
  wantsStack: boolean,
) => Outcome;

export class CallCourse {
  readonly #options: CourseOptions;
  readonly #answer: Answer;
  readonly #engine: PolicyEngine;
  readonly #inFlight = new Set<number>();
  readonly #maxInFlight: number;
  #heldBytes = 0;
  /** Calls whose answers made no sense; each is told once. */
  readonly #nonsense = new Set<CallName>();
  readonly #touches: Touches;
  readonly #rows: RowQueue;
  readonly #tellsStacks: boolean;
  #calls = 0;
  #booting = true;
  /** Until then nothing but the interpreter's own start, and what it was told to import, can run. */
  #toldWhatToRun: boolean;
  #over = false;

  /** `tellsStacks`: whether this kind of guest can say where a call came from. */
  constructor(options: CourseOptions, answer: Answer, tellsStacks: boolean) {
    this.#tellsStacks = tellsStacks;
    this.#rows = new RowQueue(options.record);
    this.#options = options;
    this.#toldWhatToRun = options.startFile === null;
    this.#answer = answer;
    this.#engine = options.engine;
    this.#engine.resolve = options.resolver.resolve;
    this.#maxInFlight = Math.ceil(options.run.limits.threads) + SPARE_IN_FLIGHT;
    this.#touches = new Touches(options.touched);
  }

  get calls(): number {
    return this.#calls;
  }

  /** Calls that wait for their answers. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Whether nothing but the interpreter's own start has been seen yet. */
  get booting(): boolean {
    return this.#booting;
  }

  isWaiting(id: number): boolean {
    return this.#inFlight.has(id);
  }

  /**
   * Takes a call that was decoded to the last byte. `id` is the wire's and not waiting; `started` is when the request came, in
   * milliseconds of `performance.now`.
   */
  take(id: number, fid: number, asked: Asked, thread: number, started: number): void {
    this.#options.run.waits.asked(thread);
    this.#rows.asked(thread);
    const request = this.#options.resolver.resolve(asked.call, asked.args);
    if (this.#booting) this.#checkBoot(request);
    const call = new ActiveCall(asked, thread);
    const decision = this.#engine.decide(request, (performed) => this.#perform(performed, call));
    if (!(decision instanceof Promise)) {
      this.#finish(id, fid, request, call, decision, started);
      return;
    }
    const heldBytes = asked.held?.bytes.length ?? 0;
    if (this.#inFlight.size >= this.#maxInFlight || this.#heldBytes + heldBytes > MAX_HELD_BYTES) {
      this.#options.breakOff(
        this.#inFlight.size >= this.#maxInFlight ? 'too-many-in-flight' : 'too-much-in-flight',
      );
      return;
    }
    asked.held?.own();
    this.#inFlight.add(id);
    this.#heldBytes += heldBytes;
    const letGo = this.#hold(request);
    void decision
      .then((settled) => {
        letGo();
        this.#inFlight.delete(id);
        this.#heldBytes -= heldBytes;
        this.#finish(id, fid, request, call, settled, started);
      })
      .catch((error: unknown) => {
        this.failed(error);
      });
  }

  /** A fault of ours ends this guest and no other. */
  failed(error: unknown): void {
    this.#options.notice(
      'controller-failed',
      `The controller failed at this guest: ${error instanceof Error ? error.message : String(error)}`,
    );
    this.#options.breakOff('controller-failed');
  }

  /** Where a call came from, as the guest says; `id` is that of the request. */
  stack(id: number, frames: readonly StackFrame[]): void {
    if (!this.#over) this.#rows.stack(id, frames);
  }

  /** To be called now and then: rows do not wait for ever for what a guest owes them. */
  tick(): void {
    if (!this.#over) this.#rows.tick();
  }

  /** Nothing is answered or recorded any more. */
  end(): void {
    if (!this.#over) this.#rows.end();
    this.#over = true;
  }

  /**
   * The interpreter's start ends before anything of the guest's can run: once it was told what to run, with the first opening outside the
   * platform's own places, of the script by whatever way its name leads, or with the first word to or from the person.
   */
  #checkBoot(request: CallRequest): void {
    const { call, args, path } = request;
    if (!this.#toldWhatToRun) {
      this.#toldWhatToRun = call === 'll_os_open' && args['path'] === this.#options.startFile;
      return;
    }
    const opensScript =
      call === 'll_os_open' &&
      path !== undefined &&
      (!isInRuntime(path, PLATFORM_PLACES) || args['path'] === this.#options.script);
    const speaks =
      (call === 'll_os_read' || call === 'll_os_write') &&
      typeof args['fd'] === 'number' &&
      args['fd'] >= 0 &&
      args['fd'] <= 2;
    if (!opensScript && !speaks) return;
    this.#booting = false;
    this.#engine.beginGuest();
    this.#options.begins();
  }

  #perform(request: CallRequest, call: ActiveCall): MaybePromise<Outcome> {
    if (request.args !== call.asked.args && !argumentsFit(request.call, request.args)) return fail('EINVAL');
    const handler = handlerOf(request.call);
    if (handler === undefined) return fail('ENOSYS');
    const { run } = this.#options;
    const { args, fd, target } = request as AimedRequest;
    const number = fd === undefined ? undefined : args[fd];
    if (typeof number !== 'number') return handler(run, args, call);
    const at = virtualFd(number);
    const outcome =
      run.files.description(at) === target
        ? handler(run, args, call)
        : run.files.pinned(at, target, () => handler(run, args, call));
    if (!(outcome instanceof Promise)) return outcome;
    const letGo = this.#hold(request);
    return outcome.finally(letGo);
  }

  /** What a call that waits is about stays open until it ends. */
  #hold(request: AimedRequest): () => void {
    return request.target === undefined ? () => undefined : this.#options.run.files.hold(request.target);
  }

  #finish(
    id: number,
    fid: number,
    request: CallRequest,
    call: ActiveCall,
    decision: Decision,
    started: number,
  ): void {
    if (this.#over) return;
    const wantsStack = id !== 0 && this.#wantsStack(decision);
    const seen = this.#answer(id, fid, call, decision.seen, wantsStack);
    const now = performance.now();
    const said = seen === decision.seen ? decision : { ...decision, seen };
    const native = seen === call.outcome ? call.native : null;
    const { verdict } = decision;
    const tail = callRow({
      n: this.#calls++,
      thread: call.thread,
      request,
      held: call.asked.held,
      decision: said,
      native,
      bytes: moved(request.call, seen, call),
      microseconds: Math.round((now - started) * 1000),
    });
    this.#rows.add(tail, request.call, verdict.kind, verdict.rule, now, call.thread, wantsStack ? id : 0);
    if (request.path !== undefined) this.#touches.call(request, said);
    if (call.native?.kind === 'bytes') giveBackLarge(call.native.bytes);
  }

  /** While the interpreter starts, no line of a program is being executed. */
  #wantsStack({ verdict, would }: Decision): boolean {
    if (!this.#tellsStacks || this.#booting) return false;
    return (
      this.#options.lines ||
      verdict.kind !== 'allow' ||
      (would !== undefined && would.verdict.kind !== 'allow')
    );
  }

  /** A policy answered what the wire cannot carry. */
  tellNonsense(call: CallName): void {
    if (this.#nonsense.has(call)) return;
    this.#nonsense.add(call);
    this.#options.notice(
      'policy-nonsense',
      `The answer to ${call} makes no sense for it; the guest got EIO.`,
    );
  }
}

function moved(name: CallName, seen: Outcome, call: ActiveCall): number | null {
  if (!seen.ok || !MOVES.has(name)) return null;
  if (seen === call.outcome && call.native?.kind === 'bytes') return call.native.bytes.length;
  const { value } = seen;
  return typeof value === 'number' ? value : typeof value === 'string' ? value.length : null;
}
