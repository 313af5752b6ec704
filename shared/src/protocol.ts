/**
 * The socket protocol between page and server, both ways, as zod schemas: one definition for both sides.
 *
 * Every request is acknowledged with {@link Reply}. Nothing that arrives is used before it has been parsed here. The server
 * sends a live run as batches: all events but call rows beyond the newest {@link ROWS_PER_BATCH}, which are counted in the
 * batch's summary and fetched by number as one scrolls. `from`/`to` are sequence numbers; a client that lost the connection says the
 * last `to` it applied.
 */
import { z } from 'zod';
import type { CallEvent, RunEvent } from './events.ts';
import { authorRequests } from './authorMessages.ts';
import type { AuthorAnnouncements, AuthorReplies } from './authorReplies.ts';
import { courseRequests } from './courseMessages.ts';
import type { CourseReplies } from './courseReplies.ts';
import { historyRequests, type HistoryAnnouncements, type HistoryReplies } from './historyMessages.ts';
import { labRequests, type LabAnnouncements, type LabReplies } from './labMessages.ts';
import { id, wholeNumber as version } from './messageParts.ts';
import { peopleRequests, type PeopleReplies } from './peopleMessages.ts';
import { progressRequests } from './progressMessages.ts';
import type { ProgressAnnouncements, ProgressReplies } from './progressReplies.ts';
import { regradeRequests } from './regradeMessages.ts';
import type { RegradeAnnouncements, RegradeReplies } from './regradeReplies.ts';
import type { SessionState } from './session.ts';
import { searchRequests, type SearchAnnouncements, type SearchReplies } from './searchMessages.ts';
import { travelRequests, type TravelAnnouncements, type TravelReplies } from './travelMessages.ts';
import type { VerdictKind } from './verdicts.ts';

/** Call rows in one live batch: what a person can see of 16 ms, and at 60 batches a second still under 2 MB/s. */
export const ROWS_PER_BATCH = 100;

/** Rows in one answer to `run.rows` or `run.query`. */
export const ROWS_PER_PAGE = 500;

/** A bench file is something a person edits; larger data belongs into a mount. */
export const MAX_FILE_BYTES = 1024 * 1024;
export const MAX_BENCH_FILES = 200;
export const MAX_INPUT_BYTES = 64 * 1024;

/** Path of a bench file, relative to /tmp of the guest: no leading slash, no `.`/`..` components. `policy.ts` is not seen by the guest. */
export const benchPath = z
  .string()
  .min(1)
  .max(512)
  .refine(
    (p) =>
      !p.includes('\0') && p.split('/').every((c) => c !== '' && c !== '.' && c !== '..' && c.length <= 200),
    {
      message: 'must be a relative path without empty, . or .. parts',
    },
  );
/** The length is that of a megabyte as base64 and then some; the server counts the bytes. */
export const fileContent = z.object({
  encoding: z.enum(['utf8', 'base64']),
  text: z.string().max(MAX_FILE_BYTES * 2),
});
const size = z.object({ cols: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(500) });
const name = z.string().trim().min(1).max(120);

