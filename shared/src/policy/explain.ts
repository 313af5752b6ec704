/**
 * Why a call was decided as it was: who decided and where, which rules before that nearly fitted and what differed, and one sentence
 * for somebody who sees this for the first time.
 *
 * It works on what the trace says ({@link RuleInfo} and a row), so that recorded runs are explained like live ones. Invariant, held by a
 * property test: it names the rule that the verdict names, and no rule that fits the call in all is ever told to have nearly fitted.
 */
import { callSpec, type CallName } from '../calls.ts';
import type { Layer, RuleInfo, RuleMatch, VerdictCode, VerdictKind } from '../verdicts.ts';
import { compileGlob } from './glob.ts';
import type { CallRequest } from './model.ts';
import { isSelector, selects } from './ruleSpec.ts';

/** What kept a rule from fitting: the calls that it is about, the paths, or whether they look or change. */
export type Difference = 'selector' | 'glob' | 'mode';

/** A rule that stands before the one that decided, and would have fitted but for one thing. */
export interface NearMiss {
  readonly rule: RuleInfo;
  readonly differs: Difference;
  /** `it is about /tmp/secret/**, and this call acts on /tmp/x`. */
  readonly text: string;
}

export interface Explanation {
  readonly decider: RuleInfo;
  readonly layer: Layer;
  readonly code: VerdictCode;
  /** The nearest first. */
  readonly nearly: readonly NearMiss[];
  /** Rules that nearly fitted as well and are not in `nearly`. */
  readonly more: number;
  readonly sentence: string;
}

/** Rules that are told of; a person compares a few. The others are counted. */
export const MAX_NEAR_MISSES = 5;

/** Compiled globs kept, of rules that were asked about lately; explaining a row of 500 rules again then costs next to nothing. */
const MAX_GLOBS_KEPT = 2_000;

/** What was decided, as a row says it. */
export interface Explained {
  readonly kind: VerdictKind;
  readonly rule: number;
  /** What the guest saw of a denial. */
  readonly error?: string | undefined;
}

/**
 * @param rules those of the run, in order of their numbers; some may be missing
 * @param request as it was judged: where a function changed it, the changed one
 * @returns null where the deciding rule is not among `rules`
 */
export function explain(
  rules: readonly RuleInfo[],
  request: CallRequest,
  verdict: Explained,
): Explanation | null {
  const decider = rules.find(({ id }) => id === verdict.rule);
  if (decider === undefined) return null;
  const found = decider.layer === 'ceiling' ? [] : nearMisses(rules, request, decider);
  return {
    decider,
    layer: decider.layer,
    code: decider.code,
    nearly: found.slice(0, MAX_NEAR_MISSES).map(({ miss }) => miss),
    more: Math.max(0, found.length - MAX_NEAR_MISSES),
    sentence: sentenceOf(decider, request.call, verdict),
  };
}

// ---- rules that nearly fitted ----

interface Scored {
  readonly miss: NearMiss;
  /** Higher is nearer. */
  readonly score: number;
}

function nearMisses(rules: readonly RuleInfo[], request: CallRequest, decider: RuleInfo): Scored[] {
  const found: Scored[] = [];
  // A function decides before any rule is asked, so no rule was near.
  if (decider.code !== 'rule' && decider.code !== 'otherwise') return found;
  for (const rule of rules) {
    if (rule.code !== 'rule' || rule.layer !== decider.layer || rule.match === undefined) continue;
    if (rule.id >= decider.id && decider.code === 'rule') continue;
    const near = nearMiss(rule, rule.match, request);
    if (near !== null) found.push(near);
  }
  return found.sort((a, b) => b.score - a.score || a.miss.rule.id - b.miss.rule.id);
}

/** Null where the rule fits altogether (for one name of two), or differs in more than one thing. */
function nearMiss(rule: RuleInfo, match: RuleMatch, request: CallRequest): Scored | null {
  const selector = match.select.some(
    (each) => isSelector(each) && selects(each, request.call, request.access),
  );
  const mode = match.mode === undefined || match.mode === request.access;
  const paths = [request.path, request.newpath].filter((path) => path !== undefined);
  const glob = match.paths === undefined || paths.some((path) => matchesAny(match.paths!, path));
  if (Number(selector) + Number(mode) + Number(glob) !== 2) return null;
  // Renaming asks for reading the first name as well, so a rule about reading may have fitted after all.
  if (request.newpath !== undefined && glob && fitsAsReading(match, request)) return null;
  if (!glob) {
    const path = paths[0];
    return {
      score: 1_000 + likeness(match.paths, path),
      miss: {
        rule,
        differs: 'glob',
        text:
          path === undefined
            ? `it is about ${wordsOf(match.paths)}, and this call has no path`
            : `it is about ${wordsOf(match.paths)}, and this call acts on ${paths.join(' and ')}`,
      },
    };
  }
  // A rule for every path and other calls is no relative of this call.
  if (match.paths === undefined) return null;
  if (!mode) {
    return {
      score: 500,
      miss: {
        rule,
        differs: 'mode',
        text: `it is about calls that ${ACCESS_WORDS[match.mode]}, and this one ${THIS_ACCESS[request.access]}`,
      },
    };
  }
  return {
    score: 100,
    miss: {
      rule,
      differs: 'selector',
      text: `it is about ${selectWords(match.select)}, and ${callWords(request)}`,
    },
  };
}

