/**
 * The description of a policy (JSON text out of QuickJS), checked and made into what the engine and the controller take.
 *
 * Every mistake names the field as the student wrote it; the line is that of the rule, or the first line on which the field's name stands after
 * `policy(`.
 */
import { isCallName } from '@sandtable/shared/calls';
import type { CallName } from '@sandtable/shared/calls';
import { RUN_LIMITS } from '@sandtable/shared/limits';
import type { CallArgs, WorldSpec } from '@sandtable/shared/policy/model';
import { MAX_TESTS, type PolicyTest } from '@sandtable/shared/policy/policyTests';
import { isSelector, type OtherwiseSpec, type RuleSpec } from '@sandtable/shared/policy/ruleSpec';
import type { Diagnostic } from '@sandtable/shared/protocol';
import { isErrno } from '@sandtable/shared/errno';
import { byteLength, canonicalText } from '@sandtable/shared/text';
import { VERDICT_KINDS, type SourcePosition, type VerdictKind } from '@sandtable/shared/verdicts';
import { z } from 'zod';
import { misfit, plainValue } from './policyValues.ts';

/** Bytes of all files that a policy brings: what belongs to a bench is a file of the bench. */
const MAX_POLICY_FILES_CHARS = 256 * 1024;

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

const absolutePath = z
  .string()
  .max(1000)
  .refine(
    (path) =>
      path.startsWith('/') &&
      !path.includes('\0') &&
      (path === '/' ||
        path
          .slice(1)
          .split('/')
          .every((part) => part !== '' && part !== '.' && part !== '..')),
    { error: "must be an absolute path without '.', '..' or empty parts, such as '/tmp'" },
  );
const relativePath = z
  .string()
  .max(1000)
  .refine(
    (path) =>
      !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    { error: "must be a path below the mount without '.', '..' or empty parts, such as 'data/notes.txt'" },
  );

const amount = z.number().int().nonnegative();

const mount = z.strictObject({
  mode: z.enum(['read-write', 'read-only', 'lecture']).default('read-only'),
  files: z.record(relativePath, z.string()).optional(),
});

/** Names that belong to the interpreter: through them a policy could run code before the guest's own begins. */
const RESERVED_ENV = /^(?:PYTHON|PYPY|LD_|GCONV|LOCPATH|TZ$)/;

/** PyPy does not get through its start with less. */
const MIN_HEAP_BYTES = 16 * 1024 * 1024;

/** Half a second is a time; half a thread is a slip of the pen. */
const limits = z.strictObject(
  Object.fromEntries(
    Object.entries(RUN_LIMITS).map(([name, { unit }]) => [
      name,
      (unit === 'seconds'
        ? z.number().positive()
        : z
            .number()
            .int()
            .min(name === 'heapBytes' ? MIN_HEAP_BYTES : 1)
      ).optional(),
    ]),
  ),
);

/** The platform fills some places itself. */
const mountPoint = absolutePath.refine((path) => path !== '/' && !/^\/(?:bin|dev|proc)(?:\/|$)/.test(path), {
  error: 'belongs to the platform; mount somewhere else, such as /tmp or /data',
});

/** Python's own names; what they lead to is looked up in the interpreter's library alone. */
const moduleName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/, {
    error: "must be the name of a module, such as 'json'",
  });

/** Modules that a start may name: more than a program of a lab imports, few enough that every start stays a fraction of a second. */
const MAX_MODULES = 50;

