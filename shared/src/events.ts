/**
 * The event log of a run: everything that happened, in the order that the controller fixed. Version 1.
 *
 * One JSON object a line. `seq` counts from 1 without gaps; `t` is microseconds since the run began and never falls. Live view,
 * reconnection, the classroom mirror, replay and grading are all reductions of this list (`session.ts`). Add fields freely; a
 * field that changes its meaning needs a new {@link TRACE_VERSION}.
 */
import type { CallName } from './calls.ts';
import type { Errno } from './errno.ts';
import type { LimitName } from './limits.ts';
import type { CallArgs, PlainValue, RunLimits } from './policy/model.ts';
import type { RuleInfo, VerdictKind } from './verdicts.ts';

export const TRACE_VERSION = 1;

/** Text and bytes in a call row are cut to this many characters (with their full length beside), so that one row stays small. */
export const ROW_TEXT_LIMIT = 512;

interface Stamp {
  readonly seq: number;
  readonly t: number;
}

export interface StartEvent extends Stamp {
  readonly type: 'start';
  readonly version: number;
  readonly run: string;
  /** ISO 8601, the server's clock. */
  readonly at: string;
  readonly mode: RunMode;
  readonly argv: readonly string[];
  readonly engine: string;
  readonly policy: string;
  readonly limits: RunLimits;
  /** The policy only recorded what it would have said: each call it was asked about has `would`. */
  readonly audit?: true;
  /** Every call has its `stack`, not only those that were not simply allowed. */
  readonly lines?: true;
  /** The guest was forked from a process in which the interpreter had started already; absent where it was started from nothing. */
  readonly prelude?: Prelude;
}

/** What had been done before the guest was forked. */
export interface Prelude {
  /** Outside calls of the interpreter's start, which no row tells of. */
  readonly calls: number;
  /** Names of the modules whose files it read, in that order. */
  readonly modules: readonly string[];
}

export type RunMode = 'script' | 'repl';

export interface RuleEvent extends Stamp {
  readonly type: 'rule';
  readonly rule: RuleInfo;
}

/** One intercepted call: a row of the trace. Absent fields mean the ordinary case. */
export interface CallEvent extends Stamp {
  readonly type: 'call';
  /** Position among the calls of this run, from 0. */
  readonly n: number;
  /** Guest thread; 1, the main one, is left out. */
  readonly thread?: number;
  readonly call: CallName;
  readonly args: CallArgs;
  /** Where it really acted, when it is not args.path to the letter. */
  readonly path?: string;
  readonly newpath?: string;
  readonly verdict: VerdictKind;
  readonly rule: number;
  readonly reason?: string;
  /** The arguments as performed, where policy changed them. */
  readonly performed?: CallArgs;
  /** Where that really acted, when it is not `performed.path` (`performed.newpath`) to the letter. */
  readonly performedPath?: string;
  readonly performedNewpath?: string;
  /** What the handler answered, where policy changed it. */
  readonly answered?: PlainValue;
  /** What the guest saw: a value, or `errno`, or `raise`. */
  readonly result?: PlainValue;
  readonly errno?: Errno;
  readonly raise?: 'RuntimeError';
  /** Bytes moved, for reads and writes. */
  readonly bytes?: number;
  /** Microseconds from request to reply. */
  readonly us: number;
  /** In an audited run: what the policy would have said. The other fields tell what really happened. */
  readonly would?: WouldVerdict;
  /**
   * Where in the guest's program the call came from, innermost first, at most {@link MAX_FRAMES}; of calls that were not simply allowed, and of
   * all where the run traces lines. The guest's own word: a program that tampers with its interpreter can say anything here.
   */
  readonly stack?: readonly StackFrame[];
}

/** Frames of one stack in a row, the innermost ones: deeper programs are recursive, and repeat themselves. */
export const MAX_FRAMES = 32;

/** One function of the guest's program that was being executed when it made the call. */
export interface StackFrame {
  /** As the guest names it: `/tmp/script.py`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** `<module>` outside of functions. */
  readonly function: string;
}

