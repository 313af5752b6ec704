/**
 * The sessions: the runs of benches, from their start to their end. Main thread.
 *
 * What this owns: the run of every bench that somebody looks at or that is under way. What it does not own: what a bench shows and who watches it
 * (the desks), files and benches (the store), rows and logs of runs (the books), connections (the gateway), guests (the workers). One run a bench
 * is under way at a time: starting another stops the first. The last run stays to be looked at, from its log after a restart.
 *
 * Order at a start: the worker makes log and guest while the books are written → the pages are told.
 */
import {
  MAX_FILE_BYTES,
  type Diagnostic,
  type RunSnapshot,
  type TerminalSize,
} from '@sandtable/shared/protocol';
import type { WorldList, WorldRead } from '../sandbox/index.ts';
import { newId, type Store } from '../store/store.ts';
import { listBench, POLICY_FILE, readBench } from './benchWorld.ts';
import { Desks, hasGuest, type Desk, type ShowResult, type Watched } from './desks.ts';
import { LiveRun, type Broadcast } from './liveRun.ts';
import { PolicyChecks } from './policyChecks.ts';
import { RunBooks } from './runBooks.ts';
import { planRun, type RunRefusal, type StartOptions } from './runPlan.ts';
import { TraceImports, type TraceImported } from './traceImports.ts';
import { WorkerPool } from './workerPool.ts';

/** How often pages that hold up a run are looked for. */
const SWEEP_MS = 250;

/** Stop kills; a run that is not over by then hangs in the server, and a new one must not wait for ever. */
const STOP_TIMEOUT_MS = 5_000;

/**
 * Guests at once: a lecture of two hundred fits, at some 8 MB each for guest and server (`npm run load -- idle`). Guests that use their whole heap
 * are more than any machine holds; there the kernel's own limits speak.
 */
const MAX_RUNS = 250;

/** A prompt that nobody looks at for this long has been forgotten; its time does not count, so no limit would ever end it. */
const ABANDONED_MS = 60 * 60 * 1000;

/** A server that closes waits less; guests that are left die with its threads. */
const CLOSE_TIMEOUT_MS = 1_500;

export type StartResult = { readonly ok: true; readonly snapshot: RunSnapshot } | RunRefusal;

export interface SessionsOptions {
  readonly store: Store;
  /** Folder of the logs, one folder a run. */
  readonly logs: string;
  readonly broadcast: Broadcast;
  /** Entry of the run workers; tests give one with guests of their own. */
  readonly workerEntry?: URL;
  readonly abandonedMs?: number;
  /** {@link MAX_RUNS}, unless a test says otherwise. */
  readonly maxRuns?: number;
}

export class Sessions {
  readonly #store: Store;
  readonly #broadcast: Broadcast;
  readonly #maxRuns: number;
  readonly #pool: WorkerPool;
  /** Rows and logs of runs, also of those of earlier servers. */
  readonly books: RunBooks;
  readonly #imports: TraceImports;
  readonly #policies = new PolicyChecks();
  readonly #desks: Desks;
  readonly #live = new Map<string, LiveRun>();
  /** Runs whose logs may be there before their rows are. */
  readonly #starting = new Set<string>();
  readonly #sweeps: NodeJS.Timeout;
  #closing = false;

