import type { CallEvent } from '@sandtable/shared/events';
import { expect, test, vi } from 'vitest';
import { settled } from '../testing/fakeServer.ts';
import { callRow } from '../testing/sampleRows.ts';
import { PAGE_ROWS, PAGES_KEPT, RowCache } from './rowCache.ts';

function cacheOver(total: number) {
  const fetch = vi.fn(async (from: number, count: number): Promise<readonly CallEvent[] | null> =>
    Array.from({ length: Math.min(count, total - from) }, (_, at) => callRow(from + at)),
  );
  const changed = vi.fn();
  return { cache: new RowCache(fetch, changed), fetch, changed };
}

test('fetches what is looked at, once', async () => {
  const { cache, fetch, changed } = cacheOver(1_000_000);
  cache.want(500_000, 500_040, 1_000_000);
  cache.want(500_000, 500_040, 1_000_000);
  await settled();
  expect(cache.get(500_039)?.n).toBe(500_039);
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(changed).toHaveBeenCalledTimes(1);
  cache.want(500_000, 500_040, 1_000_000);
  await settled();
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('asks nothing for rows that came live', async () => {
  const { cache, fetch } = cacheOver(40);
  cache.add(Array.from({ length: 40 }, (_, n) => callRow(n)));
  cache.want(0, 40, 40);
  await settled();
  expect(fetch).not.toHaveBeenCalled();
});

test('fills the gaps that a flood left between live rows', async () => {
  const { cache, fetch } = cacheOver(200);
  cache.add([callRow(0), callRow(199)]);
  cache.want(0, 200, 200);
  await settled();
  expect(fetch).toHaveBeenCalledTimes(1);
  for (let n = 0; n < 200; n++) expect(cache.get(n)?.n).toBe(n);
});

test('somebody who scrolls on does not wait for what was passed', async () => {
  const { cache, fetch } = cacheOver(1_000_000);
  for (let at = 0; at < 100; at++) cache.want(at * 5_000, at * 5_000 + 40, 1_000_000);
  await settled();
  // Two were under way when the wish moved on; the last one follows.
  expect(fetch.mock.calls.length).toBeLessThanOrEqual(4);
  expect(cache.get(99 * 5_000)?.n).toBe(99 * 5_000);
});

test('keeps a bounded number of rows and fetches forgotten ones again', async () => {
  const { cache, fetch } = cacheOver(1_000_000);
  for (let page = 0; page <= PAGES_KEPT; page++) {
    cache.want(page * PAGE_ROWS, page * PAGE_ROWS + 1, 1_000_000);
    await settled();
  }
  expect(cache.get(0)).toBeUndefined();
  cache.want(0, 1, 1_000_000);
  await settled();
  expect(cache.get(0)?.n).toBe(0);
  expect(fetch).toHaveBeenCalledTimes(PAGES_KEPT + 2);
});

test('asks again after a fetch that failed', async () => {
  const fetch = vi.fn(async (): Promise<readonly CallEvent[] | null> => null);
  const cache = new RowCache(fetch, () => undefined);
  cache.want(0, 10, 10);
  await settled();
  fetch.mockResolvedValue([callRow(0)]);
  cache.want(0, 10, 10);
  await settled();
  expect(cache.get(0)?.n).toBe(0);
});
