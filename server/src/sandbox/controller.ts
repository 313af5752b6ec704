/**
 * The controller: takes the requests of one guest, has each decided and performed, replies, and records it.
 *
 * request → asked (normalise) → request (resolve) → engine.decide → handler → answer → reply frame → row.
 *
 * Invariants. Every call goes through `engine.decide`, once. Every request gets exactly one reply, unless the run is over. What a guest
 * sends wrong breaks off that guest and touches nothing else. A row says what the guest saw, not what was meant.
 *
 * NEVER: perform anything for a frame that does not parse to its last byte; keep a view of the receiving buffer beyond a turn.
 */
import { WIRE_SYMBOLS, type CallName } from '@sandtable/shared/calls';
import { errnoNumber } from '@sandtable/shared/errno';
import { isInRuntime, RUNTIME_ROOTS } from '@sandtable/shared/policy/ceiling';
import type {
  CallRequest,
  Decision,
  MaybePromise,
  Outcome,
  PolicyEngine,
} from '@sandtable/shared/policy/model';
import type { VerdictKind } from '@sandtable/shared/verdicts';
import { callRow } from './callRow.ts';
import { ActiveCall, fail, type GuestRun } from './handlers/handler.ts';
import { handlerOf } from './handlers/table.ts';
import { argumentsFit, type AimedRequest, type RequestResolver } from './requests.ts';
import { canRaise } from './siteCustomize.ts';
import { Touches } from './touches.ts';
import { virtualFd } from './vfs/index.ts';
import { ENCODERS, type AnswerError } from './wire/answers.ts';
import type { FrameReader } from './wire/frameReader.ts';
import { NORMALISERS } from './wire/normalise.ts';
import { FLAG_RAISE, RAISE_ERRNO, ReplyBuilder } from './wire/replyBuilder.ts';
import { decodeArgs } from './wire/wireArgs.ts';

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

/** Why a reply could not be made of an answer, as the guest sees it. */
const ANSWER_ERRORS: { readonly [error in AnswerError]: Outcome } = {
  nonsense: fail('EIO'),
  'too-small': fail('ERANGE'),
  'too-large': fail('ENOMEM'),
};

/** What RuntimeError becomes where nothing in the guest can raise it. */
const NO_RAISE: Outcome = fail('EPERM');

/** A file system without extended attributes says so in its own way; programs that copy files take no other for an answer. */
const NO_ATTRIBUTES: Outcome = fail('EOPNOTSUPP');

/** `isatty` says no with 0, not with -1. */
const REFUSAL_RETS = WIRE_SYMBOLS.map(({ symbol }) => (symbol === 'isatty' ? 0 : -1));

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

export interface ControllerOptions {
  readonly engine: PolicyEngine;
  readonly resolver: RequestResolver;
  readonly run: GuestRun;
  /** Path of the script as the interpreter is told it; opening it ends the interpreter's start. Null at the prompt. */
  readonly script: string | null;
  readonly reply: (frame: Uint8Array) => void;
  readonly breakOff: (code: string) => void;
  /** A row of the trace; see `sink.ts`. */
  readonly record: (tail: string, call: CallName, verdict: VerdictKind, rule: number, now: number) => void;
  readonly touched: ConstructorParameters<typeof Touches>[0];
  /** The guest's own program begins. */
  readonly begins: () => void;
  readonly notice: (code: string, message: string) => void;
}

export class Controller {
  readonly #options: ControllerOptions;
  readonly #engine: PolicyEngine;
  readonly #builder = new ReplyBuilder();
  readonly #inFlight = new Set<number>();
  readonly #maxInFlight: number;
  #heldBytes = 0;
  /** Calls whose answers made no sense; each is told once. */
  readonly #nonsense = new Set<CallName>();
  readonly #touches: Touches;
  #calls = 0;
  #booting = true;
  #over = false;

  constructor(options: ControllerOptions) {
    this.#options = options;
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

  /** Takes one request; the reader's bytes are used only until this returns. A fault of ours ends this guest and no other. */
  frame(reader: FrameReader): void {
    try {
      this.#frame(reader);
    } catch (error) {
      this.#failed(error);
    }
  }

  #frame(reader: FrameReader): void {
    const started = performance.now();
    const { id, fid, thread } = reader;
    const row = WIRE_SYMBOLS[fid];
    const normalise = NORMALISERS[fid];
    if (row === undefined || normalise === undefined) {
      this.#options.breakOff('unknown-function');
      return;
    }
    if (id === 0 || this.#inFlight.has(id)) {
      this.#options.breakOff('bad-id');
      return;
    }
    const args = decodeArgs(row.ops, reader.bytes, reader.at, reader.end);
    const asked = args === null ? null : normalise(args);
    if (asked === null) {
      this.#options.breakOff('bad-arguments');
      return;
    }
    this.#options.run.waits.asked(thread);
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
        this.#failed(error);
      });
  }

  #failed(error: unknown): void {
    this.#options.notice(
      'controller-failed',
      `The controller failed at this guest: ${error instanceof Error ? error.message : String(error)}`,
    );
    this.#options.breakOff('controller-failed');
  }

  /** Nothing is answered or recorded any more. */
  end(): void {
    this.#over = true;
  }

  /**
   * The interpreter's start ends before anything of the guest's can run: with the first opening outside the platform's own places, of the
   * script by whatever way its name leads, or with the first word to or from the person.
   */
  #checkBoot(request: CallRequest): void {
    const { call, args, path } = request;
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
    const seen = this.#reply(id, fid, call, isAttributeCall(request) ? NO_ATTRIBUTES : decision.seen);
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
    this.#options.record(tail, request.call, verdict.kind, verdict.rule, now);
    if (request.path !== undefined) this.#touches.call(request, said);
  }

  /** Sends what the guest is to see, and says what that was in the end. */
  #reply(id: number, fid: number, call: ActiveCall, seen: Outcome): Outcome {
    const builder = this.#builder;
    let outcome = seen;
    if (!outcome.ok && 'raise' in outcome && !canRaise(call.asked.call)) outcome = NO_RAISE;
    if (outcome.ok) {
      const native = outcome === call.outcome ? call.native : null;
      const error = ENCODERS[fid]!(builder, id, native === null ? outcome.value : null, native, call.asked);
      if (error === 'nonsense') this.#tellNonsense(call.asked.call);
      if (error !== null) outcome = ANSWER_ERRORS[error];
    }
    if (!outcome.ok) {
      if ('errno' in outcome) builder.start(id, REFUSAL_RETS[fid]!, errnoNumber(outcome.errno));
      else builder.start(id, REFUSAL_RETS[fid]!, RAISE_ERRNO, FLAG_RAISE);
    }
    this.#options.reply(builder.finish());
    return outcome;
  }

  #tellNonsense(call: CallName): void {
    if (this.#nonsense.has(call)) return;
    this.#nonsense.add(call);
    this.#options.notice(
      'policy-nonsense',
      `The answer to ${call} makes no sense for it; the guest got EIO.`,
    );
  }
}

function isAttributeCall({ call, args }: CallRequest): boolean {
  return call === 'll_unknown' && typeof args['symbol'] === 'string' && args['symbol'].endsWith('xattr');
}

function moved(name: CallName, seen: Outcome, call: ActiveCall): number | null {
  if (!seen.ok || !MOVES.has(name)) return null;
  if (seen === call.outcome && call.native?.kind === 'bytes') return call.native.bytes.length;
  const { value } = seen;
  return typeof value === 'number' ? value : typeof value === 'string' ? value.length : null;
}
