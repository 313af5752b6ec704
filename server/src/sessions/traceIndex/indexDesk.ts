/**
 * Answers questions about any point and part of a run from its index. In the log desk's thread.
 *
 * Every answer does a slice of the reading that is still to be done and says how far it got, so that no question takes longer than
 * some {@link SLICE_MS} however long the log is; only a jump waits until its point is indexed, with turns for others between.
 */
import type { FileBytes } from '@sandtable/shared/fileBytes';
import { VERDICT_KINDS } from '@sandtable/shared/verdicts';
import type {
  MatchPage,
  PastBytes,
  PastContent,
  PastDescriptor,
  RunPoint,
  Statistics,
  StatisticsBy,
  Step,
  Timeline,
} from '@sandtable/shared/travelMessages';
import type { WorldTrail } from '@sandtable/shared/worldTrail';
import { callSpec } from '@sandtable/shared/calls';
import { Matches, readFilter } from './matches.ts';
import { BLOCK_ROWS, MARK_CHANGES, type Block } from './rowColumns.ts';
import { exportHead, exportPart, EXPORT_ROWS, type ExportFormat } from './exportRows.ts';
import { rowsAt } from './rowReader.ts';
import { RunIndex } from './runIndex.ts';
import { statisticsOf } from './statistics.ts';
import { timelineOf } from './timeline.ts';
import { bytesAt, pointAt } from './travel.ts';

/** Indexes kept open: each has its words and at most one block in memory. A run under way that is put away is read anew. */
export const INDEXES_KEPT = 24;

/** Filters of which the matches are kept: an eighth of a byte a row each. */
const FILTERS_KEPT = 24;

/** Work done for one answer: with what it takes to read and to send, the answer is there within 300 ms. */
const SLICE_MS = 120;

export type Asked<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly message: string };

interface Desk {
  readonly index: RunIndex;
  readonly matches: Map<string, Matches>;
}

export class IndexDesk {
  readonly #desks = new Map<string, Desk>();

  /** Reads on in the log for about `ms`. @returns whether its end was reached. */
  extend(folder: string, run: string, ms: number): boolean {
    return this.#desk(folder, run).index.extend(ms);
  }

  /** Indexes a log to its end, with turns for others between. */
  async complete(folder: string, run: string): Promise<void> {
    await this.#until(folder, run, () => false);
  }

  async at(folder: string, run: string, n: number): Promise<RunPoint> {
    const index = await this.#until(folder, run, (each) => each.rows > n + 1);
    const { state, trail, row } = pointAt(index, n);
    return {
      run,
      n: row?.n ?? -1,
      state,
      row,
      descriptors: descriptorsOf(trail),
      files: [...trail.files].map(([path, { kind, size, start, changed, target }]) => ({
        path,
        kind,
        size,
        start,
        changed,
        ...(target === undefined ? {} : { target }),
      })),
      removed: [...trail.removed].map(([path, removedBy]) => ({ path, row: removedBy })),
      more: trail.more,
    };
  }

  async file(folder: string, run: string, n: number, path: string): Promise<PastContent | null> {
    const index = await this.#until(folder, run, (each) => each.rows > n + 1);
    const now = bytesAt(index, n, path);
    if (now === null) return null;
    const before = bytesAt(index, -1, path);
    return {
      path,
      n,
      now: pastBytes(now.bytes),
      fromLater: now.fromLater,
      before: before === null ? null : pastBytes(before.bytes),
    };
  }

  matches(
    folder: string,
    run: string,
    asked: { filter: string; lowest: number; from: number; count: number; near?: number | undefined },
  ): Asked<MatchPage> {
    const desk = this.#desk(folder, run);
    const found = this.#found(desk, asked.filter, asked.lowest);
    if ('message' in found) return { ok: false, message: found.message };
    const { matches, complete } = found;
    const rows = rowsAt(desk.index, matches.numbers(asked.from, asked.count));
    return {
      ok: true,
      total: matches.total,
      searched: matches.searched,
      complete,
      rows,
      place: asked.near === undefined ? null : matches.rank(asked.near),
    };
  }

  statistics(
    folder: string,
    run: string,
    filter: string,
    lowest: number,
    by: StatisticsBy,
  ): Asked<Statistics> {
    const desk = this.#desk(folder, run);
    if (filter.trim() === '') {
      desk.index.extend(SLICE_MS);
      return { ok: true, ...statisticsOf(desk.index, null, lowest, by), searched: desk.index.rows };
    }
    const found = this.#found(desk, filter, lowest);
    if ('message' in found) return { ok: false, message: found.message };
    const { matches } = found;
    return { ok: true, ...statisticsOf(desk.index, matches, lowest, by), searched: matches.searched };
  }

  timeline(folder: string, run: string, from: number, to: number | undefined, buckets: number): Timeline {
    const { index } = this.#desk(folder, run);
    index.extend(SLICE_MS);
    return timelineOf(index, from, Math.max(from + 1, to ?? index.lastT + 1), buckets);
  }

