/** Requests about courses and who is in them. What somebody may ask is `access.ts`'s to say. */
import type { CourseInfo, CourseReplies } from '@sandtable/shared/courseReplies';
import type { Reply } from '@sandtable/shared/protocol';
import { readRoster } from '../courses/rosterFile.ts';
import type { Change, ListedCourse } from '../store/courseStore.ts';
import { atLeast } from './access.ts';
import type { Actor } from './actor.ts';
import { done, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';

type Name = Exclude<keyof CourseReplies, `assignment.${string}` | 'course.get'>;

export const NO_COURSE = refused('not-found', 'There is no such course any more.');
export const NO_MEMBER = refused(
  'not-found',
  'This person is not in the course any more. Nothing was changed.',
);

export function courseHandlers({ store, pages }: Services): { readonly [N in Name]: Handler<N> } {
  const { courses, assignments } = store;
  /** What somebody has open they were let in to by the role that they had: their pages come in anew. */
  const cutAfter = (person: string, actor: Actor, reply: Reply<null>): Reply<null> => {
    if (reply.ok && person !== actor.person) pages.cutPerson(person);
    return reply;
  };
  return {
    'course.list': async (_body, _page, actor) =>
      done({
        courses: (await courses.list(actor.person, actor.role === 'administrator')).map((row) =>
          courseInfo(row, actor),
        ),
        mayMake: atLeast(actor.role, 'instructor'),
      }),

    'course.make': async ({ title }, _page, actor) => {
      const row = await courses.get(await courses.make(actor.person, title), actor.person);
      return row === null ? NO_COURSE : done(courseInfo(row, actor));
    },

    'course.rename': async ({ course, title }, _page, { person }) => {
      await courses.rename(person, course, title);
      return done(null);
    },

    'course.archive': async ({ course, archived }, _page, { person }) => {
      await courses.archive(person, course, archived);
      return done(null);
    },

    'course.code': async ({ course, code }, _page, { person }) =>
      done({ joinCode: await courses.setCode(person, course, code === 'renew') }),

    'course.people': async ({ course }, _page, actor) => {
      const row = await courses.get(course, actor.person);
      if (row === null) return NO_COURSE;
      const info = courseInfo(row, actor);
      const [members, expected, extensions] = await Promise.all([
        courses.members(course),
        courses.expected(course),
        assignments.extensions(course),
      ]);
      return done({
        members: members.map(({ joined_at: joinedAt, seen_at: seenAt, ...member }) => ({
          ...member,
          joinedAt,
          seenAt,
        })),
        expected: expected.map(({ email, name, role, added_at: addedAt }) => ({
          email,
          name,
          role,
          addedAt,
        })),
        joinCode: atLeast(info.role, 'instructor') ? row.join_code : null,
        extensions: extensions.map(({ assignment, person, due_at: dueAt, reason }) => ({
          assignment,
          person,
          dueAt,
          reason,
        })),
      });
    },

    'course.role': async ({ course, person, role }, _page, actor) =>
      cutAfter(person, actor, changeReply(await courses.setRole(actor.person, course, person, role))),

    'course.dismiss': async ({ course, person }, _page, actor) =>
      cutAfter(person, actor, changeReply(await courses.dismiss(actor.person, course, person))),

    'roster.check': async ({ course, text }) => {
      const roster = readRoster(text);
      if (!roster.ok) return done({ problems: roster.problems, lines: [] });
      const becomes = await courses.previewRoster(course, roster.entries);
      return done({
        problems: [],
        lines: roster.entries.map((entry, at) => ({ ...entry, becomes: becomes[at]! })),
      });
    },

    'roster.apply': async ({ course, text }, _page, { person }) => {
      const roster = readRoster(text);
      if (roster.ok) return done(await courses.applyRoster(person, course, roster.entries));
      const [first] = roster.problems;
      return refused(
        'bad-request',
        `Line ${String(first?.line)}, column ${String(first?.column)}: ${first?.message ?? ''} Nobody was taken in.`,
      );
    },

    'roster.dismiss': async ({ course, email }, _page, { person }) => {
      await courses.dismissExpected(person, course, email);
      return done(null);
    },
  };
}

export function courseInfo(row: ListedCourse, actor: Actor): CourseInfo {
  const { id, title, students, assignments } = row;
  return {
    id,
    title,
    role: actor.role === 'administrator' ? 'administrator' : (row.role ?? 'student'),
    archived: row.archived_at !== null,
    students,
    assignments,
  };
}

function changeReply(change: Change): Reply<null> {
  if (change === 'not-found') return NO_MEMBER;
  if (change === 'last')
    return refused(
      'conflict',
      'Nobody else teaches this course. Make somebody else an instructor first. Nothing was changed.',
    );
  return done(null);
}
