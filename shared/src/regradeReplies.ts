/** What the server answers to `regradeMessages.ts`: schemas for the page, and the types that both sides share. */
import { z } from 'zod';
import { checkOutcome } from './labs/checkResult.ts';

const text = z.string();
const count = z.number().int().nonnegative();
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();

/** Hints taken off; null where nothing gives any. */
const points = z.number().nullable();

const checkChange = z.object({
  id: text,
  title: text,
  /** Null: there was, or is, no such check. */
  before: checkOutcome.nullable(),
  after: checkOutcome.nullable(),
});

/** An attempt that comes to something else. */
const change = z.object({
  attempt: text,
  person: text,
  name: text,
  kind: z.enum(['check', 'hand-in']),
  at: text,
  before: points,
  after: points,
  max: z.number(),
  /** The person's grade at the assignment, as the attempts give it. */
  grade: z.object({ before: points, after: points }),
  /** Their grade was set by hand, and stays what it is. */
  byHand: z.boolean(),
  checks: list(checkChange),
});
export type RegradeChange = z.infer<typeof change>;

const state = z.object({
  assignment: text,
  /** Versions of the lab: pinned now, and judged by. */
  from: text,
  to: text,
  /** Attempts that are judged, of how many. */
  done: count,
  of: count,
  /** Null while it is under way. */
  ended: z.enum(['done', 'cancelled', 'failed']).nullable(),
  /** Why it failed. */
  message: text.nullable(),
  /** At the end. */
  changes: list(change),
});
export type RegradeState = z.infer<typeof state>;

const look = z.object({
  /** Attempts that would be judged: what was handed in, and the newest check of each work. */
  attempts: count,
  /** The pinned one first, then the one that the catalogue has, if that is another. */
  versions: list(z.object({ id: text, publishedAt: text, pinned: z.boolean() })),
  state: state.nullable(),
});
export type RegradeLook = z.infer<typeof look>;

const schemas = {
  'regrade.look': look,
  'regrade.leave': z.null(),
  'regrade.start': z.null(),
  'regrade.cancel': z.null(),
  /** Attempts that were replaced, and those that were judged meanwhile and are as they were. */
  'regrade.apply': z.object({ judged: count, newer: count }),
};

export type RegradeReplies = { [N in keyof typeof schemas]: z.infer<(typeof schemas)[N]> };

export const regradeValues: { readonly [N in keyof RegradeReplies]: z.ZodType<RegradeReplies[N]> } = schemas;

const announced = {
  'regrade.progress': state,
  /** Versions of assignments changed, and with them the checks: ask for the table anew. */
  'matrix.anew': z.object({ course: text }),
};

export type RegradeAnnouncements = { [N in keyof typeof announced]: z.infer<(typeof announced)[N]> };

export const regradeAnnouncements: {
  readonly [N in keyof RegradeAnnouncements]: z.ZodType<RegradeAnnouncements[N]>;
} = announced;
