/** What check threads are asked to do, and what they answer. Plain data: it crosses threads. */
import type { LabPolicyTest } from '@sandtable/shared/labs/checkSpec';
import type { SearchEvidence, SentTo, TestDecision } from '@sandtable/shared/labs/evidence';
import type { RunLimits } from '@sandtable/shared/policy/model';
import type { Property } from '@sandtable/shared/search/property';
import type { RunExit, StartFile } from '../sandbox/index.ts';
import type { LabPart } from '../sessions/labPart.ts';

export interface JobPolicy {
  /** As the trace names it. */
  readonly name: string;
  readonly source: string;
  /** Whose it is: what is wrong with a student's policy is their matter, with another one the pack's. */
  readonly owner: 'student' | 'pack';
}

/** One guest that runs a script to its end. */
export interface GuestJob {
  readonly kind: 'guest';
  /** Folder for the log and the files at the end; made by the thread. */
  readonly folder: string;
  readonly run: string;
  /** Absolute guest path. */
  readonly script: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly pipes: boolean;
  readonly files: readonly StartFile[];
  /** Files whose content may stand in the log: the student's own. */
  readonly logged: readonly string[];
  readonly policy: JobPolicy;
  readonly lab: LabPart;
  readonly limits: Partial<RunLimits>;
}

/** Calls that a policy is asked for, without any guest. */
export interface TableJob {
  readonly kind: 'table';
  readonly policy: JobPolicy;
  readonly lab: LabPart;
  readonly tests: readonly LabPolicyTest[];
}

export interface SearchJob {
  readonly kind: 'search';
  readonly policy: JobPolicy;
  readonly lab: LabPart;
  readonly property: Property;
  readonly attempts: number;
  readonly seed: number;
}

export type CheckJob = GuestJob | TableJob | SearchJob;

export type JobAnswer =
  | {
      readonly kind: 'guest';
      readonly exit: RunExit;
      readonly sent: { readonly [address: string]: SentTo };
    }
  | { readonly kind: 'table'; readonly decisions: readonly TestDecision[] }
  | { readonly kind: 'search'; readonly search: SearchEvidence }
  /** Nothing ran. */
  | {
      readonly kind: 'nothing';
      readonly blame: 'submission' | 'platform';
      readonly message: string;
      readonly file?: string;
      readonly line?: number;
    };

export type ToCheckThread = { readonly type: 'job'; readonly job: CheckJob } | { readonly type: 'cancel' };

export type FromCheckThread = { readonly type: 'answer'; readonly answer: JobAnswer };
