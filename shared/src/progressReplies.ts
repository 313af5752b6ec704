/** What the server answers to `progressMessages.ts`: schemas for the page, and the types that both sides share. */
import { z } from 'zod';
import { courseRole } from './courseMessages.ts';
import { commentAnchor } from './progressMessages.ts';

const text = z.string();
const count = z.number().int().nonnegative();
const points = z.number().nullable();
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();

const matrixAssignment = z.object({
  id: text,
  title: text,
  dueAt: text.nullable(),
  max: z.number(),
  checks: list(z.object({ id: text, title: text })),
});
export type MatrixAssignment = z.infer<typeof matrixAssignment>;

const matrixPerson = z.object({ id: text, name: text, role: courseRole, seenAt: text.nullable() });
export type MatrixPerson = z.infer<typeof matrixPerson>;

/**
 * What a person has done of an assignment, as short as six thousand of them need it: indices of both, bench, attempts, 1 while a check is under
 * way, points of the newest attempt, and a letter for each check: `p` passed, `f` failed, `e` could not be judged, `-` not tried.
 */
const matrixCell = z.tuple([
  count,
  count,
  text.nullable(),
  count,
  z.union([z.literal(0), z.literal(1)]),
  points,
  text,
]);
export type MatrixCell = z.infer<typeof matrixCell>;

const matrix = z.object({
  assignments: list(matrixAssignment),
  people: list(matrixPerson),
  cells: list(matrixCell),
});
export type Matrix = z.infer<typeof matrix>;

const gradeRow = z.object({
  person: text,
  assignment: text,
  points,
  /** Of the attempt that counts; null where there is none. */
  max: points,
  handIns: count,
  /** What the attempts give. */
  derived: points,
  overridden: z.boolean(),
  bench: text.nullable(),
});
export type GradeRow = z.infer<typeof gradeRow>;

const gradebook = z.object({
  assignments: list(z.object({ id: text, title: text, max: z.number() })),
  people: list(z.object({ id: text, name: text, email: text.nullable(), role: courseRole })),
  /** Those with something in them. */
  grades: list(gradeRow),
});
export type Gradebook = z.infer<typeof gradebook>;

const gradeHistory = z.object({
  person: text,
  attempts: list(
    z.object({
      id: text,
      kind: z.enum(['check', 'hand-in']),
      at: text,
      /** Hints taken off. */
      points,
      max: points,
      version: text,
      counts: z.boolean(),
      /** Another one took its place when it was judged again. */
      replaced: z.boolean(),
      /** It took the place of an earlier one. */
      regraded: z.object({ at: text, by: text }).nullable(),
    }),
  ),
  overrides: list(z.object({ points, reason: text, by: text, at: text })),
});
export type GradeHistory = z.infer<typeof gradeHistory>;

const comment = z.object({
  id: text,
  anchor: commentAnchor,
  text,
  by: text,
  at: text,
  resolvedAt: text.nullable(),
});
export type Comment = z.infer<typeof comment>;

const origin = z.object({
  /** The work that comments belong to. */
  bench: text,
  person: text,
  name: text,
  assignment: text.nullable(),
  course: text.nullable(),
  /** Whether the bench that was asked about is a copy. */
  copy: z.boolean(),
});
export type WorkOrigin = z.infer<typeof origin>;

const schemas = {
  'matrix.get': matrix,
  'matrix.leave': z.null(),
  'grade.book': gradebook,
  'grade.history': gradeHistory,
  'grade.override': z.null(),
  'work.copy': z.object({ bench: text }),
  'work.origin': origin.nullable(),
  'comment.list': list(comment),
  'comment.add': list(comment),
  'comment.resolve': list(comment),
};

export type ProgressReplies = { [N in keyof typeof schemas]: z.infer<(typeof schemas)[N]> };

export const progressValues: { readonly [N in keyof ProgressReplies]: z.ZodType<ProgressReplies[N]> } =
  schemas;

const announced = {
  /** What one person has done by now; ids in place of indices. */
  'matrix.changed': z.object({
    course: text,
    person: text,
    assignment: text,
    bench: text.nullable(),
    attempts: count,
    running: z.boolean(),
    points,
    outcomes: text,
  }),
  'comment.changed': z.object({ bench: text, comments: list(comment) }),
};

export type ProgressAnnouncements = { [N in keyof typeof announced]: z.infer<(typeof announced)[N]> };

export const progressAnnouncements: {
  readonly [N in keyof ProgressAnnouncements]: z.ZodType<ProgressAnnouncements[N]>;
} = announced;
