/**
 * From outcomes to replies of the classic wire.
 *
 * A reply is a marshalled error code, 0 for success, and then the result in exactly the shape that the function has (a child dies of
 * any other), or for code 1 the number of an OSError. What a handler made has its exact form beside the outcome (`native`), which counts
 * only while the guest gets that very outcome. A value that a policy made up may not fit: then the call fails, as on the other wire.
 */
import { errnoNumber, type Errno } from '@sandtable/shared/errno';
import type { PlainValue } from '@sandtable/shared/policy/model';
import { encodeText } from '@sandtable/shared/text';
import type { Stat } from '../vfs/index.ts';
import type { AnswerError, Native } from '../wire/encoder.ts';
import type { Asked } from '../wire/asked.ts';
import { isPlainObject, real, whole, type PlainObject } from '../wire/structs.ts';
import type { Shape } from './functions.ts';
import { encodeMarshal, marshalBytes, type MarshalValue } from './marshal.ts';

/**
 * Longest reply in bytes. A child reads it into a buffer that it doubles at each piece, which a pipe hands over 64 KiB at a time: 1.2 MB
 * came through, 1.4 MB killed the child. A listing that is longer fails with ENOMEM.
 */
export const MAX_REPLY_BYTES = 1024 * 1024;

const OS_ERROR = 1;
const RUNTIME_ERROR = 9;

const OK: MarshalValue = { code: 'i', value: 0 };
const NONE: MarshalValue = { code: 'N' };
const TRUE: MarshalValue = { code: 'T' };
const FALSE: MarshalValue = { code: 'F' };

const TICKS_PER_SECOND = 100;

function small(value: number): MarshalValue {
  return { code: 'i', value };
}

function long(value: number): MarshalValue {
  return { code: 'I', value: BigInt.asIntN(64, BigInt(value)) };
}

/** `i` where it fits, as the original sent it. */
function int(value: number): MarshalValue {
  return (value | 0) === value ? small(value) : long(value);
}

function float(value: number): MarshalValue {
  return { code: 'f', value: Number.isFinite(value) ? value : 0 };
}

function text(bytes: Uint8Array): MarshalValue {
  return { code: 's', bytes };
}

function textOf(value: PlainValue | undefined): MarshalValue {
  return text(encodeText(typeof value === 'string' ? value : ''));
}

function tuple(items: readonly MarshalValue[]): MarshalValue {
  return { code: '(', items };
}

function list(items: readonly MarshalValue[]): MarshalValue {
  return { code: '[', items };
}

