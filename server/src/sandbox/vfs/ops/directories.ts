/** Listing, working directory, and from a path to its canonical form. */
import { DT_CHR, DT_DIR, DT_LNK, DT_REG, DT_SOCK, R_OK, X_OK, type DirectoryLine } from '../abi.ts';
import { refuseByMode } from '../access.ts';
import type { DirFd, GuestContext } from '../context.ts';
import type { VirtualFd } from '../descriptorTable.ts';
import { childPath, entryPath } from '../entryPath.ts';
import { DirectoryDescription } from '../fileDescription.ts';
import { isDirectory, parentOf, type DirectoryEntry, type Inode } from '../inode.ts';
import { DONE, fail, ok, type Result } from '../result.ts';
import type { GuestPath } from '../../paths.ts';

/** All of a directory, wherever its descriptor stands; that is at the beginning afterwards, as listdir() leaves it. */
export function readdir(context: GuestContext, fd: VirtualFd): Result<DirectoryLine[]> {
  const description = context.table.get(fd);
  if (description === undefined) return fail('EBADF');
  if (!(description instanceof DirectoryDescription)) return fail('ENOTDIR');
  description.rewind();
  return lines(description.entry);
}

/** opendir and readdir in one. */
export function listDirectory(context: GuestContext, path: string, dirfd: DirFd): Result<DirectoryLine[]> {
  const found = context.find(path, true, dirfd);
  if (typeof found === 'string') return fail(found);
  if (!isDirectory(found)) return fail('ENOTDIR');
  const refused = refuseByMode(found.inode, context.who, R_OK);
  return refused === undefined ? lines(found) : fail(refused);
}

export function chdir(context: GuestContext, path: string): Result<undefined> {
  const found = context.find(path, true, -100);
  if (typeof found === 'string') return fail(found);
  return isDirectory(found) ? enter(context, found) : fail('ENOTDIR');
}

export function fchdir(context: GuestContext, fd: VirtualFd): Result<undefined> {
  const description = context.table.get(fd);
  if (description === undefined) return fail('EBADF');
  return description instanceof DirectoryDescription ? enter(context, description.entry) : fail('ENOTDIR');
}

export function getcwd(context: GuestContext): Result<GuestPath> {
  const path = entryPath(context.cwd);
  if (path !== null) return ok(path);
  return fail(context.cwd.inode.dead ? 'ENOENT' : 'ENAMETOOLONG');
}

export function realpath(context: GuestContext, path: string, dirfd: DirFd): Result<GuestPath> {
  const found = context.find(path, true, dirfd);
  if (typeof found === 'string') return fail(found);
  const real = entryPath(found);
  return real === null ? fail(found.live ? 'ENAMETOOLONG' : 'ENOENT') : ok(real);
}

export interface Located {
  /** Absolute, without links, `.` or `..` (but the last component itself may be a link if it is not followed). */
  readonly path: GuestPath;
  /** What stands there; `missing` where something could be made. */
  readonly kind: Inode['kind'] | 'missing';
}

/** The one place that a call on this path is about, whether it exists or not: what a policy has to judge. */
export function locate(context: GuestContext, path: string, follow: boolean, dirfd: DirFd): Result<Located> {
  const { walker } = context;
  let refused = context.findParent(path, dirfd);
  let followLast = follow;
  for (;;) {
    if (refused !== undefined) return fail(refused);
    if (walker.lastKind !== 'name') return located(entryPath(walker.dots()), 'directory');
    if (walker.slash) followLast = true;
    const found = walker.lookup(walker.directory, walker.last);
    if (typeof found === 'string') return fail(found);
    if (found === undefined) {
      if (walker.directory.inode.dead) return fail('ENOENT');
      return located(childPath(walker.directory, walker.last), 'missing');
    }
    if (found.inode.kind !== 'symlink' || !followLast) return located(entryPath(found), found.inode.kind);
    refused = walker.followToLast(found);
  }
}

function located(path: GuestPath | null, kind: Located['kind']): Result<Located> {
  return path === null ? fail('ENOENT') : ok({ path, kind });
}

function enter(context: GuestContext, directory: DirectoryEntry): Result<undefined> {
  const refused = refuseByMode(directory.inode, context.who, X_OK);
  if (refused !== undefined) return fail(refused);
  context.cwd = directory;
  return DONE;
}

function lines(directory: DirectoryEntry): Result<DirectoryLine[]> {
  // getdents says ENOENT, which glibc turns into an end of the listing.
  if (directory.inode.dead) return ok([]);
  const children = directory.inode.children();
  if (typeof children === 'string') return fail(children);
  const result: DirectoryLine[] = [
    { name: '.', ino: directory.inode.ino, type: DT_DIR },
    { name: '..', ino: parentOf(directory).inode.ino, type: DT_DIR },
  ];
  for (const entry of children.values()) {
    if (entry.hidden) continue;
    const { inode } = entry.mounted ?? entry;
    result.push({ name: entry.name, ino: inode.ino, type: lineType(inode) });
  }
  return ok(result);
}

function lineType(inode: Inode): number {
  switch (inode.kind) {
    case 'directory':
      return DT_DIR;
    case 'symlink':
      return DT_LNK;
    case 'device':
      return DT_CHR;
    case 'socket':
      return DT_SOCK;
    case 'file':
    case 'synthetic':
      return DT_REG;
  }
}
