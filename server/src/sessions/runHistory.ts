/** Any point and any part of a run, asked by its id: the log desk's answers, and the reading ahead that makes them quick. */
import type {
  MatchPage,
  PastContent,
  RunPoint,
  Statistics,
  StatisticsBy,
  Step,
  Timeline,
} from '@sandtable/shared/travelMessages';
import type { LogQuestions } from './logDeskThread.ts';
import type { Thread } from './thread.ts';
import type { ExportFormat } from './traceIndex/exportRows.ts';
import type { Asked } from './traceIndex/indexDesk.ts';

/** A run under way is read ahead this often … */
const KEEP_UP_MS = 1_000;
/** … for this long at most, and not while it makes more calls than that in the time: the guest comes first. */
const KEEP_UP_SLICE_MS = 50;
const CALM_CALLS = 5_000;

interface Followed {
  calls: number;
  at: number;
}

export class RunHistory {
  readonly #desk: Thread<LogQuestions>;
  readonly #folder: (run: string) => string;
  readonly #followed = new Map<string, Followed>();

  constructor(desk: Thread<LogQuestions>, folder: (run: string) => string) {
    this.#desk = desk;
    this.#folder = folder;
  }

  // Each of these is null where the log could not be read.

  at(run: string, n: number): Promise<RunPoint | null> {
    return this.#desk.ask('at', this.#folder(run), run, n);
  }

  /** Null too where no such file is known. */
  file(run: string, n: number, path: string): Promise<PastContent | null> {
    return this.#desk.ask('file', this.#folder(run), run, n, path);
  }

  step(
    run: string,
    from: number,
    direction: 'next' | 'previous',
    to: Step,
    lowest: number,
  ): Promise<number | null> {
    return this.#desk.ask('step', this.#folder(run), run, from, direction, to, lowest);
  }

  matches(
    run: string,
    asked: { filter: string; lowest: number; from: number; count: number; near?: number | undefined },
  ): Promise<Asked<MatchPage> | null> {
    return this.#desk.ask('matches', this.#folder(run), run, asked);
  }

  statistics(
    run: string,
    filter: string,
    lowest: number,
    by: StatisticsBy,
  ): Promise<Asked<Statistics> | null> {
    return this.#desk.ask('statistics', this.#folder(run), run, filter, lowest, by);
  }

  /** A portion of the rows that a filter leaves, as text. */
  export(
    run: string,
    filter: string,
    format: ExportFormat,
    from: number,
  ): Promise<Asked<{ readonly text: string; readonly next: number | null }> | null> {
    return this.#desk.ask('export', this.#folder(run), run, filter, format, from);
  }

  timeline(run: string, from: number, to: number | undefined, buckets: number): Promise<Timeline | null> {
    return this.#desk.ask('timeline', this.#folder(run), run, from, to, buckets);
  }

  /** A run that is looked at and has made so many calls; to be called a few times a second. `now` in ms. */
  keepUp(run: string, calls: number, now: number): void {
    const before = this.#followed.get(run);
    if (before !== undefined && now - before.at < KEEP_UP_MS) return;
    this.#followed.set(run, { calls, at: now });
    const made = calls - (before?.calls ?? 0);
    if (made > 0 && made <= CALM_CALLS)
      void this.#desk.ask('extend', this.#folder(run), run, KEEP_UP_SLICE_MS);
  }

  /** The run is over: all of it is read, so that the first look at it finds it ready. */
  ended(run: string): void {
    this.#followed.delete(run);
    void this.#desk.ask('complete', this.#folder(run), run);
  }
}