  constructor(options: SessionsOptions) {
    this.#store = options.store;
    this.books = new RunBooks(
      options.store.runs,
      options.logs,
      (run) => this.#live.has(run) || this.#starting.has(run),
    );
    this.#broadcast = options.broadcast;
    this.#desks = new Desks(this.books, options.broadcast, (run) => {
      this.#drop(run);
    });
    this.#maxRuns = options.maxRuns ?? MAX_RUNS;
    this.#imports = new TraceImports(options.store.runs, options.logs, (run) =>
      this.books.history.ended(run),
    );
    this.#pool = new WorkerPool(options.workerEntry ?? new URL('./runWorker.ts', import.meta.url));
    const abandonedMs = options.abandonedMs ?? ABANDONED_MS;
    this.#sweeps = setInterval(() => {
      for (const run of this.#live.values()) {
        if (run.over) continue;
        run.sweep();
        if (!run.alone) this.books.history.keepUp(run.id, run.state.calls, Date.now());
        if (run.alone && run.state.phase === 'input' && run.quietFor >= abandonedMs) this.stop(run.id);
      }
    }, SWEEP_MS);
    this.#sweeps.unref();
  }

  /** Ends the runs that an earlier server left under way, and removes logs that are too many. Call once, at the start. */
  recover(): Promise<void> {
    return this.books.recover();
  }

  /** Loads what a first run needs, so that the person who starts it does not wait for that. */
  warmUp(): void {
    this.#pool.warmUp();
    this.books.warmUp();
    this.#policies.warmUp();
  }

  // ---- pages -------------------------------------------------------------------------------------------------

  /**
   * Lets a page watch a bench. `resume` names the last event that it has of a run. `joined` is called at the very moment
   * that the answer speaks of: everything that is broadcast afterwards follows it.
   */
  watch(
    bench: string,
    page: string,
    resume: { readonly run: string; readonly after: number } | null,
    joined: () => void,
  ): Promise<Watched> {
    return this.#desks.watch(bench, page, resume, () => {
      joined();
      void this.books.inBackground(this.#checkAhead(bench));
    });
  }

  leave(bench: string, page: string): void {
    this.#desks.leave(bench, page);
  }

  acknowledge(run: string, page: string, chars: number): void {
    this.#live.get(run)?.acknowledge(page, chars);
  }

  /** The way to the page is blocked, or free again. */
  pageBlocked(page: string, blocked: boolean): void {
    for (const run of this.#live.values()) {
      if (blocked) run.fellBehind(page);
      else run.caughtUp(page);
    }
  }

  // ---- runs --------------------------------------------------------------------------------------------------

  /** Bench that the run belongs to, or null. Also of runs of earlier servers. */
  async benchOf(run: string): Promise<string | null> {
    return this.#live.get(run)?.bench ?? this.books.benchOf(run);
  }

  /** Whether the run is under way; it no longer is once its exit was told, though its thread still puts things away. */
  isUnderWay(run: string): boolean {
    const live = this.#live.get(run);
    return live !== undefined && !live.over && live.state.exit === null;
  }

  /** Starts a run; one under way on the same bench is stopped first. */
  start(options: StartOptions): Promise<StartResult> {
    const desk = this.#desks.of(options.bench);
    const result = desk.starting.then(() => this.#start(desk, options));
    desk.starting = result.catch(() => {});
    return result;
  }

  input(run: string, data: string): void {
    this.#live.get(run)?.typed(data);
    this.#pool.tell({ type: 'input', run, data });
  }

  interrupt(run: string): void {
    this.#pool.tell({ type: 'interrupt', run });
  }

  stop(run: string): void {
    this.#pool.tell({ type: 'stop', run, reason: 'stopped' });
  }

  resize(run: string, size: TerminalSize): void {
    this.#pool.tell({ type: 'resize', run, size });
  }

  /** Makes a run of the bench from a trace and shows it. Where a guest runs there nothing is imported. */
  async importTrace(bench: string, file: string): Promise<TraceImported> {
    const desk = this.#desks.of(bench);
    if (hasGuest(desk))
      return { ok: false, problems: [{ line: 0, message: 'A guest runs on this bench: stop it first.' }] };
    const imported = await this.#imports.import(bench, file);
    if (!imported.ok) return imported;
    const { id, state } = imported;
    this.#desks.show(bench, desk, { id, bench, state });
    return imported;
  }

  /** Shows a run that is kept in the place of the one that the bench shows. */
  show(bench: string, run: string): Promise<ShowResult> {
    return this.#desks.showKept(bench, run);
  }

  // ---- policies ----------------------------------------------------------------------------------------------

  /** What is wrong with the source of a policy; an empty list: it can be run. */
  checkPolicy(source: string): Promise<readonly Diagnostic[]> {
    return this.#policies.check(source);
  }

  // ---- the guest's files -------------------------------------------------------------------------------------

  /** Of the bench's run where its world is still there, else as a run would find it. */
  async list(bench: string, path: string): Promise<WorldList> {
    const run = this.#desks.shownOn(bench);
    const listed = run instanceof LiveRun ? await this.#pool.list(run.id, path) : null;
    return listed ?? listBench(await this.#store.files.contents(bench), path);
  }

  async read(bench: string, path: string): Promise<WorldRead> {
    const run = this.#desks.shownOn(bench);
    const read = run instanceof LiveRun ? await this.#pool.read(run.id, path, MAX_FILE_BYTES) : null;
    return read ?? readBench(await this.#store.files.contents(bench), path, MAX_FILE_BYTES);
  }

  // ---- ends --------------------------------------------------------------------------------------------------

  /** Stops what runs on a bench that was removed, and removes its logs. */
  async benchRemoved(bench: string, runs: readonly string[]): Promise<void> {
    const run = this.#desks.shownOn(bench);
    if (run instanceof LiveRun) {
      this.stop(run.id);
      await this.#waitForEnd(run);
      this.#drop(run);
    }
    this.#desks.remove(bench);
    this.books.removeLogs(runs);
  }

  /** Stops every guest, waits until their logs are complete, ends all threads. */
  async close(): Promise<void> {
    this.#closing = true;
    this.books.closing();
    clearInterval(this.#sweeps);
    const underWay = [...this.#live.values()].filter((run) => !run.over);
    for (const run of underWay) this.#pool.tell({ type: 'stop', run: run.id, reason: 'server' });
    await Promise.all(underWay.map((run) => this.#waitForEnd(run, CLOSE_TIMEOUT_MS)));
    await this.books.settled();
    await Promise.all([
      this.#pool.close(),
      this.#imports.close(),
      this.books.close(),
      this.#policies.close(),
    ]);
  }

  async #start(desk: Desk, options: StartOptions): Promise<StartResult> {
    const { bench } = options;
    if (this.#closing) return { ok: false, code: 'busy', message: 'The server is closing. Nothing was run.' };
    const plan = await planRun(options, this.#store.files, this.#policies);
    if (!plan.ok) return plan;
    await this.#desks.load(bench, desk);
    const before = desk.shown;
    const others = [...this.#live.values()].filter((run) => !run.over && run !== before).length;
    if (others >= this.#maxRuns) {
      return {
        ok: false,
        code: 'busy',
        message: `${this.#maxRuns} guests are running, the most that this server hosts. Stop one, or try again later.`,
      };
    }
    if (before instanceof LiveRun && !before.over) {
      this.stop(before.id);
      if (!(await this.#waitForEnd(before))) {
        return {
          ok: false,
          code: 'busy',
          message: 'The run before does not end. Try again in a moment; what it printed was kept.',
        };
      }
    }
    const id = newId();
    const folder = this.books.folder(id);
    const run = new LiveRun(id, bench, desk.pages, this.#pool, this.#broadcast, () => this.books.finish(id));
    this.#starting.add(id);
    // The thread is asked first: the books wait for the disk, and nothing that it does can be told before they are written.
    const started = this.#pool.start({ ...plan.spec, run: id, folder }, run.allowed, run, () => {
      this.#desks.forget(before);
      // Pages may have come and gone while the guest was made.
      run.audienceIs(desk.pages);
      desk.shown = run;
      this.#live.set(id, run);
      void run.end.then(() => this.books.inBackground(written.then(() => this.#runEnded(run))));
      this.#broadcast.started(bench, run.snapshot());
    });
    const written = this.books.begun(id, bench, options.mode, plan.revision);
    try {
      await written;
      const refusal = await started;
      if (refusal !== null) {
        await this.books.refused(id);
        return refusal;
      }
    } catch (error) {
      if ((await started) === null) this.stop(id);
      throw error;
    } finally {
      this.#starting.delete(id);
    }
    return { ok: true, snapshot: run.snapshot() };
  }

  async #runEnded(run: LiveRun): Promise<void> {
    if (!(await this.books.ended(run.id, run.state, run.logBytes, run.input))) return;
    this.#desks.release(run.bench);
    this.books.pruneSoon();
  }

  /** Whoever opens a bench is about to run it: its policy is checked by then, and a checker is warm for its next version. */
  async #checkAhead(bench: string): Promise<void> {
    if (this.#closing) return;
    const policy = await this.#store.files.read(bench, POLICY_FILE);
    if (policy?.content?.encoding === 'utf8') void this.#policies.check(policy.content.text);
  }

  /** Whether the run was over in time. */
  async #waitForEnd(run: LiveRun, ms = STOP_TIMEOUT_MS): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
    const inTime = await Promise.race([run.end.then(() => true), timeout]);
    clearTimeout(timer);
    return inTime;
  }

  #drop(run: LiveRun): void {
    this.#live.delete(run.id);
    this.#pool.tell({ type: 'drop', run: run.id });
  }
}
