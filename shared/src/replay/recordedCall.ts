/**
 * One row of a trace as the request that it was and the answer that it got.
 *
 * A row is smaller than what happened: texts are cut to {@link ROW_TEXT_LIMIT} characters, long lists to their beginning, and a call that
 * was denied has no answer. What is missing is named here, so that nobody judges by half of it.
 */
import { accessOf } from '../callAccess.ts';
import { callSpec } from '../calls.ts';
import { isErrno } from '../errno.ts';
import { ROW_TEXT_LIMIT, type CallEvent } from '../events.ts';
import type { CallArgs, CallRequest, Outcome, PlainValue } from '../policy/model.ts';

/** Items of a list or an object in a row, by depth; one that has as many may have been cut there. */
const ROW_ITEMS = [100, 16, 4, 4, 4];

export interface RecordedCall {
  readonly request: CallRequest;
  /** What the world answered; null where the call was never performed. */
  readonly answer: Outcome | null;
  /** Arguments of which the row holds the beginning only. */
  readonly cutArgs: readonly string[];
  readonly cutAnswer: boolean;
  /** Whether what the guest saw is not whole in the row. */
  readonly cutSeen: boolean;
  /** A resolved name that is not whole: nothing can be said about its place. */
  readonly cutPath: boolean;
  /** The request that a function of the run's policy made of it. */
  readonly performed: CallRequest | null;
}

export function recordedCall(row: CallEvent): RecordedCall {
  const { args, cut } = wholeArgs(row.args);
  const request = requestWith(row, args, row.path, row.newpath);
  const performedArgs = row.performed === undefined ? null : wholeArgs(row.performed);
  const performed =
    performedArgs === null
      ? null
      : requestWith(row, performedArgs.args, row.performedPath, row.performedNewpath);
  const cutPath = [request, performed].some((each) => isLong(each?.path) || isLong(each?.newpath));
  return {
    request,
    answer: answerOf(row),
    cutArgs: performedArgs === null ? cut : [...cut, ...performedArgs.cut],
    cutSeen: isCutResult(row),
    cutAnswer: row.answered === undefined ? isCutResult(row) : isCutValue(row.answered),
    cutPath,
    performed,
  };
}

/** What the guest saw. */
export function seenBy(row: CallEvent): Outcome {
  if (row.errno !== undefined) return { ok: false, errno: row.errno };
  if (row.raise !== undefined) return { ok: false, raise: row.raise };
  return { ok: true, value: row.result ?? null };
}

function requestWith(
  { call }: CallEvent,
  args: CallArgs,
  path: string | undefined,
  newpath: string | undefined,
): CallRequest {
  const named = (name: 'path' | 'newpath'): string | undefined => {
    const value = args[name];
    const has = callSpec(call)?.args.some((arg) => arg.name === name) === true;
    return has && typeof value === 'string' ? value : undefined;
  };
  const first = path ?? named('path');
  const second = newpath ?? named('newpath');
  return {
    call,
    args,
    access: accessOf(call, args),
    ...(first === undefined ? {} : { path: first }),
    ...(second === undefined ? {} : { newpath: second }),
  };
}

/** Arguments without the lengths that stand beside those that were cut. */
function wholeArgs(args: CallArgs): { readonly args: CallArgs; readonly cut: readonly string[] } {
  const cut: string[] = [];
  for (const [name, value] of Object.entries(args)) {
    if (typeof value === 'string' && typeof args[`${name}Length`] === 'number') cut.push(name);
    else if (isCutValue(value)) cut.push(name);
  }
  if (cut.length === 0) return { args, cut };
  const lengths = new Set(cut.map((name) => `${name}Length`));
  return { args: Object.fromEntries(Object.entries(args).filter(([name]) => !lengths.has(name))), cut };
}

/** An error under a denial may be the world's or a rule's further in: the row does not say, so it counts as no answer. */
function answerOf(row: CallEvent): Outcome | null {
  const { answered, verdict } = row;
  if (verdict === 'fake') return null;
  if (answered !== undefined) {
    if (typeof answered === 'object' && answered !== null && !Array.isArray(answered)) {
      const { errno, raise } = answered as { readonly [key: string]: PlainValue };
      const only = Object.keys(answered).length === 1;
      const error: Outcome | null =
        only && typeof errno === 'string' && isErrno(errno)
          ? { ok: false, errno }
          : only && raise === 'RuntimeError'
            ? { ok: false, raise }
            : null;
      if (error !== null) return verdict === 'deny' ? null : error;
    }
    return { ok: true, value: answered };
  }
  return verdict === 'deny' ? null : seenBy(row);
}

function isCutResult(row: CallEvent): boolean {
  return Object.hasOwn(row, 'resultLength') || (row.result !== undefined && isCutValue(row.result));
}

function isCutValue(value: PlainValue, depth = 0): boolean {
  if (typeof value === 'string') return value.length >= ROW_TEXT_LIMIT || (depth > 0 && value === '…');
  if (typeof value !== 'object' || value === null) return false;
  const items = Object.values<PlainValue>(value);
  return items.length >= (ROW_ITEMS[depth] ?? 0) || items.some((item) => isCutValue(item, depth + 1));
}

function isLong(path: string | undefined): boolean {
  return path !== undefined && path.length >= ROW_TEXT_LIMIT;
}
