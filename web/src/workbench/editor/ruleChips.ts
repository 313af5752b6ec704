/** How many calls of the run each line of the policy decided: the numbers behind the chips in the editor. */
import type { SessionState } from '@sandtable/shared/session';

export interface LineCount {
  readonly line: number;
  readonly calls: number;
}

/** One entry for each line of policy.ts that has a deciding place, in order of lines. */
export function callsByLine(run: SessionState): readonly LineCount[] {
  const lines = new Map<number, number>();
  for (const rule of run.rules) {
    if (rule.layer !== 'student' || rule.at === undefined) continue;
    lines.set(rule.at.line, (lines.get(rule.at.line) ?? 0) + (run.byRule[rule.id] ?? 0));
  }
  return [...lines].map(([line, calls]) => ({ line, calls })).sort((a, b) => a.line - b.line);
}

export function chipText(calls: number): string {
  return calls === 1 ? '1 call' : `${calls.toLocaleString('en-US')} calls`;
}
