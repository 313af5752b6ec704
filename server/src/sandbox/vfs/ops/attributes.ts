/** stat, access, chmod, chown, utimens, truncate and statvfs, by path or on an open description. */
import type { Errno } from '@sandtable/shared/errno';
import {
  AT_EMPTY_PATH,
  AT_SYMLINK_NOFOLLOW,
  BLOCK_SIZE,
  R_OK,
  S_ISGID,
  ST_RDONLY,
  UTIME_NOW,
  UTIME_OMIT,
  W_OK,
  X_OK,
  type Stat,
  type StatVfs,
  type TimeSpec,
} from '../abi.ts';
import {
  inGroup,
  isPrivileged,
  refuseByMode,
  refuseByVolume,
  refuseUnlessOwner,
  withoutSetId,
} from '../access.ts';
import type { DirFd, GuestContext } from '../context.ts';
import { isWritable, type OpenDescription } from '../description.ts';
import type { VirtualFd } from '../descriptorTable.ts';
import { FileDescription } from '../fileDescription.ts';
import { type Entry } from '../inode.ts';
import { End } from '../pipe.ts';
import { DONE, fail, ok, type Result } from '../result.ts';

const BILLION = 1_000_000_000;

export function stat(context: GuestContext, path: string, follow: boolean, dirfd: DirFd): Result<Stat> {
  const found = context.find(path, follow, dirfd);
  return typeof found === 'string' ? fail(found) : ok(found.inode.stat());
}

export function fstat(context: GuestContext, fd: VirtualFd): Result<Stat> {
  const description = context.table.get(fd);
  return description === undefined ? fail('EBADF') : description.stat();
}

export function fstatat(context: GuestContext, dirfd: DirFd, path: string, flags: number): Result<Stat> {
  if (path === '' && (flags & AT_EMPTY_PATH) !== 0) {
    return dirfd >= 0 ? fstat(context, dirfd as VirtualFd) : ok(context.cwd.inode.stat());
  }
  return stat(context, path, (flags & AT_SYMLINK_NOFOLLOW) === 0, dirfd);
}

export function access(
  context: GuestContext,
  path: string,
  mode: number,
  follow: boolean,
  dirfd: DirFd,
): Result<undefined> {
  if ((mode & ~(R_OK | W_OK | X_OK)) !== 0) return fail('EINVAL');
  const found = context.find(path, follow, dirfd);
  if (typeof found === 'string') return fail(found);
  if ((mode & W_OK) !== 0 && found.inode.kind !== 'device') {
    const closed = refuseByVolume(found, context.who);
    if (closed !== undefined) return fail(closed === 'EPERM' ? 'EACCES' : closed);
  }
  return settle(refuseByMode(found.inode, context.who, mode));
}

export function chmod(
  context: GuestContext,
  path: string,
  mode: number,
  follow: boolean,
  dirfd: DirFd,
): Result<undefined> {
  const found = context.find(path, follow, dirfd);
  if (typeof found === 'string') return fail(found);
  // Linux keeps no mode for links.
  if (found.inode.kind === 'symlink') return fail('EOPNOTSUPP');
  return changeMode(context, found, mode);
}

export function fchmod(context: GuestContext, fd: VirtualFd, mode: number): Result<undefined> {
  const description = context.table.get(fd);
  if (description instanceof End) {
    description.identity.mode = mode & 0o7777;
    return DONE;
  }
  return withEntry(context, fd, (entry) => changeMode(context, entry, mode));
}

/** `uid` or `gid` -1 leaves it. */
export function chown(
  context: GuestContext,
  path: string,
  uid: number,
  gid: number,
  follow: boolean,
  dirfd: DirFd,
): Result<undefined> {
  const found = context.find(path, follow, dirfd);
  return typeof found === 'string' ? fail(found) : changeOwner(context, found, uid, gid);
}

export function fchown(context: GuestContext, fd: VirtualFd, uid: number, gid: number): Result<undefined> {
  return withEntry(context, fd, (entry) => changeOwner(context, entry, uid, gid));
}

export interface Times {
  readonly atime: TimeSpec;
  readonly mtime: TimeSpec;
}

const NOW: Times = { atime: { sec: 0, nsec: UTIME_NOW }, mtime: { sec: 0, nsec: UTIME_NOW } };

/** `times` null means now. */
export function utimens(
  context: GuestContext,
  path: string,
  times: Times | null,
  follow: boolean,
  dirfd: DirFd,
): Result<undefined> {
  const wrong = refuseTimes(times);
  if (wrong !== undefined) return fail(wrong);
  // Linux does not even look at the path then.
  if (times !== null && isOmitted(times)) return DONE;
  const found = context.find(path, follow, dirfd);
  return typeof found === 'string' ? fail(found) : changeTimes(context, found, times ?? NOW);
}

export function futimens(context: GuestContext, fd: VirtualFd, times: Times | null): Result<undefined> {
  const wrong = refuseTimes(times);
  if (wrong !== undefined) return fail(wrong);
  if (times !== null && isOmitted(times)) return DONE;
  return withEntry(context, fd, (entry) => changeTimes(context, entry, times ?? NOW));
}

export function truncate(context: GuestContext, path: string, size: number, dirfd: DirFd): Result<undefined> {
  if (size < 0) return fail('EINVAL');
  const found = context.find(path, true, dirfd);
  if (typeof found === 'string') return fail(found);
  const { inode } = found;
  if (inode.kind === 'directory') return fail('EISDIR');
  if (inode.kind !== 'file') return fail('EINVAL');
  const refused =
    refuseByVolume(found, context.who) ??
    refuseByMode(inode, context.who, W_OK) ??
    context.space.resize(found, inode, size);
  if (refused !== undefined) return fail(refused);
  if (!isPrivileged(context.who)) inode.mode = withoutSetId(inode.mode);
  return DONE;
}

