/**
 * From C functions to calls: `fstatat64(…, AT_SYMLINK_NOFOLLOW)` is `ll_os_lstat`, `unlinkat(…, AT_REMOVEDIR)` is
 * `ll_os_rmdir`, `usleep` is `ll_time_sleep` in seconds.
 *
 * What is ordinary does not show: `dirfd` is among the arguments only where a path is relative to a descriptor, `flags` of the
 * `…at` functions only where they are not 0. What a function has beside the table's arguments and that changes what it does
 * MUST show, so that no policy judges less than what is performed.
 */
import { WIRE_SYMBOLS, type CallName, type WireSymbol } from '@sandtable/shared/calls';
import type { CallArgs, PlainValue } from '@sandtable/shared/policy/model';
import { decodeText } from '@sandtable/shared/text';
import { AT_EMPTY_PATH, AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_NOFOLLOW } from '../vfs/abi.ts';
import { HeldBytes, type Asked } from './asked.ts';
import {
  MAX_POLL_FDS,
  readEpollEvent,
  readFdSet,
  readItimer,
  readPollFds,
  readTermios,
  readTimeval,
} from './structs.ts';
import { describeAddress } from './socketAddress.ts';
import { readInt32, readInt64, type WireArg } from './wireArgs.ts';

/** Turns decoded arguments into the call asked; null where no honest host sends such a frame. */
export type Normaliser = (args: readonly WireArg[]) => Asked | null;

/** Largest count that an `l` length argument may name for a buffer; the host cuts reads and writes at 1 MiB itself. */
const MAX_ROOM = 4 * 1024 * 1024;

/** The one ioctl that takes a value: blocking or not. */
const FIONBIO = 0x5421;

function asked(call: CallName, args: CallArgs, room = 0, held: HeldBytes | null = null): Asked {
  return { call, args, held, room };
}

