/** Requests about labs that are being written. */
import type { AuthorReplies } from '@sandtable/shared/authorReplies';
import { atLeast } from './access.ts';
import { done, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';

const NO_PACK = refused('not-found', 'This bench is no pack of a lab. “Write a lab” lists those that are.');

export function authorHandlers({ store, labs, author }: Services): {
  readonly [N in keyof AuthorReplies]: Handler<N>;
} {
  const isPack = async (bench: string): Promise<boolean> => (await store.benches.row(bench))?.kind === 'pack';

  return {
    'author.list': async (_body, _page, { person }) => {
      const benches = await store.benches.list(person);
      const offered = await labs.shelf.offered();
      return done({
        packs: benches
          .filter(({ kind }) => kind === 'pack')
          .map(({ id, name, updatedAt }) => ({ bench: id, name, updatedAt })),
        labs: offered.map(({ row, pack }) => ({ id: row.id, title: pack.manifest.title })),
      });
    },

    'author.begin': async (beginning, _page, { person }) => {
      const made = await author.begin(person, beginning);
      if (made === null)
        return refused(
          'conflict',
          `There is a lab with the id ${beginning.id} already. Choose another id; nothing was made.`,
        );
      return made.ok ? done({ bench: made.bench }) : refused('quota', made.problems[0]?.message ?? '');
    },

    'author.clone': async ({ lab }, _page, { person }) => {
      const made = await author.clone(person, lab);
      if (made === null) return refused('not-found', 'The catalogue has no such lab any more.');
      return made.ok ? done({ bench: made.bench }) : refused('quota', made.problems[0]?.message ?? '');
    },

    'author.check': async ({ bench }) => ((await isPack(bench)) ? done(await author.state(bench)) : NO_PACK),

    'author.preview': async ({ bench }, _page, { person }) => {
      if (!(await isPack(bench))) return NO_PACK;
      const opened = await author.preview(person, bench);
      return typeof opened === 'string' ? refused('conflict', opened) : done(opened);
    },

    'author.run': async ({ bench }) => {
      if (!(await isPack(bench))) return NO_PACK;
      const bar = await author.run(bench);
      return bar === null ? done(null) : refused('busy', bar);
    },

    'author.cancel': ({ bench }) => {
      author.cancel(bench);
      return Promise.resolve(done(null));
    },

    'author.publish': async ({ bench }, _page, { person, role }) => {
      if (!(await isPack(bench))) return NO_PACK;
      // A pack stays its author's when they teach no longer.
      if (!atLeast(role, 'instructor'))
        return refused('forbidden', 'Only instructors publish labs. Nothing was published.');
      const published = await author.publish(person, bench);
      if (!published.ok) return refused('conflict', published.message);
      return done({ lab: published.lab, version: published.version });
    },
  };
}
