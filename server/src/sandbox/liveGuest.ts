/** A guest under way, as a run sees it, whatever interpreter it is and whatever wire its calls come by. */
import type { CourseOptions } from './callCourse.ts';
import type { GuestEnd } from './guestProcess.ts';

export interface LiveGuest {
  /** Null until it is known. */
  readonly pid: number | null;
  readonly alive: boolean;
  /** Calls that were answered. */
  readonly calls: number;
  /** Calls that wait for their answers. */
  readonly inFlight: number;
  signal(signal: NodeJS.Signals | number): void;
  kill(): void;
  /** To be called twice a second. */
  tick(): void;
  /** Nothing is answered or recorded any more. */
  endCalls(): void;
}

export interface LiveGuestListener {
  /** The guest broke the rules of the wire and has been killed. */
  broken(code: string): void;
  /** What runs there is not what this server was made for; it lives still. */
  unfit(message: string): void;
  /** A line that the interpreter itself wrote, past its calls: no program of the guest's can. */
  said(line: string): void;
  /** The process that it was forked from ended before it had asked anything, so it starts its own interpreter instead. */
  startsAnew(): void;
  ended(end: GuestEnd): void;
}

/** All that the course of its calls needs but the way to end it. */
export type GuestCalls = Omit<CourseOptions, 'breakOff'>;

/** What runs there, whichever wire it speaks. */
interface Running {
  readonly pid: number | null;
  readonly alive: boolean;
  signal(signal: NodeJS.Signals | number): void;
  kill(): void;
}

/** What answers it. */
interface Answering {
  readonly calls: number;
  readonly inFlight: number;
  end(): void;
  tick?(): void;
}

export function liveGuest(process: Running, controller: Answering): LiveGuest {
  return {
    get pid() {
      return process.pid;
    },
    get alive() {
      return process.alive;
    },
    get calls() {
      return controller.calls;
    },
    get inFlight() {
      return controller.inFlight;
    },
    signal: (signal) => {
      process.signal(signal);
    },
    kill: () => {
      process.kill();
    },
    tick: () => controller.tick?.(),
    endCalls: () => {
      controller.end();
    },
  };
}
