/**
 * The events of a run as zod schemas, for whoever gets them from elsewhere; the types are those of `events.ts`.
 *
 * {@link objectOf} keeps the two in step: a field that is added to a type and not here is an error of the compiler. Fields and kinds
 * of event that this version does not know pass as they are (`docs/trace-format.md` promises that they may come).
 */
import { z } from 'zod';
import { CALLS, type CallName } from './calls.ts';
import { ERRNO_NAMES, type Errno } from './errno.ts';
import type {
  CallEvent,
  ContentEvent,
  ExitEvent,
  FileEvent,
  LimitEvent,
  NoticeEvent,
  OutputEvent,
  PhaseEvent,
  Prelude,
  RuleEvent,
  RunEvent,
  StackFrame,
  StartEvent,
  TouchEvent,
  UsageEvent,
} from './events.ts';
import { RUN_LIMITS, type LimitName } from './limits.ts';
import type { CallArgs, PlainValue, RunLimits } from './policy/model.ts';
import type { RuleInfo, RuleMatch, SourcePosition } from './verdicts.ts';

/** A call's arguments are at most this deep; what is deeper is no call, and looking at it must not use up the stack. */
const MAX_DEPTH = 32;

/** An object whose schema names every field of `T`, with its type; others pass unseen. */
export function objectOf<T>() {
  return <S extends { [K in keyof Required<T>]: z.ZodType<T[K]> }>(shape: S) => z.looseObject(shape);
}

export const count = z.number().int().nonnegative();

const callNames: ReadonlySet<unknown> = new Set(CALLS.map(({ name }) => name));
const errnoNames: ReadonlySet<unknown> = new Set(ERRNO_NAMES);
// A set answers in one look where an enum builds a table of two hundred words for each error that it might report.
const callName = z.custom<CallName>((value) => callNames.has(value), 'is no call');
const errno = z.custom<Errno>((value) => errnoNames.has(value), 'is no errno');
const plain = z.custom<PlainValue>((value) => isPlain(value, 0), 'is no plain value');
const args = z.custom<CallArgs>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && isPlain(value, 0),
  'are no arguments',
);

function isPlain(value: unknown, depth: number): value is PlainValue {
  if (typeof value !== 'object') return value !== undefined;
  if (value === null) return true;
  if (depth >= MAX_DEPTH || (Object.getPrototypeOf(value) !== Object.prototype && !Array.isArray(value)))
    return false;
  for (const each of Object.values(value)) if (!isPlain(each, depth + 1)) return false;
  return true;
}

export const verdictKind = z.enum(['allow', 'deny', 'modify', 'fake']);
export const runPhase = z.enum(['starting', 'running', 'input', 'ended']);
export const limitName = z.enum([
  ...(Object.keys(RUN_LIMITS) as (keyof RunLimits)[]),
  'fileBytes',
  'totalBytes',
  'files',
  'descriptors',
  'pathBytes',
  'policyTime',
]) satisfies z.ZodType<LimitName>;

const limits = objectOf<RunLimits>()({
  heapBytes: z.number(),
  cpuSeconds: z.number(),
  wallSeconds: z.number(),
  outputBytes: z.number(),
  callsPerSecond: z.number(),
  threads: z.number(),
  traceBytes: z.number(),
});

export const ruleInfo = objectOf<RuleInfo>()({
  id: count,
  layer: z.enum(['ceiling', 'lab', 'student']),
  code: z.enum([
    'boot',
    'runtime',
    'ceiling',
    'rule',
    'otherwise',
    'middleware',
    'policy-threw',
    'policy-timeout',
    'policy-memory',
    'policy-budget',
    'policy-nonsense',
  ]),
  label: z.string(),
  at: objectOf<SourcePosition>()({ line: count, column: count }).optional(),
  match: objectOf<RuleMatch>()({
    select: z.array(z.string()),
    paths: z.array(z.string()).optional(),
    mode: z.enum(['read', 'write', 'none']).optional(),
  }).optional(),
});

const stamp = { seq: z.number().int().positive(), t: count };

export const quota = objectOf<FileEvent['quota']>()({
  bytes: count,
  files: count,
  maxBytes: count.optional(),
  maxFiles: count.optional(),
});

