/**
 * Numbers of the Linux interface, x86-64 values, that the virtual filesystem speaks.
 *
 * O_DIRECTORY, O_NOFOLLOW, O_DIRECT and O_LARGEFILE have other values on arm64: there the host side
 * of the wire translates before it asks.
 */

export const O_RDONLY = 0o0;
export const O_WRONLY = 0o1;
export const O_RDWR = 0o2;
export const O_ACCMODE = 0o3;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
const O_NOCTTY = 0o400;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
const O_ASYNC = 0o20000;
export const O_DIRECT = 0o40000;
export const O_DIRECTORY = 0o200000;
export const O_NOFOLLOW = 0o400000;
export const O_NOATIME = 0o1000000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
/** The bit of its own in O_TMPFILE; the full flag is this and O_DIRECTORY. */
const O_TMPFILE_BIT = 0o20000000;
export const O_TMPFILE = O_TMPFILE_BIT | O_DIRECTORY;

/** What F_SETFL may change. */
export const SETTABLE_FLAGS = O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME;
/** What is used up by open and not kept for F_GETFL. */
export const CREATION_FLAGS = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC;

export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;
export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_ISVTX = 0o1000;

export const R_OK = 4;
export const W_OK = 2;
export const X_OK = 1;

export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_EACCESS = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_EMPTY_PATH = 0x1000;

export const F_DUPFD = 0;
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_DUPFD_CLOEXEC = 1030;
export const FD_CLOEXEC = 1;

/** In a nanoseconds field: the present time. */
export const UTIME_NOW = 0x3fffffff;
/** In a nanoseconds field: leave as it is. */
export const UTIME_OMIT = 0x3ffffffe;

/** Symbolic links followed in one lookup before ELOOP. */
export const MAX_SYMLINKS = 40;
/** Names of one file before EMLINK; ext4's number. */
export const LINK_MAX = 65_000;
/** Writes to a pipe of at most this many bytes go in whole or not at all. */
export const PIPE_BUF = 4096;
/** Linux's default capacity of a pipe, in bytes. */
export const PIPE_CAPACITY = 65_536;
/** st_blksize, and the unit of statvfs. */
export const BLOCK_SIZE = 4096;

export const DT_CHR = 2;
export const DT_DIR = 4;
export const DT_REG = 8;
export const DT_LNK = 10;
export const DT_SOCK = 12;

export const ST_RDONLY = 1;

/** Fields of `struct stat`; times are whole seconds since 1970 and nanoseconds 0–999,999,999. */
export interface Stat {
  readonly dev: number;
  readonly ino: number;
  /** File type and permission bits. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  /** Bytes. */
  readonly size: number;
  readonly blksize: number;
  /** Units of 512 bytes. */
  readonly blocks: number;
  readonly atimeSec: number;
  readonly atimeNsec: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly ctimeSec: number;
  readonly ctimeNsec: number;
}

/** Fields of `struct statvfs`; the block counts are in units of `frsize`. */
export interface StatVfs {
  readonly bsize: number;
  readonly frsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
  readonly favail: number;
  readonly fsid: number;
  readonly flag: number;
  readonly namemax: number;
}

/** One line of a directory, as getdents gives it. */
export interface DirectoryLine {
  readonly name: string;
  readonly ino: number;
  /** DT_DIR, DT_REG, … */
  readonly type: number;
}

/** A time for utimens: UTIME_NOW and UTIME_OMIT go into `nsec`. */
export interface TimeSpec {
  readonly sec: number;
  readonly nsec: number;
}
