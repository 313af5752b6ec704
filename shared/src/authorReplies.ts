/** What the server answers to `authorMessages.ts`: schemas for the page, and the types that both sides share. */
import { z } from 'zod';

const text = z.string();
const count = z.number().int().nonnegative();
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();

/** Line and column count from 1; 0 where a whole file is meant. */
const problem = z.object({ file: text, line: count, column: count, field: text, message: text });
export type AuthorProblem = z.infer<typeof problem>;

const pack = z.object({ bench: text, name: text, updatedAt: text });

const submission = z.object({
  /** `solution`, `starter`, `wrong/NAME`. */
  name: text,
  points: z.number(),
  max: z.number(),
  /** What is not as it is meant to be; none: all is well. */
  complaints: list(text),
});
export type AuthorSubmission = z.infer<typeof submission>;

const state = z.object({
  problems: list(problem),
  /** Of a pack without problems. */
  lab: z
    .object({
      id: text,
      title: text,
      /** Whether the catalogue offers exactly this. */
      published: z.boolean(),
    })
    .nullable(),
});
export type AuthorState = z.infer<typeof state>;

const bench = z.object({ bench: text });

const schemas = {
  'author.list': z.object({ packs: list(pack), labs: list(z.object({ id: text, title: text })) }),
  'author.begin': bench,
  'author.clone': bench,
  'author.check': state,
  'author.preview': bench,
  'author.run': z.null(),
  'author.cancel': z.null(),
  'author.publish': z.object({ lab: text, version: text }),
};

export type AuthorReplies = { [N in keyof typeof schemas]: z.infer<(typeof schemas)[N]> };

export const authorValues: { readonly [N in keyof AuthorReplies]: z.ZodType<AuthorReplies[N]> } = schemas;

const announced = {
  'author.progress': z.object({
    bench: text,
    /** Submissions to judge, and those that are judged. */
    of: count,
    submissions: list(submission),
    /** Why nothing is judged any more, or `null` while it goes on. */
    ended: z.enum(['done', 'cancelled', 'failed']).nullable(),
    problems: list(problem),
  }),
};

export type AuthorAnnouncements = { [N in keyof typeof announced]: z.infer<(typeof announced)[N]> };

export const authorAnnouncements: {
  readonly [N in keyof AuthorAnnouncements]: z.ZodType<AuthorAnnouncements[N]>;
} = announced;

/** Of `POST /api/author/packs`. */
export const importAnswer = z.union([
  z.object({ ok: z.literal(true), bench: text }),
  z.object({ ok: z.literal(false), problems: list(problem) }),
]);
export type ImportAnswer = z.infer<typeof importAnswer>;
