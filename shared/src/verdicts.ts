/**
 * Verdicts: what was decided on a call, by whom, and where it says so.
 *
 * A verdict is data. The log keeps each distinct decision place once, as a {@link RuleInfo} with a small number, and a call
 * names that number; text for people is made from the code at the very end.
 */
import type { Errno } from './errno.ts';

/** `modify` = performed, but the request or the answer was changed; `fake` = answered without being performed. */
export type VerdictKind = 'allow' | 'deny' | 'modify' | 'fake';

export const VERDICT_KINDS: readonly VerdictKind[] = ['allow', 'deny', 'modify', 'fake'];

/** Who decided. The ceiling is the platform's own and no policy can lift it. */
export type Layer = 'ceiling' | 'lab' | 'student';

export type VerdictCode =
  | 'boot' // the interpreter starting; nothing of the guest's has run
  | 'runtime' // reading the interpreter's own library
  | 'ceiling' // the platform never allows this
  | 'rule' // a rule of the list matched
  | 'otherwise' // no rule matched
  | 'middleware' // a function of the policy decided
  | 'policy-threw'
  | 'policy-timeout'
  | 'policy-memory'
  | 'policy-budget'
  | 'policy-nonsense'; // it failed: the call is denied

/** A place in policy.ts; both count from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** One place that decides; `id` is its number in the run's log. */
export interface RuleInfo {
  readonly id: number;
  readonly layer: Layer;
  readonly code: VerdictCode;
  /** As the student wrote it, shortened: `deny('files', '/tmp/secret/**')`, `otherwise`, `middleware ll_os_open`. */
  readonly label: string;
  readonly at?: SourcePosition;
  /** Of a rule of the list, what it looks for; traces from before there were such fields have only the label. */
  readonly match?: RuleMatch;
}

/** What a rule looks for. All of it has to fit; see `RuleSpec`. */
export interface RuleMatch {
  /** Any of these: calls, groups of calls, `read`, `write`, `*`. */
  readonly select: readonly string[];
  /** Any of these globs; left out where the rule asks for no path. */
  readonly paths?: readonly string[];
  readonly mode?: 'read' | 'write' | 'none';
}

/** How a denied call looks to the guest: an errno of Linux, or PyPy's own RuntimeError. */
export type Denial = { readonly errno: Errno } | { readonly raise: 'RuntimeError' };

export interface Verdict {
  readonly kind: VerdictKind;
  /** Number of the {@link RuleInfo}. */
  readonly rule: number;
  /** In the author's or the platform's words, for people. */
  readonly reason?: string;
}
