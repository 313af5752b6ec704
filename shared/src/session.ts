/**
 * The state of a run as every page shows it: one pure reduction of the run's log, used by the server for snapshots and by the
 * page for what it receives.
 *
 * `applyBatch(state, batch)` is the only way to move a state on. Invariants, each held by a property test:
 * - however a list of events is cut into batches, the state at its end is the same;
 * - a state is plain JSON and goes through `JSON.parse(JSON.stringify(state))` unchanged, so a snapshot continues like any state;
 * - every part of a state is bounded, whatever the guest does, and what was dropped is counted;
 * - parts that a batch does not concern stay the same object, so that a view can compare by `===`.
 * A batch that does not follow the state is never applied in part: the caller is told and asks the server again.
 */
import type {
  CallEvent,
  ExitEvent,
  LimitEvent,
  NoticeEvent,
  RunEvent,
  RunPhase,
  StartEvent,
  UsageEvent,
} from './events.ts';
import type { LimitName } from './limits.ts';
import { ROWS_PER_BATCH, type Batch, type CallSummary } from './protocol.ts';
import { EMPTY_TAIL, appendToTail, type TerminalTail } from './terminalTail.ts';
import {
  NOTHING_CHANGED,
  NOTHING_TOUCHED,
  changedAfter,
  touchedAfter,
  type ChangedFiles,
  type TouchedFiles,
} from './touchedFiles.ts';
import { VERDICT_KINDS, type RuleInfo, type VerdictKind } from './verdicts.ts';

export { BatchBuilder, batchOf } from './batch.ts';
export { tailText, type TerminalTail } from './terminalTail.ts';
export type { Changed, ChangedFiles, Touched, TouchedFiles } from './touchedFiles.ts';

/** Buckets of the strip chart: half an hour of busy seconds. Older ones are dropped; the log has every call. */
export const SECONDS_KEPT = 1_800;

/** Notices kept, newest last; a policy that fails on every call could make millions. */
export const NOTICES_KEPT = 100;

/** Deciding places kept; a policy of a thousand lines has fewer. Calls of later ones are still counted by number. */
export const RULES_KEPT = 2_000;

/** [second since start, allow, deny, modify, fake]; seconds without calls have no bucket. */
export type SecondBucket = readonly [number, number, number, number, number];

export interface LimitHit {
  readonly limit: LimitName;
  readonly value: number;
  readonly ends: boolean;
  readonly message: string;
  /** Microseconds since the run began, of the newest hit. */
  readonly t: number;
  readonly times: number;
}

export interface SessionState {
  readonly run: string;
  /** Sequence number of the last event applied, 0 before the first. */
  readonly to: number;
  /** Microseconds since the run began, of that event. */
  readonly t: number;
  /** Who, when and how: null until the first event has arrived. */
  readonly start: StartEvent | null;
  readonly phase: RunPhase;
  readonly exit: ExitEvent | null;
  readonly calls: number;
  /** How many of the calls were the interpreter's own start; they are the first rows. */
  readonly bootCalls: number;
  readonly byVerdict: Readonly<Record<VerdictKind, number>>;
  /** By the number of the rule, as text. */
  readonly byRule: Readonly<Record<string, number>>;
  readonly byCall: Readonly<Record<string, number>>;
  readonly seconds: readonly SecondBucket[];
  /** In order of arrival; see {@link ruleOf}. */
  readonly rules: readonly RuleInfo[];
  readonly terminal: TerminalTail;
  /** The newest calls, oldest first, at most {@link ROWS_PER_BATCH}; older ones by `run.rows`. */
  readonly rows: readonly CallEvent[];
  readonly touched: TouchedFiles;
  readonly changed: ChangedFiles;
  /** One entry a limit, in the order that they were first hit. */
  readonly limits: readonly LimitHit[];
  readonly notices: readonly NoticeEvent[];
  readonly noticesTotal: number;
  readonly usage: Omit<UsageEvent, 'type' | 'seq' | 't'> | null;
}

/** `behind`: events are missing between state and batch; ask the server for everything after `state.to`. */
export type Applied =
  | { readonly ok: true; readonly state: SessionState }
  | {
      readonly ok: false;
      readonly reason: 'behind' | 'other-run';
      readonly expected: number;
      readonly got: number;
    };

export function initialState(run: string): SessionState {
  return {
    run,
    to: 0,
    t: 0,
    start: null,
    phase: 'starting',
    exit: null,
    calls: 0,
    bootCalls: 0,
    byVerdict: { allow: 0, deny: 0, modify: 0, fake: 0 },
    byRule: {},
    byCall: {},
    seconds: [],
    rules: [],
    terminal: EMPTY_TAIL,
    rows: [],
    touched: NOTHING_TOUCHED,
    changed: NOTHING_CHANGED,
    limits: [],
    notices: [],
    noticesTotal: 0,
    usage: null,
  };
}

