/**
 * From outcomes to reply frames: one encoder for each symbol.
 *
 * An outcome is what a policy sees: plain values. What a handler made has its exact form beside it (`native`: bytes that were
 * never text, dates to the nanosecond); it counts only where the guest gets the handler's own outcome, untouched. A value that a
 * policy made up may be nonsense: then the encoder says so and the call fails. An encoder NEVER sends more than the guest's
 * buffer takes.
 */
import { WIRE_SYMBOLS, type ResultKind, type WireSymbol, callSpec } from '@sandtable/shared/calls';
import type { PlainValue } from '@sandtable/shared/policy/model';
import { encodeText } from '@sandtable/shared/text';
import type { DirectoryLine, Stat } from '../vfs/abi.ts';
import type { Asked } from './asked.ts';
import type { ReplyBuilder } from './replyBuilder.ts';
import { encodeAddress } from './socketAddress.ts';
import {
  isPlainObject,
  real,
  RUSAGE_BYTES,
  STAT_BYTES,
  STATVFS_BYTES,
  TERMIOS_BYTES,
  UTSNAME_BYTES,
  whole,
  writeFdSet,
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
  type PollFd,
} from './structs.ts';
import { writeInt64 } from './wireArgs.ts';

/** The exact form of a handler's outcome. */
export type Native =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly from: string | null }
  | { readonly kind: 'stat'; readonly stat: Stat }
  | { readonly kind: 'lines'; readonly lines: readonly DirectoryLine[] };

export type AnswerError = 'nonsense' | 'too-small' | 'too-large';

/** Encodes a success. Where it cannot, the reply begun is to be thrown away. */
export type Encoder = (
  reply: ReplyBuilder,
  id: number,
  value: PlainValue,
  native: Native | null,
  asked: Asked,
) => AnswerError | null;

/** A listing the host has room for (`MAX_LISTING` there). */
const MAX_LISTING = 4 * 1024 * 1024;

/** To begin with: an ordinary folder fits. */
const FIRST_LISTING = 8 * 1024;

const NUL = Uint8Array.of(0);

const done: Encoder = (reply, id) => {
  reply.start(id, 0, 0);
  return null;
};

const number: Encoder = (reply, id, value) => {
  if (value === true || value === false || value === null) reply.start(id, value === true ? 1 : 0, 0);
  else if (typeof value === 'number' && Number.isSafeInteger(value)) reply.start(id, value, 0);
  else return 'nonsense';
  return null;
};

function bytesOf(value: PlainValue, native: Native | null): Uint8Array | null {
  if (native?.kind === 'bytes') return native.bytes;
  return typeof value === 'string' ? encodeText(value) : null;
}

/** Bytes into the guest's buffer; the result is how many. */
const bytes: Encoder = (reply, id, value, native, asked) => {
  const all = bytesOf(value, native);
  if (all === null) return 'nonsense';
  const sent = all.length > asked.room ? all.subarray(0, asked.room) : all;
  reply.start(id, sent.length, 0);
  reply.outBytes(sent);
  return null;
};

/** A text with its NUL; it must fit. */
const cString: Encoder = (reply, id, value, native, asked) => {
  const all = bytesOf(value, native);
  if (all === null) return 'nonsense';
  if (all.length + 1 > asked.room) return 'too-small';
  reply.start(id, 0, 0);
  reply.outBytes(Buffer.concat([all, NUL]));
  return null;
};

