/**
 * Every place that decides in a run, numbered: id is the index in the list. Static places are entered when the engine is
 * made; lines of middleware when they first decide.
 */
import type {
  Layer,
  RuleInfo,
  RuleMatch,
  SourcePosition,
  Verdict,
  VerdictCode,
  VerdictKind,
} from '../verdicts.ts';

/** Lines of middleware that get a number of their own; a policy whose line numbers run away is counted under its function. */
const MAX_GROWN = 1000;

/** Text of a reason in a verdict; longer ones are cut. */
const MAX_REASON = 500;

export class RuleBook {
  readonly rules: RuleInfo[] = [];
  onRule: ((rule: RuleInfo) => void) | null = null;
  readonly #grown = new Map<string, number>();

  add(layer: Layer, code: VerdictCode, label: string, at?: SourcePosition | null, match?: RuleMatch): number {
    const id = this.rules.length;
    this.rules.push({
      id,
      layer,
      code,
      label,
      ...(at === undefined || at === null ? {} : { at }),
      ...(match === undefined ? {} : { match }),
    });
    return id;
  }

  /** The number of a place that shows itself only now. */
  grow(layer: Layer, code: VerdictCode, label: string, at: SourcePosition | null): number {
    const key = `${layer} ${code} ${label} ${at === null ? '' : `${at.line}:${at.column}`}`;
    const known = this.#grown.get(key);
    if (known !== undefined) return known;
    if (this.#grown.size >= MAX_GROWN && at !== null) return this.grow(layer, code, label, null);
    const id = this.add(layer, code, label, at);
    this.#grown.set(key, id);
    this.onRule?.(this.rules[id]!);
    return id;
  }
}

export function verdict(kind: VerdictKind, rule: number, reason?: string): Verdict {
  if (reason === undefined || reason === '') return Object.freeze({ kind, rule });
  return Object.freeze({
    kind,
    rule,
    reason: reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason,
  });
}
