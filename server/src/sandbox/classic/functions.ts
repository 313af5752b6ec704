/**
 * The functions of the classic PyPy sandbox: what a guest asks by which name, which call of the table that is, and in what shape the
 * answer goes back.
 *
 * Names are those of PyPy 4.0.1 (`ll_os.ll_uname`) and of 5.3.1 and later (`ll_os.ll_os_uname`). What is not here is `ll_unknown`: asked
 * of nobody, and refused. A translated sandbox sends exactly these types; other ones are garbage.
 */
import type { CallName } from '@sandtable/shared/calls';
import type { CallArgs, PlainValue } from '@sandtable/shared/policy/model';
import { decodeText } from '@sandtable/shared/text';
import { AT_SYMLINK_NOFOLLOW } from '../vfs/index.ts';
import { HeldBytes, type Asked } from '../wire/asked.ts';
import type { MarshalValue } from './marshal.ts';

/** What goes back; see `replies.ts`. */
export type Shape =
  | 'none'
  | 'int'
  /** int64, whatever its size. */
  | 'long'
  /** Done or not done: True where the call succeeds with 0, False where it fails. */
  | 'success'
  /** True where the answer is not 0, False where the call fails. */
  | 'truth'
  | 'text'
  | 'textOrNone'
  | 'seconds'
  /** Seconds, from microseconds. */
  | 'micros'
  | 'names'
  | 'stat'
  | 'pair'
  /** A process and how it ended. */
  | 'ended'
  | 'environment'
  | 'uname'
  | 'times'
  | 'loads'
  /** Nothing goes back: the guest ends. */
  | 'never';

export interface ClassicFunction {
  readonly shape: Shape;
  /** The call asked; null where the arguments are not what a translated sandbox sends. */
  readonly ask: (args: readonly MarshalValue[]) => Asked | null;
}

/**
 * Bytes that one read gives at most. The original's limit, and more cannot be: a child reads a reply into a buffer that it doubles at each
 * piece, and dies of a reply that comes in some two dozen pieces.
 */
const MAX_READ_BYTES = 256 * 1024;

/**
 * Longest text in bytes that is looked at, as for other guests. The rest of a longer one is left out: no name that long names anything,
 * and whoever reads a text may take time that grows faster than its length.
 */
const MAX_TEXT = 128 * 1024;

type Plain = number | string | null | Uint8Array;

const NO_ARGS: CallArgs = Object.freeze({});

function asked(call: CallName, args: CallArgs, room = 0, held: HeldBytes | null = null): Asked {
  return { call, args, held, room };
}

/** One argument by its kind: `s` text, `d` bytes, `I` a whole number, `f` a number. Undefined where it is another. */
function plain(kind: string, value: MarshalValue): Plain | undefined {
  switch (kind) {
    case 's':
      if (value.code !== 's' || value.bytes.includes(0)) return undefined;
      return decodeText(value.bytes.subarray(0, MAX_TEXT));
    case 'd':
      return value.code === 's' ? value.bytes : undefined;
    case 'I':
      if (value.code === 'i') return value.value;
      // Beyond 2^53 it is rounded, which only offsets that no file has can meet.
      return value.code === 'I' ? Number(value.value) : undefined;
    default:
      return value.code === 'f' ? value.value : undefined;
  }
}

function plainArgs(kinds: string, args: readonly MarshalValue[]): Plain[] | null {
  if (args.length !== kinds.length) return null;
  const found: Plain[] = [];
  for (let k = 0; k < kinds.length; k++) {
    const value = plain(kinds[k]!, args[k]!);
    if (value === undefined) return null;
    found.push(value);
  }
  return found;
}

const FUNCTIONS = new Map<string, ClassicFunction>();

/** `names`: without `ll_os.ll_os_`, or whole where they have a dot. `kinds`: one letter an argument, see {@link plain}. */
function define(names: string, kinds: string, shape: Shape, make: (...args: Plain[]) => Asked): void {
  const known: ClassicFunction = {
    shape,
    ask: (args) => {
      const found = plainArgs(kinds, args);
      return found === null ? null : make(...found);
    },
  };
  for (const name of names.split(' '))
    FUNCTIONS.set(name.includes('.') ? name : `ll_os.ll_os_${name}`, known);
}

