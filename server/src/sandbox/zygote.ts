/**
 * A zygote: one host that has started the interpreter, waits where the guest's own part would begin, and forks a guest at every order.
 *
 * How it starts is in `zygoteStart.ts`: up to one request that is left unanswered. Each fork asks that again, of its own controller. What the start
 * saw (terminal or pipes, memory limit, environment, clocks) is the same in every fork, so it is part of the {@link ZygoteSpec}.
 *
 * Invariants. A process number stays taken until this side has said that it will not signal it any more. When the zygote goes, the kernel ends its
 * guests, and each is told so.
 */
import { constants as osConstants } from 'node:os';
import type { Prelude } from '@sandtable/shared/events';
import type { RunLimits } from '@sandtable/shared/policy/model';
import { tell, type GuestOrigin, type OriginListener, type OriginOf } from './guestOrigin.ts';
import { HostChild, type HostReport } from './hostChild.ts';
import { zygoteCommand, forkOrder } from './hostCommand.ts';
import { START_FILE } from './siteCustomize.ts';
import { SpareGuest } from './spareGuest.ts';
import { startZygote, type ZygoteSpec } from './zygoteStart.ts';

/** Whoever starts a zygote has some hundred milliseconds; one that needs this long hangs. */
const START_TIMEOUT_MS = 30_000;

/** A guest is forked within some milliseconds, and within some hundred of a crowd's; a zygote that has not by then hangs, and is ended. */
export const FORK_TIMEOUT_MS = 15_000;

/**
 * Until the zygote is told that its spare is born. It needs that only to make the next one; the order and what it wakes would take a thirtieth of an
 * ordinary start from the guest.
 */
const BORN_MS = 10;

interface Fork {
  readonly listener: OriginListener;
  readonly serial: number;
  pid: number | null;
  ended: boolean;
  /** Asked to be killed before its number was known. */
  doomed: boolean;
}

export type ZygoteState = 'starting' | 'ready' | 'ended';

export class Zygote {
  readonly #host: HostChild;
  readonly #forks = new Map<number, Fork>();
  #spare: SpareGuest | null = null;
  readonly #changed: (zygote: Zygote) => void;
  readonly #timer: NodeJS.Timeout;
  #bootListener: OriginListener | null = null;
  #serial = 0;
  #state: ZygoteState = 'starting';
  #problem = '';
  #prelude: Prelude | null = null;

