/**
 * The controller of guests under our host: takes the frames of one guest and replies to them; what happens in between is the course of
 * every call (`callCourse.ts`).
 *
 * request frame → asked (normalise) → course → reply frame.
 *
 * What a guest sends wrong breaks off that guest and touches nothing else. NEVER: perform anything for a frame that does not parse to its
 * last byte; keep a view of the receiving buffer beyond a turn.
 */
import { WIRE_SYMBOLS, type CallName } from '@sandtable/shared/calls';
import { errnoNumber } from '@sandtable/shared/errno';
import { isInRuntime } from '@sandtable/shared/policy/ceiling';
import type { Outcome, PlainValue } from '@sandtable/shared/policy/model';
import { CallCourse, type CourseOptions } from './callCourse.ts';
import { fail, type ActiveCall } from './handlers/handler.ts';
import { canRaise } from './siteCustomize.ts';
import { ENCODERS } from './wire/answers.ts';
import type { AnswerError } from './wire/encoder.ts';
import type { Asked } from './wire/asked.ts';
import { FRAMES_FID, type FrameReader } from './wire/frameReader.ts';
import { Loans } from './wire/loan.ts';
import { NORMALISERS } from './wire/normalise.ts';
import { FLAG_RAISE, RAISE_ERRNO, REFUSED_PID, ReplyBuilder } from './wire/replyBuilder.ts';
import { readStack } from './wire/stackText.ts';
import { STAT_BYTES, writeExactStat } from './wire/structs.ts';
import { decodeArgs } from './wire/wireArgs.ts';

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

/** These give the number of a process and cannot fail: the interpreter breaks down at a -1. */
const CANNOT_FAIL: ReadonlySet<string> = new Set(['getppid', 'getpgrp']);

/** `isatty` says no with 0; 0 is also what Linux says of a process that one may not know of. */
const REFUSAL_RETS = WIRE_SYMBOLS.map(({ symbol }) =>
  symbol === 'isatty' || CANNOT_FAIL.has(symbol) ? 0 : -1,
);

/** Likewise where RuntimeError is to be raised, which is done by what this gives. */
const RAISING_RETS = WIRE_SYMBOLS.map(({ symbol }, fid) =>
  CANNOT_FAIL.has(symbol) ? REFUSED_PID : REFUSAL_RETS[fid]!,
);

/** The interpreter opens a script to look whether it is an archive, and to run it. */
const SCRIPT_READS = 2;

/** What it asks between the two. */
const LOOK_UPS: ReadonlySet<CallName> = new Set<CallName>([
  'll_os_stat',
  'll_os_lstat',
  'll_os_readlink',
  'll_os_getcwd',
]);

export interface ControllerOptions extends CourseOptions {
  readonly reply: (frame: Uint8Array) => void;
  /** For a zygote: the opening of `path` is never answered, `held` is called instead. */
  readonly hold?: { readonly path: string; readonly held: () => void };
}

