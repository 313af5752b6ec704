/** Requests about judging an assignment again. */
import type { RegradeReplies } from '@sandtable/shared/regradeReplies';
import { done, NO_ASSIGNMENT, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';

/** Pages that look at it. No bench has a colon in its id. */
export const regradeRoom = (assignment: string): string => `regrade:${assignment}`;

export function regradeHandlers({ store, pages, regrades }: Services): {
  readonly [N in keyof RegradeReplies]: Handler<N>;
} {
  return {
    'regrade.look': async ({ assignment }, page) => {
      // Followed before it is read: what changes in between is told twice rather than not at all.
      pages.follow(page, regradeRoom(assignment));
      const row = await store.assignments.get(assignment);
      return row === null ? NO_ASSIGNMENT : done(await regrades.look(row));
    },

    'regrade.leave': ({ assignment }, page) => {
      pages.unfollow(page, regradeRoom(assignment));
      return Promise.resolve(done(null));
    },

    'regrade.start': async ({ assignment, version }) => {
      const row = await store.assignments.get(assignment);
      if (row === null) return NO_ASSIGNMENT;
      const refusal = regrades.start(row, version);
      return refusal === null ? done(null) : refused('busy', refusal);
    },

    'regrade.cancel': ({ assignment }) => {
      regrades.cancel(assignment);
      return Promise.resolve(done(null));
    },

    'regrade.apply': async ({ assignment }, _page, { person }) => {
      const applied = await regrades.apply(person, assignment);
      if (!applied.ok) return refused('conflict', applied.message);
      return done({ judged: applied.judged, newer: applied.newer });
    },
  };
}
