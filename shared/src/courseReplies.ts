/** What the server answers to `courseMessages.ts`: schemas for the page, and the types that both sides share. */
import { z } from 'zod';
import { courseRole } from './courseMessages.ts';

const text = z.string();
const count = z.number().int().nonnegative();
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();

const course = z.object({
  id: text,
  title: text,
  /** What the person who asks is in it. */
  role: z.enum(['student', 'assistant', 'instructor', 'administrator']),
  archived: z.boolean(),
  students: count,
  assignments: count,
});
export type CourseInfo = z.infer<typeof course>;

const ownWork = z.object({
  bench: text,
  handedIn: z.boolean(),
  /** The grade as it stands; null before something was handed in. */
  points: z.number().nullable(),
});

const assignment = z.object({
  id: text,
  title: text,
  lab: text,
  labTitle: text,
  version: text,
  /** Whether the catalogue has another version by now. */
  outdated: z.boolean(),
  max: z.number(),
  opensAt: text.nullable(),
  /** With the extension of the person who asks. */
  dueAt: text.nullable(),
  /** Without. */
  dueForAll: text.nullable(),
  extended: z.boolean(),
  counts: z.enum(['best', 'last']),
  work: ownWork.nullable(),
  /** For staff: people at work, and those who handed something in. */
  begun: count,
  handedIn: count,
});
export type CourseAssignment = z.infer<typeof assignment>;

const courseDetail = z.object({ course, assignments: list(assignment) });
export type CourseDetail = z.infer<typeof courseDetail>;

const member = z.object({
  id: text,
  name: text,
  email: text.nullable(),
  role: courseRole,
  joinedAt: text,
  seenAt: text.nullable(),
});
export type CourseMember = z.infer<typeof member>;

const extension = z.object({
  assignment: text,
  person: text,
  dueAt: text,
  reason: text,
});

const people = z.object({
  members: list(member),
  /** On the roster, and not here yet. */
  expected: list(z.object({ email: text, name: text, role: courseRole, addedAt: text })),
  /** For instructors; null where nobody can join by a code. */
  joinCode: text.nullable(),
  extensions: list(extension),
});
export type CoursePeople = z.infer<typeof people>;

const rosterProblem = z.object({ line: count, column: count, message: text });

const rosterPreview = z.object({
  problems: list(rosterProblem),
  lines: list(
    z.object({
      line: count,
      name: text,
      email: text,
      role: courseRole,
      /** `joins`: is on this server and becomes a member; `expected`: waits until they come; `changes`: has another role then. */
      becomes: z.enum(['joins', 'expected', 'changes', 'same']),
    }),
  ),
});
export type RosterPreview = z.infer<typeof rosterPreview>;

const difference = z.object({
  kind: z.enum(['check', 'task', 'starter', 'hidden', 'points', 'hint']),
  text,
});

const comparison = z.object({
  from: text,
  to: text,
  differences: list(difference),
  /** Works that would be judged by the new version. */
  works: count,
});
export type VersionComparison = z.infer<typeof comparison>;

const schemas = {
  'course.list': z.object({ courses: list(course), mayMake: z.boolean() }),
  'course.make': course,
  'course.get': courseDetail,
  'course.rename': z.null(),
  'course.archive': z.null(),
  'course.code': z.object({ joinCode: text.nullable() }),
  'course.people': people,
  'course.role': z.null(),
  'course.dismiss': z.null(),
  'roster.check': rosterPreview,
  'roster.apply': z.object({ joined: count, expected: count, changed: count }),
  'roster.dismiss': z.null(),
  'assignment.make': z.object({ assignment: text }),
  'assignment.change': z.null(),
  'assignment.remove': z.null(),
  'assignment.extend': z.null(),
  'assignment.compare': comparison.nullable(),
  'assignment.upgrade': z.null(),
};

export type CourseReplies = { [N in keyof typeof schemas]: z.infer<(typeof schemas)[N]> };

export const courseValues: { readonly [N in keyof CourseReplies]: z.ZodType<CourseReplies[N]> } = schemas;
