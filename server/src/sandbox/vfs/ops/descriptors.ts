/** Calls on open descriptors: read, write, seek, duplicates, fcntl, pipes, readiness. */
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  O_CLOEXEC,
  O_DIRECT,
  O_NONBLOCK,
  SETTABLE_FLAGS,
} from '../abi.ts';
import type { GuestContext } from '../context.ts';
import {
  isReadable,
  isWritable,
  type Disposer,
  type OpenDescription,
  type Readiness,
} from '../description.ts';
import type { VirtualFd } from '../descriptorTable.ts';
import { FileDescription } from '../fileDescription.ts';
import { makePipe, type AnonymousIdentity } from '../pipe.ts';
import { DONE, fail, ok, type Outcome, type Result } from '../result.ts';

/** Linux moves at most this much in one call. */
const MAX_COUNT = 0x7ffff000;

/** SEEK_HOLE: a greater `whence` is wrong even where nothing can be sought. */
const SEEK_MAX = 4;

const BAD = fail('EBADF');

export function close(context: GuestContext, fd: VirtualFd): Result<undefined> {
  const refused = context.table.close(fd);
  return refused === undefined ? DONE : fail(refused);
}

export function read(context: GuestContext, fd: VirtualFd, count: number): Outcome<Uint8Array> {
  const description = context.table.get(fd);
  return description === undefined ? BAD : readFrom(description, count);
}

/** Reading from a description itself, for a call that waits: by then its number may mean something else. */
export function readFrom(description: OpenDescription, count: number): Outcome<Uint8Array> {
  if (!isReadable(description.flags)) return BAD;
  return isCount(count) ? description.read(Math.min(count, MAX_COUNT)) : fail('EINVAL');
}

export function pread(
  context: GuestContext,
  fd: VirtualFd,
  count: number,
  offset: number,
): Outcome<Uint8Array> {
  if (!isCount(offset)) return fail('EINVAL');
  const description = context.table.get(fd);
  if (description === undefined) return BAD;
  if (!isReadable(description.flags)) return isSeekable(description) ? BAD : fail('ESPIPE');
  return isCount(count) ? description.pread(Math.min(count, MAX_COUNT), offset) : fail('EINVAL');
}

export function write(context: GuestContext, fd: VirtualFd, bytes: Uint8Array): Outcome<number> {
  const description = context.table.get(fd);
  return description === undefined ? BAD : writeTo(description, bytes);
}

/** Writing to a description itself; see {@link readFrom}. */
export function writeTo(description: OpenDescription, bytes: Uint8Array): Outcome<number> {
  if (isWritable(description.flags)) return description.write(bytes);
  return isOnLecture(description) ? fail('EPERM') : BAD;
}

/** The lecture's controller had one answer to all writing. */
function isOnLecture(description: OpenDescription): boolean {
  return description instanceof FileDescription && description.entry.volume.writeMode === 'lecture';
}

export function pwrite(
  context: GuestContext,
  fd: VirtualFd,
  bytes: Uint8Array,
  offset: number,
): Outcome<number> {
  if (!isCount(offset)) return fail('EINVAL');
  const description = context.table.get(fd);
  if (description === undefined) return BAD;
  if (!isWritable(description.flags)) return isSeekable(description) ? BAD : fail('ESPIPE');
  return description.pwrite(bytes, offset);
}

export function lseek(context: GuestContext, fd: VirtualFd, offset: number, whence: number): Result<number> {
  const description = context.table.get(fd);
  if (description === undefined) return BAD;
  return whence >= 0 && whence <= SEEK_MAX ? description.seek(offset, whence) : fail('EINVAL');
}

export function dup(
  context: GuestContext,
  fd: VirtualFd,
  from: number,
  closeOnExec: boolean,
): Result<VirtualFd> {
  const description = context.table.get(fd);
  if (description === undefined) return BAD;
  const free = context.table.free(from);
  if (free.ok) context.table.set(free.value, description, closeOnExec);
  return free;
}

export function dup2(context: GuestContext, fd: VirtualFd, to: VirtualFd): Result<VirtualFd> {
  const description = context.table.get(fd);
  if (description === undefined || !context.table.inRange(to)) return BAD;
  if (to !== fd) context.table.set(to, description, false);
  return ok(to);
}

export function dup3(context: GuestContext, fd: VirtualFd, to: VirtualFd, flags: number): Result<VirtualFd> {
  if ((flags & ~O_CLOEXEC) !== 0 || to === fd) return fail('EINVAL');
  if (!context.table.inRange(to)) return BAD;
  const description = context.table.get(fd);
  if (description === undefined) return BAD;
  context.table.set(to, description, (flags & O_CLOEXEC) !== 0);
  return ok(to);
}

export function fcntl(
  context: GuestContext,
  fd: VirtualFd,
  command: number,
  argument: number,
): Result<number> {
  const description = context.table.get(fd);
  if (description === undefined) return BAD;
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      if (!context.table.inRange(argument)) return fail('EINVAL');
      return dup(context, fd, argument, command === F_DUPFD_CLOEXEC);
    case F_GETFD:
      return ok(context.table.closeOnExec(fd) === true ? FD_CLOEXEC : 0);
    case F_SETFD:
      context.table.setCloseOnExec(fd, (argument & FD_CLOEXEC) !== 0);
      return ok(0);
    case F_GETFL:
      return ok(description.flags);
    case F_SETFL:
      description.flags = (description.flags & ~SETTABLE_FLAGS) | (argument & SETTABLE_FLAGS);
      return ok(0);
    default:
      return fail('EINVAL');
  }
}

export function pipe(context: GuestContext, flags: number): Result<readonly [VirtualFd, VirtualFd]> {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0)
    return fail((flags & O_DIRECT) !== 0 ? 'EOPNOTSUPP' : 'EINVAL');
  const { reader, writer } = makePipe(flags & O_NONBLOCK, anonymous(context, 0o600));
  return installPair(context, reader, writer, (flags & O_CLOEXEC) !== 0);
}

export function readiness(context: GuestContext, fd: VirtualFd): Result<Readiness> {
  const description = context.table.get(fd);
  return description === undefined ? BAD : ok(description.readiness());
}

export function subscribe(context: GuestContext, fd: VirtualFd, wake: () => void): Result<Disposer> {
  const description = context.table.get(fd);
  return description === undefined ? BAD : ok(description.subscribe(wake));
}

function installPair(
  context: GuestContext,
  one: OpenDescription,
  other: OpenDescription,
  closeOnExec: boolean,
): Result<readonly [VirtualFd, VirtualFd]> {
  const first = context.table.free();
  if (!first.ok) return first;
  context.table.set(first.value, one, closeOnExec);
  const second = context.table.free();
  if (!second.ok) {
    context.table.close(first.value);
    return second;
  }
  context.table.set(second.value, other, closeOnExec);
  return ok([first.value, second.value]);
}

/** Identity of something new that has no name. */
export function anonymous(context: GuestContext, mode: number): AnonymousIdentity {
  const { space, who } = context;
  return { ino: space.nextIno(), mode, uid: who.uid, gid: who.gid, time: space.clock() };
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 0;
}

function isSeekable(description: OpenDescription): boolean {
  return description.kind === 'file' || description.kind === 'directory' || description.kind === 'device';
}
