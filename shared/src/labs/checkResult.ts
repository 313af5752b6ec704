/** What becomes of a check: data that is stored, sent to pages, and derived again from evidence. */
import * as z from 'zod';
import type { Manifest } from './manifest.ts';

/** Findings of one check: the first ones say enough. */
export const MAX_FINDINGS = 20;

/** Characters of a finding's text; a student's output may be quoted in it. */
export const MAX_FINDING_CHARS = 600;

export const finding = z.object({
  /** A sentence for a person: what was expected and what came. */
  text: z.string().max(MAX_FINDING_CHARS),
  /** Index of the run among those of the attempt. */
  run: z.number().int().min(0).optional(),
  /** `n` of the call row that shows it. */
  row: z.number().int().min(0).optional(),
  /** A file of the student's, or of the guest's world (then with a slash at its beginning). */
  file: z.string().max(1_024).optional(),
  /** From 1. */
  line: z.number().int().min(1).optional(),
});

export type Finding = z.infer<typeof finding>;

/**
 * `error`: nothing can be said of the submission, because the machine or the pack failed; the finding says how. It counts as not passed,
 * and whoever teaches should see it apart.
 */
export const checkOutcome = z.enum(['passed', 'failed', 'error']);

export const checkResult = z.object({
  id: z.string(),
  title: z.string(),
  outcome: checkOutcome,
  /** `outcome === 'passed'`. */
  passed: z.boolean(),
  points: z.number(),
  max: z.number(),
  /** The author's, Markdown; '' where it passed. */
  message: z.string(),
  hidden: z.boolean(),
  findings: z.array(finding).max(MAX_FINDINGS),
});

export type CheckResult = z.infer<typeof checkResult>;

/** Results as their student may see them: of a hidden check its title, points and message, and nothing of what it ran. */
export function shownResults(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.map((result) => (result.hidden ? { ...result, findings: [] } : result));
}

/** For each step of the task whether all its checks pass; null for a step without checks, which is ticked by hand. */
export function stepTicks(
  manifest: Pick<Manifest, 'steps'>,
  results: readonly Pick<CheckResult, 'id' | 'passed'>[],
): readonly (boolean | null)[] {
  const passed = new Set(results.filter((each) => each.passed).map(({ id }) => id));
  return manifest.steps.map(({ checks }) =>
    checks.length === 0 ? null : checks.every((id) => passed.has(id)),
  );
}