/** A function whose arguments are those of the call, one to one. */
function plainly(names: string, kinds: string, shape: Shape, call: CallName, ...params: string[]): void {
  define(names, kinds, shape, (...args) => {
    if (params.length === 0) return asked(call, NO_ARGS);
    const shown: { [name: string]: PlainValue } = {};
    params.forEach((name, k) => (shown[name] = args[k] as PlainValue));
    return asked(call, shown);
  });
}

// ---- names and directories ----
plainly('open', 'sII', 'int', 'll_os_open', 'path', 'flags', 'mode');
plainly('stat', 's', 'stat', 'll_os_stat', 'path');
plainly('lstat', 's', 'stat', 'll_os_lstat', 'path');
plainly('fstat', 'I', 'stat', 'll_os_fstat', 'fd');
plainly('access', 'sI', 'success', 'll_os_access', 'path', 'mode');
plainly('listdir', 's', 'names', 'll_os_listdir', 'path');
plainly('readlink', 's', 'text', 'll_os_readlink', 'path');
plainly('getcwd', '', 'text', 'll_os_getcwd');
plainly('chdir', 's', 'none', 'll_os_chdir', 'path');
plainly('fchdir', 'I', 'none', 'll_os_fchdir', 'fd');
plainly('mkdir', 'sI', 'none', 'll_os_mkdir', 'path', 'mode');
plainly('rmdir', 's', 'none', 'll_os_rmdir', 'path');
plainly('unlink', 's', 'none', 'll_os_unlink', 'path');
plainly('rename', 'ss', 'none', 'll_os_rename', 'path', 'newpath');
plainly('link', 'ss', 'none', 'll_os_link', 'path', 'newpath');
plainly('symlink', 'ss', 'none', 'll_os_symlink', 'target', 'path');
plainly('chmod', 'sI', 'none', 'll_os_chmod', 'path', 'mode');
plainly('fchmod', 'II', 'none', 'll_os_fchmod', 'fd', 'mode');
plainly('chown', 'sII', 'none', 'll_os_chown', 'path', 'uid', 'gid');
plainly('fchown', 'III', 'none', 'll_os_fchown', 'fd', 'uid', 'gid');
define('lchown', 'sII', 'none', (path, uid, gid) =>
  asked('ll_os_chown', {
    path: path as string,
    uid: uid as number,
    gid: gid as number,
    flags: AT_SYMLINK_NOFOLLOW,
  }),
);
plainly('ftruncate', 'II', 'none', 'll_os_ftruncate', 'fd', 'length');
plainly('umask', 'I', 'int', 'll_os_umask', 'mode');
FUNCTIONS.set('ll_os.ll_os_utime', { shape: 'none', ask: utime });

// ---- open descriptors ----
define('read', 'II', 'text', (fd, size) =>
  asked(
    'll_os_read',
    { fd: fd as number, size: size as number },
    Math.max(0, Math.min(size as number, MAX_READ_BYTES)),
  ),
);
define('write', 'Id', 'int', (fd, data) => {
  const held = new HeldBytes(data as Uint8Array);
  const args = {
    fd: fd as number,
    get data() {
      return held.text;
    },
  };
  return asked('ll_os_write', args, 0, held);
});
plainly('lseek', 'III', 'long', 'll_os_lseek', 'fd', 'offset', 'whence');
plainly('close', 'I', 'none', 'll_os_close', 'fd');
plainly('fsync fdatasync', 'I', 'none', 'll_os_fsync', 'fd');
plainly('dup', 'I', 'int', 'll_os_dup', 'fd');
plainly('dup2', 'II', 'none', 'll_os_dup2', 'fd', 'fd2');
define('pipe', '', 'pair', () => asked('ll_os_pipe', { flags: 0 }));
plainly('isatty', 'I', 'truth', 'll_os_isatty', 'fd');
plainly('ttyname ll_os.ttyname', 'I', 'text', 'll_os_ttyname', 'fd');