  /** `changed` is called when it is ready, and once when it has ended. */
  constructor(spec: ZygoteSpec, stdlib: string, limits: RunLimits, changed: (zygote: Zygote) => void) {
    this.#changed = changed;
    this.#host = new HostChild(
      zygoteCommand({
        heapBytes: spec.heapBytes,
        environment: spec.environment,
        marshalTime: spec.marshalTime,
        beforeStart: !spec.started,
        argv: spec.mode === 'repl' ? ['-i'] : [START_FILE],
      }),
      {
        report: (report) => {
          this.#report(report);
        },
        failed: (code, message) => {
          this.#fail(`${message} (${code})`);
        },
        ended: (code, signal) => {
          this.#ended(code, signal);
        },
      },
    );
    startZygote(spec, stdlib, limits, (listener) => this.#bootOrigin(listener), {
      ready: (prelude) => {
        this.#ready(prelude);
      },
      failed: (problem) => {
        this.#fail(problem);
      },
    });
    this.#timer = setTimeout(() => {
      if (this.#state === 'starting') this.#fail('The zygote did not become ready.');
    }, START_TIMEOUT_MS);
    this.#timer.unref();
  }

  get state(): ZygoteState {
    return this.#state;
  }

  /** Why it ended, where it ended by itself. */
  get problem(): string {
    return this.#problem;
  }

  /** Null where guests start their own interpreter. */
  get prelude(): Prelude | null {
    return this.#prelude;
  }

  get pid(): number | null {
    return this.#host.pid;
  }

  /** Guests of it that live. */
  get guests(): number {
    return this.#forks.size;
  }

  /**
   * A guest that is forked from here, at once; only while it is ready. Whoever asks takes the origin in the same turn, before the first report can
   * come: what it does in between is done while the guest is made.
   */
  fork(options: { readonly limits: RunLimits; readonly uid: number | null }): OriginOf {
    const serial = ++this.#serial;
    const spare = this.#spare;
    this.#spare = null;
    const ends = spare?.bear(serial, options) ?? null;
    if (spare === null || ends === null) this.#host.order(forkOrder(serial, options));
    else
      setTimeout(() => {
        this.#host.order(`born ${String(serial)} ${String(spare.pid)}`);
      }, BORN_MS);
    return (listener) => {
      const pid = ends === null ? null : spare!.pid;
      const fork: Fork = { listener, serial, pid, ended: false, doomed: false };
      this.#forks.set(serial, fork);
      if (ends === null)
        setTimeout(() => {
          if (fork.pid === null && !fork.ended) this.#fail('The zygote makes no guests any more.');
        }, FORK_TIMEOUT_MS).unref();
      else
        queueMicrotask(() => {
          listener.pipes(ends);
        });
      return this.#originOf(fork, ends !== null);
    };
  }

  /** Ends it, and its guests with it. */
  close(): void {
    this.#host.signal('SIGKILL');
  }

  /** `isOpen`: the zygote holds no ends of its pipes any more. */
  #originOf(fork: Fork, isOpen: boolean): GuestOrigin {
    return {
      get pid() {
        return fork.pid;
      },
      get alive() {
        return !fork.ended;
      },
      diagnostics: '',
      signal: (signal) => {
        if (fork.ended) return;
        if (fork.pid === null) fork.doomed ||= signal === 'SIGKILL';
        else kill(fork.pid, signal);
      },
      pipesOpened: () => {
        if (!isOpen) this.#host.order(`go ${String(fork.serial)}`);
      },
      close: () => undefined,
    };
  }

  // ---- its own start ----

  #bootOrigin(listener: OriginListener): GuestOrigin {
    const host = this.#host;
    this.#bootListener = listener;
    return {
      get pid() {
        return host.pid;
      },
      get alive() {
        return host.alive;
      },
      get diagnostics() {
        return host.diagnostics;
      },
      signal: (signal) => {
        host.signal(signal);
      },
      pipesOpened: () => {
        host.order('go');
      },
      close: () => {
        host.close();
      },
    };
  }

  #ready(prelude: Prelude | null): void {
    if (this.#state !== 'starting') return;
    clearTimeout(this.#timer);
    this.#state = 'ready';
    this.#prelude = prelude;
    this.#changed(this);
  }

  // ---- reports ----

  #report(report: HostReport): void {
    if (report.type === 'exited') this.#exited(report);
    else if (report.type === 'spare') this.#spareMade(report);
    else if (report.serial === undefined) this.#bootReport(report);
    else {
      const fork = this.#forks.get(Number(report.serial));
      if (fork === undefined) return;
      if (report.type === 'pipes') {
        fork.pid = Number(report.pid);
        if (fork.doomed) kill(fork.pid, 'SIGKILL');
      }
      tell(fork.listener, report, this.#host.pid);
      // Nothing was forked, so nothing will be told to have ended.
      if (report.type === 'error' && fork.pid === null) this.#over(fork, null, null);
    }
  }

  #bootReport(report: HostReport): void {
    if (report.type === 'error') this.#fail(String(report.message));
    else if (this.#bootListener !== null) tell(this.#bootListener, report, this.#host.pid);
  }

  #spareMade(report: HostReport): void {
    const holder = this.#host.pid;
    this.#spare?.close();
    this.#spare = holder === null ? null : SpareGuest.open(report, holder);
    this.#host.order(`took ${String(report.pid)}`);
  }

  #exited(report: HostReport): void {
    const pid = Number(report.pid);
    if (this.#spare?.pid === pid) {
      this.#spare.close();
      this.#spare = null;
    }
    for (const fork of this.#forks.values()) {
      if (fork.pid !== pid) continue;
      this.#over(
        fork,
        typeof report.code === 'number' ? report.code : null,
        typeof report.signal === 'number' ? signalName(report.signal) : null,
      );
    }
    this.#host.order(`reap ${String(pid)}`);
  }

  #over(fork: Fork, code: number | null, signal: NodeJS.Signals | null): void {
    fork.ended = true;
    this.#forks.delete(fork.serial);
    fork.listener.exited(code, signal);
  }

  #fail(problem: string): void {
    if (this.#problem === '') this.#problem = problem;
    this.#host.signal('SIGKILL');
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#timer);
    this.#state = 'ended';
    this.#spare?.close();
    this.#spare = null;
    if (this.#problem === '') this.#problem = this.#host.diagnostics || 'The zygote ended.';
    this.#bootListener?.exited(code, signal);
    for (const fork of [...this.#forks.values()]) {
      fork.ended = true;
      this.#forks.delete(fork.serial);
      fork.listener.lost();
    }
    this.#changed(this);
  }
}

function kill(pid: number, signal: NodeJS.Signals | number): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended, and its zygote has not said so yet.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function signalName(number: number): NodeJS.Signals | null {
  const found = Object.entries(osConstants.signals).find(([, value]) => value === number);
  return found === undefined ? null : (found[0] as NodeJS.Signals);
}
