/** Requests about what a bench was. */
import type { HistoryReplies, Restored } from '@sandtable/shared/historyMessages';
import { MAX_BENCHES } from '../store/benchStore.ts';
import type { ChangedFiles } from '../store/fileStore.ts';
import { newId } from '../store/store.ts';
import type { Pages } from './pages.ts';
import { done, NO_BENCH, NO_RUN, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';
import { barred } from './runAccess.ts';

const NOTHING_THEN = refused(
  'not-found',
  'The bench has no such moment, or no such file at it. Nothing was changed.',
);

export function historyHandlers(services: Services): { readonly [N in keyof HistoryReplies]: Handler<N> } {
  const { store, pages } = services;
  const { revisions } = store;
  return {
    'history.list': async ({ bench }) =>
      done({ revisions: await revisions.list(bench), marks: await revisions.marks(bench) }),

    'history.at': async ({ bench, n }) => done({ n, files: await revisions.at(bench, n) }),

    'history.read': async ({ bench, n, path }) => {
      const content = await revisions.read(bench, n, path);
      return content === null ? NOTHING_THEN : done({ path, content });
    },

    'history.label': async ({ bench, n, label }) => {
      const named = await revisions.label(bench, n, label);
      if (named === null) return NOTHING_THEN;
      pages.tell(bench, 'history.labelled', { bench, n: named, label });
      return done(null);
    },

    'history.restore': async ({ bench, n, path }, page, { person }) => {
      const then = await revisions.contents(bench, n);
      const wanted = then
        .filter((file) => path === undefined || file.path === path)
        .map((file) => ({ path: file.path, content: { encoding: file.encoding, bytes: file.content } }));
      if (wanted.length === 0) return NOTHING_THEN;
      const changed = await store.files.change(bench, wanted, { only: path !== undefined, person });
      if (changed === null) return NO_BENCH;
      tellChanges(pages, bench, page, changed);
      return done(restoredOf(changed));
    },

    'history.copy': async ({ bench, n }, _page, { person }) => {
      const info = await store.benches.get(bench);
      if (info === null) return NO_BENCH;
      const files = await revisions.contents(bench, n);
      if (files.length === 0) return NOTHING_THEN;
      const created = await store.benches.create({
        id: newId(),
        name: `${info.name}, copy`.slice(-120),
        owner: person,
        files,
      });
      if (created.ok) return done(created.bench);
      return refused(
        'quota',
        `There are ${MAX_BENCHES} benches already. Remove one that is no longer needed.`,
      );
    },

    'history.run': async ({ run }, page) => {
      const bar = await barred(services, run, page);
      if (bar !== null) return bar;
      const row = await store.runs.get(run);
      return row === null ? NO_RUN : done({ run, revision: row.revision, input: row.input });
    },
  };
}

/** Tells the other pages of files that changed at once. */
export function tellChanges(pages: Pages, bench: string, page: string, changed: ChangedFiles): void {
  for (const path of changed.removed) pages.tell(bench, 'file.removed', { bench, path, by: page }, [page]);
  for (const file of changed.files) pages.tell(bench, 'file.changed', { bench, file, by: page }, [page]);
}

export function restoredOf({ n, undo, files, removed }: ChangedFiles): Restored {
  return { n, undo, files, removed };
}
