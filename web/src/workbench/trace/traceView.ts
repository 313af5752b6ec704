/**
 * Which rows the trace shows: all of the run by their numbers, or those that match a filter, without the interpreter's own
 * start unless it was asked for. Rows are looked up by index; the ones that are not here yet come, and listeners are told.
 */
import type { CallEvent } from '@sandtable/shared/events';
import { formatFilter, parseFilter, type FilterError } from '@sandtable/shared/filter';
import { MatchRows } from '../../session/matchRows.ts';
import type { Session } from '../../session/session.ts';

/** A search asks the server at most this often while the run goes on. */
const LIVE_SEARCH_MS = 250;

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
  /** Place in the list that somebody was sent to, with a number that tells one sending from the next. */
  readonly reveal: { readonly index: number; readonly turn: number };
  readonly turn: number;
}

export class TraceView {
  readonly #session: Session;
  readonly #listeners = new Set<() => void>();
  #filterText = '';
  #filterError: FilterError | null = null;
  #inForce = '';
  #found: MatchRows | null = null;
  #reveal = { index: 0, turn: 0 };
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
    if (this.#found !== null) return this.#found.get(index);
    return this.#session.guest.feed?.rows.get(index + this.#first());
  }

  /** Number of the row at an index, or null where it is not known. */
  numberAt(index: number): number | null {
    if (this.#found !== null) return this.#found.get(index)?.n ?? null;
    return index < this.#snapshot.count ? index + this.#first() : null;
  }

  /** Index of the row with this number, or -1 where it is not known. */
  indexOf(n: number): number {
    return this.#found === null ? Math.max(0, n - this.#first()) : this.#found.placeHere(n);
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
    this.#found.want(from, to);
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
    this.#tell();
  }

  select(n: number | null): void {
    this.#selected = n;
    this.#selectedRow = null;
    this.#findSelected();
    this.#tell();
  }

  /** Selects a row and brings it into view; where a filter hides it, the place where it would be. */
  reveal(row: CallEvent): void {
    this.#selected = row.n;
    this.#selectedRow = row;
    this.#follow = false;
    const here = this.indexOf(row.n);
    if (here >= 0) this.#show(here);
    else void this.#found?.place(row.n).then((place) => place !== null && this.#show(place));
    this.#tell();
  }

  #show(index: number): void {
    this.#reveal = { index, turn: this.#reveal.turn + 1 };
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
    } else if (this.#found !== null && !this.#isComplete()) {
      this.#searchSoon();
    }
    this.#findSelected();
    this.#tell();
  }

  /** Begins the search anew. */
  #restart(): void {
    this.#found?.dispose();
    this.#found = null;
    const run = this.#session.state.run;
    if (run === null || this.#inForce === '') return;
    const filter = this.#inForce;
    const lowest = this.#first();
    const found = new MatchRows(
      async (asked) => {
        const answer = await this.#session.request('run.matches', { run: run.run, filter, lowest, ...asked });
        return answer.ok ? answer.value : { problem: answer.error.message };
      },
      () => {
        if (this.#found === found) this.#findSelected();
        this.#tell();
      },
    );
    this.#found = found;
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
    if (this.#found !== null && run !== null) void this.#found.count();
  }

  #isComplete(): boolean {
    return this.#found === null || this.#found.searched >= (this.#session.state.run?.calls ?? 0);
  }

  #findSelected(): void {
    if (this.#selected === null || this.#selectedRow !== null) return;
    const n = this.#selected;
    const found = this.#found?.get(this.indexOf(n));
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
      count: found === null ? Math.max(0, calls - this.#first()) : found.total,
      calls,
      hiddenBoot: this.#showBoot ? 0 : boot,
      filterText: this.#filterText,
      filterError: this.#filterError,
      filtered: found !== null,
      complete: this.#isComplete(),
      searchedTo: found?.searched ?? calls,
      busy: found?.busy ?? false,
      problem: found?.problem ?? null,
      follow: this.#follow,
      selected: this.#selected,
      selectedRow: this.#selectedRow,
      reveal: this.#reveal,
      turn: this.#turn,
    };
  }
}
