/**
 * Child processes of the house's commands.
 *
 * Invariant: a child that runs is in `running`, so that a signal to us reaches it; we never exit before it.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { ROOT } from './place.ts';

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A process group of its own, so that everything it leaves behind can be found and ended. */
  readonly ownGroup?: boolean;
  /** Milliseconds after which the child's group is killed; needs `ownGroup`. */
  readonly limit?: number;
  readonly onStart?: (pid: number) => void;
  /** Gets all that the child prints, for a caller that runs several at once; without it the child prints where we do. */
  readonly onOutput?: (text: string) => void;
}

export interface ChildResult {
  /** Exit status as a shell tells it: 128 + n for signal n. */
  readonly status: number;
  readonly timedOut: boolean;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

const running = new Map<ChildProcess, boolean>();
let stoppedBy: NodeJS.Signals | undefined;

/** The signal that asked us to stop, if one did. */
export const stopSignal = (): NodeJS.Signals | undefined => stoppedBy;

export const statusOfSignal = (signal: string): number => 128 + (SIGNAL_NUMBERS[signal] ?? 0);

/** Passes the signals that end us on to the children; call once. */
export function passSignalsOn(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stoppedBy = signal;
      for (const [child, ownGroup] of running) {
        // A terminal's Ctrl-C has reached the children of our own group already.
        if (signal === 'SIGINT' && !ownGroup && process.stdin.isTTY) continue;
        signalChild(child, ownGroup, signal);
      }
    });
  }
}

function signalChild(child: ChildProcess, ownGroup: boolean, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(ownGroup ? -child.pid : child.pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Runs a program without input (`interactive` children are execve'd instead). */
export function run(
  program: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<ChildResult> {
  const ownGroup = options.ownGroup ?? false;
  const out = options.onOutput === undefined ? 'inherit' : 'pipe';
  const child = spawn(program, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', out, out],
    detached: ownGroup,
  });
  if (options.onOutput !== undefined) {
    child.stdout?.setEncoding('utf8').on('data', options.onOutput);
    child.stderr?.setEncoding('utf8').on('data', options.onOutput);
  }
  running.set(child, ownGroup);
  if (child.pid !== undefined) options.onStart?.(child.pid);
  let timedOut = false;
  const timer =
    options.limit === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          signalChild(child, ownGroup, 'SIGKILL');
        }, options.limit);
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      running.delete(child);
    };
    child.once('error', (failure) => {
      done();
      reject(failure);
    });
    const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
      done();
      resolve({ status: code ?? statusOfSignal(signal ?? ''), timedOut });
    };
    // A child whose output we read has ended when all of it has come.
    if (out === 'pipe') child.once('close', ended);
    else child.once('exit', ended);
  });
}

/** Becomes another program: same process id, so signals, terminal and exit status are its own. Does not return. */
export function become(program: string, args: readonly string[], cwd = ROOT): never {
  process.chdir(cwd);
  if (process.execve === undefined) throw new Error('process.execve is missing: not the pinned Node');
  return process.execve(program, [program, ...args], process.env);
}