// ---- time ----
plainly('ll_time.ll_time_time', '', 'seconds', 'll_time_time');
plainly('ll_time.ll_time_clock', '', 'micros', 'll_time_clock');
plainly('ll_time.ll_time_sleep', 'f', 'none', 'll_time_sleep', 'seconds');

// ---- who and where ----
plainly('envitems', '', 'environment', 'll_os_envitems');
plainly('getenv', 's', 'textOrNone', 'll_os_getenv', 'name');
plainly('strerror', 'I', 'text', 'll_os_strerror', 'number');
plainly('getuid', '', 'int', 'll_os_getuid');
plainly('geteuid', '', 'int', 'll_os_geteuid');
plainly('getgid', '', 'int', 'll_os_getgid');
plainly('getegid', '', 'int', 'll_os_getegid');
plainly('getpid', '', 'int', 'll_os_getpid');
plainly('getppid', '', 'int', 'll_os_getppid');
plainly('getpgrp', '', 'int', 'll_os_getpgrp');
plainly('getpgid', 'I', 'int', 'll_os_getpgid', 'pid');
plainly('getsid', 'I', 'int', 'll_os_getsid', 'pid');
plainly('getlogin', '', 'text', 'll_os_getlogin');
plainly('uname ll_os.ll_uname', '', 'uname', 'll_os_uname');
plainly('sysconf ll_os.ll_sysconf', 'I', 'int', 'll_os_sysconf', 'name_id');
plainly('times ll_os.ll_times', '', 'times', 'll_os_times');
plainly('getloadavg ll_os.ll_getloadavg', '', 'loads', 'll_os_getloadavg');

// ---- processes ----
plainly('system', 's', 'int', 'll_os_system', 'command');
plainly('fork', '', 'int', 'll_os_fork');
plainly('waitpid', 'II', 'ended', 'll_os_waitpid', 'pid', 'options');
plainly('kill', 'II', 'none', 'll_os_kill', 'pid', 'signal');
define('killpg', 'II', 'none', (group, signal) =>
  asked('ll_os_kill', { pid: -(group as number), signal: signal as number }),
);
plainly('_exit', 'I', 'never', 'll_os__exit', 'status');

/** `(path, None)` for now, `(path, (accessed, modified))` in seconds. */
function utime(args: readonly MarshalValue[]): Asked | null {
  const path = args.length === 2 ? plain('s', args[0]!) : undefined;
  if (typeof path !== 'string') return null;
  const times = args[1]!;
  if (times.code === 'N') return asked('ll_os_utime', { path, times: null });
  const both = times.code === '(' ? plainArgs('ff', times.items) : null;
  if (both === null) return null;
  return asked('ll_os_utime', { path, times: { atime: both[0] as number, mtime: both[1] as number } });
}

const NAMES: readonly string[] = [...FUNCTIONS.keys()];
const BY_NUMBER: readonly ClassicFunction[] = NAMES.map((name) => FUNCTIONS.get(name)!);
const NUMBERS: ReadonlyMap<string, number> = new Map(NAMES.map((name, number) => [name, number]));

/** Number of the function, or of {@link UNKNOWN}. */
export function functionNumber(name: string): number {
  return NUMBERS.get(name) ?? UNKNOWN;
}

/** Stands for every function that is not here. */
export const UNKNOWN = BY_NUMBER.length;

export function shapeOf(number: number): Shape {
  return BY_NUMBER[number]?.shape ?? 'none';
}

/** What a request asks; null where its arguments are garbage. */
export function askedOf(number: number, name: string, args: readonly MarshalValue[]): Asked | null {
  const known = BY_NUMBER[number];
  return known === undefined ? asked('ll_unknown', { symbol: name }) : known.ask(args);
}

/** Every name that has a function of its own. */
export const CLASSIC_NAMES: readonly string[] = NAMES;