  /** Number of the next row of that kind, or null. */
  async step(
    folder: string,
    run: string,
    from: number,
    direction: 'next' | 'previous',
    to: Step,
    lowest: number,
  ): Promise<number | null> {
    const { index } = this.#desk(folder, run);
    const fits = stepTest(index, to);
    if (direction === 'previous') {
      await this.#until(folder, run, (each) => each.rows >= from);
      for (let n = Math.min(from, index.rows) - 1; n >= Math.max(0, lowest);) {
        const block = index.columns.block(Math.floor(n / BLOCK_ROWS));
        for (; n >= block.first && n >= lowest; n--) if (fits(block, n - block.first)) return n;
      }
      return null;
    }
    for (let n = Math.max(from + 1, lowest); ;) {
      await this.#until(folder, run, (each) => each.rows > n);
      if (n >= index.rows) return null;
      const block = index.columns.block(Math.floor(n / BLOCK_ROWS));
      for (; n < block.first + block.rows; n++) if (fits(block, n - block.first)) return n;
    }
  }

  /**
   * A portion of an export: the matches from the `from`-th on. `next` is where to go on, null at the end; a portion may be empty
   * while the search goes on.
   */
  export(
    folder: string,
    run: string,
    filter: string,
    format: ExportFormat,
    from: number,
  ): Asked<{ readonly text: string; readonly next: number | null }> {
    const desk = this.#desk(folder, run);
    const found = this.#found(desk, filter, 0);
    if ('message' in found) return { ok: false, message: found.message };
    const { matches, complete } = found;
    const text =
      (from === 0 ? exportHead(desk.index, format) : '') + exportPart(desk.index, matches, format, from);
    const next = Math.min(matches.total, from + EXPORT_ROWS);
    return {
      ok: true,
      text: from === 0 && next === 0 && !complete ? '' : text,
      next: complete && next >= matches.total ? null : next,
    };
  }

  #found(
    desk: Desk,
    text: string,
    lowest: number,
  ): { readonly matches: Matches; readonly complete: boolean } | { readonly message: string } {
    const read = readFilter(text);
    if (!read.ok) return { message: read.message };
    const key = `${lowest} ${text}`;
    let matches = desk.matches.get(key);
    if (matches === undefined) {
      matches = new Matches(desk.index, read.filter, lowest);
      if (desk.matches.size >= FILTERS_KEPT) desk.matches.delete(desk.matches.keys().next().value!);
    } else desk.matches.delete(key);
    desk.matches.set(key, matches);
    const atEnd = desk.index.extend(SLICE_MS / 2);
    return { matches, complete: matches.extend(SLICE_MS) && atEnd };
  }

  /** Reads on until the index has what is wanted, or all that the log has by now. */
  async #until(folder: string, run: string, has: (index: RunIndex) => boolean): Promise<RunIndex> {
    for (;;) {
      const { index } = this.#desk(folder, run);
      if (has(index) || index.extend(SLICE_MS)) return index;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #desk(folder: string, run: string): Desk {
    let desk = this.#desks.get(folder);
    if (desk === undefined) {
      desk = { index: new RunIndex(folder, run), matches: new Map() };
      if (this.#desks.size >= INDEXES_KEPT) this.#putAway();
    } else this.#desks.delete(folder);
    this.#desks.set(folder, desk);
    return desk;
  }

  /** The one not looked at for longest, of those that are stored if there is any. */
  #putAway(): void {
    const folders = [...this.#desks.keys()];
    const folder = folders.find((each) => this.#desks.get(each)!.index.complete) ?? folders[0]!;
    this.#desks.get(folder)!.index.close();
    this.#desks.delete(folder);
  }
}

function stepTest(index: RunIndex, to: Step): (block: Block, at: number) => boolean {
  switch (to) {
    case 'call':
      return () => true;
    case 'denied': {
      const deny = VERDICT_KINDS.indexOf('deny');
      return (block, at) => block.verdict[at] === deny;
    }
    case 'write':
      return (block, at) => (block.marks[at]! & MARK_CHANGES) !== 0;
    case 'network':
      return (block, at) => callSpec(index.words.call.word(block.call[at]!))?.group === 'network';
  }
}

function descriptorsOf(trail: WorldTrail): PastDescriptor[] {
  return [...trail.descriptors]
    .sort(([a], [b]) => a - b)
    .map(([fd, thing]) => ({
      fd,
      kind: thing.kind,
      label: thing.label,
      flags: thing.flags,
      offset: thing.offset,
      row: thing.row,
      shared: [...trail.descriptors]
        .filter(([other, its]) => its === thing && other !== fd)
        .map(([other]) => other),
    }));
}

function pastBytes(bytes: FileBytes): PastBytes {
  return {
    size: bytes.size,
    data: Buffer.from(bytes.bytes()).toString('base64'),
    unknown: bytes.unknown,
  };
}
