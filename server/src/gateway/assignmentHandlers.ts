/** Requests about assignments: versions of labs that are given to a course. */
import type { CourseAssignment, CourseReplies } from '@sandtable/shared/courseReplies';
import { dueFor } from '@sandtable/shared/labs/dates';
import { byPersonAndAssignment, gradeOfPerson } from '../courses/grades.ts';
import { compareVersions } from '../labs/compareVersions.ts';
import type { ListedAssignment } from '../store/assignmentStore.ts';
import { MAX_ASSIGNMENTS } from '../store/assignmentStore.ts';
import { atLeast } from './access.ts';
import { courseInfo, NO_COURSE, NO_MEMBER } from './courseHandlers.ts';
import { courseRoom } from './progressHandlers.ts';
import { done, NO_ASSIGNMENT, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';
import { tellWorks } from './workChanges.ts';

type Name = Extract<keyof CourseReplies, `assignment.${string}` | 'course.get'>;

const NO_VERSION = refused(
  'not-found',
  'This server cannot read that version of the lab any more. Nothing was changed.',
);
const TURNED_ROUND = refused('bad-request', 'It would be due before it opens. Nothing was changed.');

export function assignmentHandlers(services: Services): { readonly [N in Name]: Handler<N> } {
  const { store, labs, pages } = services;
  const { courses, assignments, progress, grades } = store;

  const maxOf = async (version: string): Promise<number> => {
    const pack = await labs.shelf.pack(version);
    return pack === null ? 0 : pack.manifest.checks.reduce((sum, { weight }) => sum + weight, 0);
  };

  /** The version of an assignment and the one that the catalogue has, as packs. */
  const bothVersions = async ({ lab_version, current }: ListedAssignment) => {
    if (current === null || current === lab_version) return null;
    const [from, to] = await Promise.all([labs.shelf.pack(lab_version), labs.shelf.pack(current)]);
    return from === null || to === null ? null : { from, to };
  };

  return {
    'course.get': async ({ course }, _page, actor) => {
      const row = await courses.get(course, actor.person);
      if (row === null) return NO_COURSE;
      const info = courseInfo(row, actor);
      const staff = atLeast(info.role, 'assistant');
      const of = staff ? undefined : actor.person;
      const [listed, works, handIns, overrides, extensions] = await Promise.all([
        assignments.list(course),
        progress.works(course, of),
        progress.handIns(course, of),
        grades.overrides(course),
        assignments.extensions(course),
      ]);
      const workOf = byPersonAndAssignment(works);
      const handInsOf = byPersonAndAssignment(handIns);
      const overridesOf = byPersonAndAssignment(overrides);
      const views = await Promise.all(
        listed.map(async (each): Promise<CourseAssignment> => {
          const [own] = workOf(actor.person, each.id);
          const handedIn = handInsOf(actor.person, each.id);
          const grade = gradeOfPerson(handedIn, each.counts, overridesOf(actor.person, each.id));
          const extended = extensions.find(
            (extension) => extension.assignment === each.id && extension.person === actor.person,
          );
          return {
            id: each.id,
            title: each.title,
            lab: each.lab,
            labTitle: each.lab_title,
            version: each.lab_version,
            outdated: staff && each.current !== null && each.current !== each.lab_version,
            max: await maxOf(each.lab_version),
            opensAt: each.opens_at,
            dueAt: dueFor(each.due_at, extended?.due_at ?? null),
            dueForAll: each.due_at,
            extended: extended !== undefined,
            counts: each.counts,
            work:
              own === undefined
                ? null
                : { bench: own.bench, handedIn: handedIn.length > 0, points: grade.points },
            begun: works.filter((work) => work.assignment === each.id).length,
            handedIn: new Set(
              handIns.filter((handIn) => handIn.assignment === each.id).map(({ person }) => person),
            ).size,
          };
        }),
      );
      return done({ course: info, assignments: views });
    },

    'assignment.make': async ({ course, lab, ...dates }, _page, { person }) => {
      if (turnedRound(dates)) return TURNED_ROUND;
      const row = await store.labs.get(lab);
      if (row === null || row.current === null)
        return refused('not-found', 'The catalogue has no such lab any more. Nothing was made.');
      const assignment = await assignments.make(person, course, row.current, dates);
      if (assignment !== null) return done({ assignment });
      return refused('quota', `A course may have ${String(MAX_ASSIGNMENTS)} assignments. Nothing was made.`);
    },

    'assignment.change': async ({ assignment, ...dates }, _page, { person }) => {
      if (turnedRound(dates)) return TURNED_ROUND;
      await assignments.change(person, assignment, dates);
      await tellWorks(services, assignment);
      return done(null);
    },

    'assignment.remove': async ({ assignment }, _page, { person }) => {
      if (await assignments.remove(person, assignment)) return done(null);
      return refused(
        'conflict',
        'Somebody was judged at this assignment already, so it stays. Nothing was changed.',
      );
    },

    'assignment.extend': async ({ assignment, person, dueAt, reason }, _page, actor) => {
      const row = await assignments.get(assignment);
      if (row === null) return NO_ASSIGNMENT;
      if ((await store.access.roleInCourse(person, row.course)) === null) return NO_MEMBER;
      await assignments.extend(actor.person, assignment, person, dueAt, reason);
      await tellWorks(services, assignment, person);
      return done(null);
    },

    'assignment.compare': async ({ assignment }) => {
      const row = await assignments.get(assignment);
      if (row === null) return NO_ASSIGNMENT;
      const both = await bothVersions(row);
      if (both === null) return done(null);
      const works = await progress.works(row.course);
      return done({
        from: both.from.version,
        to: both.to.version,
        differences: compareVersions(both.from, both.to),
        works: works.filter((work) => work.assignment === assignment).length,
      });
    },

    'assignment.upgrade': async ({ assignment, version }, _page, { person }) => {
      const row = await assignments.get(assignment);
      if (row === null) return NO_ASSIGNMENT;
      // What was looked at is what it becomes, also where another version was published in between.
      if (row.current !== version)
        return refused('conflict', 'There is another version by now. Look at what changes again.');
      if ((await labs.shelf.pack(version)) === null) return NO_VERSION;
      await assignments.upgrade(person, assignment, version);
      pages.tell(courseRoom(row.course), 'matrix.anew', { course: row.course });
      return done(null);
    },
  };
}

function turnedRound({ opensAt, dueAt }: { opensAt: string | null; dueAt: string | null }): boolean {
  return opensAt !== null && dueAt !== null && Date.parse(dueAt) <= Date.parse(opensAt);
}
