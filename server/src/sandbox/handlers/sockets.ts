/** Pairs of connected sockets, both ends the guest's own. There is no network. */
import type { Errno } from '@sandtable/shared/errno';
import type { CallArgs } from '@sandtable/shared/policy/model';
import { StreamEnd, virtualFd } from '../vfs/index.ts';
import { readDescriptor, writeDescriptor } from './io.ts';
import { DONE, fail, int, ok, settled, type GuestRun, type Handler } from './handler.ts';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_TYPE_MASK = 0xf;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_ERROR = 4;

function socketOf(run: GuestRun, args: CallArgs): StreamEnd | Errno {
  const description = run.files.description(virtualFd(int(args, 'fd')));
  if (description === undefined) return 'EBADF';
  return description instanceof StreamEnd ? description : 'ENOTSOCK';
}

const send: Handler = (run, args, call) => {
  const socket = socketOf(run, args);
  if (typeof socket === 'string') return fail(socket);
  const flags = int(args, 'flags');
  if ((flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) !== 0) return fail('EOPNOTSUPP');
  if (args['address'] !== undefined && args['address'] !== '') return fail('EISCONN');
  return writeDescriptor(run, args, call, (flags & MSG_DONTWAIT) !== 0);
};

const receive: Handler = (run, args, call) => {
  const socket = socketOf(run, args);
  if (typeof socket === 'string') return fail(socket);
  const flags = int(args, 'flags');
  if ((flags & ~MSG_DONTWAIT) !== 0) return fail('EOPNOTSUPP');
  return readDescriptor(run, args, call, (flags & MSG_DONTWAIT) !== 0);
};

const name: Handler = (run, args) => {
  const socket = socketOf(run, args);
  return typeof socket === 'string' ? fail(socket) : ok({ family: AF_UNIX });
};

export const SOCKET_HANDLERS = {
  ll_socket_socketpair: (run, args) => {
    if (int(args, 'family') !== AF_UNIX) return fail('EAFNOSUPPORT');
    const kind = int(args, 'kind');
    if ((kind & SOCK_TYPE_MASK) !== SOCK_STREAM) return fail('ESOCKTNOSUPPORT');
    const result = run.files.streamPair(kind & ~SOCK_TYPE_MASK);
    return result.ok ? ok([...result.value]) : fail(result.errno);
  },
  ll_socket_send: send,
  ll_socket_sendto: send,
  ll_socket_recv: receive,
  ll_socket_recvfrom: receive,
  ll_socket_shutdown: (run, args) => {
    const socket = socketOf(run, args);
    return typeof socket === 'string' ? fail(socket) : settled(socket.shutdown(int(args, 'how')));
  },
  ll_socket_getsockname: name,
  ll_socket_getpeername: name,
  ll_socket_getsockopt: (run, args) => {
    const socket = socketOf(run, args);
    if (typeof socket === 'string') return fail(socket);
    if (int(args, 'level') !== SOL_SOCKET) return fail('EOPNOTSUPP');
    const option = int(args, 'name_id');
    return ok({ value: option === SO_TYPE ? SOCK_STREAM : option === SO_ERROR ? 0 : 0 });
  },
  ll_socket_setsockopt: (run, args) => {
    const socket = socketOf(run, args);
    return typeof socket === 'string' ? fail(socket) : DONE;
  },
} as const satisfies { readonly [call: string]: Handler };