/** As the C functions of the other wire read it: null and false are 0, true is 1. Undefined for what is no number. */
function number(value: PlainValue): number | undefined {
  if (value === null || typeof value === 'boolean') return value === true ? 1 : 0;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

type Value = (value: PlainValue, native: Native | null, asked: Asked) => MarshalValue | null;

function ofNumber(make: (value: number) => MarshalValue): Value {
  return (value) => {
    const found = number(value);
    return found === undefined ? null : make(found);
  };
}

function ofObject(make: (value: PlainObject) => MarshalValue): Value {
  return (value) => (isPlainObject(value) ? make(value) : null);
}

const words: Value = (value, native, asked) => {
  const bytes =
    native?.kind === 'bytes' ? native.bytes : typeof value === 'string' ? encodeText(value) : null;
  if (bytes === null) return null;
  return text(asked.call === 'll_os_read' ? bytes.subarray(0, asked.room) : bytes);
};

/** Code letters are those of the original: `i I I i i i I f f f`. */
function statItems(numbers: readonly number[], times: readonly number[]): MarshalValue {
  const [mode, ino, dev, nlink, uid, gid, size] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const few = [small(mode | 0), long(ino), long(dev), small(nlink | 0), small(uid | 0), small(gid | 0)];
  return tuple([...few, long(size), ...times.map(float)]);
}

function exactStat(stat: Stat): MarshalValue {
  const { mode, ino, dev, nlink, uid, gid, size } = stat;
  return statItems(
    [mode, ino, dev, nlink, uid, gid, size],
    [
      stat.atimeSec + stat.atimeNsec / 1e9,
      stat.mtimeSec + stat.mtimeNsec / 1e9,
      stat.ctimeSec + stat.ctimeNsec / 1e9,
    ],
  );
}

/** Seconds, or `[seconds, nanoseconds]`. */
function time(value: PlainValue | undefined): number {
  if (!Array.isArray(value)) return real(value);
  return whole(value[0] as PlainValue) + whole(value[1] as PlainValue) / 1e9;
}

function madeUpStat(value: PlainObject): MarshalValue {
  return statItems(
    ['mode', 'ino', 'dev', 'nlink', 'uid', 'gid', 'size'].map((field) => whole(value[field])),
    ['atime', 'mtime', 'ctime'].map((field) => time(value[field])),
  );
}

const names: Value = (value, native) => {
  if (native?.kind === 'lines') {
    const shown = native.lines.filter(({ name }) => name !== '.' && name !== '..');
    return list(shown.map(({ name }) => text(encodeText(name))));
  }
  if (!Array.isArray(value)) return null;
  const all = value as readonly PlainValue[];
  return all.every((name) => typeof name === 'string' && name !== '' && !/[/\0]/.test(name))
    ? list(all.map(textOf))
    : null;
};

const environment: Value = (value) => {
  if (!Array.isArray(value)) return null;
  const pairs = value as readonly PlainValue[];
  return pairs.every(
    (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((item) => typeof item === 'string'),
  )
    ? list(pairs.map((pair) => tuple((pair as readonly PlainValue[]).map(textOf))))
    : null;
};

const VALUES: { readonly [shape in Shape]: Value } = {
  none: () => NONE,
  never: () => NONE,
  int: ofNumber(int),
  long: ofNumber(long),
  success: ofNumber((value) => (value === 0 ? TRUE : FALSE)),
  truth: ofNumber((value) => (value === 0 ? FALSE : TRUE)),
  text: words,
  textOrNone: (value, native, asked) =>
    value === null && native === null ? NONE : words(value, native, asked),
  seconds: (value) => (typeof value === 'number' && Number.isFinite(value) ? float(value) : null),
  micros: (value) => (typeof value === 'number' && Number.isFinite(value) ? float(value / 1e6) : null),
  names,
  stat: (value, native) => {
    if (native?.kind === 'stat') return exactStat(native.stat);
    return isPlainObject(value) ? madeUpStat(value) : null;
  },
  pair: (value) => {
    if (!Array.isArray(value) || value.length !== 2) return null;
    return tuple((value as readonly PlainValue[]).map((item) => int(whole(item))));
  },
  ended: ofNumber((pid) => tuple([int(pid), small(0)])),
  environment,
  uname: ofObject((value) =>
    tuple(['sysname', 'nodename', 'release', 'version', 'machine'].map((field) => textOf(value[field]))),
  ),
  times: ofObject((value) =>
    tuple(
      ['utime', 'stime', 'cutime', 'cstime', 'elapsed'].map((field) =>
        float(real(value[field]) / TICKS_PER_SECOND),
      ),
    ),
  ),
  loads: ofObject((value) => {
    const loads = value['loads'];
    return tuple([0, 1, 2].map((k) => float(Array.isArray(loads) ? real(loads[k] as PlainValue) : 0)));
  }),
};

/** The reply to a success, or why there can be none. `native`: the exact form of this very value. */
export function successReply(
  shape: Shape,
  value: PlainValue,
  native: Native | null,
  asked: Asked,
): Uint8Array | AnswerError {
  const result = VALUES[shape](value, native, asked);
  if (result === null) return 'nonsense';
  return marshalBytes(result) > MAX_REPLY_BYTES ? 'too-large' : encodeMarshal([OK, result]);
}

/** The reply to a failure. Questions that are answered with yes or no get no: `os.access` and `os.isatty` never raise. */
export function errnoReply(shape: Shape, errno: Errno): Uint8Array {
  return shape === 'success' || shape === 'truth'
    ? encodeMarshal([OK, FALSE])
    : encodeMarshal([small(OS_ERROR), small(errnoNumber(errno))]);
}

/** RuntimeError, without a message: the wire has none. */
export function runtimeErrorReply(): Uint8Array {
  return encodeMarshal([small(RUNTIME_ERROR)]);
}
