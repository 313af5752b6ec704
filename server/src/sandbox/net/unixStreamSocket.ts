/**
 * Streams within one machine, as AF_UNIX.
 *
 * Unlike TCP a connection is there at once or not at all, a reset is only told where something was left unread, and what one side closes
 * the other side knows at once.
 */
import type { Errno } from '@sandtable/shared/errno';
import { DONE, fail, ok, wait, type Outcome } from '../vfs/result.ts';
import { EPOLL } from './eventMask.ts';
import {
  commonEvents,
  directionsOf,
  SHUT_BOTH,
  SHUT_READ,
  SHUT_WRITE,
  type GuestSocket,
  type Received,
  type SocketOrigin,
} from './guestSocket.ts';
import { UNNAMED, type SocketAddress } from './socketAddress.ts';
import { backlogOf, nothingToRead, READABLE, StreamSocket } from './streamSocket.ts';
import { UnixName } from './unixName.ts';

type State = 'closed' | 'listening' | 'established';

export class UnixStreamSocket extends StreamSocket {
  readonly #name: UnixName;
  #state: State = 'closed';
  /** Name of the other end when it went. */
  #lastName: SocketAddress = UNNAMED;
  #backlog = 0;
  #queue: UnixStreamSocket[] = [];
  /** Not accepted yet. */
  #embryo = false;
  readonly #roomForMore = (): void => {
    this.wake();
  };

  constructor(origin: SocketOrigin, flags: number) {
    super({ family: 'unix', type: 'stream' }, origin, flags);
    this.#name = new UnixName(this, origin);
  }

  /** Two sockets that are connected to each other. */
  static pair(
    origins: readonly [SocketOrigin, SocketOrigin],
    flags: number,
  ): [UnixStreamSocket, UnixStreamSocket] {
    const one = new UnixStreamSocket(origins[0], flags);
    const other = new UnixStreamSocket(origins[1], flags);
    one.#join(other);
    return [one, other];
  }

  #join(other: UnixStreamSocket): void {
    this.peer = other;
    other.peer = this;
    this.#state = other.#state = 'established';
  }

  get accepting(): boolean {
    return this.#state === 'listening';
  }

  bind(address: SocketAddress): Errno | undefined {
    return this.#name.bind(address);
  }

  listen(backlog: number): Errno | undefined {
    if (this.#name.address.kind === 'unnamed' || this.#state === 'established') return 'EINVAL';
    this.#state = 'listening';
    this.#backlog = backlogOf(backlog);
    this.wake();
    return undefined;
  }

  accept(): Outcome<GuestSocket> {
    if (this.#state !== 'listening') return fail('EINVAL');
    const child = this.#queue.shift();
    if (child === undefined) {
      if (this.nonblocking) return fail('EAGAIN');
      return (this.shut & SHUT_READ) !== 0 ? fail('EINVAL') : wait(this, 'readable');
    }
    child.#embryo = false;
    this.net.pending.give(1);
    this.wake();
    return ok(child);
  }

  connecting(address: SocketAddress): () => Outcome<undefined> {
    const found = this.#name.find(address);
    return () => {
      if (typeof found === 'string') return fail(found);
      if (!(found instanceof UnixStreamSocket)) return fail('EPROTOTYPE');
      if (found.#state !== 'listening' || (found.shut & SHUT_READ) !== 0) return fail('ECONNREFUSED');
      const none = this.net.pending.room <= 0;
      if (none || found.#queue.length > found.#backlog) {
        if (this.nonblocking) return fail('EAGAIN');
        if (none) this.net.pending.onRoom(found.#roomForMore);
        return wait(found, 'writable');
      }
      if (this.#state !== 'closed') return fail(this.#state === 'established' ? 'EISCONN' : 'EINVAL');
      this.#meet(found);
      return DONE;
    };
  }

  #meet(listener: UnixStreamSocket): void {
    const child = new UnixStreamSocket({ ...listener.origin, identity: listener.origin.nextIdentity() }, 0);
    child.options.inherit(listener.options);
    child.#name.inherit(listener.#name);
    child.#embryo = true;
    child.#join(this);
    listener.#queue.push(child);
    this.net.pending.take(1);
    this.wake();
    listener.wake();
  }

  sending(to: SocketAddress | null): (bytes: Uint8Array) => Outcome<number> {
    return (bytes) => {
      if (to !== null) return fail(this.#state === 'established' ? 'EISCONN' : 'EOPNOTSUPP');
      if (this.#state !== 'established') return fail('ENOTCONN');
      if ((this.shut & SHUT_WRITE) !== 0 || this.peer === null) return fail('EPIPE');
      if (this.error !== null && bytes.length > 0) return fail(this.takeError()!);
      return this.push(this.peer, bytes);
    };
  }

  receive(count: number, peek: boolean): Outcome<Received> {
    if (this.#state !== 'established') return fail('EINVAL');
    return this.take(count, peek) ?? nothingToRead(this, this.takeError(), this.shut);
  }

  shutdown(how: number): Errno | undefined {
    const directions = directionsOf(how);
    if (directions === undefined) return 'EINVAL';
    this.shut |= directions;
    const peer = this.peer as UnixStreamSocket | null;
    if (peer !== null) {
      if ((directions & SHUT_READ) !== 0) peer.shut |= SHUT_WRITE;
      if ((directions & SHUT_WRITE) !== 0) peer.shut |= SHUT_READ;
      peer.wake();
    }
    this.wake();
    return undefined;
  }

  localAddress(): SocketAddress {
    return this.#name.address;
  }

  peerAddress(): SocketAddress | Errno {
    if (this.#state !== 'established') return 'ENOTCONN';
    return this.peer?.localAddress() ?? this.#lastName;
  }

  events(): number {
    let mask = commonEvents(this.shut, this.error);
    if (this.#state === 'listening') return this.#queue.length > 0 ? mask | READABLE : mask;
    if (this.#state === 'closed') mask |= EPOLL.HUP;
    if (this.incoming.length > 0) mask |= READABLE;
    if (this.hasRoom()) mask |= EPOLL.OUT | EPOLL.WRNORM | EPOLL.WRBAND;
    return mask;
  }

  protected override close(): void {
    this.#name.release();
    if (this.#state === 'listening') {
      this.net.pending.forget(this.#roomForMore);
      const queue = this.#queue;
      this.#queue = [];
      if (queue.length > 0) this.net.pending.give(queue.length);
      for (const child of queue) child.close();
    }
    const peer = this.peer as UnixStreamSocket | null;
    this.peer = null;
    if (peer !== null) {
      peer.peer = null;
      peer.#lastName = this.#name.address;
      peer.shut = SHUT_BOTH;
      if (this.incoming.length > 0 || this.#embryo) peer.error = 'ECONNRESET';
      peer.wake();
    }
    this.dropBytes();
    this.#state = 'closed';
    this.wake();
  }
}
