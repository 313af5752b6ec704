/**
 * The description of a policy (JSON text out of QuickJS), checked and made into what the engine and the controller take.
 *
 * Every mistake names the field as the student wrote it; the line is that of the rule, or the first line on which the field's name stands after
 * `policy(`.
 */
import { isCallName } from '@sandtable/shared/calls';
import type { CallName } from '@sandtable/shared/calls';
import type { CallArgs, WorldSpec } from '@sandtable/shared/policy/model';
import { MAX_TESTS, type PolicyTest } from '@sandtable/shared/policy/policyTests';
import { isSelector, type OtherwiseSpec, type RuleSpec } from '@sandtable/shared/policy/ruleSpec';
import type { Diagnostic } from '@sandtable/shared/protocol';
import { isErrno } from '@sandtable/shared/errno';
import { canonicalText } from '@sandtable/shared/text';
import { VERDICT_KINDS, type SourcePosition, type VerdictKind } from '@sandtable/shared/verdicts';
import { misfit, plainValue } from './policyValues.ts';
import { type FieldMistake, overfull, readWorld, worldOf } from './worldOf.ts';

export interface PolicyDescription {
  readonly rules: readonly RuleSpec[];
  readonly otherwise: OtherwiseSpec;
  readonly runtime: 'allow' | 'rules';
  readonly functions: ReadonlyMap<CallName | '*', SourcePosition | null>;
  readonly world: WorldSpec;
  readonly tests: readonly PolicyTest[];
}

export type DescriptionResult =
  | { readonly ok: true; readonly description: PolicyDescription }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Fields of a policy; anything else is a slip of the pen. */
const FIELDS = [
  'mounts',
  'quotas',
  'identity',
  'limits',
  'modules',
  'rules',
  'middleware',
  'otherwise',
  'runtime',
];
const INTERNAL = ['functions', 'tests', 'at'];

/** Checks the description. `place` maps a place of the transpiled text; `source` is the policy as written. */
export function describePolicy(
  text: string,
  source: string,
  place: (text: unknown) => SourcePosition | null,
): DescriptionResult {
  let raw: Record<string, unknown>;
  try {
    raw = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {
      ok: false,
      diagnostics: [diagnostic({ line: 1, column: 1 }, 'The policy describes itself in nonsense.')],
    };
  }
  const from = place(raw['at']) ?? { line: 1, column: 1 };
  const { mistake, field } = raw;
  if (typeof mistake === 'string') {
    const names = Array.isArray(field)
      ? field.filter((name): name is string => typeof name === 'string')
      : [];
    return { ok: false, diagnostics: [diagnostic(fieldPlace(source, from, names), mistake.slice(0, 400))] };
  }
  const diagnostics: Diagnostic[] = [];
  const complain = (at: SourcePosition, message: string): void => {
    diagnostics.push(diagnostic(at, message));
  };
  for (const key of Object.keys(raw)) {
    if (!FIELDS.includes(key) && !INTERNAL.includes(key)) {
      complain(
        fieldPlace(source, from, [key]),
        `A policy has no field '${key.slice(0, 40)}'; it has ${FIELDS.join(', ')}.`,
      );
    }
  }
  const complainOf = ({ path, message }: FieldMistake): void => {
    complain(fieldPlace(source, from, path), message);
  };
  const read = readWorld(raw);
  if (!read.ok) read.mistakes.forEach(complainOf);
  const rules = readRules(raw['rules'], from, place, complain);
  if (read.ok) overfull(read.fields).forEach(complainOf);
  if (diagnostics.length > 0 || !read.ok) return { ok: false, diagnostics };
  return {
    ok: true,
    description: {
      rules,
      otherwise: { ...readOtherwise(raw['otherwise']), at: fieldPlace(source, from, ['otherwise']) },
      runtime: read.fields.runtime,
      functions: readFunctions(raw['functions'], place),
      tests: readTests(raw['tests'], place),
      world: worldOf(read.fields),
    },
  };
}

