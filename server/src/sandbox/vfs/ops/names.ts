/** mkdir, rmdir, unlink, link, symlink, readlink and rename. The order of the checks is that of Linux's fs/namei.c. */
import type { Errno } from '@sandtable/shared/errno';
import { AT_FDCWD, LINK_MAX, S_ISGID, W_OK, X_OK } from '../abi.ts';
import { refuseByMode, refuseBySticky, refuseByVolume, refuseHardLink } from '../access.ts';
import type { DirFd, GuestContext } from '../context.ts';
import {
  coveredBy,
  isAncestorOrSame,
  isVolumeRoot,
  type DirectoryEntry,
  type Entry,
  type Inode,
  type SocketInode,
} from '../inode.ts';
import { DONE, fail, ok, type Result } from '../result.ts';
import { newAttributes } from './open.ts';

interface Place {
  readonly directory: DirectoryEntry;
  readonly name: string;
}

export function mkdir(context: GuestContext, path: string, mode: number, dirfd: DirFd): Result<undefined> {
  const place = freePlace(context, path, dirfd, true);
  if (typeof place === 'string') return fail(place);
  const { directory, name } = place;
  // Linux takes only the permission bits and the sticky bit from the caller here.
  const attributes = newAttributes(context, directory, (mode & 0o1777) | (directory.inode.mode & S_ISGID));
  context.space.attach(directory, name, context.space.makeDirectory(directory.inode.dev, attributes));
  return DONE;
}

export function symlink(
  context: GuestContext,
  target: string,
  path: string,
  dirfd: DirFd,
): Result<undefined> {
  if (hasNul(target, path)) return fail('EINVAL');
  const wrong = context.refuseText(target);
  if (wrong !== undefined) return fail(wrong);
  const place = freePlace(context, path, dirfd, false);
  if (typeof place === 'string') return fail(place);
  const { directory, name } = place;
  const attributes = { ...newAttributes(context, directory, 0), mode: 0o777 };
  const made = context.space.makeLink(directory.inode.dev, attributes, target);
  if (!made.ok) return made;
  context.space.attach(directory, name, made.value);
  return DONE;
}

/** The file of a socket; its mode is what `bind` gives it. */
export function makeSocket(context: GuestContext, path: string): Result<SocketInode> {
  const place = freePlace(context, path, AT_FDCWD, false);
  if (typeof place === 'string') return fail(place);
  const { directory, name } = place;
  const inode = context.space.makeSocket(directory.inode.dev, newAttributes(context, directory, 0o777));
  context.space.attach(directory, name, inode);
  return ok(inode);
}

/** The socket behind a name, for one who may write to it; null for a file that is none. */
export function findSocket(context: GuestContext, path: string): Result<SocketInode | null> {
  const found = context.find(path, true, AT_FDCWD);
  if (typeof found === 'string') return fail(found);
  const denied = refuseByMode(found.inode, context.who, W_OK);
  if (denied !== undefined) return fail(denied);
  return ok(found.inode.kind === 'socket' ? found.inode : null);
}

export interface LinkPlaces {
  readonly from: string;
  readonly fromFd: DirFd;
  readonly to: string;
  readonly toFd: DirFd;
}

export function link(context: GuestContext, places: LinkPlaces, follow: boolean): Result<undefined> {
  if (hasNul(places.from, places.to)) return fail('EINVAL');
  const source = context.find(places.from, follow, places.fromFd);
  if (typeof source === 'string') return fail(source);
  const place = freePlace(context, places.to, places.toFd, false, source);
  if (typeof place === 'string') return fail(place);
  const { directory, name } = place;
  const { inode } = source;
  if (inode.kind === 'directory') return fail('EPERM');
  if (inode.nlink === 0) return fail('ENOENT');
  if (inode.nlink >= LINK_MAX) return fail('EMLINK');
  context.space.attach(directory, name, inode);
  return DONE;
}

export function unlink(context: GuestContext, path: string, dirfd: DirFd): Result<undefined> {
  const refused = context.findParent(path, dirfd);
  if (refused !== undefined) return fail(refused);
  const { walker, who } = context;
  const { directory, last, lastKind, slash } = walker;
  if (lastKind !== 'name') return fail('EISDIR');
  const closed = refuseByVolume(directory, who);
  if (closed !== undefined) return fail(closed);
  const victim = walker.lookup(directory, last);
  if (victim === undefined) return fail('ENOENT');
  if (typeof victim === 'string') return fail(victim);
  if (slash) return fail(victim.inode.kind === 'directory' ? 'EISDIR' : 'ENOTDIR');
  const denied = refuseRemoval(context, directory, victim, false);
  if (denied !== undefined) return fail(denied);
  context.space.detach(victim);
  return DONE;
}

export function rmdir(context: GuestContext, path: string, dirfd: DirFd): Result<undefined> {
  const refused = context.findParent(path, dirfd);
  if (refused !== undefined) return fail(refused);
  const { walker, who } = context;
  const { directory, last, lastKind } = walker;
  if (lastKind === 'dotdot') return fail('ENOTEMPTY');
  if (lastKind === 'dot') return fail('EINVAL');
  if (lastKind === 'root') return fail('EBUSY');
  const closed = refuseByVolume(directory, who);
  if (closed !== undefined) return fail(closed);
  const victim = walker.lookup(directory, last);
  if (victim === undefined) return fail('ENOENT');
  if (typeof victim === 'string') return fail(victim);
  const denied = refuseRemoval(context, directory, victim, true);
  if (denied !== undefined) return fail(denied);
  if (isVolumeRoot(victim)) return fail('EBUSY');
  const children = victim.inode.kind === 'directory' ? victim.inode.children() : 'ENOTDIR';
  if (typeof children === 'string') return fail(children);
  if (children.size > 0) return fail('ENOTEMPTY');
  context.space.detach(victim);
  return DONE;
}