export const startEvent = objectOf<StartEvent>()({
  ...stamp,
  type: z.literal('start'),
  version: count,
  run: z.string(),
  at: z.string(),
  mode: z.enum(['script', 'repl']),
  argv: z.array(z.string()),
  engine: z.string(),
  policy: z.string(),
  limits,
  audit: z.literal(true).optional(),
  lines: z.literal(true).optional(),
  prelude: objectOf<Prelude>()({ calls: count, modules: z.array(z.string()) }).optional(),
});

const would = z.object({
  verdict: verdictKind,
  rule: count,
  reason: z.string().optional(),
  errno: errno.optional(),
  raise: z.literal('RuntimeError').optional(),
});

export const callEvent = objectOf<CallEvent>()({
  ...stamp,
  type: z.literal('call'),
  n: count,
  thread: count.optional(),
  call: callName,
  args,
  path: z.string().optional(),
  newpath: z.string().optional(),
  verdict: verdictKind,
  rule: count,
  reason: z.string().optional(),
  performed: args.optional(),
  performedPath: z.string().optional(),
  performedNewpath: z.string().optional(),
  answered: plain.optional(),
  result: plain.optional(),
  errno: errno.optional(),
  raise: z.literal('RuntimeError').optional(),
  bytes: z.number().optional(),
  us: z.number(),
  would: would.optional(),
  stack: z.array(objectOf<StackFrame>()({ file: z.string(), line: count, function: z.string() })).optional(),
});

export const noticeEvent = objectOf<NoticeEvent>()({
  ...stamp,
  type: z.literal('notice'),
  code: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
});

export const exitEvent = objectOf<ExitEvent>()({
  ...stamp,
  type: z.literal('exit'),
  status: z.number(),
  reason: z.enum(['exit', 'signal', 'limit', 'stopped', 'protocol', 'host', 'server']),
  message: z.string(),
});

const known = {
  start: startEvent,
  rule: objectOf<RuleEvent>()({ ...stamp, type: z.literal('rule'), rule: ruleInfo }),
  call: callEvent,
  out: objectOf<OutputEvent>()({
    ...stamp,
    type: z.literal('out'),
    fd: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    data: z.string(),
  }),
  file: objectOf<FileEvent>()({
    ...stamp,
    type: z.literal('file'),
    change: z.enum(['create', 'write', 'remove', 'rename', 'mkdir', 'attributes']),
    path: z.string(),
    to: z.string().optional(),
    size: z.number().optional(),
    quota,
  }),
  content: objectOf<ContentEvent>()({
    ...stamp,
    type: z.literal('content'),
    path: z.string(),
    size: count,
    data: z.string().optional(),
    cut: z.literal(true).optional(),
  }),
  touch: objectOf<TouchEvent>()({
    ...stamp,
    type: z.literal('touch'),
    path: z.string(),
    pathLength: count.optional(),
    how: z.enum(['read', 'written', 'denied']),
  }),
  limit: objectOf<LimitEvent>()({
    ...stamp,
    type: z.literal('limit'),
    limit: limitName,
    value: z.number(),
    ends: z.boolean(),
    message: z.string(),
  }),
  phase: objectOf<PhaseEvent>()({ ...stamp, type: z.literal('phase'), phase: runPhase }),
  usage: objectOf<UsageEvent>()({
    ...stamp,
    type: z.literal('usage'),
    heapBytes: z.number(),
    cpuSeconds: z.number(),
    wallSeconds: z.number(),
    outputBytes: z.number(),
  }),
  notice: noticeEvent,
  exit: exitEvent,
} satisfies { [T in RunEvent['type']]: z.ZodType<Extract<RunEvent, { type: T }>> };

const unknownEvent = z.looseObject({
  ...stamp,
  type: z.string().refine((type) => !Object.hasOwn(known, type)),
});

/** Of the kinds that this version knows only. */
export const knownEvent = z.discriminatedUnion('type', [
  known.call,
  known.out,
  known.file,
  known.touch,
  known.content,
  known.rule,
  known.phase,
  known.usage,
  known.notice,
  known.limit,
  known.start,
  known.exit,
]) as unknown as z.ZodType<RunEvent>;

export const runEvent = z.union([knownEvent, unknownEvent]) as unknown as z.ZodType<RunEvent>;
