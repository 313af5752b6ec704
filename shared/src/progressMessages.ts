/** Teaching: how everybody gets on, grades, and what is said of a work. Answers: `progressReplies.ts`. */
import { z } from 'zod';
import { personId } from './courseMessages.ts';
import { id } from './messageParts.ts';

/** Where a comment stands. A line is of a file of the bench, a row of a run of it. */
export const commentAnchor = z.union([
  z.strictObject({ on: z.literal('bench') }),
  z.strictObject({
    on: z.literal('line'),
    path: z.string().min(1).max(512),
    line: z.number().int().min(1).max(1_000_000),
    /** The line as it was when it was spoken of: files change. */
    text: z.string().max(300),
  }),
  z.strictObject({
    on: z.literal('row'),
    /** The bench that the run is of: the work itself, or a copy that only its owner sees. */
    bench: id,
    run: id,
    n: z.number().int().nonnegative(),
    text: z.string().max(300),
  }),
]);
export type CommentAnchor = z.infer<typeof commentAnchor>;

/** Characters of a comment; a page of text is a lesson, not a comment. */
export const MAX_COMMENT_CHARS = 4_000;

const reason = z.string().trim().min(1).max(500);

export const progressRequests = {
  /** Every person and every check; changes follow as `matrix.changed` until `matrix.leave`. */
  'matrix.get': z.object({ course: id }),
  'matrix.leave': z.object({ course: id }),
  'grade.book': z.object({ course: id }),
  /** How a grade came to be. */
  'grade.history': z.object({ assignment: id, person: personId }),
  /** Another grade than the attempts give; null takes it back. */
  'grade.override': z.object({
    assignment: id,
    person: personId,
    points: z.number().min(0).max(100_000).nullable(),
    reason,
  }),
  /** A bench of one's own with the files of a work, as they are or as an attempt judged them. */
  'work.copy': z.object({ bench: id, attempt: id.optional() }),
  /** Whose work a bench is, or is a copy of; null for a bench of one's own. */
  'work.origin': z.object({ bench: id }),
  'comment.list': z.object({ bench: id }),
  'comment.add': z.object({
    bench: id,
    anchor: commentAnchor,
    text: z.string().trim().min(1).max(MAX_COMMENT_CHARS),
  }),
  'comment.resolve': z.object({ bench: id, comment: id, resolved: z.boolean() }),
} as const;