/** The verdict of a policy that was only asked for its opinion; `errno` or `raise`: what the guest would have seen in place of an answer. */
export interface WouldVerdict {
  readonly verdict: VerdictKind;
  readonly rule: number;
  readonly reason?: string;
  readonly errno?: Errno;
  readonly raise?: 'RuntimeError';
}

/** What the terminal shows: output after line discipline, and echo. Bytes as text with surrogate escapes. */
export interface OutputEvent extends Stamp {
  readonly type: 'out';
  /** 1 or 2 as written by the guest, 0 for echo. */
  readonly fd: 0 | 1 | 2;
  readonly data: string;
}

export interface FileEvent extends Stamp {
  readonly type: 'file';
  readonly change: 'create' | 'write' | 'remove' | 'rename' | 'mkdir' | 'attributes';
  readonly path: string;
  readonly to?: string;
  readonly size?: number;
  /** What the files take after the change, and may take at most; logs from before there were maxima have none. */
  readonly quota: {
    readonly bytes: number;
    readonly files: number;
    readonly maxBytes?: number;
    readonly maxFiles?: number;
  };
}

/** Bytes of a file that one {@link ContentEvent} keeps; a text that a person reads is smaller, and of a larger file its beginning tells which it is. */
export const CONTENT_BYTES = 64 * 1024;

/** What stood in a file at this moment: at the start of the run, and after writes when they have settled. For time travel. */
export interface ContentEvent extends Stamp {
  readonly type: 'content';
  readonly path: string;
  readonly size: number;
  /** Bytes as text with surrogate escapes; left out where the log has no room for them. */
  readonly data?: string;
  /** The data are the first {@link CONTENT_BYTES} bytes only. */
  readonly cut?: true;
}

/** Paths in {@link TouchEvent} are cut to this many characters; those of real files are shorter but for oddities. */
export const TOUCH_PATH_LIMIT = 1024;

/** The first time that a file was read, written or denied in this run; later times are in the call rows. */
export interface TouchEvent extends Stamp {
  readonly type: 'touch';
  readonly path: string;
  /** Characters of the whole path, where it was cut to {@link TOUCH_PATH_LIMIT}. */
  readonly pathLength?: number;
  readonly how: 'read' | 'written' | 'denied';
}

export interface LimitEvent extends Stamp {
  readonly type: 'limit';
  readonly limit: LimitName;
  readonly value: number;
  readonly ends: boolean;
  readonly message: string;
}

/** `input`: the guest waits for the person at the terminal. */
export type RunPhase = 'starting' | 'running' | 'input' | 'ended';

export interface PhaseEvent extends Stamp {
  readonly type: 'phase';
  readonly phase: RunPhase;
}

export interface UsageEvent extends Stamp {
  readonly type: 'usage';
  readonly heapBytes: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly outputBytes: number;
}

/** Something a person should know that is no row: a policy that failed, output that was cut, an interrupt. */
export interface NoticeEvent extends Stamp {
  readonly type: 'notice';
  readonly code: string;
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}

export type ExitReason = 'exit' | 'signal' | 'limit' | 'stopped' | 'protocol' | 'host' | 'server';

export interface ExitEvent extends Stamp {
  readonly type: 'exit';
  /** Exit status as a shell would give it: 0–255; 137 when killed by a limit, 124 on time-out, 130 when stopped. */
  readonly status: number;
  readonly reason: ExitReason;
  readonly message: string;
}

export type RunEvent =
  | StartEvent
  | RuleEvent
  | CallEvent
  | OutputEvent
  | FileEvent
  | ContentEvent
  | TouchEvent
  | LimitEvent
  | PhaseEvent
  | UsageEvent
  | NoticeEvent
  | ExitEvent;

type WithoutStamp<E> = E extends RunEvent ? Omit<E, 'seq' | 't'> : never;

/** An event before the log stamps it. */
export type RunEventBody = WithoutStamp<RunEvent>;
