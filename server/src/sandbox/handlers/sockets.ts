/**
 * Sockets. They live in the guest's own world (`net/`): what they reach is what the run's network says is there, and never the machine.
 *
 * NEVER look a number or a name up again after a wait: the guest may have given it another meaning, which nobody judged.
 */
import type { Errno } from '@sandtable/shared/errno';
import type { CallArgs, MaybePromise, Outcome } from '@sandtable/shared/policy/model';
import { decodeText, encodeText } from '@sandtable/shared/text';
import { DatagramSocket } from '../net/datagramSocket.ts';
import { GuestSocket, type Received, type SocketOrigin } from '../net/guestSocket.ts';
import { formatAddress, parseAddress, type SocketAddress } from '../net/socketAddress.ts';
import { TcpSocket } from '../net/tcpSocket.ts';
import { UdpSocket } from '../net/udpSocket.ts';
import { UnixDatagramSocket } from '../net/unixDatagramSocket.ts';
import { UnixStreamSocket } from '../net/unixStreamSocket.ts';
import { guestPath } from '../paths.ts';
import { virtualFd } from '../vfs/index.ts';
import * as vfs from '../vfs/result.ts';
import { writeThrough } from './io.ts';
import {
  blocking,
  DONE,
  fail,
  int,
  netOf,
  ok,
  text,
  type ActiveCall,
  type GuestRun,
  type Handler,
} from './handler.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_TYPE_MASK = 0xf;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;

const MSG_OOB = 0x1;
const MSG_PEEK = 0x2;
const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;

function socketOf(run: GuestRun, args: CallArgs): GuestSocket | Errno {
  const description = run.files.description(virtualFd(int(args, 'fd')));
  if (description === undefined) return 'EBADF';
  return description instanceof GuestSocket ? description : 'ENOTSOCK';
}

function originOf(run: GuestRun): SocketOrigin {
  const { files } = run;
  const nextIdentity = (): SocketOrigin['identity'] => files.anonymous(0o777);
  return {
    net: netOf(run),
    identity: nextIdentity(),
    nextIdentity,
    privileged: run.identity.uid === 0,
    files: {
      make: (path) => files.makeSocket(guestPath(path)),
      remove: (path) => void files.unlink(guestPath(path)),
      find: (path) => files.findSocket(guestPath(path)),
    },
  };
}

