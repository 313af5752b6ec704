/** Requests about any point and any part of a run, and its bookmarks. */
import type { TravelReplies } from '@sandtable/shared/travelMessages';
import { MAX_BOOKMARKS } from '@sandtable/shared/travelMessages';
import { done, NO_RUN, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';
import { barred } from './runAccess.ts';

const LOG_GONE = refused('internal', 'The log of this run could not be read. Try again.');

export function travelHandlers(services: Services): {
  readonly [N in keyof TravelReplies]: Handler<N>;
} {
  const { store, sessions, pages } = services;
  const { history } = sessions.books;
  const tellBookmarks = async (run: string): Promise<TravelReplies['bookmark.list']> => {
    const bookmarks = await store.bookmarks.list(run);
    const bench = await sessions.benchOf(run);
    if (bench !== null) pages.tell(bench, 'bookmarks.changed', { run, bookmarks });
    return bookmarks;
  };
  return {
    'run.at': async ({ run, n }, page) => {
      const bar = await barred(services, run, page);
      if (bar !== null) return bar;
      const point = await history.at(run, n);
      return point === null ? LOG_GONE : done(point);
    },

    'run.file': async ({ run, n, path }, page) => {
      const bar = await barred(services, run, page);
      if (bar !== null) return bar;
      const content = await history.file(run, n, path);
      return content === null
        ? refused('not-found', `The trace up to row ${n} knows no file ${path}.`)
        : done(content);
    },

    'run.step': async ({ run, from, direction, to, lowest }, page) =>
      (await barred(services, run, page)) ??
      done({ n: await history.step(run, from, direction, to, lowest) }),

    'run.matches': async ({ run, ...asked }, page) => {
      const bar = await barred(services, run, page);
      if (bar !== null) return bar;
      const found = await history.matches(run, asked);
      if (found === null) return LOG_GONE;
      const { ok, ...rest } = found;
      return ok && 'total' in rest
        ? done(rest)
        : refused('bad-request', 'message' in rest ? rest.message : '');
    },

    'run.statistics': async ({ run, filter, lowest, by }, page) => {
      const bar = await barred(services, run, page);
      if (bar !== null) return bar;
      const statistics = await history.statistics(run, filter, lowest, by);
      if (statistics === null) return LOG_GONE;
      const { ok, ...rest } = statistics;
      return ok && 'total' in rest
        ? done(rest)
        : refused('bad-request', 'message' in rest ? rest.message : '');
    },

    'run.timeline': async ({ run, from, to, buckets }, page) => {
      const bar = await barred(services, run, page);
      if (bar !== null) return bar;
      const timeline = await history.timeline(run, from, to, buckets);
      return timeline === null ? LOG_GONE : done(timeline);
    },

    'bookmark.list': async ({ run }, page) =>
      (await barred(services, run, page)) ?? done(await store.bookmarks.list(run)),

    'bookmark.set': async ({ run, n, note }, page) => {
      const bar = await barred(services, run, page);
      if (bar !== null) return bar;
      const set = await store.bookmarks.set(run, n, note);
      if (set === 'not-found') return NO_RUN;
      if (set === 'quota')
        return refused('quota', `A run has at most ${MAX_BOOKMARKS} bookmarks. Remove one first.`);
      return done(await tellBookmarks(run));
    },

    'bookmark.remove': async ({ run, n }, page) => {
      const bar = await barred(services, run, page);
      if (bar !== null) return bar;
      await store.bookmarks.remove(run, n);
      return done(await tellBookmarks(run));
    },
  };
}
