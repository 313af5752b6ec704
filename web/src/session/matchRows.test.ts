import type { CallEvent } from '@sandtable/shared/events';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { callRow } from '../testing/sampleRows.ts';
import { settled } from '../testing/fakeServer.ts';
import { MatchRows, PAGE_ROWS, type AskMatches } from './matchRows.ts';

/** A server's matches over a log that may grow; looks at so many more rows for each question. */
function server(log: readonly CallEvent[], portion = Infinity): AskMatches {
  let searched = 0;
  return async ({ from, count, near }) => {
    searched = Math.min(log.length, searched + portion);
    const matches = log.slice(0, searched).filter((row) => row.verdict === 'deny');
    return {
      total: matches.length,
      searched,
      complete: searched === log.length,
      rows: matches.slice(from, from + count),
      place: near === undefined ? null : matches.filter((row) => row.n < near).length,
    };
  };
}

const logOf = (length: number) => Array.from({ length }, (_, n) => callRow(n));
const denied = (log: readonly CallEvent[]) => log.filter((row) => row.verdict === 'deny');

describe('matches by place', () => {
  test('what is wanted is the right rows, wherever one looks', async () => {
    const log = logOf(6000);
    const wanted = denied(log);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(wanted.length), { minLength: 1, maxLength: 6 }), async (looks) => {
        const rows = new MatchRows(server(log), () => undefined);
        await rows.count();
        expect(rows.total).toBe(wanted.length);
        for (const at of looks) {
          rows.want(at, at + 40);
          await settled();
          for (let place = at; place < Math.min(wanted.length, at + 40); place++) {
            expect(rows.get(place)).toEqual(wanted[place]);
            expect(rows.placeHere(wanted[place]!.n)).toBe(place);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('asks on until everything was searched, and again when the log has grown', async () => {
    const log = logOf(90);
    const asked = vi.fn(server(log, 20));
    const rows = new MatchRows(asked, () => undefined);
    await rows.count();
    expect(rows.complete).toBe(true);
    expect(rows.total).toBe(denied(log).length);
    expect(asked).toHaveBeenCalledTimes(5);
    rows.want(0, PAGE_ROWS);
    await settled();
    for (let n = 90; n < 130; n++) log.push(callRow(n));
    await rows.count();
    rows.want(0, PAGE_ROWS);
    await settled();
    expect(rows.get(rows.total - 1)).toEqual(denied(log).at(-1));
    expect(await rows.place(100)).toBe(denied(log.slice(0, 100)).length);
  });

  test('says why the server could not search, and stops asking', async () => {
    const ask = vi.fn<AskMatches>(async () => ({ problem: 'The log is gone.' }));
    const rows = new MatchRows(ask, () => undefined);
    await rows.count();
    expect(rows.problem).toBe('The log is gone.');
    expect(ask).toHaveBeenCalledTimes(1);
    expect(rows.busy).toBe(false);
  });
});
