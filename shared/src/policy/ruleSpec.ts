/** What a policy says, as data: the shape in which it leaves the place where it was written. */
import { callSpec, CALL_GROUPS, type CallGroup, type CallName, isCallName } from '../calls.ts';
import type { Denial, SourcePosition } from '../verdicts.ts';
import type { PlainValue } from './model.ts';

/** A call, a group of calls, `read` / `write` (calls that look / change), or `*` for every call. */
export type Selector = CallName | CallGroup | 'read' | 'write' | '*';

/** Rules of one policy; more of them are a mistake, and the time of a call is proportional to them at worst. */
export const MAX_RULES = 500;

/** Positions of all globs of one policy together, which bound the time of a call: some milliseconds for the longest path. */
export const MAX_GLOB_POSITIONS = 8192;

export interface RuleSpec {
  readonly effect: 'allow' | 'deny' | 'fake';
  /** Any of these. */
  readonly select: readonly Selector[];
  /** Any of these globs; a rule without globs also matches calls without a path. */
  readonly paths?: readonly string[];
  /** Only calls that look, only calls that change, or only those that do neither. */
  readonly mode?: 'read' | 'write' | 'none';
  /** How a denied call looks to the guest; EACCES where nothing is said. */
  readonly denial?: Denial;
  /** The answer of a fake. */
  readonly value?: PlainValue;
  readonly why?: string;
  readonly at?: SourcePosition;
  /** As written, shortened. */
  readonly label: string;
}

/** What happens where no rule matches. */
export interface OtherwiseSpec {
  readonly effect: 'allow' | 'deny';
  readonly denial?: Denial;
  readonly why?: string;
  /** Where the policy says so; where it does not, its beginning. */
  readonly at?: SourcePosition;
}

export const DEFAULT_DENIAL: Denial = Object.freeze({ errno: 'EACCES' });

export function isSelector(text: string): text is Selector {
  return (
    text === '*' ||
    text === 'read' ||
    text === 'write' ||
    Object.hasOwn(CALL_GROUPS, text) ||
    isCallName(text)
  );
}

/** Whether the selector can mean the call at all; for `read` and `write` that depends on the access asked for. */
export function selects(selector: Selector, call: CallName, access: 'read' | 'write' | 'none'): boolean {
  if (selector === '*' || selector === call) return true;
  if (selector === 'read' || selector === 'write') return selector === access;
  return callSpec(call)?.group === selector;
}
