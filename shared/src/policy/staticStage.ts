/**
 * The static half of a judgement: student rules → lab rules → ceiling, on one request as it would be performed.
 *
 * The first layer that does not allow decides. All outcomes are made in advance, so that a call costs a look-up in a short list.
 */
import type { CallName } from '../calls.ts';
import { CALLS } from '../calls.ts';
import type { Denial, Layer, RuleMatch, Verdict } from '../verdicts.ts';
import {
  CEILING_DENIALS,
  ceilingDenial,
  isAnnouncement,
  isBoot,
  isRuntimeRead,
  isWording,
  type CeilingDenial,
} from './ceiling.ts';
import type { CallRequest, Outcome } from './model.ts';
import { DEFAULT_DENIAL, type OtherwiseSpec, type RuleSpec } from './ruleSpec.ts';
import { verdict, type RuleBook } from './ruleBook.ts';
import type { StaticJudge } from './staticRules.ts';

/** One policy's static rules, compiled. */
export interface StaticLayer {
  readonly layer: Exclude<Layer, 'ceiling'>;
  readonly rules: readonly RuleSpec[];
  readonly judge: StaticJudge;
  readonly reachable: (call: CallName) => ReadonlySet<number>;
  readonly otherwise: OtherwiseSpec;
  /** `rules`: this policy judges reading the interpreter's library too. */
  readonly runtime: 'allow' | 'rules';
}

/** A judgement that is ready to be handed out; `seen` is null where the call is to be performed. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly seen: Outcome | null;
}

export function outcomeOfDenial(denial: Denial): Outcome {
  return Object.freeze(
    'errno' in denial ? { ok: false, errno: denial.errno } : { ok: false, raise: denial.raise },
  );
}

interface CompiledLayer {
  readonly source: StaticLayer;
  readonly rules: readonly Judgement[];
  readonly otherwise: Judgement;
}

/** What the trace says of a rule, so that it can be explained without the policy. */
function matchOf({ select, paths, mode }: RuleSpec): RuleMatch {
  return {
    select,
    ...(paths === undefined ? {} : { paths }),
    ...(mode === undefined ? {} : { mode }),
  };
}

export class StaticStage {
  /** Whether the guest's own code has begun to run. */
  guest = false;
  readonly #layers: readonly CompiledLayer[];
  readonly #roots: readonly string[];
  readonly #boot: Judgement;
  readonly #runtime: Judgement;
  readonly #announced: Judgement;
  readonly #worded: Judgement;
  readonly #ceiling: ReadonlyMap<CeilingDenial, Judgement>;

  /** `layers`: student first, then lab. */
  constructor(layers: readonly StaticLayer[], roots: readonly string[], book: RuleBook) {
    const allowed = (id: number): Judgement => Object.freeze({ verdict: verdict('allow', id), seen: null });
    const denied = (id: number, denial: Denial, why?: string): Judgement =>
      Object.freeze({ verdict: verdict('deny', id, why), seen: outcomeOfDenial(denial) });
    const otherwiseOf = ({ otherwise }: StaticLayer, id: number): Judgement =>
      otherwise.effect === 'allow'
        ? allowed(id)
        : denied(id, otherwise.denial ?? DEFAULT_DENIAL, otherwise.why);
    this.#roots = roots;
    this.#boot = allowed(book.add('ceiling', 'boot', 'the interpreter starts'));
    this.#runtime = allowed(book.add('ceiling', 'runtime', 'the interpreter reads its own library'));
    this.#announced = allowed(book.add('ceiling', 'ceiling', 'the end of the program'));
    this.#ceiling = new Map(
      CEILING_DENIALS.map((entry) => [
        entry,
        denied(book.add('ceiling', 'ceiling', entry.why), entry.denial, entry.why),
      ]),
    );
    this.#worded = allowed(book.add('ceiling', 'ceiling', 'the words for an error'));
    this.#layers = layers.map((source) => ({
      source,
      rules: source.rules.map((rule) => {
        const id = book.add(source.layer, 'rule', rule.label, rule.at, matchOf(rule));
        if (rule.effect === 'allow') return allowed(id);
        if (rule.effect === 'deny') return denied(id, rule.denial ?? DEFAULT_DENIAL, rule.why);
        return Object.freeze({
          verdict: verdict('fake', id, rule.why),
          seen: Object.freeze({ ok: true, value: rule.value ?? null }),
        });
      }),
      otherwise: otherwiseOf(source, book.add(source.layer, 'otherwise', 'otherwise', source.otherwise.at)),
    }));
  }

  /** What the platform settles before any policy is asked, functions included; null: it is the policies' turn. */
  before(request: CallRequest): Judgement | null {
    if (isAnnouncement(request.call)) return this.#announced;
    if (isWording(request.call)) return this.#worded;
    // No policy can offer what is not there, and programs that try a function know what to do without it only when they are told ENOSYS.
    if (request.call === 'll_unknown') return this.#ceiling.get(ceilingDenial(request.call)!)!;
    if (!this.guest && ceilingDenial(request.call) === null && isBoot(request, this.#roots))
      return this.#boot;
    if (isRuntimeRead(request, this.#roots) && this.#layers.every(({ source }) => source.runtime === 'allow'))
      return this.#runtime;
    return null;
  }

  judge(request: CallRequest): Judgement {
    const before = this.before(request);
    if (before !== null) return before;
    const runtime = isRuntimeRead(request, this.#roots);
    let first: Judgement | null = null;
    for (const layer of this.#layers) {
      if (runtime && layer.source.runtime === 'allow') continue;
      const index = layer.source.judge(request);
      const found = index < 0 ? layer.otherwise : layer.rules[index]!;
      if (found.seen !== null) return found;
      first ??= found;
    }
    const forbidden = ceilingDenial(request.call);
    if (forbidden !== null) return this.#ceiling.get(forbidden)!;
    return first ?? this.#runtime;
  }

  /** Calls that some rule, some `otherwise` or the ceiling may deny with RuntimeError. */
  raising(): Set<CallName> {
    return this.#callsWith(
      ({ effect, denial }) => effect === 'deny' && denial !== undefined && 'raise' in denial,
    );
  }

  /** Calls that some rule, some `otherwise` or the ceiling may not simply allow. */
  restrained(): Set<CallName> {
    return this.#callsWith(({ effect }) => effect !== 'allow');
  }

  #callsWith(wanted: (reachable: { readonly effect: string; readonly denial?: Denial }) => boolean) {
    const found = new Set<CallName>();
    for (const { name } of CALLS) {
      const forbidden = ceilingDenial(name);
      if (forbidden !== null && wanted({ effect: 'deny', denial: forbidden.denial })) found.add(name);
      for (const { source } of this.#layers)
        for (const index of source.reachable(name))
          if (wanted(index < 0 ? source.otherwise : source.rules[index]!)) found.add(name);
    }
    return found;
  }
}