const world = z.object({
  mounts: z.record(mountPoint, mount).default({}),
  quotas: z
    .strictObject({
      fileBytes: amount.optional(),
      totalBytes: amount.optional(),
      files: amount.optional(),
      descriptors: amount.optional(),
    })
    .default({}),
  identity: z
    .strictObject({
      hostname: z
        .string()
        .min(1)
        .max(63)
        .regex(/^[A-Za-z0-9.-]+$/, { error: 'may have letters, digits, dots and hyphens' })
        .optional(),
      uid: amount.max(65_535).optional(),
      gid: amount.max(65_535).optional(),
      user: z
        .string()
        .min(1)
        .max(31)
        .regex(/^[a-z_][a-z0-9_-]*$/, { error: 'may have small letters, digits, _ and -' })
        .optional(),
      env: z
        .record(
          z
            .string()
            .max(100)
            .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
            .refine((name) => !RESERVED_ENV.test(name), {
              error: 'belongs to the interpreter and cannot be set',
            }),
          z
            .string()
            .max(4096)
            .refine((value) => !value.includes('\0'), { error: 'must not contain NUL' }),
        )
        .refine((env) => Object.keys(env).length <= 100, { error: 'may have 100 variables' })
        .optional(),
    })
    .default({}),
  limits: limits.default({}),
  modules: z.array(moduleName).max(MAX_MODULES).optional(),
  runtime: z.enum(['allow', 'rules']).default('allow'),
});

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
  const { mounts, quotas, identity, limits: asked, modules, runtime } = raw;
  const parsed = world.safeParse({ mounts, quotas, identity, limits: asked, modules, runtime });
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      complain(fieldPlace(source, from, issuePath(issue)), `${issueName(issue)} ${issueText(issue)}.`);
  }
  const rules = readRules(raw['rules'], from, place, complain);
  if (parsed.success) {
    const files = Object.values(parsed.data.mounts).flatMap((each) => Object.values(each.files ?? {}));
    if (files.reduce((sum, each) => sum + each.length, 0) > MAX_POLICY_FILES_CHARS) {
      complain(
        fieldPlace(source, from, ['files']),
        `The files of a policy may have ${MAX_POLICY_FILES_CHARS / 1024} KiB together; put larger ones into the bench.`,
      );
    }
  }
  if (parsed.success) {
    const small = smallQuota(parsed.data);
    if (small !== null) complain(fieldPlace(source, from, ['quotas', small.name]), small.message);
  }
  if (diagnostics.length > 0 || !parsed.success) return { ok: false, diagnostics };
  return {
    ok: true,
    description: {
      rules,
      otherwise: { ...readOtherwise(raw['otherwise']), at: fieldPlace(source, from, ['otherwise']) },
      runtime: parsed.data.runtime,
      functions: readFunctions(raw['functions'], place),
      tests: readTests(raw['tests'], place),
      world: {
        mounts: Object.entries(parsed.data.mounts).map(([at, { mode, files }]) => ({
          at: canonicalText(at),
          mode,
          ...(files === undefined
            ? {}
            : {
                files: Object.fromEntries(
                  Object.entries(files).map(([name, content]) => [
                    canonicalText(name),
                    canonicalText(content),
                  ]),
                ),
              }),
        })),
        quotas: defined(parsed.data.quotas),
        identity: defined(parsed.data.identity),
        limits: defined(parsed.data.limits),
        ...(parsed.data.modules === undefined ? {} : { modules: parsed.data.modules }),
      },
    },
  };
}

/** Without the keys that are undefined, which optional properties do not allow for. */
function defined<T extends object>(value: T): never {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
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

type Issue = z.core.$ZodIssue;

/** The path of the innermost field that stands in the source. */
function issuePath(issue: Issue): readonly string[] {
  const path = issue.path.map(String);
  return issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path;
}

function issueName(issue: Issue): string {
  const path = issuePath(issue);
  return `'${path.map((part, k) => (/^[A-Za-z_]\w*$/.test(part) ? (k === 0 ? part : `.${part}`) : `['${part}']`)).join('')}'`;
}

function issueText(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'does not exist';
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is no valid name';
    case 'invalid_type':
      return `must be ${issue.expected === 'int' ? 'a whole number' : issue.expected === 'record' || issue.expected === 'object' ? 'an object' : `a ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => `'${String(value)}'`).join(' or ')}`;
    case 'too_small':
      return `must be ${issue.inclusive === true ? 'at least' : 'more than'} ${String(issue.minimum)}`;
    case 'too_big':
      return `must be at most ${String(issue.maximum)}`;
    default:
      return issue.message;
  }
}

/** Walks down the names, each searched after the one before it. */
/** A quota that the files of the policy's own mounts exceed: no run could begin. Folders count as they do for the guest. */
function smallQuota({
  mounts,
  quotas,
}: z.infer<typeof world>): { readonly name: 'totalBytes' | 'files'; readonly message: string } | null {
  const begins = Object.entries(mounts)
    .filter(([, { files = {} }]) => Object.keys(files).length > 0)
    .map(([at, { files = {} }]) => ({ at, ...takenBy(files) }));
  for (const name of ['totalBytes', 'files'] as const) {
    const quota = quotas[name];
    const taken = begins.reduce((sum, each) => sum + each[name], 0);
    if (quota === undefined || taken <= quota) continue;
    const unit = name === 'files' ? 'names' : 'bytes';
    const each = begins.map((mount) => `${String(mount[name])} in ${mount.at}`).join(', ');
    return {
      name,
      message: `quotas.${name} is ${String(quota)}, but the files that mounts begin with are ${String(taken)} ${unit} already (${each}): no run could begin.`,
    };
  }
  return null;
}

function takenBy(files: { readonly [path: string]: string }): {
  readonly totalBytes: number;
  readonly files: number;
} {
  const names = new Set<string>();
  for (const path of Object.keys(files)) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
    parts.forEach((_, k) => names.add(parts.slice(0, k + 1).join('/')));
  }
  return {
    totalBytes: Object.values(files).reduce((sum, text) => sum + byteLength(text), 0),
    files: names.size,
  };
}

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
