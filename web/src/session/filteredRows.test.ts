import type { CallEvent } from '@sandtable/shared/events';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { callRow } from '../testing/sampleRows.ts';
import { FilteredRows, type Found, type Query } from './filteredRows.ts';

/** Looks at this many rows before it answers, as the server does. */
const PORTION = 40;

/** A server's search over a log that may grow. */
function searchOver(log: readonly CallEvent[]): Query {
  return async (from, direction, count): Promise<Found> => {
    const rows: CallEvent[] = [];
    const step = direction === 'down' ? 1 : -1;
    let n = direction === 'up' ? Math.min(from, log.length - 1) : from;
    for (let looked = 0; n >= 0 && n < log.length; n += step, looked++) {
      if (looked === PORTION || rows.length === count) return { rows, next: n };
      if (log[n]!.verdict === 'deny') rows.push(log[n]!);
    }
    return { rows, next: null };
  };
}

const logOf = (length: number) => Array.from({ length }, (_, n) => callRow(n));
const denied = (log: readonly CallEvent[], from: number, to: number) =>
  log.slice(from, to).filter((row) => row.verdict === 'deny');

describe('the window of matches', () => {
  test('from any anchor it grows to all matches, in order, without a gap', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(300),
        fc.nat(300),
        fc.nat(300),
        fc.array(fc.boolean(), { maxLength: 30 }),
        async (length, wantedLowest, anchor, ups) => {
          const log = logOf(length);
          const lowest = Math.min(wantedLowest, length);
          const found = new FilteredRows(searchOver(log), () => undefined, lowest, anchor);
          for (const up of ups) {
            if (up) await found.growUp();
            else await found.growDown(length);
            const { rows } = found;
            if (rows.length === 0) continue;
            // What is inside has no gap.
            expect(rows).toEqual(denied(log, rows[0]!.n, rows.at(-1)!.n + 1));
          }
          while (await found.growUp());
          while (await found.growDown(length));
          expect(found.startReached).toBe(true);
          expect(found.rows).toEqual(denied(log, lowest, length));
        },
      ),
    );
  });

  test('goes on where a log that was searched to its end has grown', async () => {
    const log = logOf(50);
    const found = new FilteredRows(searchOver(log), () => undefined, 0, 0);
    await found.growDown(50);
    await found.growDown(50);
    expect(found.searchedTo).toBe(50);
    for (let n = 50; n < 90; n++) log.push(callRow(n));
    await found.growDown(90);
    expect(found.rows).toEqual(denied(log, 0, 90));
  });

  test('says why the server could not search, and searches again when asked', async () => {
    const query = vi.fn<Query>(async () => ({ problem: 'The log is gone.' }));
    const found = new FilteredRows(query, () => undefined, 0, 0);
    await found.growDown(10);
    expect(found.problem).toBe('The log is gone.');
    query.mockImplementation(searchOver(logOf(10)));
    await found.growDown(10);
    expect(found.problem).toBeNull();
    expect(found.rows.map((row) => row.n)).toEqual([3]);
  });
});
