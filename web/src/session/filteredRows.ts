/**
 * The rows that match a filter, as a window that grows where one scrolls.
 *
 * The server searches (`run.query`), because the page does not have all rows. The window is one stretch of the log in which
 * every match is known: from {@link FilteredRows.first} up to {@link FilteredRows.searchedTo}. It grows at both ends on demand and at
 * the lower end while the run goes on. NEVER are there matches missing inside it.
 */
import type { CallEvent } from '@sandtable/shared/events';

/** Rows asked for at once. */
const CHUNK = 200;

/** Matches kept; beyond it the end far from where one looks is forgotten and searched again when one comes back. */
const MATCHES_KEPT = 20_000;

export interface Found {
  readonly rows: readonly CallEvent[];
  /** Number from which to go on, or null at the end of the log in that direction. */
  readonly next: number | null;
}

export type Query = (
  from: number,
  direction: 'up' | 'down',
  count: number,
) => Promise<Found | { readonly problem: string }>;

export class FilteredRows {
  readonly #query: Query;
  readonly #onChange: () => void;
  readonly #lowest: number;
  #rows: CallEvent[] = [];
  /** Next number to search upwards from; below `#lowest` there is nothing to find. */
  #up: number;
  #down: number;
  #busy = { up: false, down: false };
  #problem: string | null = null;
  #disposed = false;

  /** `lowest`: first row that may match at all. The window begins empty, at row `anchor`. */
  constructor(query: Query, onChange: () => void, lowest: number, anchor: number) {
    this.#query = query;
    this.#onChange = onChange;
    this.#lowest = lowest;
    this.#down = Math.max(lowest, anchor);
    this.#up = this.#down - 1;
  }

  /** In the order of the log. */
  get rows(): readonly CallEvent[] {
    return this.#rows;
  }

  /** Whether every match above the first row is here. */
  get startReached(): boolean {
    return this.#up < this.#lowest;
  }

  /** All rows below this number have been searched (down from the window's first row). */
  get searchedTo(): number {
    return this.#down;
  }

  get busy(): boolean {
    return this.#busy.up || this.#busy.down;
  }

  /** Why the server could not search, in its own words. */
  get problem(): string | null {
    return this.#problem;
  }

  dispose(): void {
    this.#disposed = true;
  }

  /** Searches further up, unless everything there is known. @returns whether rows were added. */
  async growUp(): Promise<boolean> {
    if (this.#disposed || this.#busy.up || this.startReached) return false;
    this.#busy.up = true;
    const before = this.#rows.length;
    while (!this.#disposed && !this.startReached && this.#rows.length === before) {
      const found = await this.#ask(this.#up, 'up');
      if (found === null) break;
      const rows = sorted(found.rows).filter((row) => row.n <= this.#up && row.n >= this.#lowest);
      this.#up = found.next === null ? this.#lowest - 1 : Math.min(found.next, this.#up - 1);
      this.#rows = [...rows, ...this.#rows];
      if (this.#rows.length > MATCHES_KEPT) {
        this.#rows.length = MATCHES_KEPT;
        this.#down = this.#rows[MATCHES_KEPT - 1]!.n + 1;
      }
    }
    this.#busy.up = false;
    const grew = this.#rows.length > before;
    this.#tell();
    return grew;
  }

  /** Searches further down, up to `total` rows of the log. @returns whether rows were added. */
  async growDown(total: number): Promise<boolean> {
    if (this.#disposed || this.#busy.down || this.#down >= total) return false;
    this.#busy.down = true;
    const before = this.#rows.length;
    while (!this.#disposed && this.#down < total && this.#rows.length === before) {
      const from = this.#down;
      const found = await this.#ask(from, 'down');
      if (found === null) break;
      const rows = sorted(found.rows).filter((row) => row.n >= from);
      // Where the server reached its end it has seen at least the rows that we knew of when we asked.
      const end = Math.max(total, (rows.at(-1)?.n ?? -1) + 1);
      this.#down = found.next === null ? end : Math.max(found.next, from + 1);
      this.#rows = [...this.#rows, ...rows];
      if (this.#rows.length > MATCHES_KEPT) {
        this.#rows = this.#rows.slice(-MATCHES_KEPT);
        this.#up = this.#rows[0]!.n - 1;
      }
    }
    this.#busy.down = false;
    const grew = this.#rows.length > before;
    this.#tell();
    return grew;
  }

  async #ask(from: number, direction: 'up' | 'down'): Promise<Found | null> {
    const found = await this.#query(from, direction, CHUNK);
    if (this.#disposed) return null;
    if ('problem' in found) {
      this.#problem = found.problem;
      return null;
    }
    this.#problem = null;
    return found;
  }

  #tell(): void {
    if (!this.#disposed) this.#onChange();
  }
}

function sorted(rows: readonly CallEvent[]): CallEvent[] {
  return [...rows].sort((a, b) => a.n - b.n);
}
