/**
 * What a check is judged by: recorded by the controller while the check ran, kept, and judged from what was kept. The guest's own word is in
 * it only where an author asks for it: what was printed, what stands in files, what was sent.
 */
import type { ExitEvent, RunEvent } from '../events.ts';
import type { LimitName } from '../limits.ts';
import type { PlainValue } from '../policy/model.ts';
import type { Layer, VerdictKind } from '../verdicts.ts';

/** Something in the guest's world at the end of a run; what is not there is not listed. */
export type EvidenceFile =
  | {
      readonly kind: 'file';
      readonly size: number;
      /** Bytes as text with surrogate escapes; null of a file that was too large to be kept. */
      readonly text: string | null;
      /** Differs from what stood there when the run began. */
      readonly changed: boolean;
      /** The lab put it into the world. */
      readonly lab: boolean;
    }
  | { readonly kind: 'directory'; readonly changed: boolean }
  | { readonly kind: 'symlink'; readonly target: string; readonly changed: boolean };

/** What a guest said to one service. */
export interface SentTo {
  readonly connections: number;
  /** All connections one behind the other; bytes as text with surrogate escapes. */
  readonly data: string;
  /** Bytes that were sent; more than `data` has where that was cut. */
  readonly bytes: number;
}

export interface RunEvidence {
  /** Among the runs of the attempt, from 0. */
  readonly index: number;
  readonly exit: Pick<ExitEvent, 'status' | 'reason' | 'message'>;
  /** The trace; read once, from its beginning to its end. */
  readonly events: Iterable<RunEvent>;
  /** By absolute guest path. */
  readonly files: ReadonlyMap<string, EvidenceFile>;
  /** By address of the service. */
  readonly sent: { readonly [address: string]: SentTo };
}

/** How one policy test went. */
export interface TestDecision {
  readonly verdict: VerdictKind;
  readonly layer: Layer;
  readonly label: string;
  /** Line of policy.ts that decided. */
  readonly line?: number;
  /** What the guest would have seen: a value, or an error. */
  readonly value?: PlainValue;
  readonly error?: string;
}

/** What a search for a counterexample came to. */
export type SearchEvidence =
  | { readonly kind: 'nothing'; readonly sequences: number }
  | { readonly kind: 'nothing-to-try' }
  | {
      readonly kind: 'hole';
      readonly words: string;
      readonly script: string;
      readonly line?: number;
      readonly sequences: number;
    }
  /** Could not be searched, or the search and the real sandbox disagree. */
  | { readonly kind: 'failed'; readonly message: string };

export type CheckEvidence =
  | { readonly kind: 'run'; readonly run: RunEvidence }
  | { readonly kind: 'policyTests'; readonly decisions: readonly TestDecision[] }
  | { readonly kind: 'property'; readonly search: SearchEvidence }
  /** The submitted text itself; null for a file that is not there. */
  | { readonly kind: 'code'; readonly files: { readonly [path: string]: string | null } }
  /** Nothing ran. `blame` says whether the submission is the reason, or the machine or the pack. */
  | {
      readonly kind: 'nothing';
      readonly blame: 'submission' | 'platform';
      readonly message: string;
      readonly file?: string;
      readonly line?: number;
    };

/** Limits that were reached in a run, and whether one ended it. */
export interface LimitsReached {
  readonly all: ReadonlySet<LimitName>;
  readonly ended: LimitName | null;
}