function int(value: WireArg | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function text(value: WireArg | undefined): string {
  return value instanceof Uint8Array ? decodeText(value) : '';
}

function room(value: WireArg | undefined): number {
  return Math.max(0, Math.min(int(value), MAX_ROOM));
}

/** Adds where a relative path starts and the flags of an `…at` function, both only where they matter. */
function at(args: { [name: string]: PlainValue }, dirfd: WireArg | undefined, flags = 0): CallArgs {
  const path = args['path'];
  if (int(dirfd) !== AT_FDCWD && typeof path === 'string' && !path.startsWith('/'))
    args['dirfd'] = int(dirfd);
  if (flags !== 0) args['flags'] = flags;
  return args;
}

function statAt(args: readonly WireArg[]): Asked {
  const [dirfd, , , rawFlags] = args;
  const path = text(args[1]);
  const flags = int(rawFlags);
  if (path === '' && (flags & AT_EMPTY_PATH) !== 0) return asked('ll_os_fstat', { fd: int(dirfd) });
  return asked((flags & AT_SYMLINK_NOFOLLOW) !== 0 ? 'll_os_lstat' : 'll_os_stat', at({ path }, dirfd));
}

/** Two dates of a file as `[seconds, nanoseconds]`, null for "now, both". */
function dates(value: WireArg | undefined): PlainValue {
  if (!(value instanceof Uint8Array)) return null;
  return {
    atime: [readInt64(value, 0), readInt64(value, 8)],
    mtime: [readInt64(value, 16), readInt64(value, 24)],
  };
}

function twoPaths(
  call: CallName,
  from: WireArg | undefined,
  path: WireArg | undefined,
  to: WireArg | undefined,
  newpath: WireArg | undefined,
  flags = 0,
): Asked {
  const args: { [name: string]: PlainValue } = { path: text(path), newpath: text(newpath) };
  at(args, from, flags);
  if (int(to) !== AT_FDCWD && !text(newpath).startsWith('/')) args['newdirfd'] = int(to);
  return asked(call, args);
}

/** A write: the bytes stay where they are until somebody looks. */
function dataCall(
  call: CallName,
  value: WireArg | undefined,
  make: (held: HeldBytes) => CallArgs,
): Asked | null {
  if (!(value instanceof Uint8Array)) return null;
  const held = new HeldBytes(value);
  return asked(call, make(held), 0, held);
}

const noArgs: CallArgs = Object.freeze({});

function fdSet(value: WireArg | undefined, count: number): PlainValue {
  return value instanceof Uint8Array ? readFdSet(value, count) : null;
}

const SYMBOLS: { readonly [symbol: string]: Normaliser } = {
  open: (a) => asked('ll_os_open', { path: text(a[0]), flags: int(a[1]), mode: int(a[2]) }),
  open64: (a) => asked('ll_os_open', { path: text(a[0]), flags: int(a[1]), mode: int(a[2]) }),
  openat64: (a) => asked('ll_os_open', at({ path: text(a[1]), flags: int(a[2]), mode: int(a[3]) }, a[0])),
  fstatat64: statAt,
  access: (a) => asked('ll_os_access', { path: text(a[0]), mode: int(a[1]) }),
  faccessat: (a) => asked('ll_os_access', at({ path: text(a[1]), mode: int(a[2]) }, a[0], int(a[3]))),
  '@listdir': (a) => asked('ll_os_listdir', { path: text(a[0]) }, room(a[1])),
  '@flistdir': (a) => asked('ll_os_flistdir', { fd: int(a[0]) }, room(a[1])),
  readlink: (a) => asked('ll_os_readlink', { path: text(a[0]) }, room(a[1])),
  readlinkat: (a) => asked('ll_os_readlink', at({ path: text(a[1]) }, a[0]), room(a[2])),
  '@realpath': (a) => asked('ll_os_realpath', { path: text(a[0]) }, room(a[1])),
  '@getcwd': (a) => asked('ll_os_getcwd', noArgs, room(a[0])),
  mkdirat: (a) => asked('ll_os_mkdir', at({ path: text(a[1]), mode: int(a[2]) }, a[0])),
  unlinkat: (a) => {
    const flags = int(a[2]);
    return (flags & AT_REMOVEDIR) !== 0
      ? asked('ll_os_rmdir', at({ path: text(a[1]) }, a[0], flags & ~AT_REMOVEDIR))
      : asked('ll_os_unlink', at({ path: text(a[1]) }, a[0], flags));
  },
  rename: (a) => asked('ll_os_rename', { path: text(a[0]), newpath: text(a[1]) }),
  renameat: (a) => twoPaths('ll_os_rename', a[0], a[1], a[2], a[3]),
  link: (a) => asked('ll_os_link', { path: text(a[0]), newpath: text(a[1]) }),
  linkat: (a) => twoPaths('ll_os_link', a[0], a[1], a[2], a[3], int(a[4])),
  symlink: (a) => asked('ll_os_symlink', { target: text(a[0]), path: text(a[1]) }),
  symlinkat: (a) => asked('ll_os_symlink', at({ target: text(a[0]), path: text(a[2]) }, a[1])),
  fchmodat: (a) => asked('ll_os_chmod', at({ path: text(a[1]), mode: int(a[2]) }, a[0], int(a[3]))),
  lchown: (a) =>
    asked('ll_os_chown', { path: text(a[0]), uid: int(a[1]), gid: int(a[2]), flags: AT_SYMLINK_NOFOLLOW }),
  fchownat: (a) =>
    asked('ll_os_chown', at({ path: text(a[1]), uid: int(a[2]), gid: int(a[3]) }, a[0], int(a[4]))),
  utimensat: (a) =>
    a[1] === null
      ? asked('ll_os_futime', { fd: int(a[0]), times: dates(a[2]) })
      : asked('ll_os_utime', at({ path: text(a[1]), times: dates(a[2]) }, a[0], int(a[3]))),
  futimens: (a) => asked('ll_os_futime', { fd: int(a[0]), times: dates(a[1]) }),
  read: (a) => asked('ll_os_read', { fd: int(a[0]), size: int(a[2]) }, room(a[1])),
  write: (a) =>
    dataCall('ll_os_write', a[1], (held) => ({
      fd: int(a[0]),
      get data() {
        return held.text;
      },
    })),
  pread64: (a) => asked('ll_os_pread', { fd: int(a[0]), size: int(a[2]), offset: int(a[3]) }, room(a[1])),
  pwrite64: (a) =>
    dataCall('ll_os_pwrite', a[1], (held) => ({
      fd: int(a[0]),
      get data() {
        return held.text;
      },
      offset: int(a[3]),
    })),
  '@ioctl': (a) =>
    int(a[1]) === FIONBIO && a[2] instanceof Uint8Array
      ? asked('ll_os_ioctl', { fd: int(a[0]), request: int(a[1]), value: readInt32(a[2], 0) })
      : asked('ll_os_ioctl', { fd: int(a[0]), request: int(a[1]) }),
  dup3: (a) => asked('ll_os_dup2', { fd: int(a[0]), fd2: int(a[1]), flags: int(a[2]) }),
  pipe: () => asked('ll_os_pipe', { flags: 0 }),
  select: (a) => {
    const count = int(a[0]);
    const timeout = a[4];
    return asked('ll_os_select', {
      count,
      read: fdSet(a[1], count),
      write: fdSet(a[2], count),
      except: fdSet(a[3], count),
      timeout: timeout instanceof Uint8Array ? readTimeval(timeout, 0) : null,
    });
  },
  poll: (a) => {
    // Entries become objects when somebody looks, not while the call waits; more than the call takes are never read.
    const given = a[0] instanceof Uint8Array && int(a[1]) <= MAX_POLL_FDS ? new Uint8Array(a[0]) : null;
    return asked('ll_os_poll', {
      get fds() {
        return given === null ? [] : readPollFds(given).map(({ fd, events }) => ({ fd, events }));
      },
      count: int(a[1]),
      milliseconds: int(a[2]),
    });
  },
  epoll_ctl: (a) =>
    asked('ll_os_epoll_ctl', {
      epfd: int(a[0]),
      operation: int(a[1]),
      fd: int(a[2]),
      event: a[3] instanceof Uint8Array ? { ...readEpollEvent(a[3]) } : null,
    }),
  epoll_wait: (a) =>
    asked('ll_os_epoll_wait', { epfd: int(a[0]), count: int(a[2]), milliseconds: int(a[3]) }),
  tcsetattr: (a) =>
    a[2] instanceof Uint8Array
      ? asked('ll_os_tcsetattr', { fd: int(a[0]), when: int(a[1]), attributes: readTermios(a[2]) })
      : null,
  '@ttyname': (a) => asked('ll_os_ttyname', { fd: int(a[0]) }, room(a[1])),
  '@sleep': (a) => asked('ll_time_sleep', { seconds: int(a[0]) / 1e6 }),
  gethostname: (a) => asked('ll_os_gethostname', noArgs, room(a[0])),
  '@getlogin': (a) => asked('ll_os_getlogin', noArgs, room(a[0])),
  getloadavg: () => asked('ll_os_getloadavg', noArgs),
  sched_getaffinity: (a) => asked('ll_os_sched_getaffinity', { pid: int(a[0]) }, room(a[1])),
  getrandom: (a) => asked('ll_os_urandom', { size: int(a[1]) }, room(a[0])),
  execv: (a) => asked('ll_os_execv', { path: text(a[0]) }),
  execve: (a) => asked('ll_os_execv', { path: text(a[0]) }),
  '@fexecve': () => asked('ll_os_execv', { path: '' }),
  waitpid: (a) => asked('ll_os_waitpid', { pid: int(a[0]), options: int(a[2]) }),
  '@killpg': (a) => asked('ll_os_kill', { pid: -int(a[0]), signal: int(a[1]) }),
  setitimer: (a) =>
    a[1] instanceof Uint8Array
      ? asked('ll_os_setitimer', { which: int(a[0]), timer: readItimer(a[1]) })
      : null,
  connect: (a) => asked('ll_socket_connect', { fd: int(a[0]), address: address(a[1]) }),
  bind: (a) => asked('ll_socket_bind', { fd: int(a[0]), address: address(a[1]) }),
  accept4: (a) => asked('ll_socket_accept', { fd: int(a[0]), flags: int(a[3]) }),
  send: (a) =>
    dataCall('ll_socket_send', a[1], (held) => ({
      fd: int(a[0]),
      get data() {
        return held.text;
      },
      flags: int(a[3]),
    })),
  sendto: (a) =>
    dataCall('ll_socket_sendto', a[1], (held) => ({
      fd: int(a[0]),
      get data() {
        return held.text;
      },
      flags: int(a[3]),
      address: address(a[4]),
    })),
  recv: (a) => asked('ll_socket_recv', { fd: int(a[0]), size: int(a[2]), flags: int(a[3]) }, room(a[1])),
  recvfrom: (a) =>
    asked('ll_socket_recvfrom', { fd: int(a[0]), size: int(a[2]), flags: int(a[3]) }, room(a[1])),
  setsockopt: (a) =>
    asked('ll_socket_setsockopt', {
      fd: int(a[0]),
      level: int(a[1]),
      name_id: int(a[2]),
      option: text(a[3]),
    }),
  '@getaddrinfo': (a) =>
    asked('ll_socket_getaddrinfo', { host: text(a[0]), service: text(a[1]) }, room(a[2])),
  '@gethostbyname': (a) => asked('ll_socket_getaddrinfo', { host: text(a[0]), service: '' }, room(a[1])),
  '@gethostbyaddr': () => asked('ll_socket_getaddrinfo', { host: '', service: '' }),
};

function address(value: WireArg | undefined): string {
  return value instanceof Uint8Array ? describeAddress(value) : '';
}

/** For a symbol whose arguments are those of the call, one to one: numbers as numbers, strings as text. */
function plainly(row: WireSymbol): Normaliser {
  const shown = row.ops
    .map((op, k) => ({ op, k }))
    .filter(
      ({ op }) =>
        op.name !== '-' &&
        !op.name.startsWith('out') &&
        op.code !== 'S' &&
        op.code !== 'r' &&
        op.code !== 'A',
    );
  if (shown.length === 0) return () => asked(row.call, noArgs);
  return (a) => {
    const args: { [name: string]: PlainValue } = {};
    for (const { op, k } of shown) args[op.name] = op.code === 's' ? text(a[k]) : int(a[k]);
    return asked(row.call, args);
  };
}

/** One for each function number. */
export const NORMALISERS: readonly Normaliser[] = WIRE_SYMBOLS.map(
  (row) => SYMBOLS[row.symbol] ?? plainly(row),
);

/** Symbols that have their own normaliser here; a test keeps them in step with the call table. */
export const OWN_NORMALISERS: readonly string[] = Object.keys(SYMBOLS);
