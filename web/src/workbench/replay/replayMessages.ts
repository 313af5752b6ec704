/** What the page and the worker that judges recorded runs say to each other. Plain data: it crosses by structured clone. */
import type { Diagnostic } from '@sandtable/shared/protocol';
import type { TestResult } from '@sandtable/shared/policy/policyTests';
import type { Comparison } from '@sandtable/shared/replay/compareRuns';
import type { Proposal } from '@sandtable/shared/replay/learn';
import type { ReplayResult } from '@sandtable/shared/replay/replay';

/** A recorded run; `calls` tells a longer trace of a run under way from the one that is known. */
export interface TraceName {
  readonly run: string;
  readonly calls: number;
}

export type Question =
  | {
      readonly type: 'replay';
      readonly trace: TraceName;
      readonly source: string;
      /** Source of a policy to compare with, instead of what was recorded. */
      readonly against: string | null;
    }
  | { readonly type: 'compare'; readonly first: TraceName; readonly second: TraceName }
  | { readonly type: 'learn'; readonly trace: TraceName }
  /** Runs the tests that stand in a policy. */
  | { readonly type: 'tests'; readonly source: string };

export interface Replayed {
  readonly result: ReplayResult;
  /** Milliseconds that judging took, without reading the trace. */
  readonly ms: number;
}

export interface Learned {
  readonly proposal: Proposal;
  /** What was run, for the comment at the head of the policy. */
  readonly what: string;
}

export type Answer =
  | { readonly type: 'replay'; readonly value: Replayed }
  | { readonly type: 'compare'; readonly value: Comparison }
  | { readonly type: 'learn'; readonly value: Learned }
  | { readonly type: 'tests'; readonly value: readonly TestResult[] }
  /** The policy cannot be loaded, and where it says so. */
  | { readonly type: 'policy'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly type: 'failed'; readonly message: string };

/** `parts`: sources of the policies that others may import. */
export type ToReplayWorker =
  | { readonly type: 'parts'; readonly parts: Readonly<Record<string, string>> }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question };

export interface FromReplayWorker {
  readonly id: number;
  readonly answer: Answer;
}