export function ftruncate(context: GuestContext, fd: VirtualFd, size: number): Result<undefined> {
  if (size < 0) return fail('EINVAL');
  const description = context.table.get(fd);
  if (description === undefined) return fail('EBADF');
  if (!(description instanceof FileDescription) || !isWritable(description.flags)) return fail('EINVAL');
  const { inode } = description;
  const refused = context.space.resize(description.entry, inode, size);
  if (refused !== undefined) return fail(refused);
  if (!isPrivileged(context.who)) inode.mode = withoutSetId(inode.mode);
  return DONE;
}

export function statvfs(context: GuestContext, path: string): Result<StatVfs> {
  const found = context.find(path, true, -100);
  return typeof found === 'string' ? fail(found) : ok(roomAt(context, found));
}

export function fstatvfs(context: GuestContext, fd: VirtualFd): Result<StatVfs> {
  const description = context.table.get(fd);
  if (description === undefined) return fail('EBADF');
  return ok(roomAt(context, entryOf(description) ?? context.space.root));
}

/** The name through which a description was opened, if it was opened through one. */
function entryOf(description: OpenDescription): Entry | undefined {
  return 'entry' in description ? (description.entry as Entry) : undefined;
}

function roomAt(context: GuestContext, entry: Entry): StatVfs {
  const { ledger } = context.space;
  const volume = entry.volume;
  const writable = volume.writeMode === 'read-write';
  const free = writable ? Math.floor(ledger.freeBytes / BLOCK_SIZE) : 0;
  const names = writable ? Math.max(0, ledger.limits.files - ledger.files) : 0;
  return {
    bsize: BLOCK_SIZE,
    frsize: BLOCK_SIZE,
    blocks: Math.floor(ledger.limits.totalBytes / BLOCK_SIZE),
    bfree: free,
    bavail: free,
    files: ledger.limits.files,
    ffree: names,
    favail: names,
    fsid: volume.dev,
    flag: writable ? 0 : ST_RDONLY,
    namemax: ledger.limits.nameBytes,
  };
}

function withEntry(
  context: GuestContext,
  fd: VirtualFd,
  change: (entry: Entry) => Result<undefined>,
): Result<undefined> {
  const description = context.table.get(fd);
  if (description === undefined) return fail('EBADF');
  const entry = entryOf(description);
  return entry === undefined ? fail('EPERM') : change(entry);
}

function changeMode(context: GuestContext, entry: Entry, mode: number): Result<undefined> {
  const { who } = context;
  const refused = refuseByVolume(entry, who) ?? refuseUnlessOwner(entry.inode, who);
  if (refused !== undefined) return fail(refused);
  context.space.changeAttributes(entry);
  const kept = isPrivileged(who) || inGroup(who, entry.inode.gid) ? mode : mode & ~S_ISGID;
  entry.inode.mode = kept & 0o7777;
  return DONE;
}

function changeOwner(context: GuestContext, entry: Entry, uid: number, gid: number): Result<undefined> {
  const { who } = context;
  const { inode } = entry;
  const closed = refuseByVolume(entry, who);
  if (closed !== undefined) return fail(closed);
  if (!isPrivileged(who)) {
    const mine = who.uid === inode.uid;
    if (uid !== -1 && !(mine && uid === inode.uid)) return fail('EPERM');
    if (gid !== -1 && !(mine && (gid === inode.gid || inGroup(who, gid)))) return fail('EPERM');
  }
  context.space.changeAttributes(entry);
  if (uid !== -1) inode.uid = uid;
  if (gid !== -1) inode.gid = gid;
  if (inode.kind !== 'directory') inode.mode = withoutSetId(inode.mode);
  return DONE;
}

function changeTimes(context: GuestContext, entry: Entry, times: Times): Result<undefined> {
  const { who } = context;
  const { inode } = entry;
  const closed = refuseByVolume(entry, who);
  if (closed !== undefined) return fail(closed);
  const touching = times.atime.nsec === UTIME_NOW && times.mtime.nsec === UTIME_NOW;
  const owner = refuseUnlessOwner(inode, who);
  // Setting the present time is what a writer could do anyway; any other time is the owner's.
  const refused = owner !== undefined && touching ? refuseByMode(inode, who, W_OK) : owner;
  if (refused !== undefined) return fail(refused);
  context.space.changeAttributes(entry);
  const now = context.space.clock();
  if (times.atime.nsec !== UTIME_OMIT) {
    const time = times.atime.nsec === UTIME_NOW ? now : times.atime;
    inode.atimeSec = time.sec;
    inode.atimeNsec = time.nsec;
  }
  if (times.mtime.nsec !== UTIME_OMIT) {
    const time = times.mtime.nsec === UTIME_NOW ? now : times.mtime;
    inode.mtimeSec = time.sec;
    inode.mtimeNsec = time.nsec;
  }
  return DONE;
}

function refuseTimes(times: Times | null): Errno | undefined {
  if (times === null) return undefined;
  for (const { nsec } of [times.atime, times.mtime]) {
    if (nsec === UTIME_NOW || nsec === UTIME_OMIT) continue;
    if (!(nsec >= 0 && nsec < BILLION)) return 'EINVAL';
  }
  return undefined;
}

function isOmitted(times: Times): boolean {
  return times.atime.nsec === UTIME_OMIT && times.mtime.nsec === UTIME_OMIT;
}

function settle(errno: Errno | undefined): Result<undefined> {
  return errno === undefined ? DONE : fail(errno);
}