export class Controller {
  readonly #options: ControllerOptions;
  readonly #course: CallCourse;
  readonly #builder = new ReplyBuilder();
  readonly #loans: Loans;
  /** Openings of the script that are the interpreter's own, the one under way included. */
  #scriptReads = 0;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#loans = new Loans(options.run.files);
    this.#course = new CallCourse(
      options,
      (id, fid, call, seen, wantsStack) => this.#reply(id, fid, call, seen, wantsStack),
      options.hold === undefined,
    );
  }

  get calls(): number {
    return this.#course.calls;
  }

  /** Calls that wait for their answers. */
  get inFlight(): number {
    return this.#course.inFlight;
  }

  /** Takes one request, at `now` as `performance.now()` gives it; the reader's bytes are used only until this returns. A fault of ours ends this guest and no other. */
  frame(reader: FrameReader, now: number): void {
    try {
      this.#frame(reader, now);
    } catch (error) {
      this.#course.failed(error);
    }
  }

  /** See `CallCourse.tick`. */
  tick(): void {
    this.#course.tick();
  }

  /** Nothing is answered or recorded any more. */
  end(): void {
    this.#course.end();
  }

  #frame(reader: FrameReader, started: number): void {
    const { id, fid, thread } = reader;
    if (fid === FRAMES_FID) {
      const stack = readStack(reader.bytes, reader.at, reader.end);
      if (stack !== null) this.#course.stack(stack.id, stack.frames);
      else this.#options.breakOff('bad-frames');
      return;
    }
    const row = WIRE_SYMBOLS[fid];
    const normalise = NORMALISERS[fid];
    if (row === undefined || normalise === undefined) {
      this.#options.breakOff('unknown-function');
      return;
    }
    if (this.#course.isWaiting(id)) {
      this.#options.breakOff('bad-id');
      return;
    }
    const args = decodeArgs(row.ops, reader.bytes, reader.at, reader.end);
    const asked = args === null ? null : normalise(args);
    if (asked === null) {
      this.#options.breakOff('bad-arguments');
      return;
    }
    if (id === 0) {
      this.#note(fid, asked, thread, started);
      return;
    }
    const { hold } = this.#options;
    if (hold !== undefined && asked.call === 'll_os_open' && asked.args['path'] === hold.path) {
      hold.held();
      return;
    }
    this.#watchScript(asked);
    this.#course.take(id, fid, asked, thread, started);
  }

  /** The host answered this one by itself, from a file that it was lent: it is judged, performed and recorded, and gets no reply. */
  #note(fid: number, asked: Asked, thread: number, started: number): void {
    const { fd } = asked.args;
    if (!this.#loans.covers(fid, fd)) {
      this.#options.breakOff('bad-note');
      return;
    }
    if (asked.call === 'll_os_close') this.#loans.ended(fd);
    this.#course.take(0, fid, asked, thread, started);
    if (this.#course.isWaiting(0)) this.#options.breakOff('bad-note');
  }

  /** Counts the times that the interpreter may yet open the script by itself; whatever else it asks, the program may be under way. */
  #watchScript({ call, args }: Asked): void {
    const { script } = this.#options;
    // Over for good soon after the start: of a call that is asked a hundred thousand times a second no more is looked at.
    if (script === null || (this.#scriptReads === 0 && !this.#course.booting)) return;
    const opens = call === 'll_os_open' && args['path'] === script;
    if (opens && this.#course.booting) this.#scriptReads = SCRIPT_READS;
    else if (opens) this.#scriptReads -= 1;
    else if (!LOOK_UPS.has(call)) this.#scriptReads = 0;
  }

  #mayLend(path: string, name: PlainValue | undefined): boolean {
    const { engine, script } = this.#options;
    if (isInRuntime(path)) return engine.leavesLibraryAlone;
    return this.#scriptReads > 0 && name === script && engine.allowsReading(path);
  }

  /** Lets the host read a file of the library by itself, or the script for the interpreter, where no policy has more to say to that. */
  #lend({ asked }: ActiveCall, seen: Outcome): void {
    if (asked.call === 'll_os_close') this.#loans.ended(asked.args['fd']);
    if (asked.call !== 'll_os_open' || !seen.ok || typeof seen.value !== 'number') return;
    // What is read from a loan is told without an answer, and so without a stack.
    if (this.#options.lines) return;
    const loan = this.#loans.lend(seen.value, asked.args['flags'], (path) =>
      this.#mayLend(path, asked.args['path']),
    );
    if (loan === null) return;
    const { stat, contents } = loan;
    this.#builder.outLoan(STAT_BYTES, (view, at) => writeExactStat(view, at, stat), contents);
  }

  /** Sends what the guest is to see, and says what that was in the end. */
  #reply(id: number, fid: number, call: ActiveCall, seen: Outcome, wantsStack: boolean): Outcome {
    const builder = this.#builder;
    let outcome = isAttributeCall(call.asked) ? NO_ATTRIBUTES : seen;
    if (!outcome.ok && 'raise' in outcome && !canRaise(call.asked.call)) outcome = NO_RAISE;
    if (outcome.ok) {
      const native = outcome === call.outcome ? call.native : null;
      const error = ENCODERS[fid]!(builder, id, native === null ? outcome.value : null, native, call.asked);
      if (error === 'nonsense') this.#course.tellNonsense(call.asked.call);
      if (error !== null) outcome = ANSWER_ERRORS[error];
      else if (id !== 0) this.#lend(call, outcome);
    }
    if (id === 0) return outcome;
    if (!outcome.ok) {
      if ('errno' in outcome) builder.start(id, REFUSAL_RETS[fid]!, errnoNumber(outcome.errno));
      else builder.start(id, RAISING_RETS[fid]!, RAISE_ERRNO, FLAG_RAISE);
    }
    if (wantsStack) builder.askForFrames();
    this.#options.reply(builder.finish());
    return outcome;
  }
}

function isAttributeCall({ call, args }: Asked): boolean {
  return call === 'll_unknown' && typeof args['symbol'] === 'string' && args['symbol'].endsWith('xattr');
}
