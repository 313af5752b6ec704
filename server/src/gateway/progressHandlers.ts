/** Requests about how a course gets on: the table, grades, works to look into, and what is said of them. */
import type { Comment, ProgressReplies } from '@sandtable/shared/progressReplies';
import { commentAnchor } from '@sandtable/shared/progressMessages';
import { gradebook } from '../courses/gradebook.ts';
import { byPersonAndAssignment, gradeOfPerson, pointsOf } from '../courses/grades.ts';
import { MAX_BENCHES } from '../store/benchStore.ts';
import { MAX_COMMENTS, type NamedComment } from '../store/commentStore.ts';
import { newId } from '../store/store.ts';
import { NO_MEMBER } from './courseHandlers.ts';
import { done, NO_ASSIGNMENT, NO_BENCH, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';
import { tellWorks } from './workChanges.ts';

/** Pages that look at the table of a course. No bench has a colon in its id. */
export const courseRoom = (course: string): string => `course:${course}`;

/** Pages that show what was said of a work: its own, and those of copies. */
const commentRoom = (bench: string): string => `comments:${bench}`;

export function progressHandlers(services: Services): {
  readonly [N in keyof ProgressReplies]: Handler<N>;
} {
  const { store, pages, progress } = services;
  const commentsOf = async (bench: string): Promise<readonly Comment[]> =>
    (await store.comments.list(bench)).map(commentView);
  const told = async (bench: string, page: string): Promise<readonly Comment[]> => {
    const comments = await commentsOf(bench);
    pages.tell(commentRoom(bench), 'comment.changed', { bench, comments }, [page]);
    return comments;
  };

  return {
    'matrix.get': async ({ course }, page) => {
      // Followed before it is read: what changes in between is told twice rather than not at all.
      pages.follow(page, courseRoom(course));
      return done(await progress.matrix(course));
    },

    'matrix.leave': ({ course }, page) => {
      pages.unfollow(page, courseRoom(course));
      return Promise.resolve(done(null));
    },

    'grade.book': async ({ course }) => done(await gradebook(store, progress, course)),

    'grade.history': async ({ assignment, person }) => {
      const row = await store.assignments.get(assignment);
      if (row === null) return NO_ASSIGNMENT;
      const [attempts, overrides, handIns, members] = await Promise.all([
        store.grades.attemptsOf(assignment, person),
        store.grades.overridesOf(assignment, person),
        store.progress.handIns(row.course, person),
        store.courses.members(row.course),
      ]);
      const member = members.find(({ id }) => id === person);
      if (member === undefined) return NO_MEMBER;
      const own = byPersonAndAssignment(handIns)(person, assignment);
      const grade = gradeOfPerson(own, row.counts, overrides);
      return done({
        person: member.name,
        attempts: attempts.map((attempt) => ({
          id: attempt.id,
          kind: attempt.kind,
          at: attempt.started_at,
          points:
            attempt.points === null
              ? null
              : pointsOf({ points: attempt.points, max: attempt.max ?? 0, hint_cost: attempt.hint_cost }),
          max: attempt.max,
          version: attempt.lab_version,
          counts: attempt.id === grade.attempt,
          replaced: typeof attempt.replaced_by === 'string',
          regraded:
            attempt.regraded_at === null
              ? null
              : { at: attempt.regraded_at, by: attempt.regrader ?? 'the operator of the server' },
        })),
        overrides: overrides.map(({ points, reason, maker, made_at: at }) => ({
          points,
          reason,
          by: maker ?? 'somebody who was removed',
          at,
        })),
      });
    },

    'grade.override': async ({ assignment, person, points, reason }, _page, actor) => {
      const row = await store.assignments.get(assignment);
      if (row === null) return NO_ASSIGNMENT;
      if ((await store.access.roleInCourse(person, row.course)) === null) return NO_MEMBER;
      await store.grades.override(actor.person, assignment, person, points, reason);
      await tellWorks(services, assignment, person);
      return done(null);
    },

    'work.copy': async ({ bench, attempt }, _page, actor) => {
      const row = await store.benches.row(bench);
      if (row === null) return NO_BENCH;
      const judged = attempt === undefined ? null : await store.attempts.get(attempt);
      if (attempt !== undefined && judged?.bench !== bench)
        return refused('not-found', 'There is no such attempt any more.');
      const files = await store.revisions.contents(bench, judged?.revision ?? row.revision);
      const name = await nameOf(row.owner);
      const created = await store.benches.create({
        id: newId(),
        name: `${name}: ${row.name}`.slice(0, 110),
        owner: actor.person,
        files,
        copyOf: row.copy_of ?? bench,
      });
      if (created.ok) return done({ bench: created.bench.id });
      return refused('quota', `You have ${String(MAX_BENCHES)} benches already. Remove one first.`);
    },

    'work.origin': async ({ bench }) => {
      const row = await store.benches.row(bench);
      if (row === null) return NO_BENCH;
      const copied = typeof row.copy_of === 'string';
      const of = copied ? await store.benches.row(row.copy_of!) : row;
      if (of === null || of.kind !== 'work' || of.owner === null) return done(null);
      const assignment = of.assignment === null ? null : await store.assignments.get(of.assignment);
      return done({
        bench: of.id,
        person: of.owner,
        name: await nameOf(of.owner),
        assignment: assignment?.id ?? null,
        course: assignment?.course ?? null,
        copy: copied,
      });
    },

    'comment.list': async ({ bench }, page) => {
      // Before it is read, as above.
      pages.follow(page, commentRoom(bench));
      return done(await commentsOf(bench));
    },

    'comment.add': async ({ bench, anchor, text }, page, { person }) => {
      if (await store.comments.add(person, bench, JSON.stringify(anchor), text))
        return done(await told(bench, page));
      return refused('quota', `A bench may have ${String(MAX_COMMENTS)} comments. It was not added.`);
    },

    'comment.resolve': async ({ bench, comment, resolved }, page) => {
      if (await store.comments.resolve(bench, comment, resolved)) return done(await told(bench, page));
      return refused('not-found', 'There is no such comment any more.');
    },
  };

  async function nameOf(person: string | null): Promise<string> {
    return (person === null ? null : await store.courses.nameOf(person)) ?? 'Somebody who was removed';
  }
}

function commentView(row: NamedComment): Comment {
  const { id, text, maker, made_at: at, resolved_at: resolvedAt } = row;
  const anchor = commentAnchor.parse(JSON.parse(row.anchor));
  return { id, anchor, text, by: maker ?? 'somebody who was removed', at, resolvedAt };
}