export function readlink(context: GuestContext, path: string, dirfd: DirFd): Result<string> {
  // An empty path means the descriptor itself, which is never a link here; Linux looks at it first.
  if (path === '' && dirfd !== AT_FDCWD && context.table.get(dirfd) === undefined) return fail('EBADF');
  const found = context.find(path, false, dirfd);
  if (typeof found === 'string') return fail(found);
  if (found.inode.kind !== 'symlink') return fail('EINVAL');
  return found.inode.target === null ? fail('EACCES') : ok(found.inode.target);
}

export function rename(context: GuestContext, places: LinkPlaces): Result<undefined> {
  if (hasNul(places.from, places.to)) return fail('EINVAL');
  const { walker, who, space } = context;
  const lost = context.findParent(places.from, places.fromFd);
  if (lost !== undefined) return fail(lost);
  const from = { directory: walker.directory, name: walker.last, kind: walker.lastKind, slash: walker.slash };
  const lostTo = context.findParent(places.to, places.toFd);
  if (lostTo !== undefined) return fail(lostTo);
  const to = { directory: walker.directory, name: walker.last, kind: walker.lastKind, slash: walker.slash };

  if (from.directory.volume !== to.directory.volume) return fail('EXDEV');
  if (from.kind !== 'name' || to.kind !== 'name') return fail('EBUSY');
  const closed = refuseByVolume(from.directory, who);
  if (closed !== undefined) return fail(closed);
  const source = walker.lookup(from.directory, from.name);
  if (source === undefined) return fail('ENOENT');
  if (typeof source === 'string') return fail(source);
  const target = walker.lookup(to.directory, to.name);
  if (typeof target === 'string') return fail(target);
  const sourceIsDirectory = source.inode.kind === 'directory';
  if (!sourceIsDirectory && (from.slash || to.slash)) return fail('ENOTDIR');
  if (from.directory !== to.directory) {
    if (isAncestorOrSame(coveredBy(source), to.directory)) return fail('EINVAL');
    if (target !== undefined && isAncestorOrSame(coveredBy(target), from.directory)) return fail('ENOTEMPTY');
  }
  if (target !== undefined && target.inode === source.inode) return DONE;
  const denied =
    refuseRemoval(context, from.directory, source, sourceIsDirectory) ??
    (target === undefined
      ? refuseCreation(context, to.directory)
      : refuseRemoval(context, to.directory, target, sourceIsDirectory));
  if (denied !== undefined) return fail(denied);
  if (sourceIsDirectory && from.directory !== to.directory) {
    // The directory's own `..` changes.
    const unwritable = refuseByMode(source.inode, who, W_OK);
    if (unwritable !== undefined) return fail(unwritable);
  }
  if (isVolumeRoot(source) || (target !== undefined && isVolumeRoot(target))) return fail('EBUSY');
  if (target !== undefined && target.inode.kind === 'directory') {
    const children = target.inode.children();
    if (typeof children === 'string') return fail(children);
    if (children.size > 0) return fail('ENOTEMPTY');
  }
  space.move(source, to.directory, to.name, target ?? null);
  return DONE;
}

/** A NUL in either of two paths is refused before anything is looked at: no C caller can have sent it. */
function hasNul(one: string, other: string): boolean {
  return one.includes('\0') || other.includes('\0');
}

/** A place where something new may be made: nothing there yet, volume and directory writable, room for a name. */
function freePlace(
  context: GuestContext,
  path: string,
  dirfd: DirFd,
  forDirectory: boolean,
  linked?: Entry,
): Place | Errno {
  const refused = context.findParent(path, dirfd);
  if (refused !== undefined) return refused;
  const { walker, who, space } = context;
  const { directory, last, lastKind, slash } = walker;
  const closed = refuseByVolume(directory, who);
  // The lecture's controller knew no such calls and looked at nothing.
  if (closed === 'EPERM') return closed;
  if (lastKind !== 'name') return 'EEXIST';
  const found = walker.lookup(directory, last);
  if (typeof found === 'string') return found;
  if (found !== undefined) return 'EEXIST';
  if (slash && !forDirectory) return 'ENOENT';
  if (closed !== undefined) return closed;
  if (linked !== undefined) {
    if (linked.volume !== directory.volume) return 'EXDEV';
    const unsafe = refuseHardLink(linked.inode, who);
    if (unsafe !== undefined) return unsafe;
  }
  return refuseCreation(context, directory) ?? space.refuseName(directory, last) ?? { directory, name: last };
}

/** Linux's may_create. */
function refuseCreation(context: GuestContext, directory: DirectoryEntry): Errno | undefined {
  return directory.inode.dead ? 'ENOENT' : refuseByMode(directory.inode, context.who, W_OK | X_OK);
}

/** Linux's may_delete. */
function refuseRemoval(
  context: GuestContext,
  directory: DirectoryEntry,
  victim: Entry,
  asDirectory: boolean,
): Errno | undefined {
  const inode: Inode = victim.inode;
  const denied =
    refuseByMode(directory.inode, context.who, W_OK | X_OK) ??
    refuseBySticky(directory.inode, coveredBy(victim).inode, context.who);
  if (denied !== undefined) return denied;
  if (asDirectory) return inode.kind === 'directory' ? undefined : 'ENOTDIR';
  return inode.kind === 'directory' ? 'EISDIR' : undefined;
}
