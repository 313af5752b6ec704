/** What the server says of searches (`searchMessages.ts`), as zod schemas. */
import { z } from 'zod';
import { count, objectOf } from './eventSchemas.ts';
import type {
  FoundHole,
  LettingRule,
  SearchAnnouncements,
  SearchBegun,
  SearchEnd,
  SearchReplies,
} from './searchMessages.ts';

const rule = objectOf<LettingRule>()({
  layer: z.enum(['ceiling', 'lab', 'student']),
  label: z.string(),
  at: z.object({ line: z.number(), column: z.number() }).optional(),
});

const hole = objectOf<FoundHole>()({
  script: z.string(),
  words: z.string(),
  call: z.string().nullable(),
  rule: rule.nullable(),
  passedBy: z.object({ name: z.string(), line: z.number() }).nullable(),
  printed: z.string(),
  files: z.record(z.string(), z.string()),
});

const counted = { attempts: count, milliseconds: z.number() };

const end: z.ZodType<SearchEnd> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hole'), ...counted, hole }),
  z.object({ kind: z.literal('unconfirmed'), ...counted, hole }),
  z.object({ kind: z.literal('nothing'), ...counted }),
  z.object({ kind: z.literal('nothing-to-try') }),
  z.object({ kind: z.literal('cancelled') }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);

export const searchValues: { readonly [N in keyof SearchReplies]: z.ZodType<SearchReplies[N]> } = {
  'search.start': objectOf<SearchBegun>()({ search: z.string(), says: z.string(), seed: count }),
  'search.cancel': z.null(),
};

export const searchAnnouncements: {
  readonly [N in keyof SearchAnnouncements]: z.ZodType<SearchAnnouncements[N]>;
} = {
  'search.progress': objectOf<SearchAnnouncements['search.progress']>()({
    bench: z.string(),
    search: z.string(),
    attempts: count,
  }),
  'search.ended': objectOf<SearchAnnouncements['search.ended']>()({
    bench: z.string(),
    search: z.string(),
    end,
  }),
};
