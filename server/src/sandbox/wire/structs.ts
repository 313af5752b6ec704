/**
 * Structs of the C interface, x86-64 Linux: bytes to plain values and back.
 *
 * Writers take a `DataView` and an offset into zeroed memory. Values come from handlers or, where a policy fakes an answer, from a
 * student: writers never throw for a missing or odd field, they leave it 0.
 */
import type { PlainValue } from '@sandtable/shared/policy/model';
import { encodeText } from '@sandtable/shared/text';
import type { Stat } from '../vfs/index.ts';
import { readInt32, readInt64, readUint32, writeInt64 } from './wireArgs.ts';

export type PlainObject = { readonly [key: string]: PlainValue };

export const STAT_BYTES = 144;
export const STATVFS_BYTES = 112;
export const TERMIOS_BYTES = 60;
export const UTSNAME_BYTES = 390;
export const RUSAGE_BYTES = 144;

const TERMIOS_CC = 32;
const UTSNAME_FIELD = 65;

export function isPlainObject(value: PlainValue | undefined): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number of the object, or 0. */
export function whole(value: PlainValue | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : 0;
}

export function real(value: PlainValue | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** `struct timespec`, from seconds. */
export function writeTimespec(view: DataView, at: number, seconds: number): void {
  const sec = Math.floor(seconds);
  writeInt64(view, at, sec);
  writeInt64(view, at + 8, Math.min(999_999_999, Math.round((seconds - sec) * 1e9)));
}

/** `struct timeval`, from seconds. */
export function writeTimeval(view: DataView, at: number, seconds: number): void {
  const sec = Math.floor(seconds);
  writeInt64(view, at, sec);
  writeInt64(view, at + 8, Math.min(999_999, Math.round((seconds - sec) * 1e6)));
}

export function readTimeval(bytes: Uint8Array, at: number): number {
  return readInt64(bytes, at) + readInt64(bytes, at + 8) / 1e6;
}

export function writeExactStat(view: DataView, at: number, stat: Stat): void {
  writeInt64(view, at, stat.dev);
  writeInt64(view, at + 8, stat.ino);
  writeInt64(view, at + 16, stat.nlink);
  view.setUint32(at + 24, stat.mode, true);
  view.setUint32(at + 28, stat.uid, true);
  view.setUint32(at + 32, stat.gid, true);
  writeInt64(view, at + 40, stat.rdev);
  writeInt64(view, at + 48, stat.size);
  writeInt64(view, at + 56, stat.blksize);
  writeInt64(view, at + 64, stat.blocks);
  writeInt64(view, at + 72, stat.atimeSec);
  writeInt64(view, at + 80, stat.atimeNsec);
  writeInt64(view, at + 88, stat.mtimeSec);
  writeInt64(view, at + 96, stat.mtimeNsec);
  writeInt64(view, at + 104, stat.ctimeSec);
  writeInt64(view, at + 112, stat.ctimeNsec);
}

/** Fields `mode ino dev nlink uid gid rdev size blksize blocks atime mtime ctime`, times in seconds. */
export function writeStat(view: DataView, at: number, stat: PlainObject): void {
  writeInt64(view, at, whole(stat['dev']));
  writeInt64(view, at + 8, whole(stat['ino']));
  writeInt64(view, at + 16, whole(stat['nlink']));
  view.setUint32(at + 24, whole(stat['mode']), true);
  view.setUint32(at + 28, whole(stat['uid']), true);
  view.setUint32(at + 32, whole(stat['gid']), true);
  writeInt64(view, at + 40, whole(stat['rdev']));
  const size = whole(stat['size']);
  writeInt64(view, at + 48, size);
  writeInt64(view, at + 56, whole(stat['blksize'] ?? 4096));
  writeInt64(view, at + 64, whole(stat['blocks'] ?? Math.ceil(size / 512)));
  writeStatTime(view, at + 72, stat['atime']);
  writeStatTime(view, at + 88, stat['mtime']);
  writeStatTime(view, at + 104, stat['ctime']);
}

/** A time of a file: seconds, or `[seconds, nanoseconds]` where it has to be exact. */
function writeStatTime(view: DataView, at: number, value: PlainValue | undefined): void {
  if (Array.isArray(value)) {
    writeInt64(view, at, whole(value[0] as PlainValue));
    writeInt64(view, at + 8, whole(value[1] as PlainValue));
  } else writeTimespec(view, at, real(value));
}

const STATVFS_FIELDS = [
  'bsize',
  'frsize',
  'blocks',
  'bfree',
  'bavail',
  'files',
  'ffree',
  'favail',
  'fsid',
  'flag',
  'namemax',
] as const;

export function writeStatvfs(view: DataView, at: number, value: PlainObject): void {
  STATVFS_FIELDS.forEach((field, k) => {
    writeInt64(view, at + 8 * k, whole(value[field]));
  });
}

export function readTermios(bytes: Uint8Array): PlainObject {
  return {
    iflag: readUint32(bytes, 0),
    oflag: readUint32(bytes, 4),
    cflag: readUint32(bytes, 8),
    lflag: readUint32(bytes, 12),
    line: bytes[16]!,
    cc: Array.from(bytes.subarray(17, 17 + TERMIOS_CC)),
    ispeed: readUint32(bytes, 52),
    ospeed: readUint32(bytes, 56),
  };
}

export function writeTermios(view: DataView, at: number, value: PlainObject): void {
  view.setUint32(at, whole(value['iflag']), true);
  view.setUint32(at + 4, whole(value['oflag']), true);
  view.setUint32(at + 8, whole(value['cflag']), true);
  view.setUint32(at + 12, whole(value['lflag']), true);
  view.setUint8(at + 16, whole(value['line']));
  const cc = value['cc'];
  if (Array.isArray(cc)) {
    for (let k = 0; k < Math.min(TERMIOS_CC, cc.length); k++)
      view.setUint8(at + 17 + k, whole(cc[k] as PlainValue));
  }
  view.setUint32(at + 52, whole(value['ispeed']), true);
  view.setUint32(at + 56, whole(value['ospeed']), true);
}

const UTSNAME_FIELDS = ['sysname', 'nodename', 'release', 'version', 'machine', 'domainname'] as const;

export function writeUtsname(view: DataView, at: number, value: PlainObject): void {
  UTSNAME_FIELDS.forEach((field, k) => {
    writeText(view, at + UTSNAME_FIELD * k, UTSNAME_FIELD, value[field]);
  });
}

function writeText(view: DataView, at: number, room: number, value: PlainValue | undefined): void {
  if (typeof value !== 'string') return;
  const bytes = encodeText(value).subarray(0, room - 1);
  new Uint8Array(view.buffer, view.byteOffset + at, room).set(bytes);
}

/** `utime stime` in seconds, `maxrss` in KiB. */
export function writeRusage(view: DataView, at: number, value: PlainObject): void {
  writeTimeval(view, at, real(value['utime']));
  writeTimeval(view, at + 16, real(value['stime']));
  writeInt64(view, at + 32, whole(value['maxrss']));
}

/** Clock ticks of 1/100 s. */
export function writeTms(view: DataView, at: number, value: PlainObject): void {
  writeInt64(view, at, whole(value['utime']));
  writeInt64(view, at + 8, whole(value['stime']));
  writeInt64(view, at + 16, whole(value['cutime']));
  writeInt64(view, at + 24, whole(value['cstime']));
}

/** `struct itimerval` as `{ interval, value }` in seconds. */
export function readItimer(bytes: Uint8Array): PlainObject {
  return { interval: readTimeval(bytes, 0), value: readTimeval(bytes, 16) };
}

export function writeItimer(view: DataView, at: number, value: PlainObject): void {
  writeTimeval(view, at, real(value['interval']));
  writeTimeval(view, at + 16, real(value['value']));
}

/** `cur` and `max`; null stands for "no limit". */
export function writeRlimit(view: DataView, at: number, value: PlainObject): void {
  ['cur', 'max'].forEach((field, k) => {
    const limit = value[field];
    writeInt64(view, at + 8 * k, typeof limit === 'number' ? whole(limit) : -1);
  });
}

/** Descriptors whose bit is set, below `count`. */
export function readFdSet(bytes: Uint8Array, count: number): number[] {
  const fds: number[] = [];
  for (let fd = 0; fd < Math.min(count, bytes.length * 8); fd++) {
    if ((bytes[fd >> 3]! & (1 << (fd & 7))) !== 0) fds.push(fd);
  }
  return fds;
}

export function writeFdSet(view: DataView, at: number, room: number, fds: PlainValue | undefined): number {
  let count = 0;
  if (!Array.isArray(fds)) return 0;
  for (const fd of fds) {
    const n = whole(fd as PlainValue);
    if (n < 0 || n >= room * 8) continue;
    view.setUint8(at + (n >> 3), view.getUint8(at + (n >> 3)) | (1 << (n & 7)));
    count += 1;
  }
  return count;
}

/** `struct epoll_event`, packed. The 64 bits of data travel as two halves, so that they come back to the bit. */
export interface EpollEvent {
  readonly events: number;
  readonly low: number;
  readonly high: number;
}

export function readEpollEvent(bytes: Uint8Array): EpollEvent {
  return { events: readUint32(bytes, 0), low: readUint32(bytes, 4), high: readUint32(bytes, 8) };
}

/** Entries that one `poll` takes: no guest has more descriptors. Linux, too, answers EINVAL beyond the number of descriptors there may be. */
export const MAX_POLL_FDS = 4096;

export interface PollFd {
  readonly fd: number;
  readonly events: number;
}

export function readPollFds(bytes: Uint8Array): PollFd[] {
  const fds: PollFd[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    fds.push({ fd: readInt32(bytes, at), events: bytes[at + 4]! | (bytes[at + 5]! << 8) });
  }
  return fds;
}
