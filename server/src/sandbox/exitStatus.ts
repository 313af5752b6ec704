/** From how a guest's process ended to how the run ended. */
import { constants } from 'node:os';
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
