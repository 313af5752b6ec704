/**
 * One run from start to end: puts world, terminal, limits, controller and process together, and sees to it that nothing is left.
 *
 * Order at the end: the process is gone → what waits is dropped → last output, file changes and usage are told → `exit` → everything is
 * released → `done`. NEVER does an event follow `exit`.
 */
import type { RunPhase } from '@sandtable/shared/events';
import type { LimitName } from '@sandtable/shared/limits';
import { brokenExit, exitOf, goneExit, hostExit, limitBehind, limitExit, stoppedExit } from './exitStatus.ts';
import { FileNews } from './fileNews.ts';
import { guestIdentity, type GuestIdentity } from './guestIdentity.ts';
import { GuestPriority } from './guestPriority.ts';
import type { GuestEnd } from './guestProcess.ts';
import { returnGuestUser, takeGuestUser } from './guestUsers.ts';
import type { GuestWorld, GuestWorldResult } from './guestWorld.ts';
import type { GuestRun } from './handlers/handler.ts';
import { interpreterState, type InterpreterState } from './interpreters.ts';
import { AlarmTimers } from './intervalTimers.ts';
import { LimitWatch, type EndingLimit } from './limitWatch.ts';
import type { GuestCalls, LiveGuest, LiveGuestListener } from './liveGuest.ts';
import { outputEvents } from './outputEvents.ts';
import { RequestResolver } from './requests.ts';
import type { FileChange, RunExit, RunHandle, RunOptions, WorldList, WorldRead } from './runHandle.ts';
import { argvOf, beginningOf, guestOf, scriptOf, worldOfRun, zygoteOf } from './runStart.ts';
import type { SideEvent } from './sink.ts';
import { START_FILE } from './siteCustomize.ts';
import { GuestStdio } from './tty/guestStdio.ts';
import type { LimitHit, Vfs } from './vfs/index.ts';
import { UsageMeter } from './usageMeter.ts';
import { Waits } from './waits.ts';
import type { Zygote } from './zygote.ts';
import { listWorld, readWorld, worldChanges } from './world.ts';

const SAMPLE_MS = 500;

const SIGINT = 2;
const SIGQUIT = 3;

/** Says at once that the run has begun; what stands in its way comes as its `exit` event with reason `host`. */
export function startRun(options: RunOptions): RunHandle {
  return new Run(options);
}

