/** How a run ended: from how its process did, or from why it was ended here. */
import { constants } from 'node:os';
import type { LimitName } from '@sandtable/shared/limits';
import type { GuestEnd } from './guestProcess.ts';
import type { RunExit } from './runHandle.ts';

/** Exit statuses of the host itself; see its wire.h. */
const HOST_STATUSES: { readonly [code: number]: string } = {
  70: 'The host could not be prepared.',
  71: 'The guest lost its way to the controller.',
  73: 'The guest lost its way to the controller.',
  74: 'The guest could not read an answer of the controller.',
};

const SIGNAL_MEANINGS: { readonly [signal: string]: string } = {
  SIGSYS: 'The guest tried a system call that no guest may make; the kernel ended it.',
  SIGSEGV: 'The guest crashed: it touched memory that is not its own.',
  SIGABRT: 'The interpreter gave up.',
  SIGKILL: 'The guest was killed.',
  SIGBUS: 'The guest crashed: memory it touched is not there.',
  SIGILL: 'The guest crashed: it ran something that is no instruction.',
  SIGFPE: 'The guest crashed: an impossible calculation in native code.',
};

/** As a shell gives it. */
function statusOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What the guest announced before it ended. */
  readonly announced: number | null;
  readonly fatal: string | null;
}

/** How a process that was not killed from here ended. */
export function exitOf({ code, signal, announced, fatal }: ProcessEnd): RunExit {
  if (signal !== null) {
    return {
      status: statusOfSignal(signal),
      reason: 'signal',
      message: SIGNAL_MEANINGS[signal] ?? `The guest was ended by ${signal}.`,
    };
  }
  const status = code ?? 1;
  if (fatal !== null) return { status, reason: 'signal', message: `The interpreter gave up: ${fatal}` };
  if (announced === null && HOST_STATUSES[status] !== undefined)
    return { status, reason: 'host', message: HOST_STATUSES[status] };
  const name = status > 128 ? signalName(status - 128) : null;
  if (name !== null && announced !== null)
    return { status, reason: 'exit', message: `The program ended with status ${String(status)} (${name}).` };
  return {
    status,
    reason: 'exit',
    message: status === 0 ? 'The program ended.' : `The program ended with status ${String(status)}.`,
  };
}

function signalName(number: number): string | null {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null;
}

// ---- ended for a limit, or from here ----

const SIGXCPU = 24;
const ABORTED_STATUS = 134;
const STOPPED_STATUS = 130;
const STOPPED_MESSAGES = {
  stopped: 'The run was stopped.',
  server: 'The server is closing; the run was stopped.',
} as const;
const TIMEOUT_STATUS = 124;
const KILLED_STATUS = 137;
const BROKEN_STATUS = 137;

export interface KernelEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly status: number;
  /** It had used about as much processor time as it may when that was last looked at. */
  readonly nearCpuLimit: boolean;
  /** The last that came on standard error. */
  readonly lastErrors: string;
  readonly fatal: string | null;
}

/** The limit for which the kernel ended a guest that seems to have ended by itself. */
export function limitBehind(end: KernelEnd): 'cpuSeconds' | 'heapBytes' | null {
  const { code, signal, nearCpuLimit } = end;
  if (signal === 'SIGXCPU' || code === 128 + SIGXCPU || (signal === 'SIGKILL' && nearCpuLimit))
    return 'cpuSeconds';
  return ranOutOfMemory(end) ? 'heapBytes' : null;
}

function ranOutOfMemory({ status, lastErrors, fatal }: KernelEnd): boolean {
  if (status !== ABORTED_STATUS && status !== KILLED_STATUS) return false;
  return /out of memory|MemoryError/i.test(lastErrors) || /out of memory/i.test(fatal ?? '');
}

/** How a run ends whose process never was a guest, or went with the one it was forked from. */
export function goneExit(end: Exclude<GuestEnd, { readonly kind: 'exited' }>): RunExit {
  if (end.kind === 'no-start')
    return hostExit(`The guest could not be started (${end.code}): ${end.message}`);
  return {
    status: KILLED_STATUS,
    reason: 'host',
    message: 'The process that the guest was forked from ended, and took it along. Run it again.',
  };
}

/** For what is no fault of the guest's. */
export function hostExit(message: string): RunExit {
  return { status: 1, reason: 'host', message };
}

export function limitExit(limit: LimitName, message: string): RunExit {
  return { status: limit === 'wallSeconds' ? TIMEOUT_STATUS : KILLED_STATUS, reason: 'limit', message };
}

export function brokenExit(code: string): RunExit {
  return {
    status: BROKEN_STATUS,
    reason: 'protocol',
    message: `The guest broke the rules of the wire (${code}) and was ended.`,
  };
}

/** `message`: why, where the reason alone does not say it. */
export function stoppedExit(
  reason: 'stopped' | 'server',
  message: string = STOPPED_MESSAGES[reason],
): RunExit {
  return { status: STOPPED_STATUS, reason, message };
}
