/** The thread that reads logs of runs: see `logDesk.ts`. */
import { existsSync } from 'node:fs';
import type { CallEvent } from '@sandtable/shared/events';
import { filterTest, parseFilter } from '@sandtable/shared/filter';
import type { SessionState } from '@sandtable/shared/session';
import { LogReader, type FoundRows } from './logReader.ts';
import { finishedState, storeState } from './logRepair.ts';
import { IndexDesk } from './traceIndex/indexDesk.ts';
import { answerQuestions } from './thread.ts';

/** Readers kept with their indexes: as many as there are runs that people look at. */
const READERS_KEPT = 64;

export type SearchResult =
  ({ readonly ok: true } & FoundRows) | { readonly ok: false; readonly message: string };

const desk = new IndexDesk();

const readers = new Map<string, LogReader>();

function readerOf(folder: string): LogReader {
  let reader = readers.get(folder);
  if (reader === undefined) {
    if (readers.size >= READERS_KEPT) readers.clear();
    reader = new LogReader(folder);
    readers.set(folder, reader);
  }
  return reader;
}

const questions = {
  rows: (folder: string, from: number, count: number): readonly CallEvent[] =>
    readerOf(folder).rows(from, count),

  search(
    folder: string,
    filter: string,
    from: number,
    direction: 'up' | 'down',
    count: number,
  ): SearchResult {
    const parsed = parseFilter(filter);
    if (!parsed.ok) return { ok: false, message: parsed.error.message };
    const test = filterTest(parsed.filter);
    const reader = readerOf(folder);
    const found =
      direction === 'up' ? reader.searchUp(test, from, count) : reader.searchDown(test, from, count);
    return { ok: true, ...found };
  },

  extend: (...asked: Parameters<IndexDesk['extend']>) => desk.extend(...asked),
  complete: (...asked: Parameters<IndexDesk['complete']>) => desk.complete(...asked),
  at: (...asked: Parameters<IndexDesk['at']>) => desk.at(...asked),
  file: (...asked: Parameters<IndexDesk['file']>) => desk.file(...asked),
  matches: (...asked: Parameters<IndexDesk['matches']>) => desk.matches(...asked),
  statistics: (...asked: Parameters<IndexDesk['statistics']>) => desk.statistics(...asked),
  timeline: (...asked: Parameters<IndexDesk['timeline']>) => desk.timeline(...asked),
  export: (...asked: Parameters<IndexDesk['export']>) => desk.export(...asked),
  step: (...asked: Parameters<IndexDesk['step']>) => desk.step(...asked),

  finish: (folder: string, run: string): SessionState | null => finishedState(folder, run),

  keep: (folder: string, state: SessionState): void => storeState(folder, state),
};

export type LogQuestions = typeof questions;

// A bench may be removed, and its logs with it, while somebody asks about them.
answerQuestions(
  questions,
  (error, [folder]) =>
    (error as NodeJS.ErrnoException).code === 'ENOENT' && typeof folder === 'string' && !existsSync(folder),
);
