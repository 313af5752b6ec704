/**
 * Rules compiled for speed: one short list for each call and access, made when the policy is loaded.
 *
 * The first rule of the list that matches wins. A call with two paths (rename, link) is judged for each of them, and for reading the first:
 * under its new name the file can be read where other rules hold. The most restrictive judgement wins, so that no name can carry
 * another past a rule. Names are those of the time of the call: what lies below a directory that is renamed is not asked about.
 * Nothing here can fail, whatever the request.
 */
import { callSpec, CALLS, type CallName } from '../calls.ts';
import type { CallRequest } from './model.ts';
import { compileGlob, type GlobError } from './glob.ts';
import { MAX_GLOB_POSITIONS, MAX_RULES, selects, type RuleSpec } from './ruleSpec.ts';

/** A rule of the list by its index, or -1 for `otherwise`. */
export type RuleIndex = number;

export type StaticJudge = (request: CallRequest) => RuleIndex;

export type RuleErrorCode = GlobError | 'too-many-rules' | 'globs-too-long';

export interface RuleError {
  readonly code: RuleErrorCode;
  /** Index of the rule. */
  readonly rule: number;
  readonly message: string;
}

export type CompiledRules =
  | {
      readonly ok: true;
      readonly judge: StaticJudge;
      /** Every rule that can decide about the call, whatever its arguments. */
      readonly reachable: (call: CallName) => ReadonlySet<RuleIndex>;
    }
  | { readonly ok: false; readonly errors: readonly RuleError[] };

const ACCESSES = ['read', 'write', 'none'] as const;

/** How much an effect takes away; ties go to the first path. */
const RESTRICTION = { allow: 0, fake: 1, deny: 2 } as const;

interface Candidate {
  readonly index: RuleIndex;
  /** Null matches whatever the path. */
  readonly matches: ((path: string) => boolean) | null;
}

type Lists = { readonly [access in (typeof ACCESSES)[number]]: readonly Candidate[] };

/** Of rules that somebody holds still: a policy without functions is loaded once, and run many times. */
const compiled = {
  allow: new WeakMap<readonly RuleSpec[], CompiledRules>(),
  deny: new WeakMap<readonly RuleSpec[], CompiledRules>(),
};

/** Compiles the list, which must not change afterwards; `otherwise` decides what index -1 stands for. */
export function compileRules(rules: readonly RuleSpec[], otherwise: 'allow' | 'deny'): CompiledRules {
  const known = compiled[otherwise].get(rules);
  if (known !== undefined) return known;
  const made = compile(rules, otherwise);
  compiled[otherwise].set(rules, made);
  return made;
}

function compile(rules: readonly RuleSpec[], otherwise: 'allow' | 'deny'): CompiledRules {
  const errors: RuleError[] = [];
  if (rules.length > MAX_RULES) {
    return {
      ok: false,
      errors: [{ code: 'too-many-rules', rule: MAX_RULES, message: `a policy may have ${MAX_RULES} rules` }],
    };
  }
  let positions = 0;
  const tests = rules.map((rule, index) => {
    if (rule.paths === undefined) return null;
    const each: ((path: string) => boolean)[] = [];
    for (const glob of rule.paths) {
      const compiled = compileGlob(glob);
      if (compiled.ok) {
        positions += compiled.positions;
        each.push(compiled.matches);
      } else
        errors.push({
          code: compiled.code,
          rule: index,
          message: `${compiled.message} (in '${shorten(glob)}')`,
        });
    }
    if (positions > MAX_GLOB_POSITIONS) {
      positions = 0;
      errors.push({
        code: 'globs-too-long',
        rule: index,
        message: `the path globs of a policy may have ${MAX_GLOB_POSITIONS} characters together`,
      });
    }
    const only = each[0];
    return each.length === 1 && only !== undefined ? only : (path: string) => each.some((test) => test(path));
  });
  if (errors.length > 0) return { ok: false, errors };

  const lists = new Map<CallName, Lists>();
  for (const { name } of CALLS) {
    lists.set(name, {
      read: candidates(rules, tests, name, 'read'),
      write: candidates(rules, tests, name, 'write'),
      none: candidates(rules, tests, name, 'none'),
    });
  }
  const reachable = new Map<CallName, ReadonlySet<RuleIndex>>();
  const restriction = (index: RuleIndex): number => RESTRICTION[rules[index]?.effect ?? otherwise];
  return {
    ok: true,
    judge: (request) => {
      const list = lists.get(request.call)?.[request.access];
      if (list === undefined) return -1;
      const first = find(list, request.path);
      if (request.newpath === undefined) return first;
      let strictest = first;
      for (const other of [find(list, request.newpath), find(lists.get(request.call)!.read, request.path)]) {
        if (restriction(other) > restriction(strictest)) strictest = other;
      }
      return strictest;
    },
    reachable: (call) => {
      const known = reachable.get(call);
      if (known !== undefined) return known;
      const { access, args } = callSpec(call)!;
      const found = new Set<RuleIndex>();
      const moves = args.some(({ name }) => name === 'newpath');
      for (const each of access === 'depends' ? ACCESSES : moves ? ([access, 'read'] as const) : [access]) {
        const list = lists.get(call)![each];
        for (const { index } of list) found.add(index);
        if (list.at(-1)?.matches !== null) found.add(-1);
      }
      reachable.set(call, found);
      return found;
    },
  };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** The rules that may match the call with that access, up to the first that always does. */
function candidates(
  rules: readonly RuleSpec[],
  tests: readonly (((path: string) => boolean) | null)[],
  call: CallName,
  access: (typeof ACCESSES)[number],
): readonly Candidate[] {
  const list: Candidate[] = [];
  for (const [index, rule] of rules.entries()) {
    if (rule.mode !== undefined && rule.mode !== access) continue;
    if (!rule.select.some((selector) => selects(selector, call, access))) continue;
    const matches = tests[index] ?? null;
    list.push({ index, matches });
    if (matches === null) break;
  }
  return list;
}

function find(list: readonly Candidate[], path: string | undefined): RuleIndex {
  for (const { index, matches } of list) {
    if (matches === null || (path !== undefined && matches(path))) return index;
  }
  return -1;
}
