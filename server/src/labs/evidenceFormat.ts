/**
 * What an attempt keeps on disk, so that its grade can be derived again: format 1.
 *
 * ```
 * evidence.json      which lab, version and seed; for each check what its evidence is
 * submission.json    the files that were judged
 * runs/N/log.jsonl   the trace of run N (docs/trace-format.md), with its index, as every other run has them
 * runs/N/files.json  what stood in the guest's world at the end
 * ```
 *
 * `evidence.json` is written last: a folder without it belongs to an attempt that never came to its end.
 */
import type { CheckEvidence, SentTo } from '@sandtable/shared/labs/evidence';
import type { RunExit } from '../sandbox/index.ts';

export const EVIDENCE_FILE = 'evidence.json';
export const SUBMISSION_FILE = 'submission.json';
export const RUN_FILES = 'files.json';

export const EVIDENCE_FORMAT = 1;

export type StoredEvidence =
  | Exclude<CheckEvidence, { readonly kind: 'run' }>
  | {
      readonly kind: 'run';
      readonly index: number;
      readonly exit: RunExit;
      readonly sent: { readonly [address: string]: SentTo };
    };

export interface StoredCheck {
  readonly id: string;
  /** Hash of all that went into what ran; a check that would run something else needs new evidence. */
  readonly recipe: string;
  readonly evidence: StoredEvidence;
}

export interface StoredAttempt {
  readonly format: typeof EVIDENCE_FORMAT;
  readonly lab: string;
  readonly version: string;
  readonly seed: string;
  readonly checks: readonly StoredCheck[];
}

export interface StoredSubmission {
  readonly files: readonly { readonly path: string; readonly base64: string }[];
}

/** Folder of one run below that of its attempt. */
export function runFolder(index: number): string {
  return `runs/${String(index)}`;
}
