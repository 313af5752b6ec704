/**
 * A recorded run judged by another policy: what would each call have been told?
 *
 * Pure: nothing is performed. A function's `next()` is answered from the record. What the interpreter did before the guest's program
 * (code `boot`) stays as it was, because no policy is asked there.
 *
 * Honesty. A call that the row does not hold enough of is not judged, and its {@link Doubt} says why. From the first call on that the guest
 * would have seen otherwise (or that could not be judged) the rest is a guess: the program might have gone another way. NEVER is a doubtful verdict counted as the same.
 */
import { callSpec } from '../calls.ts';
import type { Errno } from '../errno.ts';
import type { CallEvent } from '../events.ts';
import type {
  CallArgs,
  CallRequest,
  Decision,
  MaybePromise,
  Outcome,
  PolicyEngine,
} from '../policy/model.ts';
import { sameValue } from '../policy/sameValue.ts';
import type { RuleInfo, VerdictCode, VerdictKind } from '../verdicts.ts';
import type { RecordedRun } from './recordedRun.ts';
import { recordedCall, seenBy, type RecordedCall } from './recordedCall.ts';

/** A verdict as a person compares it. */
export interface Judged {
  readonly kind: VerdictKind;
  /** The place that decided; null where the trace does not name it. */
  readonly rule: RuleInfo | null;
  readonly reason?: string;
  /** How a denial looks to the guest. */
  readonly errno?: Errno;
  readonly raise?: 'RuntimeError';
}

/** Why a call cannot be judged by its row. */
export type Doubt =
  | 'path-cut' // the name is longer than the row keeps
  | 'args-cut' // a function stands around the call and the row has the beginning of what it was given only
  | 'answer-cut' // the same for the answer
  | 'no-answer' // the call was never performed, and a function wants to know what came of it
  | 'other-place' // a function asks for another name or descriptor, and the trace does not say where that leads
  | 'chance' // the same line answers otherwise, and the policy asks for random numbers or the clock
  | 'time'; // the verdict of the record or of now came from a lack of time, memory or turns

/** What changed, from what a person cares about most to least; `place`: the same to the guest, decided elsewhere. */
export type Change = 'kind' | 'errno' | 'seen' | 'place';

export interface ChangedRow {
  readonly row: CallEvent;
  readonly change: Change;
  readonly before: Judged;
  readonly after: Judged;
  /** Whether it stands behind the first call that went another way. */
  readonly guess: boolean;
}

export interface DoubtfulRow {
  readonly row: CallEvent;
  readonly before: Judged;
  readonly doubt: Doubt;
}

export interface ReplayResult {
  /** Rows looked at. */
  readonly calls: number;
  /** Rows of the interpreter's start. */
  readonly boot: number;
  readonly same: number;
  /** DENY → ALLOW first; the first {@link MAX_CHANGES_KEPT} of the list that is counted below. */
  readonly changes: readonly ChangedRow[];
  readonly byChange: Readonly<Record<Change, number>>;
  /** `deny>allow` → how many, for changes of kind. */
  readonly byKinds: Readonly<Record<string, number>>;
  readonly doubts: readonly DoubtfulRow[];
  readonly doubtful: number;
  /** Number of the first call behind which everything is a guess, or null where the guest would have seen the same all through. */
  readonly guessAfter: number | null;
  /** Changed rows that a person would want to see, by the line of the policy that decides now: rule id → calls. */
  readonly byRule: Readonly<Record<string, number>>;
  /** Calls that the trace has and that were not looked at. */
  readonly left: number;
}

/** Changed rows kept for the list, in the order of the run; all are counted. A person reads some dozens. */
export const MAX_CHANGES_KEPT = 5_000;
const MAX_DOUBTS_KEPT = 500;

export interface ReplayOptions {
  /** Judge the recorded verdicts' place by this policy instead: the two are compared on the same trace. */
  readonly against?: PolicyEngine;
  /** The policy asks for random numbers or the clock: that it answers otherwise at the same line is then no change. */
  readonly byChance?: boolean;
  /** Asked now and then; true ends the replay, which then gives null. */
  readonly isOver?: () => boolean;
}

/** Calls between two looks at whether somebody still wants to know. */
const LOOK_EVERY = 4096;