/** What `socket` makes of family, type and protocol; the order of the refusals is Linux's. */
function makeSocket(run: GuestRun, args: CallArgs): GuestSocket | Errno {
  const kind = int(args, 'kind');
  const type = kind & SOCK_TYPE_MASK;
  const protocol = int(args, 'protocol');
  if ((kind & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return 'EINVAL';
  const flags = kind & SOCK_NONBLOCK;
  switch (int(args, 'family')) {
    case AF_UNIX:
      if (protocol !== 0 && protocol !== AF_UNIX) return 'EPROTONOSUPPORT';
      if (type === SOCK_STREAM) return new UnixStreamSocket(originOf(run), flags);
      return type === SOCK_DGRAM ? new UnixDatagramSocket(originOf(run), flags) : 'ESOCKTNOSUPPORT';
    case AF_INET:
    case AF_INET6: {
      const family = int(args, 'family') === AF_INET ? 'inet' : 'inet6';
      if (type === SOCK_RAW) return protocol === 0 ? 'EPROTONOSUPPORT' : 'EPERM';
      if (type !== SOCK_STREAM && type !== SOCK_DGRAM) return 'ESOCKTNOSUPPORT';
      if (protocol !== 0 && protocol !== (type === SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP))
        return 'EPROTONOSUPPORT';
      return type === SOCK_STREAM
        ? new TcpSocket(family, originOf(run), flags)
        : new UdpSocket(family, originOf(run), flags);
    }
    default:
      return 'EAFNOSUPPORT';
  }
}

function install(run: GuestRun, socket: GuestSocket, flags: number): vfs.Result<number> {
  const installed = run.files.install(socket, { closeOnExec: (flags & SOCK_CLOEXEC) !== 0 });
  if (!installed.ok) socket.release();
  return installed;
}

const socketpair: Handler = (run, args) => {
  const kind = int(args, 'kind');
  const type = kind & SOCK_TYPE_MASK;
  if ((kind & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return fail('EINVAL');
  const family = int(args, 'family');
  if (family === AF_INET || family === AF_INET6) return fail('EOPNOTSUPP');
  if (family !== AF_UNIX) return fail('EAFNOSUPPORT');
  if (int(args, 'protocol') !== 0 && int(args, 'protocol') !== AF_UNIX) return fail('EPROTONOSUPPORT');
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM) return fail('ESOCKTNOSUPPORT');
  const make = type === SOCK_STREAM ? UnixStreamSocket : UnixDatagramSocket;
  const [one, other] = make.pair([originOf(run), originOf(run)], kind & SOCK_NONBLOCK);
  const first = install(run, one, kind);
  if (!first.ok) {
    other.release();
    return fail(first.errno);
  }
  const second = install(run, other, kind);
  if (second.ok) return ok([first.value, second.value]);
  run.files.close(virtualFd(first.value));
  return fail(second.errno);
};

/** An address among the arguments; one that a policy garbled is an error of the call. */
function addressOf(args: CallArgs): SocketAddress | null {
  return parseAddress(text(args, 'address'));
}

const connect: Handler = (run, args, call) => {
  const socket = socketOf(run, args);
  if (typeof socket === 'string') return fail(socket);
  const address = addressOf(args);
  if (address === null) return fail('EINVAL');
  return blocking(run, call, socket.connecting(address), () => DONE);
};

const accept: Handler = (run, args, call) => {
  const socket = socketOf(run, args);
  if (typeof socket === 'string') return fail(socket);
  const flags = int(args, 'flags');
  if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) !== 0) return fail('EINVAL');
  const attempt = (): vfs.Outcome<GuestSocket> => {
    // The connection stays in the queue of one that has no number left for it.
    const full = run.files.refuseDescriptor();
    return full === undefined ? socket.accept() : vfs.fail(full);
  };
  return blocking(run, call, attempt, (child) => {
    child.flags |= flags & SOCK_NONBLOCK;
    const peer = child.peerAddress();
    const installed = install(run, child, flags);
    if (!installed.ok) return fail(installed.errno);
    return ok({ fd: installed.value, address: typeof peer === 'string' ? '' : formatAddress(peer) });
  });
};

const send: Handler = (run, args, call) => {
  const socket = socketOf(run, args);
  if (typeof socket === 'string') return fail(socket);
  const flags = int(args, 'flags');
  if ((flags & MSG_OOB) !== 0) return fail('EOPNOTSUPP');
  const given = text(args, 'address') !== '';
  const to = given ? addressOf(args) : null;
  if (given && to === null) return fail('EINVAL');
  return writeThrough(run, args, call, (flags & MSG_DONTWAIT) !== 0, socket.sending(to));
};

function receive(
  run: GuestRun,
  args: CallArgs,
  call: ActiveCall,
  done: (received: Received) => Outcome,
): MaybePromise<Outcome> {
  const socket = socketOf(run, args);
  if (typeof socket === 'string') return fail(socket);
  const flags = int(args, 'flags');
  const size = Math.min(int(args, 'size'), call.asked.room);
  if (size < 0) return fail('EINVAL');
  if ((flags & MSG_OOB) !== 0) return fail(socket instanceof TcpSocket ? 'EINVAL' : 'EOPNOTSUPP');
  const peek = (flags & MSG_PEEK) !== 0;
  const all = (flags & MSG_WAITALL) !== 0 && !peek && !(socket instanceof DatagramSocket);
  const attempt = all ? wholly(socket, size) : () => socket.receive(size, peek);
  if ((flags & MSG_DONTWAIT) === 0) return blocking(run, call, attempt, done);
  const outcome = attempt();
  return outcome.ok ? done(outcome.value) : fail(outcome.errno);
}

/** Receives until all has come that was asked for, or no more will. */
function wholly(socket: GuestSocket, size: number): () => vfs.Outcome<Received> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const all = (): vfs.Outcome<Received> => {
    const bytes = Buffer.concat(parts);
    return vfs.ok({ bytes, from: null });
  };
  return () => {
    for (;;) {
      const next = socket.receive(size - length, false);
      if (!next.ok) return next.wait === undefined && length > 0 ? all() : next;
      parts.push(next.value.bytes);
      length += next.value.bytes.length;
      if (length >= size || next.value.bytes.length === 0) return all();
    }
  };
}

