/** open and openat. The order of the checks is that of Linux's do_filp_open. */
import type { Errno } from '@sandtable/shared/errno';
import { encodeText } from '@sandtable/shared/text';
import {
  CREATION_FLAGS,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  S_ISGID,
  W_OK,
  X_OK,
} from '../abi.ts';
import { isPrivileged, refuseByMode, refuseByVolume, refuseUnlessOwner, withoutSetId } from '../access.ts';
import type { DirFd, GuestContext } from '../context.ts';
import { FileContent } from '../content.ts';
import type { OpenDescription } from '../description.ts';
import { openBuiltIn } from '../devices.ts';
import type { VirtualFd } from '../descriptorTable.ts';
import { DirectoryDescription, FileDescription, SyntheticDescription } from '../fileDescription.ts';
import { isDirectory, type Attributes, type DirectoryEntry, type Entry } from '../inode.ts';
import { fail, ok, type Result } from '../result.ts';

export function open(
  context: GuestContext,
  path: string,
  flags: number,
  mode: number,
  dirfd: DirFd,
): Result<VirtualFd> {
  const wrong = refuseFlags(flags);
  if (wrong !== undefined) return fail(wrong);
  const text = context.refuseText(path);
  if (text !== undefined) return fail(text);
  const fd = context.table.free();
  if (!fd.ok) return fd;
  const opened = openDescription(context, path, flags, mode, dirfd);
  if (!opened.ok) return opened;
  context.table.set(fd.value, opened.value, (flags & O_CLOEXEC) !== 0);
  return fd;
}

/** As `open`, without a descriptor. */
export function openDescription(
  context: GuestContext,
  path: string,
  flags: number,
  mode: number,
  dirfd: DirFd,
): Result<OpenDescription> {
  const target = locate(context, path, flags, mode, dirfd);
  if (typeof target === 'string') return fail(target);
  const { entry, created } = target;
  const refused = created ? undefined : refuseOpen(context, entry, flags, target.needDirectory);
  if (refused !== undefined) return fail(refused);
  if (!created && (flags & O_TRUNC) !== 0 && entry.inode.kind === 'file') {
    const failed = context.space.resize(entry, entry.inode, 0);
    if (failed !== undefined) return fail(failed);
    if (!isPrivileged(context.who)) entry.inode.mode = withoutSetId(entry.inode.mode);
  }
  return describe(context, entry, flags & ~CREATION_FLAGS);
}

interface Target {
  readonly entry: Entry;
  readonly created: boolean;
  readonly needDirectory: boolean;
}

function refuseFlags(flags: number): Errno | undefined {
  if ((flags & O_PATH) !== 0) return 'EINVAL';
  const access = flags & O_ACCMODE;
  if (access !== O_RDONLY && access !== O_WRONLY && access !== O_RDWR) return 'EINVAL';
  if ((flags & O_TMPFILE) === O_TMPFILE) return access === O_RDONLY ? 'EINVAL' : 'EOPNOTSUPP';
  // Kernels since 6.4 refuse this; older ones made a file and then failed.
  return (flags & O_CREAT) !== 0 && (flags & O_DIRECTORY) !== 0 ? 'EINVAL' : undefined;
}

/** Finds what is to be opened and makes it if that is asked and it is missing. */
function locate(
  context: GuestContext,
  path: string,
  flags: number,
  mode: number,
  dirfd: DirFd,
): Target | Errno {
  const start = context.start(dirfd, path);
  if (typeof start === 'string') return start;
  const { walker } = context;
  const create = (flags & O_CREAT) !== 0;
  const exclusive = create && (flags & O_EXCL) !== 0;
  let needDirectory = (flags & O_DIRECTORY) !== 0;
  let follow = !exclusive && (flags & O_NOFOLLOW) === 0;
  let refused = walker.toLast(start, path);
  for (;;) {
    if (refused !== undefined) return refused;
    if (walker.lastKind !== 'name') return { entry: walker.dots(), created: false, needDirectory };
    if (walker.slash) {
      if (create) return 'EISDIR';
      follow = needDirectory = true;
    }
    const found = walker.lookup(walker.directory, walker.last);
    if (typeof found === 'string') return found;
    if (found === undefined) {
      return create ? make(context, walker.directory, walker.last, mode) : 'ENOENT';
    }
    if (found.inode.kind !== 'symlink' || !follow) return { entry: found, created: false, needDirectory };
    if (isLectureWrite(context, found, flags)) return 'EACCES';
    refused = walker.followToLast(found);
  }
}