/** Judges every row. The engine must be new, and is used up by this; null where it was told to end. */
export async function replay(
  run: RecordedRun,
  engine: PolicyEngine,
  options: ReplayOptions = {},
): Promise<ReplayResult | null> {
  const { against, isOver, byChance = false } = options;
  const tally = new Tally(run, byChance);
  const judge = judgeOf(engine);
  const other = against === undefined ? null : judgeOf(against);
  for (const [at, row] of run.rows.entries()) {
    if (at % LOOK_EVERY === LOOK_EVERY - 1 && isOver?.() === true) return null;
    const was = run.rules.get(row.rule);
    if (was?.code === 'boot') {
      tally.boot += 1;
      continue;
    }
    const call = recordedCall(row);
    const pending = judge(row, call);
    const now = pending instanceof Promise ? await pending : pending;
    if (other === null) {
      tally.add(row, recorded(row, call, was), now);
      continue;
    }
    const waiting = other(row, call);
    tally.add(row, waiting instanceof Promise ? await waiting : waiting, now);
  }
  return tally.result();
}

/** A verdict, and what the guest would have seen; null where that cannot be known. */
interface Opinion {
  readonly judged: Judged;
  readonly seen: Outcome | null;
  readonly doubt: Doubt | null;
}

const STARVED: ReadonlySet<VerdictCode> = new Set<VerdictCode>([
  'policy-timeout',
  'policy-memory',
  'policy-budget',
]);

/** What the record says. */
function recorded(row: CallEvent, call: RecordedCall, rule: RuleInfo | undefined): Opinion {
  const doubt = rule !== undefined && STARVED.has(rule.code) ? 'time' : null;
  return { judged: judgedBy(row, rule), seen: call.cutSeen ? null : seenBy(row), doubt };
}

export function judgedBy(row: CallEvent, rule: RuleInfo | undefined): Judged {
  return {
    kind: row.verdict,
    rule: rule ?? null,
    ...(row.reason === undefined ? {} : { reason: row.reason }),
    ...(row.verdict === 'deny' && row.errno !== undefined ? { errno: row.errno } : {}),
    ...(row.verdict === 'deny' && row.raise !== undefined ? { raise: row.raise } : {}),
  };
}

function judgeOf(engine: PolicyEngine): (row: CallEvent, call: RecordedCall) => MaybePromise<Opinion> {
  engine.beginGuest();
  // One call is judged at a time, so what the engine asks while it does is about this one.
  let current: RecordedCall | null = null;
  let doubt: Doubt | null = null;
  engine.resolve = (call, args, before) => {
    const resolved = resolvedBy(current!, args, before);
    if (resolved === null) doubt ??= 'other-place';
    return resolved ?? { ...before, call, args };
  };
  const perform = (request: CallRequest): Outcome => {
    const call = current!;
    if (!engine.hasFunction(request.call)) return call.answer ?? NOTHING;
    const same = sameArgs(request.args, call.request.args)
      ? call.performed === null
      : call.performed !== null && sameArgs(request.args, call.performed.args);
    if (!same || call.answer === null) doubt ??= 'no-answer';
    else if (call.cutAnswer) doubt ??= 'answer-cut';
    return call.answer ?? NOTHING;
  };
  const opinion = ({ verdict, seen }: Decision): Opinion => {
    const rule = engine.rules[verdict.rule] ?? null;
    if (rule !== null && STARVED.has(rule.code)) doubt ??= 'time';
    const call = current!;
    const performed = verdict.kind === 'allow';
    return {
      judged: {
        kind: verdict.kind,
        rule,
        ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
        ...(verdict.kind === 'deny' && !seen.ok
          ? 'errno' in seen
            ? { errno: seen.errno }
            : { raise: seen.raise }
          : {}),
      },
      // Allowed, but never performed in the run: nobody knows what it would have given.
      seen: performed && call.answer === null ? null : seen,
      doubt,
    };
  };
  return (row, call) => {
    current = call;
    doubt = null;
    if (call.cutPath) doubt = 'path-cut';
    else if (call.cutArgs.length > 0 && engine.hasFunction(row.call)) doubt = 'args-cut';
    const decision = engine.decide(call.request, perform);
    return decision instanceof Promise ? decision.then(opinion) : opinion(decision);
  };
}

const NOTHING: Outcome = Object.freeze({ ok: true, value: null });

/** Where a changed request acts, as far as the record tells; null where it does not. */
function resolvedBy(call: RecordedCall, args: CallArgs, before: CallRequest): CallRequest | null {
  const { performed } = call;
  if (performed !== null && sameArgs(args, performed.args)) return performed;
  const spec = callSpec(before.call);
  for (const { name, kind } of spec?.args ?? []) {
    const isPlace = kind === 'path' || kind === 'fd' || kind === 'dirfd' || name === 'flags';
    if (isPlace && !sameValue(args[name], before.args[name])) return null;
  }
  return { ...before, args };
}

function sameArgs(a: CallArgs, b: CallArgs): boolean {
  return a === b || sameValue(a, b);
}

