/** What the server answers to `travelMessages.ts`, as zod schemas. */
import { z } from 'zod';
import { callEvent, count, objectOf } from './eventSchemas.ts';
import { sessionState } from './stateSchemas.ts';
import type {
  Bookmark,
  MatchPage,
  PastBytes,
  PastContent,
  PastDescriptor,
  PastFile,
  RunPoint,
  Statistics,
  StatisticsLine,
  Timeline,
  TravelAnnouncements,
  TravelReplies,
} from './travelMessages.ts';

const point = z.number().int().min(-1);

const descriptor = objectOf<PastDescriptor>()({
  fd: z.number(),
  kind: z.enum(['file', 'directory', 'terminal', 'device', 'pipe', 'socket', 'epoll', 'unknown']),
  label: z.string(),
  flags: z.number().nullable(),
  offset: z.number().nullable(),
  row: count.nullable(),
  shared: z.array(z.number()),
});

const file = objectOf<PastFile>()({
  path: z.string(),
  kind: z.enum(['file', 'directory', 'symlink']),
  size: z.number().nullable(),
  start: z.boolean(),
  changed: count.nullable(),
  target: z.string().optional(),
});

const bytes = objectOf<PastBytes>()({
  size: z.number().nullable(),
  data: z.base64(),
  unknown: z.array(z.tuple([count, count])),
});

const sums = { calls: count, denied: count, failed: count, bytes: count, us: count };

const amounts = z.array(count);

const bookmarks = z.array(objectOf<Bookmark>()({ n: count, note: z.string(), at: z.string() }));

export const travelValues: { readonly [N in keyof TravelReplies]: z.ZodType<TravelReplies[N]> } = {
  'run.at': objectOf<RunPoint>()({
    run: z.string(),
    n: point,
    state: sessionState,
    row: callEvent.nullable(),
    descriptors: z.array(descriptor),
    files: z.array(file),
    removed: z.array(z.object({ path: z.string(), row: count })),
    more: count,
  }),
  'run.file': objectOf<PastContent>()({
    path: z.string(),
    n: point,
    now: bytes,
    fromLater: z.boolean(),
    before: bytes.nullable(),
  }),
  'run.step': z.object({ n: count.nullable() }),
  'run.matches': objectOf<MatchPage>()({
    total: count,
    searched: count,
    complete: z.boolean(),
    rows: z.array(callEvent),
    place: count.nullable(),
  }),
  'run.statistics': objectOf<Statistics>()({
    lines: z.array(objectOf<StatisticsLine>()({ name: z.string(), ...sums })),
    more: count,
    total: z.object(sums),
    searched: count,
  }),
  'run.timeline': objectOf<Timeline>()({
    from: z.number(),
    to: z.number(),
    lanes: z.object({ files: amounts, network: amounts, time: amounts, other: amounts, denied: amounts }),
    firstRow: z.array(count.nullable()),
    memory: z.array(z.number().nullable()),
  }),
  'bookmark.list': bookmarks,
  'bookmark.set': bookmarks,
  'bookmark.remove': bookmarks,
};

export const travelAnnouncements: {
  readonly [N in keyof TravelAnnouncements]: z.ZodType<TravelAnnouncements[N]>;
} = {
  'bookmarks.changed': objectOf<TravelAnnouncements['bookmarks.changed']>()({ run: z.string(), bookmarks }),
};
