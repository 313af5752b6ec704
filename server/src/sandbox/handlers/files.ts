/** Names and directories. */
import type { CallArgs, PlainValue } from '@sandtable/shared/policy/model';
import { encodeText } from '@sandtable/shared/text';
import { guestPath, type GuestPath } from '../paths.ts';
import {
  AT_EACCESS,
  AT_FDCWD,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  dirFd,
  virtualFd,
  type DirFd,
  type Result,
  type StatVfs,
  type Times,
} from '../vfs/index.ts';
import { fail, int, numbered, ok, settled, text, type ActiveCall, type Handler } from './handler.ts';
import type { Outcome } from '@sandtable/shared/policy/model';

function path(args: CallArgs): GuestPath {
  return guestPath(text(args, 'path'));
}

function newpath(args: CallArgs): GuestPath {
  return guestPath(text(args, 'newpath'));
}

function directory(args: CallArgs, name = 'dirfd'): DirFd {
  const value = args[name];
  return typeof value === 'number' ? dirFd(value) : AT_FDCWD;
}

function follows(args: CallArgs): boolean {
  return (int(args, 'flags') & AT_SYMLINK_NOFOLLOW) === 0;
}

function fd(args: CallArgs): ReturnType<typeof virtualFd> {
  return virtualFd(int(args, 'fd'));
}

function named(result: Result<string>, call: ActiveCall): Outcome {
  return result.ok ? call.bytes(encodeText(result.value)) : fail(result.errno);
}

function statvfs(result: Result<StatVfs>): Outcome {
  return result.ok ? ok({ ...result.value }) : fail(result.errno);
}

/** `[seconds, nanoseconds]`, or seconds where a policy wrote them. */
function timeSpec(value: PlainValue | undefined): { sec: number; nsec: number } | null {
  if (typeof value === 'number' && Number.isFinite(value)) {
    const sec = Math.floor(value);
    return { sec, nsec: Math.round((value - sec) * 1e9) };
  }
  if (!Array.isArray(value)) return null;
  const [sec, nsec] = value as readonly PlainValue[];
  return typeof sec === 'number' && typeof nsec === 'number' ? { sec, nsec } : null;
}

/** Null for "now"; undefined for nonsense. */
function times(args: CallArgs): Times | null | undefined {
  const value = args['times'];
  if (value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  const { atime, mtime } = value as { readonly [key: string]: PlainValue };
  const both = { atime: timeSpec(atime), mtime: timeSpec(mtime) };
  return both.atime === null || both.mtime === null ? undefined : { atime: both.atime, mtime: both.mtime };
}

export const FILE_HANDLERS = {
  ll_os_open: (run, args) =>
    numbered(run.files.open(path(args), int(args, 'flags'), int(args, 'mode'), directory(args))),
  ll_os_stat: (run, args, call) => {
    const result = run.files.stat(path(args), directory(args));
    return result.ok ? call.stat(result.value) : fail(result.errno);
  },
  ll_os_lstat: (run, args, call) => {
    const result = run.files.lstat(path(args), directory(args));
    return result.ok ? call.stat(result.value) : fail(result.errno);
  },
  ll_os_fstat: (run, args, call) => {
    const result = run.files.fstat(fd(args));
    return result.ok ? call.stat(result.value) : fail(result.errno);
  },
  ll_os_statvfs: (run, args) => statvfs(run.files.statvfs(path(args))),
  ll_os_fstatvfs: (run, args) => statvfs(run.files.fstatvfs(fd(args))),
  ll_os_access: (run, args) => {
    const unknown = int(args, 'flags') & ~(AT_SYMLINK_NOFOLLOW | AT_EACCESS);
    if (unknown !== 0) return fail('EINVAL');
    const result = run.files.access(path(args), int(args, 'mode'), follows(args), directory(args));
    return result.ok ? ok(0) : fail(result.errno);
  },
  ll_os_listdir: (run, args, call) => {
    const result = run.files.listDirectory(path(args));
    return result.ok ? call.lines(result.value) : fail(result.errno);
  },
  ll_os_flistdir: (run, args, call) => {
    const result = run.files.readdir(fd(args));
    return result.ok ? call.lines(result.value) : fail(result.errno);
  },
  ll_os_readlink: (run, args, call) => named(run.files.readlink(path(args), directory(args)), call),
  ll_os_realpath: (run, args, call) => named(run.files.realpath(path(args)), call),
  ll_os_getcwd: (run, _args, call) => named(run.files.getcwd(), call),
  ll_os_chdir: (run, args) => settled(run.files.chdir(path(args))),
  ll_os_fchdir: (run, args) => settled(run.files.fchdir(fd(args))),
  ll_os_mkdir: (run, args) => settled(run.files.mkdir(path(args), int(args, 'mode'), directory(args))),
  ll_os_rmdir: (run, args) => settled(run.files.rmdir(path(args), directory(args))),
  ll_os_unlink: (run, args) =>
    int(args, 'flags') !== 0 ? fail('EINVAL') : settled(run.files.unlink(path(args), directory(args))),
  ll_os_rename: (run, args) =>
    settled(run.files.rename(path(args), newpath(args), directory(args), directory(args, 'newdirfd'))),
  ll_os_link: (run, args) => {
    const follow = (int(args, 'flags') & AT_SYMLINK_FOLLOW) !== 0;
    return settled(
      run.files.link(path(args), newpath(args), directory(args), directory(args, 'newdirfd'), follow),
    );
  },
  ll_os_symlink: (run, args) =>
    settled(run.files.symlink(guestPath(text(args, 'target')), path(args), directory(args))),
  ll_os_chmod: (run, args) =>
    settled(run.files.chmod(path(args), int(args, 'mode'), follows(args), directory(args))),
  ll_os_fchmod: (run, args) => settled(run.files.fchmod(fd(args), int(args, 'mode'))),
  ll_os_chown: (run, args) =>
    settled(run.files.chown(path(args), int(args, 'uid'), int(args, 'gid'), follows(args), directory(args))),
  ll_os_fchown: (run, args) => settled(run.files.fchown(fd(args), int(args, 'uid'), int(args, 'gid'))),
  ll_os_truncate: (run, args) => settled(run.files.truncate(path(args), int(args, 'length'))),
  ll_os_ftruncate: (run, args) => settled(run.files.ftruncate(fd(args), int(args, 'length'))),
  ll_os_utime: (run, args) => {
    const when = times(args);
    return when === undefined
      ? fail('EINVAL')
      : settled(run.files.utimens(path(args), when, follows(args), directory(args)));
  },
  ll_os_futime: (run, args) => {
    const when = times(args);
    return when === undefined ? fail('EINVAL') : settled(run.files.futimens(fd(args), when));
  },
  ll_os_umask: (run, args) => ok(run.files.umask(int(args, 'mode'))),
} as const satisfies { readonly [call: string]: Handler };
