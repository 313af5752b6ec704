/**
 * Doing a lab: the catalogue, the task beside the bench, checks in the background, hints, handing in.
 *
 * NEVER does anything of a pack but the task, the starter files, titles, messages and taken hints stand in one of these: what a hidden check
 * ran, attacks, solutions and hints that were not taken stay at the server.
 */
import { z } from 'zod';
import type { Restored } from './historyMessages.ts';
import type { CheckResult } from './labs/checkResult.ts';
import { id, wholeNumber } from './messageParts.ts';

const labId = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);
const versionId = z.string().regex(/^[0-9a-f]{32}$/);

export const labRequests = {
  /** The labs on offer, and the assignments of the person who asks, each with their own progress. */
  'lab.list': z.object({}),
  /** Finds the person's work, or makes it: of a lab's present version, of a version, or of an assignment. */
  'lab.open': z.union([
    z.strictObject({ lab: labId }),
    z.strictObject({ version: versionId }),
    z.strictObject({ assignment: id }),
  ]),
  /** The task of a bench; null where it is no work. */
  'lab.task': z.object({ bench: id }),
  /** Checks what is saved, in the background; `lab.progress` and `lab.attempt` tell how it goes. */
  'lab.check': z.object({ bench: id }),
  /** A check whose result counts. */
  'lab.hand-in': z.object({ bench: id }),
  /** Ends the check of a bench that waits or is under way. */
  'lab.cancel': z.object({ bench: id }),
  /** Newest first. */
  'lab.attempts': z.object({ bench: id }),
  'lab.attempt': z.object({ bench: id, attempt: id }),
  /** Shows the trace of a run that a check made as the run of the bench. */
  'lab.evidence': z.object({ bench: id, attempt: id, run: wholeNumber }),
  /** Takes a hint, with its cost. */
  'lab.hint': z.object({ bench: id, index: wholeNumber }),
  /** Makes the bench, or one file, what the lab began with. Can be undone by `history.restore`. */
  'lab.reset': z.object({ bench: id, path: z.string().min(1).max(512).optional() }),
} as const;

/** How far a person is with a lab. */
export interface WorkProgress {
  readonly bench: string;
  /** ISO 8601. */
  readonly updatedAt: string;
  /** Best so far, hints taken off; null before the first check. */
  readonly points: number | null;
  /** Checks that the newest attempt passed, of how many. */
  readonly passed: number;
  readonly checks: number;
  readonly handedIn: boolean;
}

export interface CatalogueLab {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly summary: string;
  /** 1 first steps … 4 hard. */
  readonly level: number;
  readonly minutes: number;
  readonly goals: readonly string[];
  /** Labs that one does before. */
  readonly requires: readonly { readonly id: string; readonly title: string; readonly done: boolean }[];
  readonly points: number;
  readonly work: WorkProgress | null;
}

export interface OwnAssignment {
  readonly id: string;
  readonly title: string;
  readonly course: { readonly id: string; readonly title: string };
  readonly lab: string;
  readonly points: number;
  readonly opensAt: string | null;
  /** With the person's own extension. */
  readonly dueAt: string | null;
  readonly extended: boolean;
  /** Whether the person is of the staff of its course. */
  readonly staff: boolean;
  readonly work: WorkProgress | null;
}

export interface Catalogue {
  readonly labs: readonly CatalogueLab[];
  readonly assignments: readonly OwnAssignment[];
}

export interface TaskStep {
  readonly title: string;
  /** Heading of the task's text, as GitHub makes anchors. */
  readonly anchor: string | null;
  readonly checks: readonly string[];
  /** Whether all its checks passed in the newest attempt; null for a step without checks, and before the first attempt. */
  readonly done: boolean | null;
}

export interface TaskHint {
  readonly index: number;
  readonly step: number;
  /** Percent of the lab's points. */
  readonly cost: number;
  /** Markdown; null until it is taken. */
  readonly text: string | null;
}

export interface TaskDates {
  readonly assignment: string;
  readonly title: string;
  readonly course: { readonly id: string; readonly title: string };
  readonly opensAt: string | null;
  /** With the person's own extension. */
  readonly dueAt: string | null;
  readonly extended: boolean;
  /** Which attempt that was handed in is the grade. */
  readonly counts: 'best' | 'last';
}

export interface LabTask {
  readonly bench: string;
  readonly lab: string;
  readonly version: string;
  /** Whether the catalogue has a newer version by now. */
  readonly outdated: boolean;
  readonly title: string;
  readonly level: number;
  readonly minutes: number;
  readonly goals: readonly string[];
  /** The script that Run runs. */
  readonly script: string;
  /** Markdown. */
  readonly text: string;
  readonly steps: readonly TaskStep[];
  readonly checks: readonly { readonly id: string; readonly title: string; readonly points: number }[];
  readonly hints: readonly TaskHint[];
  /** Percent of the points that the hints taken cost. */
  readonly hintCost: number;
  readonly points: number;
  readonly dates: TaskDates | null;
  /** The newest that is done. */
  readonly last: Attempt | null;
  readonly underWay: CheckProgress | null;
  /** The grade as it stands: of what was handed in, best or last, or set by hand. */
  readonly grade: number | null;
  /** Why it was set by hand; null where it was not. */
  readonly gradeReason: string | null;
}

export type AttemptState = 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';

export interface Attempt {
  readonly id: string;
  readonly kind: 'check' | 'hand-in';
  readonly state: AttemptState;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** The bench's revision that was judged. */
  readonly revision: number;
  /** Before hints; null until done. */
  readonly points: number | null;
  readonly max: number | null;
  /** Points that hints cost. */
  readonly hints: number;
  /** Null until done. Of hidden checks without findings. */
  readonly results: readonly CheckResult[] | null;
  /** Why it failed. */
  readonly message: string | null;
  /** Judged again later, by whoever teaches; with the points before hints that it had until then. */
  readonly regraded: {
    readonly at: string;
    readonly points: number | null;
    readonly max: number | null;
  } | null;
}

export interface CheckProgress {
  readonly attempt: string;
  readonly kind: 'check' | 'hand-in';
  /** How many others are before it; null while it is under way. */
  readonly before: number | null;
  /** Checks that are done, of how many. */
  readonly done: number;
  readonly of: number;
  /** Title of the check under way. */
  readonly title: string | null;
}

export interface LabReplies {
  'lab.list': Catalogue;
  'lab.open': { readonly bench: string };
  'lab.task': LabTask | null;
  'lab.check': { readonly attempt: string };
  'lab.hand-in': { readonly attempt: string };
  'lab.cancel': null;
  'lab.attempts': readonly Attempt[];
  'lab.attempt': Attempt;
  'lab.evidence': { readonly run: string };
  'lab.hint': LabTask;
  'lab.reset': Restored;
}

export interface LabAnnouncements {
  'lab.progress': { readonly bench: string; readonly progress: CheckProgress };
  /** An attempt has ended, one way or another. */
  'lab.attempt': { readonly bench: string; readonly attempt: Attempt };
  /** Something of the task is another: hints, dates. Ask anew. */
  'lab.changed': { readonly bench: string };
}