/** Counts and keeps what changed. */
class Tally {
  boot = 0;
  readonly #run: RecordedRun;
  readonly #byChance: boolean;
  #same = 0;
  readonly #changes: ChangedRow[] = [];
  readonly #byChange: Record<Change, number> = { kind: 0, errno: 0, seen: 0, place: 0 };
  readonly #byKinds: Record<string, number> = {};
  readonly #byRule: Record<string, number> = {};
  readonly #doubts: DoubtfulRow[] = [];
  #doubtful = 0;
  #guessAfter: number | null = null;

  constructor(run: RecordedRun, byChance: boolean) {
    this.#run = run;
    this.#byChance = byChance;
  }

  add(row: CallEvent, before: Opinion, after: Opinion): void {
    if (after.judged.rule !== null) {
      const id = after.judged.rule.id;
      this.#byRule[id] = (this.#byRule[id] ?? 0) + 1;
    }
    const change = changeOf(before, after);
    const chance = change === 'seen' && this.#byChance && samePlace(before.judged.rule, after.judged.rule);
    const doubt = after.doubt ?? before.doubt ?? (chance ? 'chance' : null);
    if (doubt !== null) {
      this.#doubtful += 1;
      if (this.#doubts.length < MAX_DOUBTS_KEPT) this.#doubts.push({ row, before: before.judged, doubt });
      this.#guessAfter ??= row.n;
      return;
    }
    if (change === null) {
      this.#same += 1;
      return;
    }
    this.#byChange[change] += 1;
    if (change === 'kind') {
      const key = `${before.judged.kind}>${after.judged.kind}`;
      this.#byKinds[key] = (this.#byKinds[key] ?? 0) + 1;
    }
    const guess = this.#guessAfter !== null;
    const kept = { row, change, before: before.judged, after: after.judged, guess };
    if (this.#changes.length < MAX_CHANGES_KEPT) this.#changes.push(kept);
    if (change !== 'place') this.#guessAfter ??= row.n;
  }

  result(): ReplayResult {
    return {
      calls: this.#run.rows.length,
      boot: this.boot,
      same: this.#same,
      changes: inOrder(this.#changes),
      byChange: this.#byChange,
      byKinds: this.#byKinds,
      doubts: this.#doubts,
      doubtful: this.#doubtful,
      guessAfter: this.#guessAfter,
      byRule: this.#byRule,
      left: this.#run.left,
    };
  }
}

/** Null where neither guest nor reader would notice a difference. */
function changeOf(before: Opinion, after: Opinion): Change | null {
  if (before.judged.kind !== after.judged.kind) return 'kind';
  if (!sameDenial(before.judged, after.judged)) return 'errno';
  // An answer that made no sense for the call, the guest saw as an error of the sandbox's own.
  const misfit = before.judged.kind !== 'allow' && before.seen?.ok === false && after.seen?.ok === true;
  if (misfit && samePlace(before.judged.rule, after.judged.rule)) return null;
  if (before.seen !== null && after.seen !== null && !sameSeen(before.seen, after.seen)) return 'seen';
  return samePlace(before.judged.rule, after.judged.rule) ? null : 'place';
}

/** The sandbox says some denials in a way of its own: where nothing can raise, and about attributes of files. */
function sameDenial(before: Judged, after: Judged): boolean {
  if (before.errno === after.errno && before.raise === after.raise) return true;
  if (!samePlace(before.rule, after.rule)) return false;
  return before.rule?.layer === 'ceiling' || (before.errno === 'EPERM' && after.raise !== undefined);
}

function sameSeen(a: Outcome, b: Outcome): boolean {
  if (a.ok) return b.ok && sameValue(a.value, b.value);
  if (b.ok) return false;
  return 'errno' in a ? 'errno' in b && a.errno === b.errno : 'raise' in b;
}

/** Lines move when somebody edits; a rule that reads the same is the same rule. */
function samePlace(a: RuleInfo | null, b: RuleInfo | null): boolean {
  return a === null || b === null || (a.layer === b.layer && a.code === b.code && a.label === b.label);
}

/** What was held back and no longer is, first: a hole matters more than a wall. */
function inOrder(changes: readonly ChangedRow[]): readonly ChangedRow[] {
  const weight = ({ change, before, after }: ChangedRow): number => {
    if (change === 'place') return 9;
    if (before.kind === 'deny' && after.kind !== 'deny') return after.kind === 'allow' ? 0 : 1;
    if (before.kind === 'fake' && after.kind !== 'deny') return 2;
    if (change === 'kind') return after.kind === 'deny' ? 4 : 3;
    return change === 'errno' ? 5 : 6;
  };
  return changes
    .map((each) => ({ each, weight: weight(each) }))
    .sort((a, b) => a.weight - b.weight || a.each.row.n - b.each.row.n)
    .map(({ each }) => each);
}
