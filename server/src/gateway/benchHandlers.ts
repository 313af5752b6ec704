/** Requests about benches as a whole. */
import { MAX_BENCHES } from '../store/benchStore.ts';
import { newId } from '../store/store.ts';
import { endBench } from './benchRemoval.ts';
import { MAX_OPEN_BENCHES } from './pages.ts';
import { done, NO_BENCH, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';

type Name = 'bench.list' | 'bench.create' | 'bench.open' | 'bench.leave' | 'bench.rename' | 'bench.remove';

export function benchHandlers(services: Services): { readonly [N in Name]: Handler<N> } {
  const { store, sessions, searches, pages, examples } = services;
  return {
    'bench.list': async (_body, _page, actor) => done(await store.benches.list(actor.person)),

    'bench.create': async ({ example: wanted, name }, _page, actor) => {
      const example = wanted === undefined ? examples[0] : examples.find((each) => each.id === wanted);
      if (example === undefined)
        return refused('not-found', `There is no example “${wanted ?? ''}”. Nothing was made.`);
      const created = await store.benches.create({
        id: newId(),
        name: name ?? example.title,
        owner: actor.person,
        files: example.files,
      });
      if (created.ok) return done(created.bench);
      return refused(
        'quota',
        `There are ${MAX_BENCHES} benches already. Remove one that is no longer needed.`,
      );
    },

    'bench.open': async ({ bench, run, after }, page) => {
      const info = await store.benches.get(bench);
      if (info === null) return NO_BENCH;
      const files = await store.files.list(bench);
      const resume = run === undefined || after === undefined ? null : { run, after };
      let joined = false;
      const shown = await sessions.watch(bench, page, resume, () => (joined = pages.join(page, bench)));
      if (!joined) {
        sessions.leave(bench, page);
        return refused('busy', `A page can have ${MAX_OPEN_BENCHES} benches open. Close another one first.`);
      }
      return done({ bench: info, files, ...shown });
    },

    'bench.leave': async ({ bench }, page) => {
      pages.leave(page, bench);
      searches.cancel(bench, page);
      sessions.leave(bench, page);
      return done(null);
    },

    'bench.rename': async ({ bench, name }) => {
      const info = await store.benches.rename(bench, name);
      if (info === null) return NO_BENCH;
      pages.tell(bench, 'bench.changed', { bench: info });
      return done(info);
    },

    'bench.remove': async ({ bench }) => {
      const row = await store.benches.row(bench);
      if (row === null) return NO_BENCH;
      if (row.assignment !== null)
        return refused(
          'forbidden',
          'This is work for a course, with what was handed in; it stays. A reset brings its files back to the beginning.',
        );
      const attempts = await store.attempts.idsOf(bench);
      const runs = (await store.runs.list()).filter((run) => run.bench === bench).map((run) => run.id);
      if (!(await store.benches.remove(bench))) return NO_BENCH;
      await endBench(services, bench, attempts, runs);
      return done(null);
    },
  };
}