export const requests = {
  'bench.list': z.object({}),
  'bench.create': z.object({ example: z.string().max(64).optional(), name: name.optional() }),
  /** Joins the bench: its events follow until `bench.leave`. `after` resumes the run named in `run`. */
  'bench.open': z.object({ bench: id, run: id.optional(), after: version.optional() }),
  'bench.leave': z.object({ bench: id }),
  'bench.rename': z.object({ bench: id, name }),
  'bench.remove': z.object({ bench: id }),
  /** `base` is the version that the change was made on; the server answers `conflict` with its own when it is older. */
  'file.write': z.object({ bench: id, path: benchPath, content: fileContent, base: version.nullable() }),
  'file.read': z.object({ bench: id, path: benchPath }),
  'file.rename': z.object({ bench: id, path: benchPath, to: benchPath }),
  'file.remove': z.object({ bench: id, path: benchPath }),
  'policy.check': z.object({ source: z.string().max(MAX_FILE_BYTES) }),
  'run.start': z.object({
    bench: id,
    mode: z.enum(['script', 'repl']),
    script: benchPath.optional(),
    args: z.array(z.string().max(4096)).max(64).optional(),
    /** Starts the interpreter from nothing, so that every call of its start is in the trace. */
    cold: z.boolean().optional(),
    /** The policy only records what it would have said. */
    audit: z.boolean().optional(),
    /** Every row says where in the program its call came from, not only those that were not simply allowed. */
    lines: z.boolean().optional(),
    size,
  }),
  /** The runs of a bench whose logs are kept, newest first. */
  'run.list': z.object({ bench: id }),
  /** Shows a run that is kept in the place of the one that the bench shows. */
  'run.show': z.object({ bench: id, run: id }),
  'run.input': z.object({ run: id, data: z.string().max(MAX_INPUT_BYTES) }),
  'run.interrupt': z.object({ run: id }),
  'run.stop': z.object({ run: id }),
  'run.resize': z.object({ run: id, size }),
  /** Characters of terminal output that the page has really shown since the last ack: credit for the guest to print more. */
  'run.ack': z.object({ run: id, chars: z.number().int().positive() }),
  /** Call rows by number: rows[i].n = from + i. */
  'run.rows': z.object({ run: id, from: version, count: z.number().int().min(1).max(ROWS_PER_PAGE) }),
  /** Call rows that match a filter (`filter.ts`), from row number `from` on, upwards or downwards. */
  'run.query': z.object({
    run: id,
    filter: z.string().max(500),
    from: version,
    direction: z.enum(['up', 'down']),
    count: z.number().int().min(1).max(ROWS_PER_PAGE),
  }),
  ...travelRequests,
  ...searchRequests,
  ...historyRequests,
  ...labRequests,
  ...peopleRequests,
  ...authorRequests,
  ...courseRequests,
  ...progressRequests,
  ...regradeRequests,
  /** The guest's files: of the run named, or of the bench before its first run. */
  'world.list': z.object({ bench: id, path: z.string().max(4096) }),
  'world.read': z.object({ bench: id, path: z.string().max(4096) }),
  /** Takes a file that a run wrote below /tmp into the bench. */
  'world.keep': z.object({ bench: id, path: z.string().max(4096) }),
} as const;

export type RequestName = keyof typeof requests;
export type RequestBody<N extends RequestName> = z.infer<(typeof requests)[N]>;
export type FileContent = z.infer<typeof fileContent>;
export type TerminalSize = z.infer<typeof size>;

export type ErrorCode =
  | 'bad-request'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'quota'
  | 'policy-invalid'
  | 'busy'
  | 'not-running'
  | 'engine-missing'
  | 'rate'
  | 'forbidden'
  | 'internal';

export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly severity: 'error' | 'warning';
  /** `TS2322`, `syntax`, `policy`… */
  readonly code: string;
  readonly message: string;
}

export interface ProtocolError {
  readonly code: ErrorCode;
  /** What failed, what was kept, what to do. */
  readonly message: string;
  readonly diagnostics?: readonly Diagnostic[];
  /** With `conflict` on a file: what the server has; left out where it was removed. */
  readonly file?: BenchFile;
}

export type Reply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ProtocolError };

export interface BenchInfo {
  readonly id: string;
  readonly name: string;
  readonly updatedAt: string;
  /** Somebody's work at a lab, or the files of a lab that is being written; left out: a bench of one's own. */
  readonly kind?: 'work' | 'pack';
}

/** One run of a bench; its trace is `/api/runs/ID/trace.jsonl`. */
export interface RunInfo {
  readonly id: string;
  readonly mode: 'script' | 'repl';
  readonly startedAt: string;
  /** Null while it is under way. */
  readonly status: number | null;
}

export interface BenchFile {
  readonly path: string;
  readonly version: number;
  readonly size: number;
  readonly savedAt: string;
  /** The student cannot change it: it belongs to the lab. */
  readonly readOnly?: boolean;
  /** Left out for binary files and files over a megabyte; ask `file.read`. */
  readonly content?: FileContent;
}