function make(context: GuestContext, directory: DirectoryEntry, name: string, mode: number): Target | Errno {
  if (directory.inode.dead) return 'ENOENT';
  const closed = refuseByVolume(directory, context.who);
  // The lecture's controller ignored O_CREAT: what is not there cannot be found.
  if (closed !== undefined) return closed === 'EPERM' ? 'ENOENT' : closed;
  const refused =
    refuseByMode(directory.inode, context.who, W_OK | X_OK) ?? context.space.refuseName(directory, name);
  if (refused !== undefined) return refused;
  const attributes = newAttributes(context, directory, mode & 0o7777);
  const inode = context.space.makeFile(directory.inode.dev, attributes, new FileContent());
  return { entry: context.space.attach(directory, name, inode), created: true, needDirectory: false };
}

/** Owner and mode of something new: a setgid directory passes on its group. */
export function newAttributes(context: GuestContext, directory: DirectoryEntry, mode: number): Attributes {
  const inherit = (directory.inode.mode & S_ISGID) !== 0;
  return {
    mode: mode & ~context.umask,
    uid: context.who.uid,
    gid: inherit ? directory.inode.gid : context.who.gid,
    time: context.space.clock(),
  };
}

function wantsWrite(flags: number): boolean {
  return (flags & O_ACCMODE) !== O_RDONLY || (flags & O_TRUNC) !== 0;
}

function isLectureWrite(context: GuestContext, entry: Entry, flags: number): boolean {
  return wantsWrite(flags) && !context.who.trusted && entry.volume.writeMode === 'lecture';
}

function refuseOpen(
  context: GuestContext,
  entry: Entry,
  flags: number,
  needDirectory: boolean,
): Errno | undefined {
  const { inode } = entry;
  const write = wantsWrite(flags);
  // The lecture's directories could be listed, and never opened.
  if (inode.kind === 'directory' && entry.volume.writeMode === 'lecture' && !context.who.trusted)
    return 'EACCES';
  if (inode.kind !== 'device' && isLectureWrite(context, entry, flags)) {
    return inode.kind === 'symlink' ? 'EACCES' : 'EPERM';
  }
  if ((flags & O_CREAT) !== 0) {
    if ((flags & O_EXCL) !== 0) return 'EEXIST';
    if (inode.kind === 'directory') return 'EISDIR';
  }
  if (needDirectory && inode.kind !== 'directory') return 'ENOTDIR';
  if (inode.kind === 'symlink') return 'ELOOP';
  if (inode.kind === 'directory' && write) return 'EISDIR';
  // A device may be written on a read-only volume: that changes no file.
  const closed = write && inode.kind !== 'device' ? refuseByVolume(entry, context.who) : undefined;
  if (closed !== undefined) return closed;
  const access = flags & O_ACCMODE;
  const want = (access === O_WRONLY ? 0 : R_OK) | (write ? W_OK : 0);
  const denied = refuseByMode(inode, context.who, want);
  if (denied !== undefined) return denied;
  return (flags & O_NOATIME) !== 0 ? refuseUnlessOwner(inode, context.who) : undefined;
}

function describe(context: GuestContext, entry: Entry, flags: number): Result<OpenDescription> {
  const { inode } = entry;
  switch (inode.kind) {
    case 'file':
      return ok(new FileDescription(context.space, context.who, entry, inode, flags));
    case 'directory': {
      const children = inode.children();
      if (typeof children === 'string') return fail(children);
      return isDirectory(entry) ? ok(new DirectoryDescription(entry, flags)) : fail('ENOTDIR');
    }
    case 'synthetic': {
      const made = inode.generate();
      return ok(new SyntheticDescription(entry, typeof made === 'string' ? encodeText(made) : made, flags));
    }
    case 'device': {
      const builtIn = openBuiltIn(entry, inode.device, flags, context.services.random);
      if (builtIn !== undefined) return ok(builtIn);
      const driver = Object.hasOwn(context.services.devices, inode.device)
        ? context.services.devices[inode.device]
        : undefined;
      return driver === undefined ? fail('ENXIO') : driver({ flags, stat: () => inode.stat() });
    }
    case 'symlink':
      return fail('ELOOP');
    case 'socket':
      return fail('ENXIO');
  }
}
