/**
 * Requests about any point and any part of a recorded run: where things stood, what matches, what it sums up to; and bookmarks.
 *
 * A point is named by a row number: everything in the log up to the next row belongs to it; -1 is the moment before the first row.
 */
import { z } from 'zod';
import type { CallEvent } from './events.ts';
import { id, wholeNumber } from './messageParts.ts';
import type { SessionState } from './session.ts';
import type { DescriptorKind, TrailFile } from './worldTrail.ts';

/** Rows in one answer to `run.matches`; as many as the page keeps in one piece. */
export const MATCHES_PER_PAGE = 500;

/** Stretches of a timeline: more than a panel has pixels for. */
export const MAX_TIMELINE_BUCKETS = 1_000;

/** Bookmarks of one run: a person sets a dozen. */
export const MAX_BOOKMARKS = 200;
export const MAX_NOTE_CHARS = 500;

const point = wholeNumber.or(z.literal(-1));
const filter = z.string().max(500);

/** What one can step to. */
export const STEPS = ['call', 'denied', 'write', 'network'] as const;
export type Step = (typeof STEPS)[number];

export const STATISTICS_BY = ['call', 'path', 'verdict', 'error', 'line'] as const;
export type StatisticsBy = (typeof STATISTICS_BY)[number];

export const TIMELINE_LANES = ['files', 'network', 'time', 'other', 'denied'] as const;
export type TimelineLane = (typeof TIMELINE_LANES)[number];

export const travelRequests = {
  /** Where things stood after row `n`. */
  'run.at': z.object({ run: id, n: point }),
  /** A file as it was after row `n`. */
  'run.file': z.object({ run: id, n: point, path: z.string().max(4096) }),
  /** The next row in a direction, from `from` on but without it, that one can step to; `lowest`: rows below it do not count. */
  'run.step': z.object({
    run: id,
    from: point,
    direction: z.enum(['next', 'previous']),
    to: z.enum(STEPS),
    lowest: wholeNumber,
  }),
  /** Rows that match a filter, by their place among the matches; `near` asks for the place of a row. */
  'run.matches': z.object({
    run: id,
    filter,
    lowest: wholeNumber,
    from: wholeNumber,
    count: z.number().int().min(0).max(MATCHES_PER_PAGE),
    near: wholeNumber.optional(),
  }),
  'run.statistics': z.object({ run: id, filter, lowest: wholeNumber, by: z.enum(STATISTICS_BY) }),
  /** From microsecond `from` to `to` (excluded; left out: the end) of the run, in equal stretches. */
  'run.timeline': z.object({
    run: id,
    from: wholeNumber,
    to: wholeNumber.optional(),
    buckets: z.number().int().min(1).max(MAX_TIMELINE_BUCKETS),
  }),
  'bookmark.list': z.object({ run: id }),
  /** An empty note is a bookmark as well; one row has one. */
  'bookmark.set': z.object({ run: id, n: wholeNumber, note: z.string().max(MAX_NOTE_CHARS) }),
  'bookmark.remove': z.object({ run: id, n: wholeNumber }),
} as const;

export interface PastDescriptor {
  readonly fd: number;
  readonly kind: DescriptorKind;
  readonly label: string;
  readonly flags: number | null;
  /** Bytes from the start, null where unknown or where there is no such place. */
  readonly offset: number | null;
  /** Row that made it. */
  readonly row: number | null;
  /** Other descriptors of the same open file. */
  readonly shared: readonly number[];
}

export interface PastFile extends Pick<TrailFile, 'kind' | 'size' | 'start' | 'changed'> {
  readonly path: string;
  readonly target?: string;
}

/** A run as it stood after a row. */
export interface RunPoint {
  readonly run: string;
  readonly n: number;
  readonly state: SessionState;
  /** Null before the first row. */
  readonly row: CallEvent | null;
  readonly descriptors: readonly PastDescriptor[];
  /** As far as the trace tells: what was there at the start, what was looked at, what was made. */
  readonly files: readonly PastFile[];
  /** Paths that were there before, and the row that removed them. */
  readonly removed: readonly { readonly path: string; readonly row: number }[];
  /** Files beyond those kept. */
  readonly more: number;
}

/** Bytes as far as the trace tells them. */
export interface PastBytes {
  /** Null where not even that is known. */
  readonly size: number | null;
  /** Base64 of the followed beginning; unknown bytes are 0. */
  readonly data: string;
  /** Half-open ranges of the data that nobody recorded. */
  readonly unknown: readonly (readonly [from: number, to: number])[];
}

export interface PastContent {
  readonly path: string;
  readonly n: number;
  readonly now: PastBytes;
  /** Some bytes come from a record after the row; nothing wrote between. */
  readonly fromLater: boolean;
  /** As it was when the run began; null for a file that was not there. */
  readonly before: PastBytes | null;
}

export interface MatchPage {
  /** Matches among the rows below `searched`. */
  readonly total: number;
  readonly searched: number;
  /** Whether all rows that the log has by now were searched. */
  readonly complete: boolean;
  readonly rows: readonly CallEvent[];
  /** Matches before the row that was asked for. */
  readonly place: number | null;
}

export interface StatisticsLine {
  /** Empty for rows that have none; `…` for paths beyond those that the server tells apart. */
  readonly name: string;
  readonly calls: number;
  readonly denied: number;
  readonly failed: number;
  readonly bytes: number;
  /** Microseconds from request to reply, of all together. */
  readonly us: number;
}

export interface Statistics {
  readonly lines: readonly StatisticsLine[];
  /** Lines left out. */
  readonly more: number;
  readonly total: Omit<StatisticsLine, 'name'>;
  /** Rows that were looked at lie below this number. */
  readonly searched: number;
}

export interface Timeline {
  /** Microseconds. */
  readonly from: number;
  readonly to: number;
  /** Calls in each stretch. */
  readonly lanes: Readonly<Record<TimelineLane, readonly number[]>>;
  /** Number of the first row in each stretch. */
  readonly firstRow: readonly (number | null)[];
  /** Bytes of heap at the end of each stretch. */
  readonly memory: readonly (number | null)[];
}

export interface Bookmark {
  readonly n: number;
  readonly note: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface TravelReplies {
  'run.at': RunPoint;
  'run.file': PastContent;
  'run.step': { readonly n: number | null };
  'run.matches': MatchPage;
  'run.statistics': Statistics;
  'run.timeline': Timeline;
  'bookmark.list': readonly Bookmark[];
  'bookmark.set': readonly Bookmark[];
  'bookmark.remove': readonly Bookmark[];
}

export interface TravelAnnouncements {
  /** All bookmarks of the run. */
  'bookmarks.changed': { readonly run: string; readonly bookmarks: readonly Bookmark[] };
}
