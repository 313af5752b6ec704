/**
 * The rows that match a filter, by their place among the matches: how many there are, and those that somebody looks at.
 *
 * The server counts (`run.matches`), because the page does not have all rows; the page keeps at most {@link PAGES_KEPT} pages of
 * {@link PAGE_ROWS}. While the server has not searched everything it is asked again, and its counts only grow: a place once given
 * means the same row for ever.
 */
import type { CallEvent } from '@sandtable/shared/events';
import type { MatchPage } from '@sandtable/shared/travelMessages';

export const PAGE_ROWS = 250;

/** 20,000 rows, as of the unfiltered list. */
const PAGES_KEPT = 80;

/** Pages fetched at once. */
const FETCHES_AT_ONCE = 2;

export type AskMatches = (asked: {
  from: number;
  count: number;
  near?: number;
}) => Promise<MatchPage | { readonly problem: string }>;

export class MatchRows {
  readonly #ask: AskMatches;
  readonly #onChange: () => void;
  #pages = new Map<number, readonly CallEvent[]>();
  #wanted: readonly number[] = [];
  #fetching = new Set<number>();
  #total = 0;
  #searched = 0;
  #complete = false;
  #counting = false;
  #problem: string | null = null;
  #disposed = false;

  constructor(ask: AskMatches, onChange: () => void) {
    this.#ask = ask;
    this.#onChange = onChange;
  }

  /** Matches known by now. */
  get total(): number {
    return this.#total;
  }

  /** All rows below this number have been searched. */
  get searched(): number {
    return this.#searched;
  }

  /** The server had searched all that the log had when it was last asked. */
  get complete(): boolean {
    return this.#complete;
  }

  get busy(): boolean {
    return this.#counting || this.#fetching.size > 0;
  }

  /** Why the server could not search, in its own words. */
  get problem(): string | null {
    return this.#problem;
  }

  dispose(): void {
    this.#disposed = true;
  }

  /** The match at a place, or undefined while it is not here. */
  get(at: number): CallEvent | undefined {
    return this.#pages.get(Math.floor(at / PAGE_ROWS))?.[at % PAGE_ROWS];
  }

  /** Place of the row among those that are here, or -1. */
  placeHere(n: number): number {
    for (const [page, rows] of this.#pages) {
      if (rows.length === 0 || rows[0]!.n > n || rows.at(-1)!.n < n) continue;
      const at = rows.findIndex((row) => row.n === n);
      return at < 0 ? -1 : page * PAGE_ROWS + at;
    }
    return -1;
  }

  /** Place of the row, or of the next match after it; null where the server could not say. */
  async place(n: number): Promise<number | null> {
    const page = await this.#ask({ from: 0, count: 0, near: n });
    return 'problem' in page || this.#disposed ? null : page.place;
  }

  /** Counts again, until the server has searched all that the log has by then. */
  async count(): Promise<void> {
    if (this.#counting || this.#disposed) return;
    this.#counting = true;
    do {
      const page = await this.#ask({ from: 0, count: 0 });
      if (this.#disposed) return;
      this.#take(page);
      this.#onChange();
    } while (!this.#complete && this.#problem === null);
    this.#counting = false;
    this.#onChange();
  }

  /** Sees to it that the matches [from, to) come, if they are not here. */
  want(from: number, to: number): void {
    const last = Math.min(to, this.#total);
    const pages: number[] = [];
    for (let page = Math.floor(Math.max(0, from) / PAGE_ROWS); page * PAGE_ROWS < last; page++) {
      const known = this.#pages.get(page);
      if (known !== undefined) {
        // The one looked at last is forgotten last.
        this.#pages.delete(page);
        this.#pages.set(page, known);
      }
      const needed = Math.min(PAGE_ROWS, last - page * PAGE_ROWS);
      if ((known?.length ?? 0) < needed) pages.push(page);
    }
    this.#wanted = pages;
    this.#next();
  }

  #next(): void {
    for (const page of this.#wanted) {
      if (this.#fetching.size >= FETCHES_AT_ONCE) return;
      if (!this.#fetching.has(page)) void this.#load(page);
    }
  }

  async #load(page: number): Promise<void> {
    this.#fetching.add(page);
    const answer = await this.#ask({ from: page * PAGE_ROWS, count: PAGE_ROWS });
    this.#fetching.delete(page);
    if (this.#disposed) return;
    this.#wanted = this.#wanted.filter((each) => each !== page);
    this.#take(answer);
    if (!('problem' in answer)) {
      this.#pages.delete(page);
      this.#pages.set(page, answer.rows);
      while (this.#pages.size > PAGES_KEPT) this.#pages.delete(this.#pages.keys().next().value!);
    }
    this.#onChange();
    this.#next();
  }

  #take(answer: MatchPage | { readonly problem: string }): void {
    if ('problem' in answer) {
      this.#problem = answer.problem;
      return;
    }
    this.#problem = null;
    this.#total = Math.max(this.#total, answer.total);
    this.#searched = Math.max(this.#searched, answer.searched);
    this.#complete = answer.complete;
  }
}
