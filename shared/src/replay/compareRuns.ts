/**
 * Two recorded runs of one script, side by side: calls that only one of them made, and calls that both made and that went differently.
 *
 * Calls are aligned by what they ask and where (`align.ts`); what belongs together is then compared in detail. What differs from run to run
 * by itself is no difference: clocks, random numbers, identities, the numbers of descriptors and inodes. The interpreter's own start and its
 * reading of its library are left out: they are the platform's, and a traceback alone reads ten files. What reading the script itself gave is not
 * compared either: that its text was changed is known, and twenty rows that say so would stand before all that it did differently.
 */
import { accessOf } from '../callAccess.ts';
import { callSpec, type CallGroup, type CallName } from '../calls.ts';
import type { CallEvent } from '../events.ts';
import type { CallArgs, PlainValue } from '../policy/model.ts';
import { align } from './align.ts';
import { judgedBy, type Judged } from './replay.ts';
import { sameValue } from '../policy/sameValue.ts';
import type { RecordedRun } from './recordedRun.ts';

/** In what two calls differ that belong together. */
export type Difference = 'verdict' | 'error' | 'args' | 'answer' | 'rule';

export type Step =
  | { readonly kind: 'only-a'; readonly a: CallEvent; readonly was: Judged }
  | { readonly kind: 'only-b'; readonly b: CallEvent; readonly is: Judged }
  | {
      readonly kind: 'differs';
      readonly a: CallEvent;
      readonly b: CallEvent;
      readonly was: Judged;
      readonly is: Judged;
      readonly in: readonly Difference[];
    };

export interface Comparison {
  readonly same: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly differing: number;
  /** By kind of difference; a call may differ in several ways. */
  readonly byDifference: Readonly<Record<Difference, number>>;
  /** In order; the first {@link MAX_STEPS_KEPT}. */
  readonly steps: readonly Step[];
  /** A stretch was too different to be aligned call by call. */
  readonly coarse: boolean;
  /** Calls of either trace that were not looked at. */
  readonly left: number;
}

/** Differences kept for a list; all are counted. */
export const MAX_STEPS_KEPT = 5_000;

/** Answers of these say nothing about the course of a program. */
const UNSTEADY: ReadonlySet<CallGroup> = new Set<CallGroup>([
  'time',
  'random',
  'identity',
  'process',
  'runtime',
]);

/** Seconds that two waits may differ by: the rest of a time-out is computed from a clock. */
const SAME_SECONDS = 0.25;

export function compareRuns(first: RecordedRun, second: RecordedRun): Comparison {
  const [a, b] = [own(first), own(second)];
  const tokens = new Map<string, number>();
  const tokenOf = (row: CallEvent): number => {
    const key = placeOf(row);
    let token = tokens.get(key);
    if (token === undefined) tokens.set(key, (token = tokens.size));
    return token;
  };
  const { pairs, coarse } = align(a.rows.map(tokenOf), b.rows.map(tokenOf));
  const byDifference: Record<Difference, number> = { verdict: 0, error: 0, args: 0, answer: 0, rule: 0 };
  const steps: Step[] = [];
  let differing = 0;
  const keep = (step: Step): void => {
    if (steps.length < MAX_STEPS_KEPT) steps.push(step);
  };
  const was = (row: CallEvent): Judged => judgedBy(row, a.rules.get(row.rule));
  const is = (row: CallEvent): Judged => judgedBy(row, b.rules.get(row.rule));
  let [atA, atB] = [0, 0];
  const skipTo = (toA: number, toB: number): void => {
    for (; atA < toA; atA++) keep({ kind: 'only-a', a: a.rows[atA]!, was: was(a.rows[atA]!) });
    for (; atB < toB; atB++) keep({ kind: 'only-b', b: b.rows[atB]!, is: is(b.rows[atB]!) });
  };
  for (const [inA, inB] of pairs) {
    skipTo(inA, inB);
    [atA, atB] = [inA + 1, inB + 1];
    const left = a.rows[inA]!;
    const right = b.rows[inB]!;
    const all = differencesOf(left, was(left), right, is(right));
    const differences = readsItself(a, left) && readsItself(b, right) ? all.filter(isJudgement) : all;
    if (differences.length === 0) continue;
    differing += 1;
    for (const each of differences) byDifference[each] += 1;
    keep({ kind: 'differs', a: left, b: right, was: was(left), is: is(right), in: differences });
  }
  skipTo(a.rows.length, b.rows.length);
  return {
    same: pairs.length - differing,
    onlyA: a.rows.length - pairs.length,
    onlyB: b.rows.length - pairs.length,
    differing,
    byDifference,
    steps,
    coarse,
    left: a.left + b.left,
  };
}

