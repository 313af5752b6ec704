/**
 * What really happens under a policy, seen at the one place that every call goes through: the engine. The same witness stands in the
 * search and in the real sandbox, so both are judged by the same evidence.
 *
 * NEVER changes anything: it asks the engine that it stands before, and hands on what that says.
 */
import type { MaybePromise, Decision, Perform, PolicyEngine } from '@sandtable/shared/policy/model';
import type { RuleInfo } from '@sandtable/shared/verdicts';
import { decodeText, encodeText } from '@sandtable/shared/text';
import { GuestSocket } from '../sandbox/net/guestSocket.ts';
import type { AimedRequest } from '../sandbox/requests.ts';

/** A call that was performed. */
export interface Sighting {
  readonly request: AimedRequest;
  /** Where it acted when it was performed: for a descriptor the name of its file at that moment. */
  readonly path: string | null;
  readonly newpath: string | null;
  /** Whether the descriptor that it wrote to was a socket. */
  readonly socket: boolean;
  /** What was written, where the call writes. */
  readonly written: Uint8Array | null;
  readonly decision: Decision;
  readonly rule: RuleInfo | null;
}

/** Called with each call that succeeded in the world, once it is over. */
export type OnSighting = (sighting: Sighting) => void;

export function witnessed(engine: PolicyEngine, saw: OnSighting): PolicyEngine {
  const decide = (request: AimedRequest, perform: Perform): MaybePromise<Decision> => {
    let seen: Omit<Sighting, 'decision' | 'rule'> | null = null;
    const decision = engine.decide(request, (performed) => {
      const before = noted(performed);
      const outcome = perform(performed);
      if (outcome instanceof Promise)
        return outcome.then((later) => {
          if (later.ok) seen = before;
          return later;
        });
      if (outcome.ok) seen = before;
      return outcome;
    });
    const tell = (settled: Decision): void => {
      if (seen !== null)
        saw({ ...seen, decision: settled, rule: engine.rules[settled.verdict.rule] ?? null });
    };
    if (decision instanceof Promise) {
      return decision.then((settled) => {
        tell(settled);
        return settled;
      });
    }
    tell(decision);
    return decision;
  };
  return new Proxy(engine, {
    get: (target, name) => {
      if (name === 'decide') return decide;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...all: never[]) => unknown).bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

function noted(request: AimedRequest): Omit<Sighting, 'decision' | 'rule'> {
  const { target } = request;
  const { data } = request.args;
  return {
    request,
    path: target === undefined ? (request.path ?? null) : (target.label() ?? request.path ?? null),
    newpath: request.newpath ?? null,
    socket: target instanceof GuestSocket,
    written: typeof data === 'string' ? encodeText(data) : null,
  };
}

/** What the guest saw of a call that gives bytes or a list, as text with surrogate escapes; null where it saw nothing. */
export function shownText({ seen }: Decision): string | null {
  if (!seen.ok) return null;
  if (typeof seen.value === 'string') return seen.value;
  return Array.isArray(seen.value) ? seen.value.join('\n') : null;
}

/** Bytes as the texts of worlds and policies are made of them, to compare the two. */
export function bytesText(bytes: Uint8Array): string {
  return decodeText(bytes);
}
