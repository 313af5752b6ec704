/**
 * Which rows the trace shows: all of the run by their numbers, or those that match a filter, without the interpreter's own
 * start unless it was asked for. Rows are looked up by index; the ones that are not here yet come, and listeners are told.
 */
import type { CallEvent } from '@sandtable/shared/events';
import { formatFilter, parseFilter, type FilterError } from '@sandtable/shared/filter';
import { FilteredRows } from '../../session/filteredRows.ts';
import type { Session } from '../../session/session.ts';

/** A search asks the server at most this often while the run goes on. */
const LIVE_SEARCH_MS = 250;

/** Rows at the end of the window from which on it grows. */
const NEAR_END = 60;

export interface TraceSnapshot {
  readonly run: string | null;
  /** Rows that can be looked up now. */
  readonly count: number;
  /** Calls of the run, with the hidden ones. */
  readonly calls: number;
  readonly hiddenBoot: number;
  readonly filterText: string;
  readonly filterError: FilterError | null;
  /** A filter is in force. */
  readonly filtered: boolean;
  /** The search reached the newest row. */
  readonly complete: boolean;
  readonly searchedTo: number;
  readonly busy: boolean;
  /** Why the server could not search. */
  readonly problem: string | null;
  readonly follow: boolean;
  /** Number of the selected row. */
  readonly selected: number | null;
  readonly selectedRow: CallEvent | null;
  readonly turn: number;
}

export class TraceView {
  readonly #session: Session;
  readonly #listeners = new Set<() => void>();
  #filterText = '';
  #filterError: FilterError | null = null;
  #inForce = '';
  #found: FilteredRows | null = null;
  #showBoot: boolean;
  #follow = true;
  #selected: number | null = null;
  #selectedRow: CallEvent | null = null;
  #run: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #turn = 0;
  #snapshot: TraceSnapshot;

  constructor(session: Session, showBoot: boolean) {
    this.#session = session;
    this.#showBoot = showBoot;
    this.#snapshot = this.#take();
    session.store.subscribe((state, before) => {
      if (state.run !== before.run || state.rowsArrived !== before.rowsArrived) this.#moved();
    });
    this.#moved();
  }

  /** For useSyncExternalStore. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get = (): TraceSnapshot => this.#snapshot;

  /** The row at an index of the list, or undefined while it is not here. */
  rowAt(index: number): CallEvent | undefined {
    if (this.#found !== null) return this.#found.rows[index];
    return this.#session.guest.feed?.rows.get(index + this.#first());
  }

  /** Number of the row at an index, or null where it is not known. */
  numberAt(index: number): number | null {
    if (this.#found !== null) return this.#found.rows[index]?.n ?? null;
    return index < this.#snapshot.count ? index + this.#first() : null;
  }

  /** Index of the row with this number, or of the next one that is shown. */
  indexOf(n: number): number {
    if (this.#found === null) return Math.max(0, n - this.#first());
    const { rows } = this.#found;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle]!.n < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Rows [from, to) of the list are looked at. */
  want(from: number, to: number): void {
    const run = this.#session.state.run;
    if (run === null) return;
    if (this.#found === null) {
      const first = this.#first();
      this.#session.guest.feed?.rows.want(from + first, to + first, run.calls);
      return;
    }
    if (from < NEAR_END && !this.#found.startReached) void this.#found.growUp();
    if (to > this.#found.rows.length - NEAR_END) this.#search();
  }

  /** The text in the filter box; the list follows where it is a filter. */
  setFilter(text: string): void {
    this.#filterText = text;
    const parsed = parseFilter(text);
    this.#filterError = parsed.ok ? null : parsed.error;
    if (parsed.ok) {
      const wanted = formatFilter(parsed.filter);
      if (wanted !== this.#inForce) {
        this.#inForce = wanted;
        this.#restart();
      }
    }
    this.#tell();
  }

  showBoot(show: boolean): void {
    if (show === this.#showBoot) return;
    this.#showBoot = show;
    this.#restart();
    this.#tell();
  }

  setFollow(follow: boolean): void {
    if (follow === this.#follow) return;
    this.#follow = follow;
    if (follow && this.#found !== null && !this.#isComplete()) this.#restart();
    this.#tell();
  }

  select(n: number | null): void {
    this.#selected = n;
    this.#selectedRow = null;
    this.#findSelected();
    this.#tell();
  }

  #first(): number {
    return this.#showBoot ? 0 : (this.#session.state.run?.bootCalls ?? 0);
  }

  #moved(): void {
    const run = this.#session.state.run;
    if ((run?.run ?? null) !== this.#run) {
      this.#run = run?.run ?? null;
      this.#selected = null;
      this.#selectedRow = null;
      this.#follow = true;
      this.#restart();
    } else if (this.#found !== null && (this.#follow || this.#found.rows.length < NEAR_END)) {
      this.#searchSoon();
    }
    this.#findSelected();
    this.#tell();
  }

  /** Begins the search anew; where one follows, from the newest row upwards. */
  #restart(): void {
    this.#found?.dispose();
    this.#found = null;
    const run = this.#session.state.run;
    if (run === null || this.#inForce === '') return;
    const filter = this.#inForce;
    const lowest = this.#first();
    const anchor = this.#follow ? run.calls : lowest;
    this.#found = new FilteredRows(
      async (from, direction, count) => {
        const answer = await this.#session.request('run.query', {
          run: run.run,
          filter,
          from,
          direction,
          count,
        });
        return answer.ok ? answer.value : { problem: answer.error.message };
      },
      () => this.#tell(),
      lowest,
      anchor,
    );
    void this.#found.growUp();
    this.#search();
  }

  #searchSoon(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#search();
    }, LIVE_SEARCH_MS);
  }

  #search(): void {
    const run = this.#session.state.run;
    if (this.#found !== null && run !== null) void this.#found.growDown(run.calls);
  }

  #isComplete(): boolean {
    return this.#found === null || this.#found.searchedTo >= (this.#session.state.run?.calls ?? 0);
  }

  #findSelected(): void {
    if (this.#selected === null || this.#selectedRow !== null) return;
    const n = this.#selected;
    const found = this.#found?.rows[this.indexOf(n)];
    this.#selectedRow = this.#session.guest.feed?.rows.get(n) ?? (found?.n === n ? found : null);
    if (this.#selectedRow === null)
      this.#session.guest.feed?.rows.want(n, n + 1, this.#session.state.run?.calls ?? 0);
  }

  #tell(): void {
    this.#turn += 1;
    this.#snapshot = this.#take();
    for (const listener of [...this.#listeners]) listener();
  }

  #take(): TraceSnapshot {
    const run = this.#session.state.run;
    const calls = run?.calls ?? 0;
    const boot = run?.bootCalls ?? 0;
    const found = this.#found;
    return {
      run: run?.run ?? null,
      count: found === null ? Math.max(0, calls - this.#first()) : found.rows.length,
      calls,
      hiddenBoot: this.#showBoot ? 0 : boot,
      filterText: this.#filterText,
      filterError: this.#filterError,
      filtered: found !== null,
      complete: this.#isComplete(),
      searchedTo: found?.searchedTo ?? calls,
      busy: found?.busy ?? false,
      problem: found?.problem ?? null,
      follow: this.#follow,
      selected: this.#selected,
      selectedRow: this.#selectedRow,
      turn: this.#turn,
    };
  }
}
