/**
 * Audit: a policy that only records what it would have said. The platform's ceiling alone decides each call; afterwards the policy is
 * asked about the same request, with what really happened as the answer to its `next()`.
 *
 * Invariant: nothing that the policy says reaches the guest. It can make the guest wait, as it would have done in earnest; where it would
 * have changed the arguments, it is shown the answer to the unchanged ones, because no other was given.
 */
import { createEngine } from './engine.ts';
import type { Decision, MaybePromise, PolicyEngine, WorldSpec } from './model.ts';
import type { RuleInfo } from '../verdicts.ts';

export interface AuditParts {
  /** The policy that is asked for its opinion. */
  readonly policy: PolicyEngine;
  /** The world of the run: see {@link auditWorld}. */
  readonly world: WorldSpec;
  readonly runtimeRoots?: readonly string[];
}

const PLATFORM_LABEL = 'audit: the platform allows it';

/** An engine that decides by the ceiling and adds to each decision what the policy `would` have said. Disposing of it disposes of the policy. */
export function auditEngine({ policy, world, runtimeRoots }: AuditParts): PolicyEngine {
  const created = createEngine({
    student: { layer: 'student', rules: [], otherwise: { effect: 'allow' }, runtime: 'allow' },
    world,
    ...(runtimeRoots === undefined ? {} : { runtimeRoots }),
  });
  if (!created.ok) throw new Error('audit.ts: an engine without rules was refused');
  const platform = created.engine;
  const own = platform.rules.map((rule): RuleInfo =>
    rule.code === 'otherwise'
      ? { id: rule.id, layer: 'ceiling', code: 'otherwise', label: PLATFORM_LABEL }
      : rule,
  );
  const renumbered = (rule: RuleInfo): RuleInfo => ({ ...rule, id: rule.id + own.length });
  let listener: ((rule: RuleInfo) => void) | null = null;
  policy.onRule = (rule) => listener?.(renumbered(rule));

  const withOpinion = (decision: Decision, opinion: Decision): Decision => {
    const rule = policy.rules[opinion.verdict.rule]!;
    // What the platform settles is no opinion of the policy's.
    if (rule.layer === 'ceiling') return decision;
    const verdict = Object.freeze({ ...opinion.verdict, rule: rule.id + own.length });
    return { ...decision, would: { verdict, seen: opinion.seen } };
  };

  return {
    audit: true,
    world,
    raising: platform.raising,
    restrained: policy.restrained,
    judgesTime: policy.judgesTime,
    // The opinion about a step that was not asked for is recorded at once, so it may not take time either.
    leavesLibraryAlone: platform.leavesLibraryAlone && policy.leavesLibraryAlone,
    get rules() {
      return [...own, ...policy.rules.map(renumbered)];
    },
    get onRule() {
      return listener;
    },
    set onRule(wanted) {
      listener = wanted;
    },
    get resolve() {
      return platform.resolve;
    },
    set resolve(resolve) {
      platform.resolve = resolve;
      policy.resolve = resolve;
    },
    get onNotice() {
      return policy.onNotice;
    },
    set onNotice(told) {
      policy.onNotice = told;
      platform.onNotice = told;
    },
    beginGuest() {
      platform.beginGuest();
      policy.beginGuest();
    },
    decide(request, perform) {
      const asked = (decision: Decision): MaybePromise<Decision> => {
        const opinion = policy.decide(request, () => decision.seen);
        return opinion instanceof Promise
          ? opinion.then((later) => withOpinion(decision, later))
          : withOpinion(decision, opinion);
      };
      const decision = platform.decide(request, perform);
      return decision instanceof Promise ? decision.then(asked) : asked(decision);
    },
    judge: (request) => platform.judge(request),
    hasFunction: (call) => policy.hasFunction(call),
    allowsReading: (path) => platform.allowsReading(path) && policy.allowsReading(path),
    dispose() {
      platform.dispose();
      policy.dispose();
    },
  };
}

/**
 * The world of an audited run: the standard one, with the policy's names for guest and host, and with the places and files that it
 * brings. Where both have a place, it may be used as the standard world says: a mode is a kind of verdict, and those are not enforced now.
 */
export function auditWorld(standard: WorldSpec, policy: WorldSpec): WorldSpec {
  const brought = new Map(policy.mounts.map((mount) => [mount.at, mount]));
  const mounts = standard.mounts.map((mount) => {
    const files = brought.get(mount.at)?.files;
    brought.delete(mount.at);
    return files === undefined ? mount : { ...mount, files: { ...mount.files, ...files } };
  });
  return {
    mounts: [...mounts, ...brought.values()],
    quotas: standard.quotas,
    identity: policy.identity,
    limits: standard.limits,
  };
}
