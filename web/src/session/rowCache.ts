/**
 * Call rows by number, fetched where somebody looks and forgotten where nobody has looked for long.
 *
 * The log may hold millions of rows; the page keeps at most {@link PAGES_KEPT} pages of {@link PAGE_ROWS}. Rows arrive from live
 * batches (with gaps when the guest is fast) and from `run.rows`; both are the same rows, so they may overlap freely.
 */
import type { CallEvent } from '@sandtable/shared/events';
import { ROWS_PER_PAGE } from '@sandtable/shared/protocol';

/** A fetch brings several screens at once and stays within one answer of the server. */
export const PAGE_ROWS = 250;

/** 20,000 rows: enough to scroll back and forth without fetching anew, some ten megabytes at worst. */
export const PAGES_KEPT = 80;

/** More at once would only queue behind each other when somebody drags the scroll bar. */
const FETCHES_AT_ONCE = 2;

export type FetchRows = (from: number, count: number) => Promise<readonly CallEvent[] | null>;

interface Page {
  readonly rows: (CallEvent | undefined)[];
  used: number;
}

export class RowCache {
  readonly #fetch: FetchRows;
  readonly #onChange: () => void;
  #pages = new Map<number, Page>();
  #fetching = new Set<number>();
  /** The newest wish; older ones are about rows that have been scrolled past. */
  #wanted: readonly number[] = [];
  #tick = 0;
  #total = 0;

  /** `fetch` answers null where it cannot; `onChange` is called when rows have arrived by it. */
  constructor(fetch: FetchRows, onChange: () => void) {
    this.#fetch = fetch;
    this.#onChange = onChange;
  }

  /** The row, or undefined while it is not here. */
  get(n: number): CallEvent | undefined {
    return this.#pages.get(Math.floor(n / PAGE_ROWS))?.rows[n % PAGE_ROWS];
  }

  add(rows: readonly CallEvent[]): void {
    let page: Page | undefined;
    let at = -1;
    for (const row of rows) {
      const number = Math.floor(row.n / PAGE_ROWS);
      if (number !== at || page === undefined) {
        at = number;
        page = this.#pageFor(number);
      }
      page.rows[row.n % PAGE_ROWS] = row;
    }
    this.#forget();
  }

  /** Sees to it that rows [from, to) of `total` come, if they are not here. */
  want(from: number, to: number, total: number): void {
    this.#total = total;
    const last = Math.min(to, total);
    const pages: number[] = [];
    for (let page = Math.floor(Math.max(0, from) / PAGE_ROWS); page * PAGE_ROWS < last; page++) {
      const known = this.#pages.get(page);
      if (known !== undefined) known.used = ++this.#tick;
      const begin = Math.max(from, page * PAGE_ROWS);
      const end = Math.min(last, (page + 1) * PAGE_ROWS);
      for (let n = begin; n < end; n++) {
        if (known?.rows[n % PAGE_ROWS] === undefined) {
          pages.push(page);
          break;
        }
      }
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
    const from = page * PAGE_ROWS;
    const count = Math.min(PAGE_ROWS, ROWS_PER_PAGE, this.#total - from);
    const rows = count > 0 ? await this.#fetch(from, count) : null;
    this.#fetching.delete(page);
    this.#wanted = this.#wanted.filter((each) => each !== page);
    if (rows !== null && rows.length > 0) {
      this.add(rows);
      this.#onChange();
    }
    this.#next();
  }

  #pageFor(number: number): Page {
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = { rows: [], used: 0 };
      this.#pages.set(number, page);
    }
    page.used = ++this.#tick;
    return page;
  }

  #forget(): void {
    while (this.#pages.size > PAGES_KEPT) {
      let oldest = -1;
      let used = Infinity;
      for (const [number, page] of this.#pages) {
        if (page.used < used) [oldest, used] = [number, page.used];
      }
      this.#pages.delete(oldest);
    }
  }
}