export interface WorldEntry {
  readonly name: string;
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'device';
  readonly size: number;
  /** `real`: from the bench or a folder on disk; `synthetic`: made by the sandbox; `guest`: made or changed by the guest in this run. */
  readonly origin: 'real' | 'synthetic' | 'guest';
  readonly writable: boolean;
  readonly target?: string;
}

/** What a page needs to show a run as if it had watched from the start. */
export interface RunSnapshot {
  readonly run: string;
  readonly bench: string;
  /** The state after event `to`. Counts, terminal tail and newest rows are bounded; older rows come by `run.rows`. */
  readonly to: number;
  readonly state: SessionState;
}

export interface CallSummary {
  readonly calls: number;
  readonly byVerdict: Readonly<Record<VerdictKind, number>>;
  readonly byRule: Readonly<Record<string, number>>;
  readonly byCall: Readonly<Record<string, number>>;
  /** [second since start, allow, deny, modify, fake] */
  readonly perSecond: readonly (readonly [number, number, number, number, number])[];
}

export interface Batch {
  readonly run: string;
  readonly from: number;
  readonly to: number;
  readonly events: readonly RunEvent[];
  readonly summary: CallSummary;
}

export interface OpenedBench {
  readonly bench: BenchInfo;
  readonly files: readonly BenchFile[];
  /** The run under way or the last one; `batches` instead of a snapshot where the client could resume. */
  readonly run: RunSnapshot | null;
  readonly batches: readonly Batch[] | null;
}

export interface Replies
  extends
    TravelReplies,
    SearchReplies,
    HistoryReplies,
    LabReplies,
    PeopleReplies,
    AuthorReplies,
    CourseReplies,
    ProgressReplies,
    RegradeReplies {
  'bench.list': readonly BenchInfo[];
  'bench.create': BenchInfo;
  'bench.open': OpenedBench;
  'bench.leave': null;
  'bench.rename': BenchInfo;
  'bench.remove': null;
  'file.write': BenchFile;
  'file.read': BenchFile;
  'file.rename': BenchFile;
  'file.remove': null;
  'policy.check': readonly Diagnostic[];
  'run.start': RunSnapshot;
  'run.list': readonly RunInfo[];
  'run.show': null;
  'run.input': null;
  'run.interrupt': null;
  'run.stop': null;
  'run.resize': null;
  'run.ack': null;
  'run.rows': readonly CallEvent[];
  'run.query': { readonly rows: readonly CallEvent[]; readonly next: number | null };
  'world.list': readonly WorldEntry[];
  'world.read': {
    readonly path: string;
    readonly size: number;
    readonly content: FileContent;
    readonly cut: boolean;
  };
  'world.keep': BenchFile;
}

/** Announcements, server to page; all go to every page that has the bench open. */
export interface Announcements
  extends
    TravelAnnouncements,
    SearchAnnouncements,
    HistoryAnnouncements,
    LabAnnouncements,
    ProgressAnnouncements,
    RegradeAnnouncements,
    AuthorAnnouncements {
  'run.started': RunSnapshot;
  'run.batch': Batch;
  /** The page fell behind and was not sent everything: here is where things stand. */
  'run.snapshot': RunSnapshot;
  /** `by` is the socket id of the page that made the change, which knows already. */
  'file.changed': { readonly bench: string; readonly file: BenchFile; readonly by: string };
  'file.removed': { readonly bench: string; readonly path: string; readonly by: string };
  'bench.changed': { readonly bench: BenchInfo };
  'bench.removed': { readonly bench: string };
  'server.closing': { readonly message: string };
}

/** `GET /api/meta`: what the page needs once. */
export interface Meta {
  readonly version: string;
  readonly engine: {
    readonly name: string;
    readonly ready: boolean;
    readonly problems: readonly { readonly code: string; readonly message: string; readonly cure: string }[];
  };
  /** The types of the module `sandtable`, for the editor. */
  readonly policyTypes: string;
  readonly examples: readonly { readonly id: string; readonly title: string; readonly summary: string }[];
  readonly policies: readonly { readonly name: string; readonly summary: string; readonly source: string }[];
}
