/**
 * A zygote: one host that has started the interpreter, waits where the guest's own part would begin, and forks a guest at every order.
 *
 * It starts like a guest in a world that holds nothing but the interpreter's library. The controller of that start leaves one request
 * unanswered: the opening of {@link START_FILE}, which `sitecustomize` makes last. Each fork asks it again, of its own controller. What the
 * start saw (terminal or pipes, memory limit, environment, clocks) is the same in every fork, so it is part of the {@link ZygoteSpec}.
 *
 * Invariants. No file of a person is in its world. It is not given anybody's request. A process number stays taken until this side has said that it
 * will not signal it any more. When the zygote goes, the kernel ends its guests, and each is told so.
 */
import { readdirSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import type { CallEvent, Prelude } from '@sandtable/shared/events';
import { createEngine } from '@sandtable/shared/policy/engine';
import type { RunLimits, WorldSpec } from '@sandtable/shared/policy/model';
import { Controller } from './controller.ts';
import { guestIdentity } from './guestIdentity.ts';
import { GuestProcess } from './guestProcess.ts';
import { tell, type GuestOrigin, type OriginListener, type OriginOf } from './guestOrigin.ts';
import { buildGuestWorld, GUEST_PROGRAM } from './guestWorld.ts';
import { HostChild, type HostReport } from './hostChild.ts';
import { zygoteCommand, forkOrder } from './hostCommand.ts';
import { AlarmTimers } from './intervalTimers.ts';
import { RequestResolver } from './requests.ts';
import { siteCustomize, START_FILE } from './siteCustomize.ts';
import { SpareGuest } from './spareGuest.ts';
import { GuestStdio } from './tty/guestStdio.ts';
import { Waits } from './waits.ts';

/** What a start depends on; guests that agree in it can be forked from one zygote. */
export interface ZygoteSpec {
  /** Whether the interpreter has started before the fork; else each guest starts its own, in a host that is loaded and hooked. */
  readonly started: boolean;
  readonly stdio: 'tty' | 'pipes';
  readonly mode: 'script' | 'repl';
  readonly heapBytes: number;
  /** `NAME=value`, as the guest sees it. */
  readonly environment: readonly string[];
  readonly marshalTime: boolean;
  /** Modules that are imported before the fork. */
  readonly modules: readonly string[];
}

/** Whoever starts a zygote has some hundred milliseconds; one that needs this long hangs. */
const START_TIMEOUT_MS = 30_000;

/** A guest is forked within some milliseconds, and within some hundred of a crowd's; a zygote that has not by then hangs, and is ended. */
export const FORK_TIMEOUT_MS = 15_000;

/** What the interpreter may have open when it is forked: a guest's world begins with these and no others. */
const STANDARD_STREAMS = 3;

/**
 * What the prompt itself imports before it asks for the first line: some 7 MB of every guest's own, if it were done after the fork. Not
 * `pyrepl.readline`, which makes copies of the descriptors of the terminal.
 */
const PROMPT_MODULES: readonly string[] = [
  '_pypy_interact',
  'code',
  'pyrepl.completing_reader',
  'pyrepl.historical_reader',
  'pyrepl.unix_console',
  'warnings',
];

const BARE_WORLD: WorldSpec = { mounts: [], quotas: {}, identity: {}, limits: {} };

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
    this.#start(spec, stdlib, limits);
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
    else this.#host.order(`born ${String(serial)} ${String(spare.pid)}`);
    return (listener) => {
      const pid = ends === null ? null : spare!.pid;
      const fork: Fork = { listener, serial, pid, ended: false, doomed: false };
      this.#forks.set(serial, fork);
      if (ends === null)
        setTimeout(() => {
          if (fork.pid === null && !fork.ended) this.#fail('The zygote makes no guests any more.');
        }, FORK_TIMEOUT_MS).unref();
      if (ends !== null)
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

  #start(spec: ZygoteSpec, stdlib: string, limits: RunLimits): void {
    const identity = { ...guestIdentity({}), environment: spec.environment };
    const made = createEngine({ world: BARE_WORLD });
    if (!made.ok) throw new Error('zygote: the engine without a policy does not load');
    const closedGate = { open: false, passed: () => undefined };
    const quiet = { shown: () => undefined, signal: () => undefined, typed: () => undefined };
    const stdio = new GuestStdio(
      spec.stdio === 'tty' ? { kind: 'tty', size: { cols: 80, rows: 24 } } : { kind: 'pipes' },
      closedGate,
      quiet,
    );
    const built = buildGuestWorld({
      world: BARE_WORLD,
      identity,
      stdlib,
      siteCustomize: siteCustomize({
        modules: spec.mode === 'repl' ? [...PROMPT_MODULES, ...spec.modules] : spec.modules,
        forked: true,
      }),
      startText: '',
      files: [],
      folders: [],
      openTerminal: (opening) => stdio.openDevice(opening),
      memoryBytes: spec.heapBytes,
      onLimit: () => undefined,
      onChange: () => undefined,
    });
    let controller: Controller | null = null;
    const calls: { count: number; modules: Set<string> } = { count: 0, modules: new Set() };
    const guest = new GuestProcess((listener) => this.#bootOrigin(listener), {
      hello: () => {
        if (!spec.started) this.#ready(null);
      },
      frame: (reader, now) => {
        controller?.frame(reader, now);
      },
      broken: (code) => {
        this.#fail(`The interpreter's start broke the rules of the wire (${code}).`);
      },
      ended: () => undefined,
    });
    if (!built.ok) {
      this.#fail(built.message);
      return;
    }
    const { world } = built;
    stdio.install(world.files);
    controller = new Controller({
      engine: made.engine,
      run: {
        files: world.files,
        terminal: stdio.terminal,
        waits: new Waits(),
        identity,
        limits,
        timers: new AlarmTimers(() => undefined),
        usage: () => ({ heapBytes: 0, userSeconds: 0, systemSeconds: 0 }),
        raise: () => undefined,
        waitsForInput: () => undefined,
        exiting: () => undefined,
        fatal: (message) => {
          this.#fail(`The interpreter gave up while it started: ${message}`);
        },
      },
      resolver: new RequestResolver(world.files),
      script: null,
      startFile: START_FILE,
      hold: {
        path: START_FILE,
        held: () => {
          const open = world.files.descriptors().length;
          const threads = readdirSync(`/proc/${String(this.#host.pid)}/task`).length;
          if (open !== STANDARD_STREAMS)
            this.#fail(`The interpreter's start left ${String(open)} descriptors open.`);
          else if (threads !== 1) this.#fail(`The interpreter's start left ${String(threads)} threads.`);
          else this.#ready({ calls: calls.count, modules: [...calls.modules] });
          world.dispose();
        },
      },
      reply: (frame) => {
        guest.reply(frame);
      },
      breakOff: (code) => {
        guest.breakOff(code);
      },
      lines: false,
      record: (tail, call) => {
        calls.count++;
        if (call === 'll_os_open') noteModule(calls.modules, tail);
      },
      touched: () => undefined,
      begins: () => {
        this.#fail('The interpreter began before it was told what to run.');
      },
      notice: (_code, message) => {
        this.#fail(message);
      },
    });
  }

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

/** `/bin/lib/pypy3.9/json/__pycache__/decoder.pypy39.pyc` → `json.decoder` */
const MODULE_FILE = new RegExp(
  `^${GUEST_PROGRAM.replace(/[^/]*$/, '')}lib/[^/]+/((?:[^/]+/)*?)(?:__pycache__/)?([^/.]+)(?:\\.[^/]*)?\\.(?:pyc?|so)$`,
);

function noteModule(modules: Set<string>, tail: string): void {
  const row = JSON.parse(`{${tail}`) as Pick<CallEvent, 'args' | 'path' | 'errno'>;
  const parts = row.errno === undefined ? MODULE_FILE.exec(row.path ?? (row.args['path'] as string)) : null;
  if (parts === null) return;
  const folder = parts[1]!.replaceAll('/', '.');
  const name = parts[2] === '__init__' ? folder.replace(/\.$/, '') : folder + parts[2]!;
  if (name !== 'sitecustomize') modules.add(name);
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
