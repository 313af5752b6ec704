/** From a step to the call that PyPy's `os` makes of it: the same flags, the same names of arguments. */
import type { CallName } from '@sandtable/shared/calls';
import type { CallArgs, PlainValue } from '@sandtable/shared/policy/model';
import { decodeText, encodeText } from '@sandtable/shared/text';
import { O_CLOEXEC } from '../sandbox/vfs/index.ts';
import { HeldBytes, type Asked } from '../sandbox/wire/asked.ts';
import { OWN_BYTES, READ_SIZE, type Data, type Ref, type Step } from './steps.ts';

/** What the steps before have given; null where one failed. */
export interface Known {
  readonly fds: (number | null)[];
  readonly reads: (Uint8Array | null)[];
}

/** `fcntl(fd, F_DUPFD_CLOEXEC, 0)`: that is what `os.dup` does. */
const F_DUPFD_CLOEXEC = 1030;

/** Room of a listing, as the host offers it. */
const LISTING_ROOM = 4 * 1024 * 1024;

const UTIME_NOW = 1_073_741_823;
const AF_UNIX = 1;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;

/** Place of what a reference speaks of, among those that there are; null where there is none. */
export function placeOf(ref: Ref, count: number): number | null {
  return count === 0 ? null : count - 1 - (ref % count);
}

/** Bytes that a step writes; null where nothing was read that it could take. */
function bytesOf(data: Data, known: Known): Uint8Array | null {
  if (data.of === 'own') return encodeText(OWN_BYTES);
  const place = placeOf(data.ref, known.reads.length);
  const bytes = place === null ? null : known.reads[place];
  if (bytes === null || bytes === undefined || bytes.length === 0) return null;
  const half = Math.floor(bytes.length / 2);
  return data.part === 'all' ? bytes : data.part === 'first' ? bytes.subarray(0, half) : bytes.subarray(half);
}

/** The call, or null where the step speaks of something that is not there: Python could not make it. */
export function askedOf(step: Step, known: Known): Asked | null {
  const fd = (ref: Ref | 'stdout'): number | null => {
    if (ref === 'stdout') return 1;
    const place = placeOf(ref, known.fds.length);
    return place === null ? null : (known.fds[place] ?? null);
  };
  const on = (call: CallName, ref: Ref | 'stdout', rest: CallArgs = {}, room = 0): Asked | null => {
    const number = fd(ref);
    return number === null ? null : { call, args: { fd: number, ...rest }, held: null, room };
  };
  // Python refuses names with NUL before it asks anybody.
  const names = [
    'path' in step ? step.path : '',
    'newpath' in step ? step.newpath : '',
    'target' in step ? step.target : '',
  ];
  if (names.some((name) => name.includes('\0'))) return null;
  const by = (call: CallName, args: { [name: string]: PlainValue }, at: Ref | null): Asked | null => {
    if (at === null) return { call, args, held: null, room: 0 };
    const dirfd = fd(at);
    if (dirfd === null) return null;
    if (typeof args['path'] === 'string' && !args['path'].startsWith('/')) args['dirfd'] = dirfd;
    if (typeof args['newpath'] === 'string' && !args['newpath'].startsWith('/')) args['newdirfd'] = dirfd;
    return { call, args, held: null, room: 0 };
  };
  const writing = (call: CallName, ref: Ref | 'stdout', data: Data, rest: CallArgs): Asked | null => {
    const number = fd(ref);
    const bytes = bytesOf(data, known);
    if (number === null || bytes === null) return null;
    return {
      call,
      args: { fd: number, data: decodeText(bytes), ...rest },
      held: new HeldBytes(bytes),
      room: 0,
    };
  };
  switch (step.do) {
    case 'open':
      return by('ll_os_open', { path: step.path, flags: step.flags | O_CLOEXEC, mode: 0o777 }, step.at);
    case 'write':
      return writing('ll_os_write', step.fd, step.data, {});
    case 'pwrite':
      return writing('ll_os_pwrite', step.fd, step.data, { offset: 0 });
    case 'read':
      return on('ll_os_read', step.fd, { size: READ_SIZE }, READ_SIZE);
    case 'pread':
      return on('ll_os_pread', step.fd, { size: READ_SIZE, offset: 0 }, READ_SIZE);
    case 'ftruncate':
      return on('ll_os_ftruncate', step.fd, { length: 0 });
    case 'dup':
      return on('ll_os_fcntl', step.fd, { command: F_DUPFD_CLOEXEC, value: 0 });
    case 'dup2': {
      const onto = fd(step.onto);
      return onto === null ? null : on('ll_os_dup2', step.fd, { fd2: onto });
    }
    case 'fchdir':
      return on('ll_os_fchdir', step.fd);
    case 'close':
      return on('ll_os_close', step.fd);
    case 'flistdir':
      return on('ll_os_flistdir', step.fd, {}, LISTING_ROOM);
    case 'fchmod':
      return on('ll_os_fchmod', step.fd, { mode: 0o700 });
    case 'listdir':
      return { call: 'll_os_listdir', args: { path: step.path }, held: null, room: LISTING_ROOM };
    case 'chdir':
      return by('ll_os_chdir', { path: step.path }, null);
    case 'chmod':
      return by('ll_os_chmod', { path: step.path, mode: 0o700 }, null);
    case 'utime':
      return by(
        'll_os_utime',
        { path: step.path, times: { atime: [0, UTIME_NOW], mtime: [0, UTIME_NOW] } },
        null,
      );
    case 'mkdir':
      return by('ll_os_mkdir', { path: step.path, mode: 0o777 }, step.at);
    case 'rmdir':
      return by('ll_os_rmdir', { path: step.path }, step.at);
    case 'unlink':
      return by('ll_os_unlink', { path: step.path }, step.at);
    case 'rename':
      return by('ll_os_rename', { path: step.path, newpath: step.newpath }, step.at);
    case 'link':
      return by('ll_os_link', { path: step.path, newpath: step.newpath }, step.at);
    case 'symlink':
      return by('ll_os_symlink', { target: step.target, path: step.path }, step.at);
    case 'socketpair':
      return {
        call: 'll_socket_socketpair',
        args: { family: AF_UNIX, kind: SOCK_STREAM_CLOEXEC, protocol: 0 },
        held: null,
        room: 0,
      };
  }
}
