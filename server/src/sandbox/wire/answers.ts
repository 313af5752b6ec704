/**
 * From outcomes to reply frames: one encoder for each symbol.
 *
 * An outcome is what a policy sees: plain values. What a handler made has its exact form beside it (`native`: bytes that were
 * never text, dates to the nanosecond); it counts only where the guest gets the handler's own outcome, untouched.
 */
import { WIRE_SYMBOLS, type ResultKind, type WireSymbol, callSpec } from '@sandtable/shared/calls';
import type { PlainValue } from '@sandtable/shared/policy/model';
import { bytes, cString, done, number, seconds, struct, type Encoder } from './encoder.ts';
import { names } from './listing.ts';
import {
  accepted,
  addresses,
  epollWait,
  poll,
  receivedFrom,
  select,
  socketAddress,
  socketOption,
} from './socketAnswers.ts';
import {
  isPlainObject,
  real,
  RUSAGE_BYTES,
  STAT_BYTES,
  STATVFS_BYTES,
  TERMIOS_BYTES,
  UTSNAME_BYTES,
  whole,
  writeItimer,
  writeRlimit,
  writeRusage,
  writeExactStat,
  writeStat,
  writeStatvfs,
  writeTermios,
  writeTimespec,
  writeTimeval,
  writeTms,
  writeUtsname,
  type PlainObject,
} from './structs.ts';
import { writeInt64 } from './wireArgs.ts';

const stat: Encoder = (reply, id, value, native) => {
  const exact = native?.kind === 'stat' ? native.stat : null;
  if (exact === null && !isPlainObject(value)) return 'nonsense';
  reply.start(id, 0, 0);
  reply.outStruct(STAT_BYTES, (view, at) => {
    if (exact === null) writeStat(view, at, value as PlainObject);
    else writeExactStat(view, at, exact);
  });
  return null;
};

const pair: Encoder = (reply, id, value) => {
  if (!Array.isArray(value) || value.length !== 2) return 'nonsense';
  const fds = value as readonly PlainValue[];
  reply.start(id, 0, 0);
  reply.outStruct(8, (view, at) => {
    view.setInt32(at, whole(fds[0]), true);
    view.setInt32(at + 4, whole(fds[1]), true);
  });
  return null;
};

const WINSIZE_FIELDS = ['rows', 'cols', 'xpixel', 'ypixel'] as const;

/** A window size (`rows`) or a count (`count`), at the beginning of the 64 bytes that the host hands on. */
const ioctl: Encoder = (reply, id, value) => {
  reply.start(id, 0, 0);
  if (!isPlainObject(value)) reply.outNothing();
  else {
    reply.outStruct(64, (view, at) => {
      if ('count' in value) view.setInt32(at, whole(value['count']), true);
      else
        WINSIZE_FIELDS.forEach((field, k) => {
          view.setUint16(at + 2 * k, whole(value[field]), true);
        });
    });
  }
  return null;
};

/** Encoders of symbols that their call's result kind alone does not settle. */
const SYMBOLS: { readonly [symbol: string]: Encoder } = {
  '@realpath': cString,
  '@getcwd': cString,
  '@ttyname': cString,
  '@getlogin': cString,
  gethostname: cString,
  readlink: bytes,
  readlinkat: bytes,
  select,
  poll,
  epoll_wait: epollWait,
  tcgetattr: struct(TERMIOS_BYTES, writeTermios),
  '@ioctl': ioctl,
  time: seconds(
    8,
    (view, at, value) => {
      writeInt64(view, at, Math.floor(value));
    },
    Math.floor,
  ),
  gettimeofday: seconds(16, writeTimeval),
  clock_gettime: seconds(16, writeTimespec),
  clock_getres: seconds(16, writeTimespec),
  uname: struct(UTSNAME_BYTES, writeUtsname),
  getrlimit64: struct(16, writeRlimit),
  getrusage: struct(RUSAGE_BYTES, writeRusage),
  times: struct(32, writeTms, (value) => whole(value['elapsed'])),
  getloadavg: struct(
    24,
    (view, at, value) => {
      const loads = value['loads'];
      if (Array.isArray(loads))
        loads.slice(0, 3).forEach((load, k) => {
          view.setFloat64(at + 8 * k, real(load as PlainValue), true);
        });
    },
    () => 3,
  ),
  sched_getaffinity: (reply, id, value, native, asked) => {
    const error = bytes(reply, id, value, native, asked);
    reply.setRet(0);
    return error;
  },
  setitimer: struct(32, writeItimer),
  getitimer: struct(32, writeItimer),
  getsockname: socketAddress,
  getpeername: socketAddress,
  accept: accepted,
  accept4: accepted,
  recvfrom: receivedFrom,
  '@getaddrinfo': addresses,
  '@gethostbyname': addresses,
  '@gethostbyaddr': done,
  getsockopt: socketOption,
};

const KINDS: { readonly [kind in ResultKind]?: Encoder } = {
  none: done,
  never: done,
  int: number,
  fd: number,
  bytes,
  stat,
  statvfs: struct(STATVFS_BYTES, writeStatvfs),
  names,
  fdpair: pair,
};

function encoderOf(row: WireSymbol): Encoder {
  const spec = callSpec(row.call);
  const encoder = SYMBOLS[row.symbol] ?? (spec === undefined ? undefined : KINDS[spec.result]);
  if (encoder === undefined) throw new Error(`answers.ts: no encoder for ${row.symbol}`);
  return encoder;
}

/** One for each function number. */
export const ENCODERS: readonly Encoder[] = WIRE_SYMBOLS.map(encoderOf);
