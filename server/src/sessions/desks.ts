/**
 * The desks: which run each bench shows, and which pages watch it. Main thread.
 *
 * A desk is there while a page looks at its bench or a guest runs on it; what it shows then is in the log of that run, where the next desk of the
 * bench finds it. Starts of a bench come one after the other ({@link Desk.starting}), so a desk never has two guests.
 */
import type { Batch, RunSnapshot } from '@sandtable/shared/protocol';
import { LiveRun, type Broadcast } from './liveRun.ts';
import type { FinishedRun, RunBooks } from './runBooks.ts';

export interface Desk {
  readonly pages: Set<string>;
  shown: LiveRun | FinishedRun | null;
  /** Whether the last run was looked for in the database. */
  loaded: boolean;
  /** Starts of this bench, one after the other. */
  starting: Promise<unknown>;
}

/** What a page gets that begins to watch: the run as it is, or what it has missed of the one that it knows; neither where there is none. */
export interface Watched {
  readonly run: RunSnapshot | null;
  readonly batches: readonly Batch[] | null;
}

export type ShowResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'busy' | 'not-found'; readonly message: string };

export class Desks {
  readonly #desks = new Map<string, Desk>();
  readonly #books: RunBooks;
  readonly #broadcast: Broadcast;
  readonly #dropped: (run: LiveRun) => void;

  /** `dropped` is told of each run that no desk shows any more, over or not. */
  constructor(books: RunBooks, broadcast: Broadcast, dropped: (run: LiveRun) => void) {
    this.#books = books;
    this.#broadcast = broadcast;
    this.#dropped = dropped;
  }

  /** The desk of a bench, made where there is none. */
  of(bench: string): Desk {
    let desk = this.#desks.get(bench);
    if (desk === undefined) {
      desk = { pages: new Set(), shown: null, loaded: false, starting: Promise.resolve() };
      this.#desks.set(bench, desk);
    }
    return desk;
  }

  /** Of the run that a bench shows, what is in memory. */
  shownOn(bench: string): LiveRun | FinishedRun | null {
    return this.#desks.get(bench)?.shown ?? null;
  }

  /** See `Sessions.watch`. */
  async watch(
    bench: string,
    page: string,
    resume: { readonly run: string; readonly after: number } | null,
    joined: () => void,
  ): Promise<Watched> {
    const desk = this.of(bench);
    desk.pages.add(page);
    await this.load(bench, desk);
    joined();
    if (!desk.pages.has(page) || desk.shown === null) return { run: null, batches: null };
    const run = desk.shown;
    const after = resume?.run === run.id ? resume.after : null;
    if (run instanceof LiveRun) return run.join(page, after);
    if (after === run.state.to) return { run: null, batches: [] };
    return { run: snapshotOf(run), batches: null };
  }

  leave(bench: string, page: string): void {
    const desk = this.#desks.get(bench);
    if (desk === undefined) return;
    desk.pages.delete(page);
    if (desk.shown instanceof LiveRun) desk.shown.leave(page);
    this.release(bench);
  }

  /** Finds the last run of a bench that has none in memory. */
  async load(bench: string, desk: Desk): Promise<void> {
    if (desk.loaded) return;
    const last = await this.#books.lastOf(bench);
    if (desk.loaded) return;
    desk.loaded = true;
    if (last !== null && desk.shown === null) desk.shown = last;
  }

  /** Shows a run that is kept in the place of the one that the bench shows. */
  async showKept(bench: string, run: string): Promise<ShowResult> {
    const desk = this.of(bench);
    if (desk.shown?.id === run) return { ok: true };
    if (hasGuest(desk))
      return { ok: false, code: 'busy', message: 'A guest runs on this bench: stop it first.' };
    const kept = await this.#books.kept(run, bench);
    if (kept === null || hasGuest(desk)) {
      this.release(bench, desk);
      return { ok: false, code: 'not-found', message: 'The trace of that run is not kept any more.' };
    }
    this.show(bench, desk, kept);
    return { ok: true };
  }

  /** Puts a run on the desk, and tells its pages. */
  show(bench: string, desk: Desk, run: FinishedRun): void {
    this.forget(desk.shown);
    desk.loaded = true;
    desk.shown = run;
    this.#broadcast.started(bench, snapshotOf(run));
    this.release(bench, desk);
  }

  /** Nobody looks and nothing runs: the desk goes, the log has everything. Another desk than `desk` stays. */
  release(bench: string, desk = this.#desks.get(bench)): void {
    if (desk === undefined || desk.pages.size > 0 || hasGuest(desk)) return;
    if (this.#desks.get(bench) !== desk) return;
    this.#desks.delete(bench);
    this.forget(desk.shown);
  }

  /** Takes the desk of a bench away that is no more. */
  remove(bench: string): void {
    this.#desks.delete(bench);
  }

  /** What a desk shows no more is held by nobody. */
  forget(run: LiveRun | FinishedRun | null): void {
    if (run instanceof LiveRun) this.#dropped(run);
  }
}

/** Whether a guest runs there. */
export function hasGuest({ shown }: Desk): boolean {
  return shown instanceof LiveRun && !shown.over;
}

function snapshotOf({ id, bench, state }: FinishedRun): RunSnapshot {
  return { run: id, bench, to: state.to, state };
}
