/**
 * Where the engine meets the functions of a policy. The engine knows nothing of how they run; a host runs them so that they can
 * neither hang nor harm it, and says what came of it as data.
 */
import type { CallName } from '../calls.ts';
import type { Denial, SourcePosition, VerdictCode } from '../verdicts.ts';
import type { CallArgs, CallRequest, MaybePromise, Outcome, PolicyNotice } from './model.ts';

export type FailureCode = Extract<VerdictCode, `policy-${string}`>;

/** What a function of the policy made of a call. `at` is where it says so. */
export type MiddlewareResult =
  /** The answer of `next()`, untouched. */
  | { readonly kind: 'pass' }
  | { readonly kind: 'answer'; readonly outcome: Outcome; readonly at?: SourcePosition }
  | { readonly kind: 'deny'; readonly denial: Denial; readonly why?: string; readonly at?: SourcePosition }
  | {
      readonly kind: 'failed';
      readonly code: FailureCode;
      readonly message: string;
      readonly at?: SourcePosition;
    };

/**
 * Passes the call on to whatever is further in, once. Arguments left out are those of the request. `waited`: time has passed since the
 * request was made, so names have to be resolved anew.
 */
export type Next = (args: CallArgs | null, waited: boolean) => MaybePromise<Outcome>;

export interface MiddlewareHost {
  /** Calls that have a function, with the place of its definition; the key `*` stands for every call without one of its own. */
  readonly functions: ReadonlyMap<CallName | '*', SourcePosition | null>;
  onNotice: ((notice: PolicyNotice) => void) | null;
  /** Never throws and never rejects; calls `next` at most once, and not after its result is there. */
  run(request: CallRequest, next: Next): MaybePromise<MiddlewareResult>;
  dispose(): void;
}
