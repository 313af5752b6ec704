/**
 * The tests that stand beside a policy: a table of calls, each with the verdict that its author expects.
 *
 * They are run from top to bottom on one engine, as calls of one run, so that a policy that counts can be tested too. Nothing is
 * performed: `next()` gets the answer that the test names, or a plain one of the right kind.
 */
import { callSpec, type ArgKind, type CallName, type ResultKind } from '../calls.ts';
import type { Errno } from '../errno.ts';
import type { SourcePosition, VerdictKind } from '../verdicts.ts';
import type { CallArgs, CallRequest, Decision, Outcome, PlainValue, PolicyEngine } from './model.ts';

/** Tests of one policy; each takes some microseconds, or some milliseconds through a function that is slow. */
export const MAX_TESTS = 500;

export interface PolicyTest {
  readonly expected: VerdictKind;
  readonly call: CallName;
  /** The place as it really is, links and `..` followed. */
  readonly path?: string;
  readonly newpath?: string;
  /** For calls that may look or change: which of the two. */
  readonly mode?: 'read' | 'write';
  /** Arguments that matter to a function of the policy; the others are plain. */
  readonly args?: CallArgs;
  /** For a denial: the error that the guest is to see. */
  readonly errno?: Errno;
  readonly raise?: 'RuntimeError';
  /** What the world answers to `next()`. */
  readonly answer?: PlainValue;
  readonly at: SourcePosition | null;
}

export interface TestResult {
  readonly test: PolicyTest;
  readonly passed: boolean;
  /** What was expected and what came, with the place that decided; '' where it passed. */
  readonly message: string;
}

/** Open for writing, make it, cut it: what Python's `open(…, 'w')` asks. */
const WRITE_FLAGS = 0o1101;

const PLAIN_ARGS: { readonly [kind in ArgKind]: PlainValue } = {
  fd: 3,
  dirfd: -100,
  path: '',
  flags: 0,
  mode: 0o666,
  int: 0,
  size: 4096,
  offset: 0,
  data: '',
  text: '',
  seconds: 0,
  signal: 2,
  address: '',
  struct: null,
};

const PLAIN_ANSWERS: { readonly [kind in ResultKind]: PlainValue } = {
  none: null,
  never: null,
  int: 0,
  fd: 3,
  bytes: '',
  text: '',
  stat: {
    mode: 0o100644,
    size: 0,
    ino: 1,
    dev: 1,
    nlink: 1,
    uid: 1000,
    gid: 1000,
    atime: 0,
    mtime: 0,
    ctime: 0,
  },
  statvfs: {},
  names: [],
  seconds: 0,
  fdpair: [3, 4],
  ready: {},
  struct: null,
};

/** What a test asks. */
export type AskedCall = Pick<PolicyTest, 'call' | 'path' | 'newpath' | 'mode' | 'args' | 'answer'>;

/** Runs them all. The engine must be new, and is used up by this. */
export async function runPolicyTests(
  tests: readonly PolicyTest[],
  engine: PolicyEngine,
): Promise<readonly TestResult[]> {
  const decisions = await askPolicy(tests, engine);
  return tests.map((test, index) => {
    const message = complaintOf(test, decisions[index]!, engine);
    return { test, passed: message === '', message };
  });
}

/** What a policy decides on these calls, one after the other. The engine must be new, and is used up by this. */
export async function askPolicy(
  asked: readonly AskedCall[],
  engine: PolicyEngine,
): Promise<readonly Decision[]> {
  engine.beginGuest();
  engine.resolve = (call, args, before) => ({
    ...before,
    call,
    args,
    ...(typeof args['path'] === 'string' && before.path !== undefined ? { path: args['path'] } : {}),
  });
  const decisions: Decision[] = [];
  for (const each of asked) {
    const answer: Outcome = { ok: true, value: each.answer ?? PLAIN_ANSWERS[callSpec(each.call)!.result] };
    decisions.push(await engine.decide(requestOf(each), () => answer));
  }
  return decisions;
}

function requestOf({ call, path, newpath, mode, args }: AskedCall): CallRequest {
  const spec = callSpec(call)!;
  const access = spec.access === 'depends' ? (mode ?? 'read') : spec.access;
  const plain: Record<string, PlainValue> = {};
  for (const { name, kind } of spec.args) {
    plain[name] =
      name === 'path'
        ? (path ?? '')
        : name === 'newpath'
          ? (newpath ?? '')
          : name === 'flags' && access === 'write' && spec.access === 'depends'
            ? WRITE_FLAGS
            : PLAIN_ARGS[kind];
  }
  return {
    call,
    args: { ...plain, ...args },
    access,
    ...(path === undefined ? {} : { path }),
    ...(newpath === undefined ? {} : { newpath }),
  };
}

function complaintOf(test: PolicyTest, { verdict, seen }: Decision, engine: PolicyEngine): string {
  const error = seen.ok ? undefined : 'errno' in seen ? seen.errno : seen.raise;
  const wanted = test.errno ?? test.raise;
  if (verdict.kind === test.expected && (wanted === undefined || wanted === error)) return '';
  const rule = engine.rules[verdict.rule]!;
  const where =
    rule.at === undefined
      ? rule.layer === 'ceiling'
        ? 'the platform'
        : 'the policy'
      : `line ${rule.at.line}`;
  const came = verdict.kind === 'deny' && error !== undefined ? `deny with ${error}` : verdict.kind;
  const hoped = wanted === undefined ? test.expected : `${test.expected} with ${wanted}`;
  return `Expected ${hoped}, but it is ${came}: ${where} decides (${rule.label}).`;
}