class Run implements RunHandle {
  readonly done: Promise<RunExit>;
  readonly #options: RunOptions;
  readonly #settle: (exit: RunExit) => void;
  readonly #stdio: GuestStdio;
  readonly #waits = new Waits();
  readonly #watch: LimitWatch;
  readonly #place = new GuestPriority();
  readonly #usage = new UsageMeter(
    () => this.#guest,
    (body) => {
      this.#tell(body);
    },
  );
  readonly #timers = new AlarmTimers((signal) => {
    this.#raise(signal);
  });
  #world: GuestWorld | null = null;
  #fileNews: FileNews | null = null;
  #guest: LiveGuest | null = null;
  #uid: number | null = null;
  #sampler: NodeJS.Timeout | null = null;
  #phase: RunPhase = 'starting';
  #inputWaits = 0;
  #interruptOnBegin = false;
  #announced: number | null = null;
  #fatal: string | null = null;
  /** How the run ends where that was decided here, not by the guest. */
  #verdict: RunExit | null = null;
  #over = false;

  constructor(options: RunOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<RunExit>();
    this.done = promise;
    this.#settle = resolve;
    this.#watch = new LimitWatch(options.limits, (limit, value, message) => {
      this.#limitReached(limit, value, message);
    });
    const { sink } = options;
    const gate = {
      get open() {
        return sink.outputRoom() > 0;
      },
      passed: (bytes: number) => {
        this.#watch.output(bytes);
      },
    };
    this.#stdio = new GuestStdio(options.stdio, gate, {
      shown: (fd, text) => {
        for (const data of outputEvents(text)) this.#tell({ type: 'out', fd, data });
      },
      signal: (signal) => {
        this.#interrupt(signal === 'SIGINT' ? SIGINT : SIGQUIT);
      },
      typed: (text) => {
        options.typed?.(text);
      },
    });
    sink.onOutputRoom = () => {
      this.#stdio.wakeOutput();
    };
    void interpreterState(options.interpreter)
      .then((state) => {
        this.#start(state);
      })
      .catch((error: unknown) => {
        this.#startFailed(error);
      });
  }

  // ---- the person's side ----

  input(data: string): void {
    if (!this.#over) this.#stdio.input(data);
  }

  eof(): void {
    if (!this.#over) this.#stdio.eof();
  }

  interrupt(): void {
    if (!this.#over)
      this.#stdio.interruptKey(() => {
        this.#interrupt(SIGINT);
      });
  }

  stop(reason: 'stopped' | 'server' = 'stopped', message?: string): void {
    this.#endAs(stoppedExit(reason, message));
  }

  resize(size: { readonly cols: number; readonly rows: number }): void {
    this.#stdio.resize(size);
    if (this.#phase !== 'starting') this.#guest?.signal('SIGWINCH');
  }

  list(path: string): WorldList {
    const vfs = this.#vfs;
    return vfs === null ? { ok: false, code: 'not-found' } : listWorld(vfs, path);
  }

  read(path: string, maxBytes: number): WorldRead {
    const vfs = this.#vfs;
    return vfs === null ? { ok: false, code: 'not-found' } : readWorld(vfs, path, maxBytes);
  }

  changes(): readonly FileChange[] {
    const vfs = this.#vfs;
    return vfs === null ? [] : worldChanges(vfs);
  }

  get #vfs(): Vfs | null {
    return this.#world?.vfs ?? null;
  }

  // ---- start ----

  #start(state: InterpreterState): void {
    const { engine, limits } = this.#options;
    // What a classic guest has in its environment the policy says, and nothing else does: the original had nothing.
    const isClassic = state.ok && state.kind === 'classic';
    const identity = guestIdentity(engine.world.identity, isClassic ? {} : undefined);
    const zygote = isClassic ? null : zygoteOf(this.#options);
    const argv = argvOf(this.#options, isClassic);
    const announce = (): void => {
      this.#announce(state, argv, zygote?.prelude ?? null);
    };
    if (this.#verdict !== null) {
      announce();
      this.#finish(this.#verdict);
      return;
    }
    if (!state.ok) {
      announce();
      this.#finish(hostExit(state.problems.map(({ message, cure }) => `${message} ${cure}`).join(' ')));
      return;
    }
    const built = worldOfRun(this.#options, state, identity, {
      openTerminal: (opening) => this.#stdio.openDevice(opening),
      onLimit: (hit) => {
        this.#worldLimit(hit);
      },
      onChange: () => {
        this.#fileNews?.changed();
      },
    });
    if (!built.ok) {
      announce();
      this.#notBuilt(built);
      return;
    }
    this.#world = built.world;
    this.#fileNews = new FileNews(built.world, (body) => {
      this.#tell(body);
    });
    this.#stdio.install(built.world.files);
    const calls = this.#calls(this.#guestRun(built.world, identity, isClassic), built.world, isClassic);
    const listener = this.#listener();
    this.#uid = takeGuestUser();
    // Asked for first: the guest is made while the log begins.
    const forked = zygote?.fork({ limits, uid: this.#uid });
    announce();
    this.#guest = guestOf(
      { state, argv, identity, uid: this.#uid, forked: forked ?? null },
      this.#options,
      calls,
      listener,
    );
    this.#sampler = setInterval(() => {
      this.#sample();
    }, SAMPLE_MS);
  }

  #notBuilt(fault: GuestWorldResult & { readonly ok: false }): void {
    const { message } = fault;
    if (fault.code === 'quota') {
      const { limit, value } = fault;
      this.#tell({ type: 'limit', limit, value, ends: true, message });
      this.#finish(limitExit(limit, message));
    } else this.#finish(hostExit(message));
  }

  #guestRun(world: GuestWorld, identity: GuestIdentity, isClassic: boolean): GuestRun {
    return {
      ...(isClassic ? { terminalAlways: true } : {}),
      files: world.files,
      ...(this.#options.network === undefined ? {} : { network: this.#options.network }),
      terminal: this.#stdio.terminal,
      waits: this.#waits,
      identity,
      limits: this.#options.limits,
      timers: this.#timers,
      usage: () => this.#usage.now(),
      raise: (signal) => {
        this.#raise(signal);
      },
      waitsForInput: (waiting) => {
        this.#waitsForInput(waiting);
      },
      exiting: (status) => {
        this.#announced ??= status & 0xff;
        this.#usage.now();
      },
      fatal: (message) => {
        this.#fatal ??= message;
      },
    };
  }

  /** What every log begins with. */
  #announce(state: InterpreterState, argv: readonly string[], prelude: Zygote['prelude']): void {
    const { engine } = this.#options;
    for (const body of beginningOf(this.#options, state, argv, prelude)) this.#tell(body);
    engine.onRule = (rule) => {
      this.#tell({ type: 'rule', rule });
    };
    engine.onNotice = ({ code, level, message }) => {
      this.#tell({ type: 'notice', code, level, message });
    };
    this.#tell({ type: 'phase', phase: 'starting' });
  }

  #calls(run: GuestRun, { files }: GuestWorld, isClassic: boolean): GuestCalls {
    return {
      engine: this.#options.engine,
      run,
      resolver: new RequestResolver(files),
      script: scriptOf(this.#options),
      startFile: isClassic ? null : START_FILE,
      lines: this.#options.lines === true,
      record: (tail, call, verdict, rule, now) => {
        this.#options.sink.call(tail, call, verdict, rule, now);
        this.#watch.call(now, tail.length);
      },
      touched: (touch) => {
        this.#tell({ type: 'touch', ...touch });
      },
      begins: () => {
        this.#begins();
      },
      notice: (code, message) => {
        this.#tell({ type: 'notice', code, level: 'error', message });
      },
    };
  }

  #listener(): LiveGuestListener {
    return {
      broken: (code) => {
        this.#endAs(brokenExit(code));
      },
      unfit: (message) => {
        this.#endAs(hostExit(message));
      },
      said: (line) => {
        this.#tell({
          type: 'notice',
          code: 'interpreter-said',
          level: 'info',
          message: `The interpreter itself says: ${line}`,
        });
      },
      startsAnew: () => {
        this.#tell({
          type: 'notice',
          code: 'started-anew',
          level: 'info',
          message:
            'The process that guests are forked from ended before this one had begun: it starts an interpreter of its own.',
        });
      },
      ended: (end) => {
        this.#ended(end);
      },
    };
  }

  /** A fault of ours while a run starts ends that run and no other of this thread. */
  #startFailed(error: unknown): void {
    this.#guest?.kill();
    const message = error instanceof Error ? error.message : String(error);
    this.#finish(hostExit(`The run could not be started: ${message}`));
  }

  #begins(): void {
    this.#setPhase('running');
    if (!this.#interruptOnBegin) return;
    this.#interruptOnBegin = false;
    this.#raise(SIGINT);
  }

  // ---- signals and waiting ----

  /** Before the guest's program runs there is no handler, and the signal would end the interpreter: it waits. */
  #interrupt(signal: number): void {
    if (this.#phase === 'starting') this.#interruptOnBegin = true;
    else this.#raise(signal);
  }

  #raise(signal: number): void {
    this.#guest?.signal(signal);
    this.#waits.interrupt();
  }

  #waitsForInput(waiting: boolean): void {
    this.#inputWaits += waiting ? 1 : -1;
    if (this.#over) return;
    this.#watch.idle(this.#inputWaits > 0);
    this.#setPhase(this.#inputWaits > 0 ? 'input' : 'running');
  }

  #setPhase(phase: RunPhase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#tell({ type: 'phase', phase });
  }

  // ---- limits and usage ----

  #limitReached(limit: EndingLimit, value: number, message: string): void {
    this.#tell({ type: 'limit', limit, value, ends: true, message });
    this.#endAs(limitExit(limit, message));
  }

  #worldLimit({ limit, value, detail }: LimitHit): void {
    const names: { readonly [name: string]: LimitName } = { symlinks: 'files', nameBytes: 'pathBytes' };
    this.#tell({
      type: 'limit',
      limit: names[limit] ?? (limit as LimitName),
      value,
      ends: false,
      message: `The limit of ${limit} (${String(value)}) was reached: ${detail}`,
    });
  }

  #sample(): void {
    const guest = this.#guest;
    this.#usage.now();
    const { heapBytes, seconds } = this.#usage;
    const waitsOnly = (guest?.inFlight ?? 0) <= this.#inputWaits;
    this.#watch.sampled(heapBytes, seconds, waitsOnly);
    if (guest?.alive === true && guest.pid !== null) this.#place.used(guest.pid, seconds, guest.calls);
    this.#usage.tell(this.#watch);
    guest?.tick();
  }

  #tell(body: SideEvent): void {
    if (this.#over) return;
    this.#options.sink.event(body);
    this.#watch.event(JSON.stringify(body).length);
  }

  // ---- end ----

  /** Ends the run for a reason of ours; the first one counts. */
  #endAs(exit: RunExit): void {
    if (this.#over || this.#verdict !== null) return;
    this.#verdict = exit;
    this.#guest?.endCalls();
    this.#guest?.kill();
  }

  #ended(end: GuestEnd): void {
    this.#verdict ??= end.kind === 'exited' ? this.#judgeEnd(end) : goneExit(end);
    this.#finish(this.#verdict);
  }

  /** The guest ended by itself; where the kernel ended it for a limit, that is what is told. */
  #judgeEnd({ code, signal }: GuestEnd & { readonly kind: 'exited' }): RunExit {
    const exit = exitOf({ code, signal, announced: this.#announced, fatal: this.#fatal });
    const limit = limitBehind({
      code,
      signal,
      status: exit.status,
      nearCpuLimit: this.#usage.seconds >= this.#options.limits.cpuSeconds - 2 * (SAMPLE_MS / 1000) - 1,
      lastErrors: this.#stdio.lastErrors,
      fatal: this.#fatal,
    });
    if (limit !== null) this.#watch.reach(limit);
    return this.#verdict ?? exit;
  }

  #finish(exit: RunExit): void {
    if (this.#over) return;
    this.#guest?.endCalls();
    this.#watch.stop();
    this.#waits.dropAll();
    this.#timers.clear();
    if (this.#sampler !== null) clearInterval(this.#sampler);
    this.#stdio.flush();
    this.#fileNews?.flush();
    this.#usage.tell(this.#watch);
    this.#tell({ type: 'exit', status: exit.status, reason: exit.reason, message: exit.message });
    this.#over = true;
    this.#options.sink.onOutputRoom = null;
    this.#world?.files.closeAll();
    this.#options.engine.dispose();
    this.#world?.dispose();
    returnGuestUser(this.#uid);
    this.#settle(exit);
  }
}
