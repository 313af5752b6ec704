/** The thread that judges: reads the evidence of one attempt and says what became of each check, in order. It may be ended at any time. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckResult } from '@sandtable/shared/labs/checkResult';
import { judge } from '@sandtable/shared/labs/judge';
import type { Check, LabPolicyTest } from '@sandtable/shared/labs/checkSpec';
import type { StoredEvidence } from './evidenceFormat.ts';
import { evidenceOf } from './evidenceStore.ts';

export interface JudgeOrder {
  readonly folder: string;
  readonly checks: readonly {
    readonly check: Check;
    readonly evidence: StoredEvidence;
    readonly tests: readonly LabPolicyTest[];
  }[];
}

export interface JudgeMessage {
  /** Among the checks of the order. */
  readonly index: number;
  readonly result: CheckResult;
}

const { folder, checks } = workerData as JudgeOrder;
checks.forEach(({ check, evidence, tests }, index) => {
  const result = judge(check, evidenceOf(folder, evidence), tests);
  parentPort!.postMessage({ index, result } satisfies JudgeMessage);
});
