/**
 * The controller of classic guests: takes their requests and replies in their own wire. What happens in between is the course of every
 * call (`callCourse.ts`): the same decision point, handlers, world and trace as for other guests.
 *
 * Two things are as the original did them, and not as C functions do: any refused call can raise RuntimeError, and a function that is
 * not in the table raises it too.
 *
 * NEVER perform anything for a request whose arguments are not the function's own to the last one.
 */
import type { Outcome } from '@sandtable/shared/policy/model';
import { CallCourse, type CourseOptions } from '../callCourse.ts';
import { fail, int, type ActiveCall } from '../handlers/handler.ts';
import type { AnswerError } from '../wire/encoder.ts';
import { askedOf, functionNumber, shapeOf, UNKNOWN } from './functions.ts';
import { errnoReply, runtimeErrorReply, successReply } from './replies.ts';
import type { ClassicRequest } from './requestReader.ts';

export interface ClassicControllerOptions extends CourseOptions {
  /** Sends one reply, in one piece. */
  readonly reply: (bytes: Uint8Array) => void;
  /** Ends the guest, which asked for it, with this status: to return from `os._exit` is not in its wire. */
  readonly exit: (status: number) => void;
}

/** Why a reply could not be made of an answer, as the guest sees it. */
const ANSWER_ERRORS: { readonly [error in AnswerError]: Outcome } = {
  nonsense: fail('EIO'),
  'too-small': fail('ERANGE'),
  'too-large': fail('ENOMEM'),
};

const NOT_THERE: Outcome = Object.freeze({ ok: false, raise: 'RuntimeError' });

/** A translated sandbox has one thread. */
const MAIN_THREAD = 1;

export class ClassicController {
  readonly #options: ClassicControllerOptions;
  readonly #course: CallCourse;
  #requests = 0;

  constructor(options: ClassicControllerOptions) {
    this.#options = options;
    this.#course = new CallCourse(
      options,
      (_id, number, call, seen) => this.#reply(number, call, seen),
      false,
    );
  }

  get calls(): number {
    return this.#course.calls;
  }

  /** Calls that wait for their answers: one or none. */
  get inFlight(): number {
    return this.#course.inFlight;
  }

  /** Takes one request. A fault of ours ends this guest and no other. */
  request({ name, args }: ClassicRequest): void {
    try {
      const started = performance.now();
      const number = functionNumber(name);
      const asked = askedOf(number, name, args);
      if (asked === null) this.#options.breakOff('bad-arguments');
      else this.#course.take(++this.#requests, number, asked, MAIN_THREAD, started);
    } catch (error) {
      this.#course.failed(error);
    }
  }

  /** Nothing is answered or recorded any more. */
  end(): void {
    this.#course.end();
  }

  #reply(number: number, call: ActiveCall, seen: Outcome): Outcome {
    const shape = shapeOf(number);
    if (shape === 'never') {
      this.#options.exit(int(call.asked.args, 'status') & 0xff);
      return seen;
    }
    let outcome = number === UNKNOWN && !seen.ok ? NOT_THERE : seen;
    if (outcome.ok) {
      const native = outcome === call.outcome ? call.native : null;
      const made = successReply(shape, native === null ? outcome.value : null, native, call.asked);
      if (typeof made !== 'string') {
        this.#options.reply(made);
        return outcome;
      }
      if (made === 'nonsense') this.#course.tellNonsense(call.asked.call);
      outcome = ANSWER_ERRORS[made];
    }
    if (outcome.ok || 'raise' in outcome) this.#options.reply(runtimeErrorReply());
    else this.#options.reply(errnoReply(shape, outcome.errno));
    return outcome;
  }
}