function fitsAsReading(match: RuleMatch, { call, path }: CallRequest): boolean {
  if (match.mode !== undefined && match.mode !== 'read') return false;
  if (path === undefined || !matchesAny(match.paths ?? ['**'], path)) return false;
  return match.select.some((each) => isSelector(each) && selects(each, call, 'read'));
}

const globs = new Map<string, (path: string) => boolean>();

function matchesAny(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => {
    let test = globs.get(pattern);
    if (test === undefined) {
      const compiled = compileGlob(pattern);
      test = compiled.ok ? compiled.matches : () => false;
      if (globs.size >= MAX_GLOBS_KEPT) globs.clear();
      globs.set(pattern, test);
    }
    return test(path);
  });
}

/** Characters that a path and the plain beginning of a glob have in common. */
function likeness(patterns: readonly string[], path: string | undefined): number {
  if (path === undefined) return 0;
  return Math.max(
    ...patterns.map((pattern) => {
      let at = 0;
      while (at < path.length && pattern[at] === path[at]) at += 1;
      return Math.min(at, 400);
    }),
  );
}

// ---- words ----

const ACCESS_WORDS = { read: 'look', write: 'change something', none: 'do neither look nor change' } as const;
const THIS_ACCESS = { read: 'looks', write: 'changes something', none: 'does neither' } as const;

function wordsOf(list: readonly string[]): string {
  const shown = list.slice(0, 3).join(' or ');
  return list.length > 3 ? `${shown} or ${String(list.length - 3)} more` : shown;
}

function selectWords(select: readonly string[]): string {
  return wordsOf(
    select.map((each) =>
      each === 'read' ? 'calls that look' : each === 'write' ? 'calls that change something' : each,
    ),
  );
}

function callWords({ call, access }: CallRequest): string {
  const group = callSpec(call)?.group;
  return `this is ${call}${group === undefined ? '' : ` of the group “${group}”`}, which ${THIS_ACCESS[access]}`;
}

const WHOSE: Readonly<Record<Layer, string>> = {
  ceiling: 'the platform',
  lab: 'the lab',
  student: 'your policy',
};

/** What became of the call. */
function endOf(call: CallName, { kind, error }: Explained): string {
  switch (kind) {
    case 'allow':
      return `so ${call} was performed`;
    case 'deny':
      return `so ${call} was not performed, and the guest got ${error ?? 'an error'}`;
    case 'fake':
      return `so ${call} was not performed, and the guest got a made-up answer`;
    case 'modify':
      return `so ${call} was performed, but not as the guest asked or not with the answer that came`;
  }
}

function sentenceOf(decider: RuleInfo, call: CallName, verdict: Explained): string {
  const place =
    decider.layer === 'student' && decider.at !== undefined ? ` in line ${String(decider.at.line)}` : '';
  const end = endOf(call, verdict);
  switch (decider.code) {
    case 'boot':
      return `The interpreter was starting and nothing of the script had run yet, ${end}.`;
    case 'runtime':
      return `The interpreter read its own library, which needs no rule, ${end}.`;
    case 'ceiling':
      return verdict.kind === 'allow'
        ? `The platform settles this call by itself, ${end}.`
        : `The platform never allows this, whatever a policy says, ${end}.`;
    case 'rule':
      return `The rules of ${WHOSE[decider.layer]} are tried from the top, and the one${place} is the first that fits, ${end}.`;
    case 'otherwise':
      return decider.layer === 'ceiling'
        ? `Nothing was enforced in this run, ${end}.`
        : `No rule of ${WHOSE[decider.layer]} fits this call, and where none fits “otherwise” decides, ${end}.`;
    case 'middleware':
      return `A function of ${WHOSE[decider.layer]} decided${place}, ${end}.`;
    case 'policy-threw':
      return `A function of ${WHOSE[decider.layer]} threw an error${place}; what fails allows nothing, ${end}.`;
    case 'policy-timeout':
      return `A function of ${WHOSE[decider.layer]} took too long${place}; what fails allows nothing, ${end}.`;
    case 'policy-memory':
      return `A function of ${WHOSE[decider.layer]} used too much memory${place}; what fails allows nothing, ${end}.`;
    case 'policy-budget':
      return `${decider.layer === 'student' ? 'Your policy' : 'The policy of the lab'} has used up its time for this run; what fails allows nothing, ${end}.`;
    case 'policy-nonsense':
      return `A function of ${WHOSE[decider.layer]} returned something that is no verdict${place}; what fails allows nothing, ${end}.`;
  }
}
