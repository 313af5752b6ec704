/**
 * What a bench was: each change that was saved is a revision with a number, and any of them can be read, named, copied and restored.
 *
 * A revision names the state of the whole bench after it. Restoring makes a new one, so that it can be undone like everything else.
 */
import { z } from 'zod';
import { id, wholeNumber } from './messageParts.ts';
import type { BenchFile, BenchInfo, FileContent } from './protocol.ts';

/** A name for a moment; a sentence is too long for the slider. */
export const MAX_LABEL_CHARS = 120;

const filePath = z.string().min(1).max(512);

export const historyRequests = {
  /** Every revision that is kept, oldest first, and what runs and attempts there were. */
  'history.list': z.object({ bench: id }),
  /** The files of the bench after revision `n`. */
  'history.at': z.object({ bench: id, n: wholeNumber }),
  /** One of them with its content. */
  'history.read': z.object({ bench: id, n: wholeNumber, path: filePath }),
  /** Names a revision; null takes the name away. */
  'history.label': z.object({
    bench: id,
    n: wholeNumber,
    label: z.string().trim().min(1).max(MAX_LABEL_CHARS).nullable(),
  }),
  /** Makes the bench, or one file of it, what it was after revision `n`. Read-only files stay. */
  'history.restore': z.object({ bench: id, n: wholeNumber, path: filePath.optional() }),
  /** Makes a new bench from the files after revision `n`. */
  'history.copy': z.object({ bench: id, n: wholeNumber }),
  /** What a run was made from. */
  'history.run': z.object({ run: id }),
} as const;

export interface Revision {
  readonly n: number;
  /** ISO 8601. */
  readonly at: string;
  readonly label: string | null;
  /** Files that it made or changed … */
  readonly changed: readonly string[];
  /** … and took away. */
  readonly removed: readonly string[];
}

/** A run or an attempt, at the revision that it is of. */
export interface HistoryMark {
  readonly kind: 'run' | 'check' | 'hand-in';
  readonly id: string;
  readonly n: number;
  readonly at: string;
}

export interface History {
  readonly revisions: readonly Revision[];
  readonly marks: readonly HistoryMark[];
}

export interface PastBenchFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** The revision that made it what it was. */
  readonly changed: number;
}

/** What changed at once; `undo` is the revision before it. */
export interface Restored {
  readonly n: number;
  readonly undo: number;
  readonly files: readonly BenchFile[];
  readonly removed: readonly string[];
}

export interface RunOrigin {
  readonly run: string;
  /** Null of runs from before revisions were kept, and of imported traces. */
  readonly revision: number | null;
  /** What was typed or piped in; null while the run is under way, or where its server died. */
  readonly input: string | null;
}

export interface HistoryReplies {
  'history.list': History;
  'history.at': { readonly n: number; readonly files: readonly PastBenchFile[] };
  'history.read': { readonly path: string; readonly content: FileContent };
  'history.label': null;
  'history.restore': Restored;
  'history.copy': BenchInfo;
  'history.run': RunOrigin;
}

export interface HistoryAnnouncements {
  /** A revision has another name, or none. */
  'history.labelled': { readonly bench: string; readonly n: number; readonly label: string | null };
}
