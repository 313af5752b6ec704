/**
 * The books of runs: their rows in the database and their logs on disk, from the row that is written before a guest is made to the
 * log that is removed when there are too many. Knows no guests and no pages.
 *
 * A crash at any moment of a start leaves nothing wrong. A row without an end, found when a server starts, is a run whose server died; its log
 * is mended then. A log without a row belongs to a start that nobody was told of, and goes.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CallEvent, RunMode } from '@sandtable/shared/events';
import type { SessionState } from '@sandtable/shared/session';
import type { RunStore } from '../store/runStore.ts';
import { LOG_FILE } from './logFormat.ts';
import type { LogQuestions, SearchResult } from './logDeskThread.ts';
import { pruneLogs } from './pruneLogs.ts';
import { RunHistory } from './runHistory.ts';
import { Thread } from './thread.ts';
import { logFailure } from '../serverLog.ts';

/** What is written down of a run that nobody saw the end of. */
const UNSEEN_END = { status: 137, reason: 'server' } as const;

/** A run of an earlier server, or one that nobody looked at when it ended. */
export interface FinishedRun {
  readonly id: string;
  readonly bench: string;
  readonly state: SessionState;
}

/** The log desk may write into the folder while it is removed; it does so once or twice, for milliseconds. */
const REMOVE_TRIES = 5;

/** Looking at every log takes milliseconds, and in a storm hundreds of runs end in seconds. */
const PRUNE_MS = 1_000;

export class RunBooks {
  readonly #runs: RunStore;
  readonly #logs: string;
  readonly #isLive: (run: string) => boolean;
  readonly #logDesk = new Thread<LogQuestions>(new URL('./logDeskThread.ts', import.meta.url));
  /** Any point and any part of a run, by its id. */
  readonly history = new RunHistory(this.#logDesk, (run) => this.folder(run));
  readonly #background = new Set<Promise<void>>();
  #pruning: NodeJS.Timeout | null = null;
  #closing = false;

  /** `logs`: one folder a run. Logs of runs that are live are never removed. */
  constructor(runs: RunStore, logs: string, isLive: (run: string) => boolean) {
    this.#runs = runs;
    this.#logs = logs;
    this.#isLive = isLive;
  }

  warmUp(): void {
    this.#logDesk.warmUp();
  }

  /** Folder of the run's log. */
  folder(run: string): string {
    return join(this.#logs, run);
  }

  logFile(run: string): string {
    return join(this.folder(run), LOG_FILE);
  }

  async benchOf(run: string): Promise<string | null> {
    return (await this.#runs.get(run))?.bench ?? null;
  }

  async rows(run: string, from: number, count: number): Promise<readonly CallEvent[] | null> {
    return this.#logDesk.ask('rows', this.folder(run), from, count);
  }

  async search(
    run: string,
    filter: string,
    from: number,
    direction: 'up' | 'down',
    count: number,
  ): Promise<SearchResult | null> {
    return this.#logDesk.ask('search', this.folder(run), filter, from, direction, count);
  }

  /** Ends the runs that an earlier server left under way, and removes logs that are too many. Call once, at the start. */
  recover(): Promise<void> {
    return this.inBackground(this.#recover());
  }

  /** A run is about to be made. */
  begun(run: string, bench: string, mode: RunMode, revision: number): Promise<void> {
    return this.#runs.started(run, bench, mode, revision);
  }

  /** It was not made after all. */
  async refused(run: string): Promise<void> {
    await this.#runs.forget(run);
    this.removeLogs([run]);
  }

  /** Completes the log of a run whose worker is gone. @returns the state at its end, or null where there is no log. */
  finish(run: string): Promise<SessionState | null> {
    return this.#logDesk.ask('finish', this.folder(run), run);
  }

  /** @returns whether it is kept: where its bench was removed, it was removed with it. */
  async ended(run: string, state: SessionState, logBytes: number, input: string | null): Promise<boolean> {
    if ((await this.#runs.get(run)) === null) return false;
    await this.#logDesk.ask('keep', this.folder(run), state);
    this.history.ended(run);
    await this.#runs.ended(run, {
      status: state.exit?.status ?? UNSEEN_END.status,
      reason: state.exit?.reason ?? UNSEEN_END.reason,
      logBytes,
      input,
    });
    return true;
  }

  /** The last run of a bench as its log tells it. */
  async lastOf(bench: string): Promise<FinishedRun | null> {
    const row = await this.#runs.lastOf(bench);
    return row === null ? null : this.#finished(row.id, bench);
  }

  /** A run of the bench that is over, as its log tells it. */
  async kept(run: string, bench: string): Promise<FinishedRun | null> {
    return (await this.benchOf(run)) === bench ? this.#finished(run, bench) : null;
  }

  async #finished(id: string, bench: string): Promise<FinishedRun | null> {
    const state = await this.finish(id);
    return state === null ? null : { id, bench, state };
  }

  /** Removes logs that are too many, some time later, once for all who ask meanwhile. */
  pruneSoon(): void {
    if (this.#closing || this.#pruning !== null) return;
    this.#pruning = setTimeout(() => {
      this.#pruning = null;
      void this.inBackground(this.#prune());
    }, PRUNE_MS);
  }

  async #prune(): Promise<void> {
    if (!this.#closing) await pruneLogs(this.#logs, this.#runs, this.#isLive);
  }

  removeLogs(runs: readonly string[]): void {
    for (const run of runs)
      rmSync(this.folder(run), { recursive: true, force: true, maxRetries: REMOVE_TRIES, retryDelay: 10 });
  }

  /** Work that nobody waits for but {@link settled}. A failure is a bug: it is logged and concerns nobody else. */
  inBackground(work: Promise<void>): Promise<void> {
    const watched = work
      .catch((error: unknown) => logFailure('keeping the books of runs failed', error))
      .finally(() => this.#background.delete(watched));
    this.#background.add(watched);
    return watched;
  }

  /** From now on no log is removed and no old run mended. */
  closing(): void {
    this.#closing = true;
    if (this.#pruning !== null) clearTimeout(this.#pruning);
  }

  /** Waits for the work in the background. */
  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }

  close(): Promise<void> {
    return this.#logDesk.close();
  }

  async #recover(): Promise<void> {
    for (const row of await this.#runs.list()) {
      if (this.#closing) return;
      if (row.ended_at !== null) continue;
      const state = await this.finish(row.id);
      await this.#runs.ended(row.id, {
        status: state?.exit?.status ?? UNSEEN_END.status,
        reason: state?.exit?.reason ?? UNSEEN_END.reason,
        logBytes: 0,
        input: null,
      });
    }
    await this.#prune();
  }
}
