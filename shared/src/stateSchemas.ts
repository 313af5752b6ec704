/** The state of a run and what moves it on, as zod schemas; the types are those of `session.ts` and `protocol.ts`. */
import { z } from 'zod';
import {
  callEvent,
  count,
  exitEvent,
  limitName,
  noticeEvent,
  objectOf,
  quota,
  ruleInfo,
  runEvent,
  runPhase,
  startEvent,
  verdictKind,
} from './eventSchemas.ts';
import type { Batch, CallSummary, RunSnapshot } from './protocol.ts';
import type { LimitHit, SecondBucket, SessionState } from './session.ts';
import type { TerminalTail } from './terminalTail.ts';
import type { Changed, ChangedFiles, Touched, TouchedFiles } from './touchedFiles.ts';

const counts = z.record(z.string(), count);
const byVerdict = z.record(verdictKind, count);
const second: z.ZodType<SecondBucket> = z.tuple([count, count, count, count, count]);
const happened = z.literal(true).optional();

const terminal = objectOf<TerminalTail>()({ total: count, cut: count, blocks: z.array(z.string()) });

const touched = objectOf<TouchedFiles>()({
  paths: z.record(z.string(), objectOf<Touched>()({ read: happened, written: happened, denied: happened })),
  count,
  more: count,
});

const changed = objectOf<ChangedFiles>()({
  paths: z.record(
    z.string(),
    objectOf<Changed>()({
      change: z.enum(['create', 'write', 'remove', 'attributes']),
      directory: happened,
      size: z.number().optional(),
      from: z.string().optional(),
    }),
  ),
  count,
  more: count,
  quota: quota.nullable(),
});

const limitHit = objectOf<LimitHit>()({
  limit: limitName,
  value: z.number(),
  ends: z.boolean(),
  message: z.string(),
  t: count,
  times: count,
});

const usage = objectOf<NonNullable<SessionState['usage']>>()({
  heapBytes: z.number(),
  cpuSeconds: z.number(),
  wallSeconds: z.number(),
  outputBytes: z.number(),
});

export const sessionState = objectOf<SessionState>()({
  run: z.string(),
  to: count,
  t: count,
  start: startEvent.nullable(),
  phase: runPhase,
  exit: exitEvent.nullable(),
  calls: count,
  bootCalls: count,
  byVerdict,
  byRule: counts,
  byCall: counts,
  seconds: z.array(second),
  rules: z.array(ruleInfo),
  terminal,
  rows: z.array(callEvent),
  touched,
  changed,
  limits: z.array(limitHit),
  notices: z.array(noticeEvent),
  noticesTotal: count,
  usage: usage.nullable(),
});

export const runSnapshot = objectOf<RunSnapshot>()({
  run: z.string(),
  bench: z.string(),
  to: count,
  state: sessionState,
}).refine(({ run, to, state }) => state.run === run && state.to === to, 'is of another run than its state');

export const batch = objectOf<Batch>()({
  run: z.string(),
  from: count,
  to: count,
  events: z.array(runEvent),
  summary: objectOf<CallSummary>()({
    calls: count,
    byVerdict,
    byRule: counts,
    byCall: counts,
    perSecond: z.array(second),
  }),
}).refine(({ from, to }) => from >= 1 && from <= to, 'ends before it begins');
