/** Runs made for tests: requests decided by an engine in a world of a few answers, and written down as the controller does it. */
import { accessOf } from '../../callAccess.ts';
import type { CallEvent } from '../../events.ts';
import type { CallRequest, Decision, MaybePromise, Outcome, PolicyEngine } from '../../policy/model.ts';
import type { RecordedRun } from '../recordedRun.ts';

export function rowOf(n: number, request: CallRequest, { verdict, seen, ...more }: Decision): CallEvent {
  const { args, path, newpath } = request;
  const { performed, answered } = more;
  return {
    type: 'call',
    seq: n + 1,
    t: n,
    n,
    call: request.call,
    args,
    ...(path === undefined || path === args['path'] ? {} : { path }),
    ...(newpath === undefined || newpath === args['newpath'] ? {} : { newpath }),
    verdict: verdict.kind,
    rule: verdict.rule,
    ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
    ...(performed === undefined ? {} : { performed: performed.args }),
    ...(performed?.path === undefined || performed.path === performed.args['path']
      ? {}
      : { performedPath: performed.path }),
    ...(answered === undefined ? {} : { answered: answered.ok ? answered.value : errorOf(answered) }),
    ...(seen.ok ? { result: seen.value } : errorOf(seen)),
    us: 1,
  };
}

function errorOf(outcome: Exclude<Outcome, { ok: true }>): { errno: never } | { raise: 'RuntimeError' } {
  return 'errno' in outcome ? { errno: outcome.errno as never } : { raise: outcome.raise };
}

/** What the world of these tests answers. */
export function answerTo(request: CallRequest): Outcome {
  if (request.path?.includes('missing') === true) return { ok: false, errno: 'ENOENT' };
  return { ok: true, value: request.access === 'read' ? `text of ${request.path ?? 'nothing'}` : 3 };
}

export async function recordRun(
  engine: PolicyEngine,
  requests: readonly CallRequest[],
  perform: (request: CallRequest) => MaybePromise<Outcome> = answerTo,
): Promise<RecordedRun> {
  engine.resolve = (call, args, before) => ({
    ...before,
    args,
    access: accessOf(call, args),
    ...(typeof args['path'] === 'string' ? { path: args['path'] } : {}),
  });
  const rows: CallEvent[] = [];
  for (const [n, request] of requests.entries())
    rows.push(rowOf(n, request, await engine.decide(request, perform)));
  return runOf(engine, rows);
}

export function runOf(engine: PolicyEngine, rows: readonly CallEvent[]): RecordedRun {
  return {
    start: null,
    exit: null,
    rules: new Map(engine.rules.map((rule) => [rule.id, rule])),
    rows,
    left: 0,
    unknown: 0,
  };
}
