import type { Diagnostic } from '@sandtable/shared/protocol';

/** Diagnostics of a policy as one sentence that says where the first is. */
export function policyComplaint(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((each) => each.severity === 'error');
  const [first] = errors;
  if (first === undefined) return 'The policy has an error. Nothing was run.';
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return `${first.file}, line ${first.line}: ${first.message}${more} Nothing was run.`;
}
