/** Parts that the tests of the engine are made of. */
import { vi } from 'vitest';
import { type CallName } from '../../calls.ts';
import { createEngine, type EngineSpec, type PolicyLayer } from '../engine.ts';
import type { MiddlewareHost, MiddlewareResult, Next } from '../middlewareHost.ts';
import type {
  CallArgs,
  CallRequest,
  Decision,
  MaybePromise,
  Outcome,
  PolicyEngine,
  WorldSpec,
} from '../model.ts';
import type { RuleSpec, Selector } from '../ruleSpec.ts';

export const WORLD: WorldSpec = { mounts: [], quotas: {}, identity: {}, limits: {} };
export const DONE: Outcome = { ok: true, value: 7 };

export function rule(
  effect: RuleSpec['effect'],
  select: Selector | readonly Selector[],
  paths?: string,
  more: Partial<RuleSpec> = {},
): RuleSpec {
  const list = typeof select === 'string' ? [select] : select;
  return {
    effect,
    select: list,
    label: `${effect}(${list.join()})`,
    ...(paths === undefined ? {} : { paths: [paths] }),
    ...more,
  };
}

export function layer(rules: readonly RuleSpec[], more: Partial<PolicyLayer> = {}): PolicyLayer {
  return { layer: 'student', rules, otherwise: { effect: 'deny' }, runtime: 'allow', ...more };
}

export function engineOf(spec: Partial<EngineSpec>): PolicyEngine {
  const created = createEngine({ world: WORLD, ...spec });
  if (!created.ok) throw new Error(created.errors[0]!.message);
  created.engine.resolve = (call, args) =>
    request(call, typeof args['path'] === 'string' ? args['path'] : undefined, 'read', args);
  created.engine.beginGuest();
  return created.engine;
}

export function request(
  call: CallName,
  path?: string,
  access: CallRequest['access'] = 'read',
  args: CallArgs = path === undefined ? {} : { path },
): CallRequest {
  return { call, args, access, ...(path === undefined ? {} : { path }) };
}

/** Middleware made of plain functions, in place of QuickJS. */
export function host(functions: {
  readonly [call: string]: (request: CallRequest, next: Next) => MaybePromise<MiddlewareResult>;
}): MiddlewareHost {
  return {
    functions: new Map(
      Object.keys(functions).map((name, k) => [name as CallName | '*', { line: k + 1, column: 1 }]),
    ),
    onNotice: null,
    run: (asked, next) => (functions[asked.call] ?? functions['*']!)(asked, next),
    dispose: vi.fn(),
  };
}

export function now(decision: MaybePromise<Decision>): Decision {
  if (decision instanceof Promise) throw new Error('expected an answer at once');
  return decision;
}
