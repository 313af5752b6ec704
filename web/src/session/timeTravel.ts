/**
 * Where in a run the page stands: in the present, or at a row of the past with everything that belonged to it.
 *
 * One jump is under way at a time; while it is, only the newest wish counts, so dragging a scrubber asks no more than the server
 * answers. The point and what hangs on it (terminal, files, descriptors, row) change together, when the answer is here. NEVER
 * show parts of two moments at once.
 */
import type { PastContent, RunPoint, Bookmark, Step } from '@sandtable/shared/travelMessages';
import { createStore } from 'zustand/vanilla';
import type { Notice } from './askOrTell.ts';
import type { Session } from './session.ts';

export interface LookedAt {
  readonly path: string;
  /** Null while it is on its way, or where {@link problem} says why there is nothing. */
  readonly content: PastContent | null;
  readonly problem: string | null;
}

export interface TravelState {
  /** Null: the present. */
  readonly point: RunPoint | null;
  /** The row that was asked for; the point follows. Null: the present. */
  readonly wanted: number | null;
  /** The file whose bytes are looked at, as it was at the point. */
  readonly file: LookedAt | null;
  readonly bookmarks: readonly Bookmark[];
}

const PRESENT: TravelState = { point: null, wanted: null, file: null, bookmarks: [] };

const STEP_WORDS: Readonly<Record<Step, string>> = {
  call: 'call',
  denied: 'denied call',
  write: 'change of a file',
  network: 'network call',
};

export interface TravelOptions {
  readonly session: Session;
  readonly notify: (notice: Notice) => void;
  /** Number of the first row that counts: the interpreter's own start may be left out. */
  readonly lowest: () => number;
}

export class TimeTravel {
  readonly store = createStore<TravelState>(() => PRESENT);
  readonly #options: TravelOptions;
  #run: string | null = null;
  #jumping = false;

  constructor(options: TravelOptions) {
    this.#options = options;
    const { session } = options;
    session.store.subscribe(({ run }) => {
      if ((run?.run ?? null) === this.#run) return;
      this.#run = run?.run ?? null;
      this.store.setState(PRESENT);
      if (this.#run !== null) void this.#loadBookmarks(this.#run);
    });
    session.on('bookmarks.changed', ({ run, bookmarks }) => {
      if (run === this.#run) this.store.setState({ bookmarks });
    });
  }

  get state(): TravelState {
    return this.store.getState();
  }

  /** Rows that one can stand on: [first, end). */
  range(): { readonly first: number; readonly end: number } {
    const end = this.#options.session.state.run?.calls ?? 0;
    return { first: Math.min(this.#options.lowest(), Math.max(0, end - 1)), end };
  }

  /** To a row; beyond the last one is the present. */
  go(n: number): void {
    const { first, end } = this.range();
    if (end === 0 || n >= end) return this.live();
    this.store.setState({ wanted: Math.max(first, n) });
    void this.#jump();
  }

  /** Back to the present. */
  live(): void {
    if (this.state.wanted === null && this.state.point === null) return;
    this.store.setState({ point: null, wanted: null, file: null });
  }

  /** To the next or previous row of a kind; where there is none the person is told. */
  async step(to: Step, direction: 'next' | 'previous'): Promise<void> {
    const run = this.#run;
    const { first, end } = this.range();
    const from = this.state.wanted ?? end;
    if (run === null) return;
    if (to === 'call') {
      if (direction === 'next' || from > first) this.go(from + (direction === 'next' ? 1 : -1));
      return;
    }
    const answer = await this.#options.session.ask('No step was made', 'run.step', {
      run,
      from,
      direction,
      to,
      lowest: first,
    });
    if (answer === null || run !== this.#run) return;
    if (answer.n !== null) this.go(answer.n);
    else
      this.#options.notify({
        level: 'info',
        title: `There is no ${direction === 'next' ? 'later' : 'earlier'} ${STEP_WORDS[to]}`,
      });
  }

  /** Looks at the bytes of a file at the point; null puts them away. */
  look(path: string | null): void {
    this.store.setState({ file: path === null ? null : { path, content: null, problem: null } });
    void this.#loadFile();
  }

  bookmarkAt(n: number): Bookmark | undefined {
    return this.state.bookmarks.find((bookmark) => bookmark.n === n);
  }

  async setBookmark(n: number, note: string): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    const answer = await this.#options.session.ask('The bookmark was not set', 'bookmark.set', {
      run,
      n,
      note,
    });
    if (answer !== null && run === this.#run) this.store.setState({ bookmarks: answer });
  }

  async removeBookmark(n: number): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    const answer = await this.#options.session.ask('The bookmark is still there', 'bookmark.remove', {
      run,
      n,
    });
    if (answer !== null && run === this.#run) this.store.setState({ bookmarks: answer });
  }

  async #jump(): Promise<void> {
    if (this.#jumping) return;
    this.#jumping = true;
    for (;;) {
      const run = this.#run;
      const { wanted, point } = this.state;
      if (run === null || wanted === null || point?.n === wanted) break;
      const answer = await this.#options.session.ask('The jump was not made', 'run.at', { run, n: wanted });
      if (run !== this.#run || this.state.wanted === null) continue;
      if (answer === null) {
        this.store.setState({ wanted: this.state.point?.n ?? null });
        break;
      }
      // The answer may be of the last row there is, when the log is a little behind the page.
      const reached = this.state.wanted === wanted ? answer.n : this.state.wanted;
      this.store.setState({ point: answer, wanted: reached });
      void this.#loadFile();
    }
    this.#jumping = false;
  }

  async #loadFile(): Promise<void> {
    const run = this.#run;
    const { file, point } = this.state;
    if (run === null || file === null || point === null) return;
    const { path } = file;
    const answer = await this.#options.session.request('run.file', { run, n: point.n, path });
    const now = this.state;
    if (now.file?.path !== path || now.point?.n !== point.n) return;
    this.store.setState({
      file: answer.ok
        ? { path, content: answer.value, problem: null }
        : { path, content: null, problem: answer.error.message },
    });
  }

  async #loadBookmarks(run: string): Promise<void> {
    const answer = await this.#options.session.request('bookmark.list', { run });
    if (answer.ok && run === this.#run) this.store.setState({ bookmarks: answer.value });
  }
}
