/**
 * What an entry of a policy says, as results and notices. The list of effects is in `sandtableModule.js`; whatever is in it comes from the
 * policy and is checked here.
 */
import type { CallName } from '@sandtable/shared/calls';
import type { MiddlewareResult } from '@sandtable/shared/policy/middlewareHost';
import type { PolicyNotice } from '@sandtable/shared/policy/model';
import type { SourcePosition } from '@sandtable/shared/verdicts';
import { denialOf, outcomeOf } from './policyValues.ts';

export type Failed = Extract<MiddlewareResult, { kind: 'failed' }>;

/** What a function made of a call, by the effect that ends it. `asked`: whether it has called `next()`. */
export function resultOf(
  call: CallName,
  asked: boolean,
  effect: readonly unknown[],
  place: (text: unknown) => SourcePosition | null,
): MiddlewareResult {
  const [kind, , first, second, third] = effect;
  const position = (text: unknown): { at?: SourcePosition } => {
    const at = place(text);
    return at === null ? {} : { at };
  };
  switch (kind) {
    case 2:
    case 7:
      return !asked
        ? failed('policy-nonsense', 'The policy gave an answer that it never had.')
        : { kind: 'pass' };
    case 3: {
      const denial = denialOf(first);
      if (denial === null)
        return failed('policy-nonsense', 'The policy denied with an error that Linux does not have.');
      return {
        kind: 'deny',
        denial,
        ...(typeof second === 'string' ? { why: second } : {}),
        ...position(third),
      };
    }
    case 4: {
      const outcome = outcomeOf(call, typeof first === 'object' && first !== null ? first : {});
      return outcome.ok
        ? { kind: 'answer', outcome: outcome.outcome, ...position(second) }
        : {
            kind: 'failed',
            code: 'policy-nonsense',
            message: `The function of the policy is wrong: ${outcome.message}.`,
            ...position(second),
          };
    }
    case 5:
      return {
        kind: 'failed',
        code: 'policy-nonsense',
        message: `The function of the policy is wrong: ${String(first).slice(0, 300)}.`,
        ...position(second),
      };
    case 6: {
      const message = String(first).slice(0, 400);
      const code =
        message.includes('InternalError: out of memory') || message.includes('InternalError: stack overflow')
          ? 'policy-memory'
          : message === 'InternalError: interrupted'
            ? 'policy-timeout'
            : 'policy-threw';
      return { kind: 'failed', code, message, ...position(second) };
    }
    default:
      return failed('policy-nonsense', 'The policy spoke nonsense.');
  }
}

export function failed(code: Failed['code'], message: string): Failed {
  return { kind: 'failed', code, message };
}

/** `console` of the policy, as an effect. */
export function noticeOf([, level, text]: readonly unknown[]): PolicyNotice {
  return {
    code: 'policy-log',
    level: level === 'warning' || level === 'error' ? level : 'info',
    message: typeof text === 'string' ? text.slice(0, 1000) : '',
  };
}

/** What a policy printed, from a list of effects. */
export function printedNotices(text: string): readonly PolicyNotice[] {
  try {
    const effects = JSON.parse(text === '' ? '[]' : text) as unknown;
    return Array.isArray(effects)
      ? effects.filter((each): each is unknown[] => Array.isArray(each) && each[0] === 9).map(noticeOf)
      : [];
  } catch {
    return [];
  }
}
