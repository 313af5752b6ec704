import { beforeEach, expect, test } from 'vitest';
import { BENCH, FakeServer } from '../testing/fakeServer.ts';
import { HoleSearch, type Ended } from './holeSearch.ts';
import { Session } from './session.ts';

let server: FakeServer;
let session: Session;
let search: HoleSearch;
let told: Ended[];

const phase = () => search.store.getState().phase;
const BEGUN = { search: 's1', says: 'Nothing of /x is ever read.', seed: 7 };

beforeEach(async () => {
  server = new FakeServer({ 'policy.ts': '' });
  server.handlers['search.start'] = () => BEGUN;
  server.handlers['search.cancel'] = () => null;
  session = new Session({
    connection: server,
    storage: null,
    notify: () => undefined,
    fetchMeta: () => Promise.reject(new Error('none')),
  });
  told = [];
  search = new HoleSearch(session, (ended) => told.push(ended));
  await session.open(BENCH.id);
});

test('a search is followed from the question to its end', async () => {
  await search.start('unread: /x', 20);
  expect(server.asked.at(-1)).toEqual({
    name: 'search.start',
    body: { bench: BENCH.id, property: 'unread: /x', seconds: 20 },
  });
  server.announce('search.progress', { bench: BENCH.id, search: 's1', attempts: 40 });
  expect(search.store.getState()).toMatchObject({ phase: 'searching', attempts: 40, says: BEGUN.says });
  // One at a time.
  await search.start('unread: /y', 20);
  expect(server.asked.filter(({ name }) => name === 'search.start')).toHaveLength(1);
  server.announce('search.ended', {
    bench: BENCH.id,
    search: 's1',
    end: { kind: 'nothing', attempts: 50, milliseconds: 9 },
  });
  expect(search.store.getState()).toMatchObject({ phase: 'ended', end: { kind: 'nothing' }, seed: 7 });
  expect(told).toHaveLength(1);
});

test('an end that comes before the answer is not lost, and one of another bench means nothing', async () => {
  server.handlers['search.start'] = () => {
    server.announce('search.ended', { bench: 'another1', search: 's0', end: { kind: 'cancelled' } });
    server.announce('search.ended', { bench: BENCH.id, search: 's1', end: { kind: 'nothing-to-try' } });
    return BEGUN;
  };
  await search.start('unread: /x', 20);
  expect(search.store.getState()).toMatchObject({ phase: 'ended', end: { kind: 'nothing-to-try' } });
});

test('a refusal says why, and another search can begin', async () => {
  server.handlers['search.start'] = () => ({ code: 'busy', message: 'later' });
  await search.start('unread: /x', 20);
  expect(search.store.getState()).toMatchObject({ phase: 'idle', problem: { message: 'later' } });
});

test('who cancels is not told of the end; who loses the line or the bench has no search', async () => {
  await search.start('unread: /x', 20);
  await search.cancel();
  expect(search.store.getState()).toMatchObject({ phase: 'searching', cancelling: true });
  server.announce('search.ended', { bench: BENCH.id, search: 's1', end: { kind: 'cancelled' } });
  expect(phase()).toBe('ended');
  expect(told).toEqual([]);

  await search.start('unread: /x', 20);
  server.become('offline');
  expect(search.store.getState()).toMatchObject({ phase: 'ended', end: { kind: 'failed' } });
  expect(told).toHaveLength(1);
  server.become('online');
  await search.start('unread: /x', 20);
  await session.open(null);
  expect(phase()).toBe('idle');
});