/** Records of a listing: number, type, name and NUL; in one piece of memory that grows. */
class Listing {
  #bytes = new Uint8Array(FIRST_LISTING);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  add(name: string, ino: number, type: number): void {
    const most = 9 + name.length * 3 + 1;
    if (this.length + most > this.#bytes.length) this.#grow(most);
    const bytes = this.#bytes;
    writeInt64(this.#view, this.length, ino);
    bytes[this.length + 8] = type;
    let at = this.length + 9;
    for (let k = 0; k < name.length; k++) {
      const code = name.charCodeAt(k);
      if (code >= 0x80) {
        const text = encodeText(name);
        bytes.set(text, this.length + 9);
        at = this.length + 9 + text.length;
        break;
      }
      bytes[at++] = code;
    }
    bytes[at] = 0;
    this.length = at + 1;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more));
    larger.set(this.bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

const names: Encoder = (reply, id, value, native, asked) => {
  const listing = new Listing();
  const room = Math.min(asked.room, MAX_LISTING);
  // What cannot be sent is not encoded: a listing into no room must not cost more than its answer.
  const add = (name: string, ino: number, type: number): boolean => {
    if (listing.length + name.length + 10 > room) return false;
    listing.add(name, ino, type);
    return true;
  };
  if (native?.kind === 'lines') {
    for (const line of native.lines) if (!add(line.name, line.ino, line.type)) return 'too-large';
  } else if (Array.isArray(value)) {
    for (const name of value) {
      if (typeof name !== 'string' || name === '' || /[/\0]/.test(name)) return 'nonsense';
      if (!add(name, 1, 0)) return 'too-large';
    }
  } else return 'nonsense';
  if (listing.length > room) return 'too-large';
  reply.start(id, listing.length, 0);
  reply.outBytes(listing.bytes);
  return null;
};

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

/** A struct made from an object; `ret` is 0 unless the function has something to say. */
function struct(
  size: number,
  write: (view: DataView, at: number, value: PlainObject) => void,
  ret?: (value: PlainObject) => number,
): Encoder {
  return (reply, id, value) => {
    if (!isPlainObject(value)) return 'nonsense';
    reply.start(id, ret === undefined ? 0 : ret(value), 0);
    reply.outStruct(size, (view, at) => {
      write(view, at, value);
    });
    return null;
  };
}

/** A time; `write` makes the struct of it. */
function seconds(
  size: number,
  write: (view: DataView, at: number, seconds: number) => void,
  ret: (seconds: number) => number = () => 0,
): Encoder {
  return (reply, id, value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'nonsense';
    reply.start(id, ret(value), 0);
    reply.outStruct(size, (view, at) => {
      write(view, at, value);
    });
    return null;
  };
}

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

const FD_SET_BYTES = 128;

const select: Encoder = (reply, id, value, _native, asked) => {
  if (!isPlainObject(value)) return 'nonsense';
  reply.start(id, 0, 0);
  let count = 0;
  for (const set of ['read', 'write', 'except']) {
    if (asked.args[set] === null) reply.outNothing();
    else {
      reply.outStruct(FD_SET_BYTES, (view, at) => {
        count += writeFdSet(view, at, FD_SET_BYTES, value[set]);
      });
    }
  }
  reply.setRet(count);
  return null;
};

const poll: Encoder = (reply, id, value, _native, asked) => {
  if (!Array.isArray(value)) return 'nonsense';
  const wanted = asked.args['fds'] as unknown as readonly PollFd[];
  const ready = new Map<number, number>();
  for (const item of value as readonly PlainValue[])
    if (isPlainObject(item)) ready.set(whole(item['fd']), whole(item['events']));
  reply.start(id, 0, 0);
  let count = 0;
  reply.outStruct(wanted.length * 8, (view, at) => {
    wanted.forEach(({ fd, events }, k) => {
      const found = ready.get(fd) ?? 0;
      if (found !== 0) count += 1;
      view.setInt32(at + 8 * k, fd, true);
      view.setInt16(at + 8 * k + 4, events, true);
      view.setInt16(at + 8 * k + 6, found, true);
    });
  });
  reply.setRet(count);
  return null;
};

const EPOLL_EVENT_BYTES = 12;

const epollWait: Encoder = (reply, id, value, _native, asked) => {
  if (!Array.isArray(value)) return 'nonsense';
  const events = (value as readonly PlainValue[]).slice(0, whole(asked.args['count']));
  reply.start(id, events.length, 0);
  reply.outStruct(events.length * EPOLL_EVENT_BYTES, (view, at) => {
    events.forEach((event, k) => {
      if (!isPlainObject(event)) return;
      view.setUint32(at + 12 * k, whole(event['events']), true);
      view.setUint32(at + 12 * k + 4, whole(event['low']), true);
      view.setUint32(at + 12 * k + 8, whole(event['high']), true);
    });
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

const NOTHING = new Uint8Array(0);

/** The struct of an address; nothing where there is none, which is what the other side of a stream gets. */
function outAddress(reply: ReplyBuilder, value: PlainValue | undefined): void {
  reply.outBytes((typeof value === 'string' ? encodeAddress(value) : null) ?? NOTHING);
}

const socketAddress: Encoder = (reply, id, value) => {
  if (!isPlainObject(value)) return 'nonsense';
  reply.start(id, 0, 0);
  outAddress(reply, value['address']);
  return null;
};

const accepted: Encoder = (reply, id, value) => {
  if (!isPlainObject(value) || !Number.isSafeInteger(value['fd'])) return 'nonsense';
  reply.start(id, whole(value['fd']), 0);
  outAddress(reply, value['address']);
  return null;
};

const receivedFrom: Encoder = (reply, id, value, native, asked) => {
  const error = bytes(reply, id, value, native, asked);
  if (error !== null) return error;
  outAddress(reply, native?.kind === 'bytes' && native.from !== null ? native.from : undefined);
  return null;
};

const socketOption: Encoder = (reply, id, value) => {
  if (!isPlainObject(value)) return 'nonsense';
  reply.start(id, 0, 0);
  const { data } = value;
  if (typeof data === 'string') reply.outBytes(encodeText(data));
  else {
    reply.outStruct(4, (view, at) => {
      view.setInt32(at, whole(value['value']), true);
    });
  }
  return null;
};

/** Addresses as the host's stub reads them: each with its NUL. */
const addresses: Encoder = (reply, id, value, _native, asked) => {
  if (!Array.isArray(value)) return 'nonsense';
  let all = '';
  for (const each of value as readonly PlainValue[]) {
    if (typeof each !== 'string' || !/^[0-9a-f.:]{2,45}$/i.test(each)) return 'nonsense';
    if (all.length + each.length < asked.room) all += `${each}\0`;
  }
  reply.start(id, all.length, 0);
  reply.outBytes(encodeText(all));
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
