/** What runs a policy's functions, as its host sees it: text in, text out, and never an exception. */
import type { FailureCode } from '@sandtable/shared/policy/middlewareHost';
import type { SourcePosition } from '@sandtable/shared/verdicts';

export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  /** Null where the engine does not know. */
  readonly at: SourcePosition | null;
}

/** What an entry gave: the text of its effects, or how it failed. */
export type Said =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly failure: Failure };

export interface Program {
  /** Whether it can never be entered again. */
  readonly ended: boolean;
  /** Milliseconds that the last entry is to be charged for. */
  readonly charge: number;
  readonly hasJobs: boolean;
  enter(name: 'dispatch' | 'resume' | 'forget' | 'wake' | 'drain', text: string, ms: number): Said;
  runJobs(ms: number): Failure | null;
  place(text: unknown): SourcePosition | null;
  dispose(): void;
}
