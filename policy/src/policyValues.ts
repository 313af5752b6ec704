/**
 * What comes out of a policy, checked: JSON text in, clean plain values out.
 *
 * Values are rebuilt, never passed on: no prototype, no accessor, no key of another's making comes through. Texts are made
 * canonical, so that a name cannot be judged in one spelling and used in another.
 */
import { callSpec, type CallName, type ResultKind } from '@sandtable/shared/calls';
import { isErrno } from '@sandtable/shared/errno';
import { FITS_KIND, isText, isWhole } from '@sandtable/shared/policy/argumentKinds';
import type { CallArgs, Outcome, PlainValue } from '@sandtable/shared/policy/model';
import { canonicalText } from '@sandtable/shared/text';
import type { Denial } from '@sandtable/shared/verdicts';
import { MAX_VALUE_DEPTH } from './policyLimits.ts';

/** Rebuilds a parsed value; undefined where it is nested too deeply or no plain value. */
export function plainValue(value: unknown, depth = 0): PlainValue | undefined {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return canonicalText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || depth >= MAX_VALUE_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const list: PlainValue[] = [];
    for (const each of value) {
      const plain = plainValue(each, depth + 1);
      if (plain === undefined) return undefined;
      list.push(plain);
    }
    return list;
  }
  const result: { [key: string]: PlainValue } = {};
  for (const [key, each] of Object.entries(value)) {
    const plain = plainValue(each, depth + 1);
    if (plain === undefined || key === '__proto__') return undefined;
    result[key] = plain;
  }
  return result;
}

const isObject = (value: PlainValue): boolean => typeof value === 'object' && value !== null;

const ARGS: typeof FITS_KIND = {
  ...FITS_KIND,
  seconds: (value) => FITS_KIND.seconds(value) && (value as number) >= 0,
};

const RESULTS: {
  readonly [kind in ResultKind]: { readonly is: (value: PlainValue) => boolean; readonly what: string };
} = {
  none: { is: (value) => value === null || value === 0, what: 'null' },
  never: { is: (value) => value === null, what: 'null' },
  int: { is: (value) => isWhole(value) || typeof value === 'boolean', what: 'a whole number' },
  fd: {
    is: (value) => isWhole(value) && (value as number) >= 0,
    what: 'a descriptor: a whole number from 0',
  },
  bytes: { is: isText, what: 'a text' },
  text: { is: isText, what: 'a text' },
  stat: { is: isObject, what: 'an object like that of stat' },
  statvfs: { is: isObject, what: 'an object like that of statvfs' },
  names: {
    is: (value) =>
      Array.isArray(value) &&
      value.every((each) => typeof each === 'string' && each !== '' && !/[/\0]/.test(each)),
    what: 'a list of names without slashes',
  },
  seconds: { is: (value) => typeof value === 'number', what: 'a number of seconds' },
  fdpair: {
    is: (value) => Array.isArray(value) && value.length === 2 && value.every(isWhole),
    what: 'two descriptors',
  },
  ready: { is: isObject, what: 'an object like that of select, or a list like that of poll' },
  struct: { is: (value) => value === null || isObject(value), what: 'an object' },
};

/** Null where the value fits the call's result, else what it should be. */
export function misfit(call: CallName, value: PlainValue): string | null {
  const { is, what } = RESULTS[callSpec(call)!.result];
  return is(value) ? null : what;
}

/** The outcome that a policy answered with, or why it is none. */
export function outcomeOf(
  call: CallName,
  raw: unknown,
): { ok: true; outcome: Outcome } | { ok: false; message: string } {
  const { ok, value, errno, raise } = raw as {
    ok?: unknown;
    value?: unknown;
    errno?: unknown;
    raise?: unknown;
  };
  if (ok === false) {
    if (raise === 'RuntimeError') return { ok: true, outcome: { ok, raise } };
    if (typeof errno === 'string' && isErrno(errno)) return { ok: true, outcome: { ok, errno } };
    return { ok: false, message: 'its answer has ok: false and no errno of Linux' };
  }
  const plain = plainValue(value);
  if (ok !== true || plain === undefined) return { ok: false, message: 'its answer is no plain value' };
  const should = misfit(call, plain);
  return should === null
    ? { ok: true, outcome: { ok: true, value: plain } }
    : { ok: false, message: `the answer of ${call} should be ${should}` };
}

/** The arguments that a policy changed a call to, or why they are none. */
export function argsOf(
  call: CallName,
  before: CallArgs,
  raw: unknown,
): { ok: true; args: CallArgs } | { ok: false; message: string } {
  const plain = plainValue(raw);
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain))
    return { ok: false, message: 'the arguments are no object' };
  const spec = callSpec(call)!;
  for (const [name, value] of Object.entries(plain)) {
    const kind = spec.args.find((arg) => arg.name === name)?.kind;
    if (kind === undefined && !Object.hasOwn(before, name))
      return { ok: false, message: `${call} has no argument '${name.slice(0, 40)}'` };
    const fits = kind === undefined ? typeof value === typeof before[name] : ARGS[kind](value);
    if (!fits) return { ok: false, message: `the argument '${name.slice(0, 40)}' of ${call} cannot be that` };
  }
  return { ok: true, args: plain as CallArgs };
}

/** A denial, or null for what is none. */
export function denialOf(raw: unknown): Denial | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const { errno, raise } = raw as { errno?: unknown; raise?: unknown };
  if (raise === 'RuntimeError') return { raise };
  return typeof errno === 'string' && isErrno(errno) ? { errno } : null;
}
