/**
 * The calls of one process on the virtual filesystem: its ids, umask, working directory and
 * descriptors, over a world that it shares with the page.
 *
 * Every method answers at once with a `Result`, or with an `Outcome` where Linux might block; none
 * throws for anything a guest may ask. Path arguments are as the guest sent them. `dirfd` is where a
 * relative path begins (AT_FDCWD by default), so the *at calls are these same methods.
 */
import type { Errno } from '@sandtable/shared/errno';
import { AT_FDCWD, type DirectoryLine, type Stat, type StatVfs } from './abi.ts';
import type { GuestPath } from '../paths.ts';
import type { DirFd, GuestContext } from './context.ts';
import type { Disposer, OpenDescription, Readiness } from './description.ts';
import type { VirtualFd } from './descriptorTable.ts';
import type { SocketInode } from './inode.ts';
import * as attributes from './ops/attributes.ts';
import * as descriptors from './ops/descriptors.ts';
import * as directories from './ops/directories.ts';
import * as names from './ops/names.ts';
import { open } from './ops/open.ts';
import type { AnonymousIdentity } from './pipe.ts';
import { fail, ok, type Outcome, type Result } from './result.ts';

export class GuestFiles {
  readonly #context: GuestContext;

  /** Made by `Vfs.guest`. */
  constructor(context: GuestContext) {
    this.#context = context;
  }

  // Paths ----------------------------------------------------------------------------------------