function received(call: ActiveCall, { bytes, from }: Received): Outcome {
  return call.message(bytes, from === null ? null : formatAddress(from));
}

export const SOCKET_HANDLERS = {
  ll_socket_socket: (run, args) => {
    const socket = makeSocket(run, args);
    if (typeof socket === 'string') return fail(socket);
    const installed = install(run, socket, int(args, 'kind'));
    return installed.ok ? ok(installed.value) : fail(installed.errno);
  },
  ll_socket_socketpair: socketpair,
  ll_socket_connect: connect,
  ll_socket_bind: (run, args) => {
    const socket = socketOf(run, args);
    if (typeof socket === 'string') return fail(socket);
    const address = addressOf(args);
    const refused = address === null ? 'EINVAL' : socket.bind(address);
    return refused === undefined ? DONE : fail(refused);
  },
  ll_socket_listen: (run, args) => {
    const socket = socketOf(run, args);
    if (typeof socket === 'string') return fail(socket);
    const refused = socket.listen(int(args, 'backlog'));
    return refused === undefined ? DONE : fail(refused);
  },
  ll_socket_accept: accept,
  ll_socket_send: send,
  ll_socket_sendto: send,
  ll_socket_recv: (run, args, call) => receive(run, args, call, (each) => received(call, each)),
  ll_socket_recvfrom: (run, args, call) => receive(run, args, call, (each) => received(call, each)),
  ll_socket_shutdown: (run, args) => {
    const socket = socketOf(run, args);
    if (typeof socket === 'string') return fail(socket);
    const refused = socket.shutdown(int(args, 'how'));
    return refused === undefined ? DONE : fail(refused);
  },
  ll_socket_getsockname: (run, args) => {
    const socket = socketOf(run, args);
    if (typeof socket === 'string') return fail(socket);
    return ok({ address: formatAddress(socket.localAddress()) });
  },
  ll_socket_getpeername: (run, args) => {
    const socket = socketOf(run, args);
    if (typeof socket === 'string') return fail(socket);
    const peer = socket.peerAddress();
    return typeof peer === 'string' ? fail(peer) : ok({ address: formatAddress(peer) });
  },
  ll_socket_getsockopt: (run, args) => {
    const socket = socketOf(run, args);
    if (typeof socket === 'string') return fail(socket);
    const found = socket.options.get(int(args, 'level'), int(args, 'name_id'), socket);
    if (typeof found === 'string') return fail(found);
    if ('bytes' in found) return ok({ data: decodeText(found.bytes) });
    return ok({ value: found.number });
  },
  ll_socket_setsockopt: (run, args) => {
    const socket = socketOf(run, args);
    if (typeof socket === 'string') return fail(socket);
    const option = encodeText(text(args, 'option'));
    const refused = socket.options.set(int(args, 'level'), int(args, 'name_id'), option);
    return refused === undefined ? DONE : fail(refused);
  },
  ll_socket_getaddrinfo: (run, args) => ok([...netOf(run).network.resolve(text(args, 'host'))]),
} as const satisfies { readonly [call: string]: Handler };