function readRules(
  raw: unknown,
  from: SourcePosition,
  place: (text: unknown) => SourcePosition | null,
  complain: (at: SourcePosition, message: string) => void,
): RuleSpec[] {
  const rules: RuleSpec[] = [];
  for (const each of Array.isArray(raw) ? (raw as Record<string, unknown>[]) : []) {
    const at = place(each['at']);
    const { effect, select, paths, mode, denial, value, why, label } = each;
    const selected = Array.isArray(select)
      ? select.filter(
          (name): name is RuleSpec['select'][number] => typeof name === 'string' && isSelector(name),
        )
      : [];
    if ((effect !== 'allow' && effect !== 'deny' && effect !== 'fake') || selected.length === 0) {
      complain(at ?? from, 'A rule was changed after it was made.');
      continue;
    }
    const plain = effect === 'fake' ? plainValue(value) : null;
    if (plain === undefined)
      complain(at ?? from, 'fake: the value is no plain value (text, number, list, object).');
    else if (effect === 'fake') {
      for (const name of selected) {
        const should = isCallName(name) ? misfit(name, plain) : null;
        if (should !== null) complain(at ?? from, `fake: the answer of ${name} should be ${should}.`);
        if (!isCallName(name))
          complain(at ?? from, `fake: calls answer differently; name the call instead of '${name}'.`);
      }
    }
    const how = denialSpec(denial);
    rules.push({
      effect,
      select: selected,
      label: typeof label === 'string' ? label.slice(0, 200) : effect,
      ...(Array.isArray(paths)
        ? { paths: paths.filter((path): path is string => typeof path === 'string') }
        : {}),
      ...(mode === 'read' || mode === 'write' || mode === 'none' ? { mode } : {}),
      ...(effect === 'deny' && how !== null ? { denial: how } : {}),
      ...(effect === 'fake' && plain !== undefined ? { value: plain } : {}),
      ...(typeof why === 'string' ? { why } : {}),
      ...(at === null ? {} : { at }),
    });
  }
  return rules;
}

function denialSpec(raw: unknown): RuleSpec['denial'] | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const { errno, raise } = raw as { errno?: unknown; raise?: unknown };
  if (raise === 'RuntimeError') return { raise };
  return typeof errno === 'string' && isErrno(errno) ? { errno } : null;
}

function readOtherwise(raw: unknown): OtherwiseSpec {
  const { effect, denial, why } = (typeof raw === 'object' && raw !== null ? raw : {}) as {
    effect?: unknown;
    denial?: unknown;
    why?: unknown;
  };
  if (effect === 'allow') return { effect };
  const how = denialSpec(denial);
  return {
    effect: 'deny',
    ...(how === null ? {} : { denial: how }),
    ...(typeof why === 'string' ? { why } : {}),
  };
}

function readFunctions(
  raw: unknown,
  place: (text: unknown) => SourcePosition | null,
): ReadonlyMap<CallName | '*', SourcePosition | null> {
  const functions = new Map<CallName | '*', SourcePosition | null>();
  for (const pair of Array.isArray(raw) ? (raw as unknown[]) : []) {
    if (!Array.isArray(pair)) continue;
    const [key, at] = pair as unknown[];
    if (typeof key === 'string' && (key === '*' || isCallName(key))) functions.set(key, place(at));
  }
  return functions;
}

/** The table has been checked where it was made; what is read here is read again because a policy could have changed that. */
function readTests(raw: unknown, place: (text: unknown) => SourcePosition | null): readonly PolicyTest[] {
  const tests: PolicyTest[] = [];
  for (const each of (Array.isArray(raw) ? (raw as Record<string, unknown>[]) : []).slice(0, MAX_TESTS)) {
    const { expected, call, path, newpath, mode, args, errno, raise, answer, at } = each;
    if (typeof call !== 'string' || !isCallName(call) || !VERDICT_KINDS.includes(expected as never)) continue;
    const plainArgs = args === undefined ? undefined : plainValue(args);
    const value = answer === undefined ? undefined : plainValue(answer);
    tests.push({
      expected: expected as VerdictKind,
      call,
      ...(typeof path === 'string' ? { path: canonicalText(path) } : {}),
      ...(typeof newpath === 'string' ? { newpath: canonicalText(newpath) } : {}),
      ...(mode === 'read' || mode === 'write' ? { mode } : {}),
      ...(typeof plainArgs === 'object' && plainArgs !== null && !Array.isArray(plainArgs)
        ? { args: plainArgs as CallArgs }
        : {}),
      ...(typeof errno === 'string' && isErrno(errno) ? { errno } : {}),
      ...(raise === 'RuntimeError' ? { raise } : {}),
      ...(value === undefined ? {} : { answer: value }),
      at: place(at),
    });
  }
  return tests;
}

// ---- diagnostics -------------------------------------------------------------------------------------------------

function diagnostic({ line, column }: SourcePosition, message: string): Diagnostic {
  return { file: 'policy.ts', line, column, severity: 'error', code: 'policy', message };
}

/** Where a field stands: walks down the names, each searched after the one before it. */
function fieldPlace(source: string, from: SourcePosition, path: readonly string[]): SourcePosition {
  const lines = source.split('\n');
  let offset =
    lines.slice(0, from.line - 1).reduce((sum, line) => sum + line.length + 1, 0) + from.column - 1;
  for (const part of path) {
    const escaped = part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const found = new RegExp(`(?:\\b|['"\`])${escaped}['"\`]?\\s*[:(]`).exec(source.slice(offset));
    if (found === null) break;
    offset += found.index;
  }
  const before = source.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
