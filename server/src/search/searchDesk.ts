/**
 * Searches that pages asked for: one for each bench, a few at once, each in a thread of its own.
 *
 * Invariants: every search that begins tells its end exactly once, to the page that asked, unless that page is gone; and a search ends with
 * its page, its bench or the server, whatever it is doing.
 */
import { randomInt } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Announcements } from '@sandtable/shared/protocol';
import type { SearchAnnouncements, SearchEnd } from '@sandtable/shared/searchMessages';
import { logFailure } from '../serverLog.ts';
import { CANCEL_GRACE_MS, MAX_PAGE_SEARCHES } from './searchLimits.ts';
import type { PageSearchMessage, PageSearchOrder, PageSearchWord } from './pageSearch.ts';

type Tell = <N extends keyof SearchAnnouncements>(page: string, name: N, value: Announcements[N]) => void;

interface Search {
  readonly id: string;
  readonly page: string;
  readonly bench: string;
  readonly worker: Worker;
  /** Resolves when the thread is gone. */
  readonly gone: Promise<void>;
  cancelled: boolean;
}

export interface DeskOrder extends Omit<PageSearchOrder, 'seed'> {
  readonly bench: string;
  readonly page: string;
  readonly seed?: number | undefined;
}

export type DeskAnswer =
  | { readonly ok: true; readonly search: string; readonly seed: number }
  | { readonly ok: false; readonly message: string };

export class SearchDesk {
  readonly #tell: Tell;
  /** By bench. */
  readonly #searches = new Map<string, Search>();
  #last = 0;
  #closed = false;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** Why no search can begin on the bench now; null where one can. */
  barred(bench: string): string | null {
    if (this.#closed) return 'The server is closing. Nothing was searched.';
    if (this.#searches.has(bench))
      return 'A search is under way on this bench. Cancel it, or wait for its end.';
    if (this.#searches.size >= MAX_PAGE_SEARCHES)
      return `${MAX_PAGE_SEARCHES} searches are under way, the most that this server does at once. Try again in a minute.`;
    return null;
  }

  start({ bench, page, seed = randomInt(1, 2 ** 31 - 1), ...order }: DeskOrder): DeskAnswer {
    const bar = this.barred(bench);
    if (bar !== null) return { ok: false, message: bar };
    const id = `s${++this.#last}`;
    const worker = new Worker(new URL('pageSearch.ts', import.meta.url), {
      workerData: { ...order, seed } satisfies PageSearchOrder,
    });
    const { promise: gone, resolve: isGone } = Promise.withResolvers<void>();
    const search: Search = { id, page, bench, worker, gone, cancelled: false };
    this.#searches.set(bench, search);
    let end: SearchEnd = { kind: 'failed', message: 'The search ended early; the server has logged why.' };
    worker.on('message', (message: PageSearchMessage) => {
      if (message.type === 'ended') end = message.end;
      else if (!search.cancelled)
        this.#tell(page, 'search.progress', { bench, search: id, attempts: message.attempts });
    });
    worker.on('error', (error) => {
      logFailure('the thread of a search failed', error);
    });
    worker.on('exit', () => {
      this.#searches.delete(bench);
      this.#tell(page, 'search.ended', {
        bench,
        search: id,
        end: search.cancelled ? { kind: 'cancelled' } : end,
      });
      isGone();
    });
    return { ok: true, search: id, seed };
  }

  /** Ends the search of this page on the bench, if there is one. */
  cancel(bench: string, page: string): void {
    const search = this.#searches.get(bench);
    if (search?.page === page) void this.#end(search);
  }

  /** Ends what the page searched for. */
  pageGone(page: string): void {
    for (const search of this.#searches.values()) if (search.page === page) void this.#end(search);
  }

  benchGone(bench: string): void {
    const search = this.#searches.get(bench);
    if (search !== undefined) void this.#end(search);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#searches.values()].map((search) => this.#end(search)));
  }

  async #end(search: Search): Promise<void> {
    if (!search.cancelled) {
      search.cancelled = true;
      search.worker.postMessage('cancel' satisfies PageSearchWord);
      const timer = setTimeout(() => void search.worker.terminate(), CANCEL_GRACE_MS);
      void search.gone.then(() => {
        clearTimeout(timer);
      });
    }
    await search.gone;
  }
}