  /** open, openat, creat. O_PATH is EINVAL, O_TMPFILE EOPNOTSUPP. */
  open(path: GuestPath, flags: number, mode = 0o666, dirfd: DirFd = AT_FDCWD): Result<VirtualFd> {
    return open(this.#context, path, flags, mode, dirfd);
  }

  stat(path: GuestPath, dirfd: DirFd = AT_FDCWD): Result<Stat> {
    return attributes.stat(this.#context, path, true, dirfd);
  }

  lstat(path: GuestPath, dirfd: DirFd = AT_FDCWD): Result<Stat> {
    return attributes.stat(this.#context, path, false, dirfd);
  }

  /** `flags`: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH. */
  fstatat(dirfd: DirFd, path: GuestPath, flags: number): Result<Stat> {
    return attributes.fstatat(this.#context, dirfd, path, flags);
  }

  /** `mode`: 0 (F_OK), or R_OK, W_OK, X_OK or-ed. */
  access(path: GuestPath, mode: number, follow = true, dirfd: DirFd = AT_FDCWD): Result<undefined> {
    return attributes.access(this.#context, path, mode, follow, dirfd);
  }

  /** All lines of a directory by path, with `.` and `..`. */
  listDirectory(path: GuestPath, dirfd: DirFd = AT_FDCWD): Result<DirectoryLine[]> {
    return directories.listDirectory(this.#context, path, dirfd);
  }

  mkdir(path: GuestPath, mode = 0o777, dirfd: DirFd = AT_FDCWD): Result<undefined> {
    return names.mkdir(this.#context, path, mode, dirfd);
  }

  rmdir(path: GuestPath, dirfd: DirFd = AT_FDCWD): Result<undefined> {
    return names.rmdir(this.#context, path, dirfd);
  }

  unlink(path: GuestPath, dirfd: DirFd = AT_FDCWD): Result<undefined> {
    return names.unlink(this.#context, path, dirfd);
  }

  rename(
    from: GuestPath,
    to: GuestPath,
    fromFd: DirFd = AT_FDCWD,
    toFd: DirFd = AT_FDCWD,
  ): Result<undefined> {
    return names.rename(this.#context, { from, fromFd, to, toFd });
  }

  /** A hard link. `follow` is AT_SYMLINK_FOLLOW. */
  link(
    from: GuestPath,
    to: GuestPath,
    fromFd: DirFd = AT_FDCWD,
    toFd: DirFd = AT_FDCWD,
    follow = false,
  ): Result<undefined> {
    return names.link(this.#context, { from, fromFd, to, toFd }, follow);
  }

  symlink(target: GuestPath, path: GuestPath, dirfd: DirFd = AT_FDCWD): Result<undefined> {
    return names.symlink(this.#context, target, path, dirfd);
  }

  /** Text of a symbolic link; cutting it to the guest's buffer is the caller's. */
  readlink(path: GuestPath, dirfd: DirFd = AT_FDCWD): Result<string> {
    return names.readlink(this.#context, path, dirfd);
  }

  truncate(path: GuestPath, size: number): Result<undefined> {
    return attributes.truncate(this.#context, path, size, AT_FDCWD);
  }

  chmod(path: GuestPath, mode: number, follow = true, dirfd: DirFd = AT_FDCWD): Result<undefined> {
    return attributes.chmod(this.#context, path, mode, follow, dirfd);
  }

  /** -1 leaves an id as it is. */
  chown(
    path: GuestPath,
    uid: number,
    gid: number,
    follow = true,
    dirfd: DirFd = AT_FDCWD,
  ): Result<undefined> {
    return attributes.chown(this.#context, path, uid, gid, follow, dirfd);
  }

  /** Null means now; UTIME_NOW and UTIME_OMIT go into `nsec`. */
  utimens(
    path: GuestPath,
    times: attributes.Times | null,
    follow = true,
    dirfd: DirFd = AT_FDCWD,
  ): Result<undefined> {
    return attributes.utimens(this.#context, path, times, follow, dirfd);
  }

  statvfs(path: GuestPath): Result<StatVfs> {
    return attributes.statvfs(this.#context, path);
  }

  chdir(path: GuestPath): Result<undefined> {
    return directories.chdir(this.#context, path);
  }

  fchdir(fd: VirtualFd): Result<undefined> {
    return directories.fchdir(this.#context, fd);
  }

  /** ENOENT in a removed directory. */
  getcwd(): Result<GuestPath> {
    return directories.getcwd(this.#context);
  }

  /** Absolute path without links of something that exists. */
  realpath(path: GuestPath, dirfd: DirFd = AT_FDCWD): Result<GuestPath> {
    return directories.realpath(this.#context, path, dirfd);
  }

  /**
   * The canonical place that a call on this path is about, existing or not: what a policy judges.
   * `follow` as the call itself would (open, stat: true; lstat, unlink, rename, mkdir: false).
   */
  locate(path: GuestPath, follow: boolean, dirfd: DirFd = AT_FDCWD): Result<directories.Located> {
    return directories.locate(this.#context, path, follow, dirfd);
  }

  /** Sets the mask and answers the old one. */
  umask(mask: number): number {
    const old = this.#context.umask;
    this.#context.umask = mask & 0o777;
    return old;
  }

  // Descriptors ----------------------------------------------------------------------------------

  close(fd: VirtualFd): Result<undefined> {
    return descriptors.close(this.#context, fd);
  }

  /** Closes all, as at the end of the process. */
  closeAll(): void {
    this.#context.table.closeAll();
  }

  /** The bytes are a copy or immutable; they are not to be changed. */
  read(fd: VirtualFd, count: number): Outcome<Uint8Array> {
    return descriptors.read(this.#context, fd, count);
  }

  pread(fd: VirtualFd, count: number, offset: number): Outcome<Uint8Array> {
    return descriptors.pread(this.#context, fd, count, offset);
  }

  write(fd: VirtualFd, bytes: Uint8Array): Outcome<number> {
    return descriptors.write(this.#context, fd, bytes);
  }

  pwrite(fd: VirtualFd, bytes: Uint8Array, offset: number): Outcome<number> {
    return descriptors.pwrite(this.#context, fd, bytes, offset);
  }

  /** SEEK_DATA and SEEK_HOLE are EINVAL. */
  lseek(fd: VirtualFd, offset: number, whence: number): Result<number> {
    return descriptors.lseek(this.#context, fd, offset, whence);
  }

  fstat(fd: VirtualFd): Result<Stat> {
    return attributes.fstat(this.#context, fd);
  }

  /** All lines of an open directory, with `.` and `..`. */
  readdir(fd: VirtualFd): Result<DirectoryLine[]> {
    return directories.readdir(this.#context, fd);
  }

  ftruncate(fd: VirtualFd, size: number): Result<undefined> {
    return attributes.ftruncate(this.#context, fd, size);
  }

  fchmod(fd: VirtualFd, mode: number): Result<undefined> {
    return attributes.fchmod(this.#context, fd, mode);
  }

  fchown(fd: VirtualFd, uid: number, gid: number): Result<undefined> {
    return attributes.fchown(this.#context, fd, uid, gid);
  }

  futimens(fd: VirtualFd, times: attributes.Times | null): Result<undefined> {
    return attributes.futimens(this.#context, fd, times);
  }

  fstatvfs(fd: VirtualFd): Result<StatVfs> {
    return attributes.fstatvfs(this.#context, fd);
  }

  /** Nothing is ever unwritten: EBADF or success. */
  fsync(fd: VirtualFd): Result<undefined> {
    const description = this.#context.table.get(fd);
    if (description === undefined) return fail('EBADF');
    return description.kind === 'file' || description.kind === 'directory' ? ok(undefined) : fail('EINVAL');
  }

  dup(fd: VirtualFd): Result<VirtualFd> {
    return descriptors.dup(this.#context, fd, 0, false);
  }

  dup2(fd: VirtualFd, to: VirtualFd): Result<VirtualFd> {
    return descriptors.dup2(this.#context, fd, to);
  }

  /** `flags`: 0 or O_CLOEXEC. */
  dup3(fd: VirtualFd, to: VirtualFd, flags: number): Result<VirtualFd> {
    return descriptors.dup3(this.#context, fd, to, flags);
  }

  /** F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL; others EINVAL. */
  fcntl(fd: VirtualFd, command: number, argument = 0): Result<number> {
    return descriptors.fcntl(this.#context, fd, command, argument);
  }

  /** pipe and pipe2: [read end, write end]. `flags`: O_CLOEXEC, O_NONBLOCK. */
  pipe(flags = 0): Result<readonly [VirtualFd, VirtualFd]> {
    return descriptors.pipe(this.#context, flags);
  }

  /** The file of a socket, as `bind` makes it. EEXIST where there is something. */
  makeSocket(path: GuestPath): Result<SocketInode> {
    return names.makeSocket(this.#context, path);
  }

  /** The socket behind a name, for one who may write to it; null for a file that is none. */
  findSocket(path: GuestPath): Result<SocketInode | null> {
    return names.findSocket(this.#context, path);
  }

  // For the controller ---------------------------------------------------------------------------

  /** Puts a description of the controller's own (terminal, socket) into the table, at the lowest number or at `at`. */
  install(
    description: OpenDescription,
    options: { at?: VirtualFd; closeOnExec?: boolean } = {},
  ): Result<VirtualFd> {
    const { table } = this.#context;
    if (options.at !== undefined && !table.inRange(options.at)) return fail('EBADF');
    const fd = options.at === undefined ? table.free() : ok(options.at);
    if (fd.ok) table.set(fd.value, description, options.closeOnExec === true);
    return fd;
  }

  /** Errno if there may be no more descriptors. */
  refuseDescriptor(): Errno | undefined {
    const free = this.#context.table.free();
    return free.ok ? undefined : free.errno;
  }

  /** Identity of something new that has no name: what fstat says of it. */
  anonymous(mode: number): AnonymousIdentity {
    return descriptors.anonymous(this.#context, mode);
  }

  description(fd: VirtualFd): OpenDescription | undefined {
    return this.#context.table.get(fd);
  }

  /** Does `work`, for which `fd` means `description` (or nothing) whatever stands at that number now. */
  pinned<T>(fd: VirtualFd, description: OpenDescription | undefined, work: () => T): T {
    return this.#context.table.pinned(fd, description, work);
  }

  /** Keeps a description open, as a call under way does, until disposed of. */
  hold(description: OpenDescription): Disposer {
    return this.#context.table.hold(description);
  }

  /** Present absolute path of an open descriptor, `pipe:[7]` and the like, or null. */
  label(fd: VirtualFd): string | null {
    return this.#context.table.get(fd)?.label() ?? null;
  }

  /** Open descriptors in ascending order. */
  descriptors(): [VirtualFd, OpenDescription][] {
    return [...this.#context.table.entries()];
  }

  readiness(fd: VirtualFd): Result<Readiness> {
    return descriptors.readiness(this.#context, fd);
  }

  /** Calls `wake` after every change of readiness, until disposed of. */
  subscribe(fd: VirtualFd, wake: () => void): Result<Disposer> {
    return descriptors.subscribe(this.#context, fd, wake);
  }
}
