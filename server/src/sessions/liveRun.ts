/**
 * A run under way, or over and still looked at. Main thread side.
 *
 * Owns the state, the newest batches and the audience; does not own the guest (its worker does) nor the connections (the gateway
 * does). What a page is sent and the state that the next page is given come from the same batches, in the same order, so two
 * pages never differ.
 */
import type { Batch, RunSnapshot } from '@sandtable/shared/protocol';
import { applyBatch, initialState, type SessionState } from '@sandtable/shared/session';
import type { RunExit } from '../sandbox/index.ts';
import { Audience } from './audience.ts';
import { outputChars, RecentBatches } from './recentBatches.ts';
import type { RunEvents, WorkerPool } from './workerPool.ts';
import { logFailure } from '../serverLog.ts';

/** Characters of input that are kept of a run: a person types less, and of a paste this is enough to know it by; the rest is in its trace. */
const KEPT_INPUT_CHARS = 64 * 1024;

/** How news of runs leave the sessions; the gateway implements it. */
export interface Broadcast {
  started(bench: string, snapshot: RunSnapshot): void;
  /** To all pages of the bench but those. */
  batch(bench: string, batch: Batch, except: readonly string[]): void;
  /** To one page. */
  snapshot(page: string, snapshot: RunSnapshot): void;
}

export class LiveRun implements RunEvents {
  readonly id: string;
  readonly bench: string;
  readonly #pool: WorkerPool;
  readonly #broadcast: Broadcast;
  readonly #finishLost: () => Promise<SessionState | null>;
  readonly #audience = new Audience();
  readonly #recent = new RecentBatches();
  readonly #resolveEnd: () => void;
  /** Resolves when the run is over and {@link state} says so. */
  readonly end: Promise<void>;
  #state: SessionState;
  #over = false;
  #allowed = Infinity;
  #logBytes = 0;
  #input = '';
  #lastSign = Date.now();

  /** `finishLost` reads the end of a run whose thread died from its log. */
  constructor(
    id: string,
    bench: string,
    pages: Iterable<string>,
    pool: WorkerPool,
    broadcast: Broadcast,
    finishLost: () => Promise<SessionState | null>,
  ) {
    this.id = id;
    this.bench = bench;
    this.#pool = pool;
    this.#broadcast = broadcast;
    this.#finishLost = finishLost;
    this.#state = initialState(id);
    for (const page of pages) this.#audience.join(page, Date.now());
    this.#allowed = this.#audience.allowed();
    let resolveEnd = (): void => {};
    this.end = new Promise((resolve) => (resolveEnd = resolve));
    this.#resolveEnd = resolveEnd;
  }

  get state(): SessionState {
    return this.#state;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Whether no page watches. */
  get alone(): boolean {
    return this.#audience.pages.length === 0;
  }

  /** Milliseconds since the run last said something or a page came or went. */
  get quietFor(): number {
    return Date.now() - this.#lastSign;
  }

  get logBytes(): number {
    return this.#logBytes;
  }

  /** Total of terminal characters that the guest may print now. */
  get allowed(): number {
    return this.#allowed;
  }

  /** What was typed or piped in, up to {@link KEPT_INPUT_CHARS}. */
  get input(): string {
    return this.#input;
  }

  typed(data: string): void {
    this.#input = (this.#input + data).slice(0, KEPT_INPUT_CHARS);
  }

  snapshot(): RunSnapshot {
    return { run: this.id, bench: this.bench, to: this.#state.to, state: this.#state };
  }

  // ---- pages -------------------------------------------------------------------------------------------------

  /** Adds a page; what it misses since `after` comes back as batches, or a snapshot where that is too much. */
  join(
    page: string,
    after: number | null,
  ): { readonly run: RunSnapshot | null; readonly batches: readonly Batch[] | null } {
    const missed = after === null ? null : after === this.#state.to ? [] : this.#recent.after(after);
    const behind = (missed ?? []).reduce((chars, batch) => chars + outputChars(batch), 0);
    this.#audience.join(page, Date.now(), behind);
    this.#credit();
    return missed === null ? { run: this.snapshot(), batches: null } : { run: null, batches: missed };
  }

  /** The pages that watch from the first event on; for use before there is one. */
  audienceIs(pages: ReadonlySet<string>): void {
    for (const page of this.#audience.pages) if (!pages.has(page)) this.#audience.leave(page);
    for (const page of pages) this.#audience.join(page, Date.now());
    this.#credit();
  }

  leave(page: string): void {
    this.#lastSign = Date.now();
    this.#audience.leave(page);
    this.#credit();
  }

  acknowledge(page: string, chars: number): void {
    if (this.#audience.ack(page, chars, Date.now())) this.#broadcast.snapshot(page, this.snapshot());
    this.#credit();
  }

  /** The way to the page is blocked: it gets nothing until {@link caughtUp}. */
  fellBehind(page: string): void {
    if (this.#audience.setAside(page)) this.#credit();
  }

  caughtUp(page: string): void {
    if (!this.#audience.back(page, Date.now())) return;
    this.#broadcast.snapshot(page, this.snapshot());
    this.#credit();
  }

  /** To be called a few times a second while the run is under way. */
  sweep(): void {
    this.#audience.sweep(Date.now());
    this.#credit();
  }

  // ---- from the worker ---------------------------------------------------------------------------------------

  batch(batch: Batch, logBytes: number): void {
    this.#audience.sent(outputChars(batch), Date.now());
    // First of all: pages apply it by the same rules, and see a gap as we do.
    this.#broadcast.batch(this.bench, batch, this.#audience.aside);
    const applied = applyBatch(this.#state, batch);
    if (!applied.ok) {
      // A worker numbers its batches without gaps, so this is a bug; the run cannot be shown truly any more.
      logFailure(`run ${this.id}`, `batch from ${applied.got} where ${applied.expected} was due`);
      this.#pool.tell({ type: 'stop', run: this.id, reason: 'server' });
      return;
    }
    this.#state = applied.state;
    this.#logBytes = logBytes;
    this.#lastSign = Date.now();
    this.#recent.add(batch);
    this.#pool.tell({ type: 'taken', run: this.id });
    this.#credit();
  }

  ended(exit: RunExit | null, logBytes: number): void {
    this.#over = true;
    if (exit !== null) {
      this.#logBytes = logBytes;
      this.#resolveEnd();
      return;
    }
    void this.#finishLost().then((state) => {
      if (state !== null) this.#state = state;
      for (const page of this.#audience.pages) this.#broadcast.snapshot(page, this.snapshot());
      this.#resolveEnd();
    });
  }

  #credit(): void {
    const allowed = this.#audience.allowed();
    if (allowed === this.#allowed) return;
    this.#allowed = allowed;
    if (!this.#over) this.#pool.tell({ type: 'allow', run: this.id, total: allowed });
  }
}