/** The state after the batch. A batch that the state contains already changes nothing. */
export function applyBatch(state: SessionState, batch: Batch): Applied {
  if (batch.run !== state.run)
    return { ok: false, reason: 'other-run', expected: state.to + 1, got: batch.from };
  if (batch.to <= state.to) return { ok: true, state };
  if (batch.from !== state.to + 1)
    return { ok: false, reason: 'behind', expected: state.to + 1, got: batch.from };
  const of = eventsByType(batch.events);
  const exit = of.exit.at(-1) ?? state.exit;
  const usage = of.usage.at(-1);
  const rules =
    of.rule.length === 0
      ? state.rules
      : [...state.rules, ...of.rule.map((event) => event.rule)].slice(0, RULES_KEPT);
  const byRule = summed(state.byRule, batch.summary.byRule);
  return {
    ok: true,
    state: {
      run: state.run,
      to: batch.to,
      t: batch.events.at(-1)?.t ?? state.t,
      start: state.start ?? of.start[0] ?? null,
      phase: exit !== null ? 'ended' : (of.phase.at(-1)?.phase ?? state.phase),
      exit,
      calls: state.calls + batch.summary.calls,
      bootCalls:
        rules === state.rules && byRule === state.byRule ? state.bootCalls : countBoot(rules, byRule),
      byVerdict: verdictsAfter(state.byVerdict, batch.summary),
      byRule,
      byCall: summed(state.byCall, batch.summary.byCall),
      seconds: secondsAfter(state.seconds, batch.summary.perSecond),
      rules,
      terminal: appendToTail(state.terminal, of.out.map((event) => event.data).join('')),
      rows: newest(state.rows, of.call, ROWS_PER_BATCH),
      touched: touchedAfter(state.touched, of.touch),
      changed: changedAfter(state.changed, of.file),
      limits: limitsAfter(state.limits, of.limit),
      notices: newest(state.notices, of.notice, NOTICES_KEPT),
      noticesTotal: state.noticesTotal + of.notice.length,
      usage:
        usage === undefined
          ? state.usage
          : {
              heapBytes: usage.heapBytes,
              cpuSeconds: usage.cpuSeconds,
              wallSeconds: usage.wallSeconds,
              outputBytes: usage.outputBytes,
            },
    },
  };
}

/** The deciding place that a call row or a count names, or undefined beyond {@link RULES_KEPT}. */
export function ruleOf(state: SessionState, id: number): RuleInfo | undefined {
  // Engines number their places from 0 or 1 without gaps, so one of the first two looks nearly always finds it.
  if (state.rules[id]?.id === id) return state.rules[id];
  if (state.rules[id - 1]?.id === id) return state.rules[id - 1];
  return state.rules.find((rule) => rule.id === id);
}

type ByType = { readonly [T in RunEvent['type']]: Extract<RunEvent, { type: T }>[] };

function eventsByType(events: readonly RunEvent[]): ByType {
  const lists: ByType = {
    start: [],
    rule: [],
    call: [],
    out: [],
    file: [],
    content: [],
    touch: [],
    limit: [],
    phase: [],
    usage: [],
    notice: [],
    exit: [],
  };
  for (const event of events) {
    // A kind that a newer server added is not in the lists and does not concern this state.
    const list = lists[event.type] as RunEvent[] | undefined;
    list?.push(event);
  }
  return lists;
}

function summed(
  before: Readonly<Record<string, number>>,
  added: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const names = Object.keys(added);
  if (names.length === 0) return before;
  const sum: Record<string, number> = { ...before };
  for (const name of names) sum[name] = (sum[name] ?? 0) + added[name]!;
  return sum;
}

function verdictsAfter(
  before: Readonly<Record<VerdictKind, number>>,
  summary: CallSummary,
): Readonly<Record<VerdictKind, number>> {
  if (summary.calls === 0) return before;
  const sum = { ...before };
  for (const kind of VERDICT_KINDS) sum[kind] += summary.byVerdict[kind];
  return sum;
}

function secondsAfter(
  before: readonly SecondBucket[],
  added: readonly SecondBucket[],
): readonly SecondBucket[] {
  const first = added[0];
  if (first === undefined) return before;
  const last = before.at(-1);
  // The second that was under way when the last batch was cut goes on in this one.
  const joined: SecondBucket[] =
    last?.[0] === first[0]
      ? [
          ...before.slice(0, -1),
          [first[0], last[1] + first[1], last[2] + first[2], last[3] + first[3], last[4] + first[4]],
          ...added.slice(1),
        ]
      : [...before, ...added];
  return joined.length > SECONDS_KEPT ? joined.slice(-SECONDS_KEPT) : joined;
}

function limitsAfter(before: readonly LimitHit[], events: readonly LimitEvent[]): readonly LimitHit[] {
  if (events.length === 0) return before;
  const hits = [...before];
  for (const { limit, value, ends, message, t } of events) {
    const at = hits.findIndex((hit) => hit.limit === limit);
    if (at < 0) hits.push({ limit, value, ends, message, t, times: 1 });
    else hits[at] = { limit, value, ends, message, t, times: hits[at]!.times + 1 };
  }
  return hits;
}

function newest<T>(before: readonly T[], added: readonly T[], kept: number): readonly T[] {
  if (added.length === 0) return before;
  return [...before, ...added].slice(-kept);
}

function countBoot(rules: readonly RuleInfo[], byRule: Readonly<Record<string, number>>): number {
  let calls = 0;
  for (const rule of rules) if (rule.code === 'boot') calls += byRule[rule.id] ?? 0;
  return calls;
}