/** At most so many steps, in their order; where there are more, calls with another verdict come before all others. */
export function foremost(steps: readonly Step[], count: number): readonly Step[] {
  if (steps.length <= count) return steps;
  const judged = (step: Step): boolean => step.kind === 'differs' && step.in.includes('verdict');
  const chosen = new Set([...steps.filter(judged), ...steps.filter((step) => !judged(step))].slice(0, count));
  return steps.filter((step) => chosen.has(step));
}

/** Whether a call looks at the script that was run. */
function readsItself({ start }: RecordedRun, { call, args, path }: CallEvent): boolean {
  const script = start?.argv[1];
  return script !== undefined && (path ?? args['path']) === script && accessOf(call, args) !== 'write';
}

function isJudgement(difference: Difference): boolean {
  return difference !== 'args' && difference !== 'answer';
}

/** The run without what the interpreter does for itself. */
function own(run: RecordedRun): RecordedRun {
  const isOwn = (row: CallEvent): boolean => {
    const code = run.rules.get(row.rule)?.code;
    return code !== 'boot' && code !== 'runtime';
  };
  return { ...run, rows: run.rows.filter(isOwn) };
}

/** Whether the guest would notice: another rule alone is no difference between the runs. */
export function isDifferent({ onlyA, onlyB, byDifference }: Comparison): boolean {
  const { verdict, error, args, answer } = byDifference;
  return onlyA + onlyB + verdict + error + args + answer > 0;
}

function placeOf(row: CallEvent): string {
  const { args, call } = row;
  const text = (value: PlainValue | undefined): string => (typeof value === 'string' ? value : '');
  return [
    call,
    accessOf(call, args),
    row.path ?? text(args['path']),
    row.newpath ?? text(args['newpath']),
    text(args['symbol']),
    String(row.thread ?? 1),
  ].join('\0');
}

function differencesOf(a: CallEvent, was: Judged, b: CallEvent, is: Judged): readonly Difference[] {
  const found: Difference[] = [];
  if (was.kind !== is.kind) found.push('verdict');
  if (a.errno !== b.errno || a.raise !== b.raise) found.push('error');
  if (!sameArgs(a.call, a.args, b.args)) found.push('args');
  if (a.errno === undefined && b.errno === undefined && !sameAnswer(a, b)) found.push('answer');
  const [from, to] = [was.rule, is.rule];
  if (from?.layer !== to?.layer || from?.code !== to?.code || from?.label !== to?.label) found.push('rule');
  return found;
}

function sameArgs(call: CallName, a: CallArgs, b: CallArgs): boolean {
  for (const { name, kind } of callSpec(call)?.args ?? []) {
    const [left, right] = [a[name], b[name]];
    if (kind === 'fd' || kind === 'dirfd' || kind === 'struct' || kind === 'address') continue;
    if (kind === 'seconds' && typeof left === 'number' && typeof right === 'number') {
      if (Math.abs(left - right) > SAME_SECONDS) return false;
    } else if (!sameValue(left, right)) return false;
  }
  return a['dataLength'] === b['dataLength'];
}

function sameAnswer(a: CallEvent, b: CallEvent): boolean {
  const spec = callSpec(a.call);
  if (spec === undefined || UNSTEADY.has(spec.group)) return true;
  switch (spec.result) {
    case 'bytes':
    case 'text':
    case 'int':
    case 'names':
      return sameValue(a.result, b.result) && a.bytes === b.bytes;
    case 'stat':
      return sameStat(a.result, b.result);
    case 'none':
    case 'never':
    case 'fd':
    case 'fdpair':
    case 'seconds':
    case 'ready':
    case 'statvfs':
    case 'struct':
      return true;
  }
}

function sameStat(a: PlainValue | undefined, b: PlainValue | undefined): boolean {
  const field = (value: PlainValue | undefined, name: string): PlainValue | undefined =>
    typeof value === 'object' && value !== null
      ? (value as { readonly [key: string]: PlainValue })[name]
      : undefined;
  return field(a, 'mode') === field(b, 'mode') && field(a, 'size') === field(b, 'size');
}
