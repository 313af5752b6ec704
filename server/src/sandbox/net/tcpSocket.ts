/**
 * Streams over a network, as TCP.
 *
 * There is no wire: what Linux's loopback does between two system calls happens within one here. So a connection that does not wait
 * still says EINPROGRESS, and is there by the time anybody asks; a connection to nobody is refused by then.
 *
 * How a connection ends decides what the other side is told. `close` with nothing unread is an end of file there; what that side still
 * sends is answered with a reset, which it is told as EPIPE. `close` with something unread, or with SO_LINGER 0, is a reset at once:
 * ECONNRESET. There is no TIME_WAIT: a port is free when its last socket is gone.
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
import { anyHost, claimSource, refuseInternet } from './internet.ts';
import type { Claim, Holder } from './network.ts';
import { AF_UNSPEC, type InternetAddress, type SocketAddress } from './socketAddress.ts';
import { backlogOf, END, nothingToRead, READABLE, StreamSocket } from './streamSocket.ts';

/** How the connection is. */
type State = 'closed' | 'listening' | 'connecting' | 'established';

/** What its owner was told of it; Linux keeps the two apart. */
type Phase = 'unconnected' | 'connecting' | 'connected' | 'given-up';

export class TcpSocket extends StreamSocket implements Holder {
  readonly family: 'inet' | 'inet6';
  #state: State = 'closed';
  #phase: Phase = 'unconnected';
  /** The other side has said that it sends no more. */
  #finished = false;
  #claim: Claim | null = null;
  /** Whether the port was asked for by its number, and so is kept when a connection fails. */
  #bound = false;
  /** The host that was asked for. */
  #boundHost: string | null = null;
  #local: InternetAddress | null = null;
  #remote: InternetAddress | null = null;
  #backlog = 0;
  /** Connections that nobody has accepted. */
  #queue: TcpSocket[] = [];
  /** Who found the backlog full, in order. */
  readonly #knocking = new Set<TcpSocket>();
  /** At whom this one knocks. */
  #door: TcpSocket | null = null;
  readonly #admitMore = (): void => {
    this.#admit();
  };

  constructor(family: 'inet' | 'inet6', origin: SocketOrigin, flags: number) {
    super({ family, type: 'stream' }, origin, flags);
    this.family = family;
  }

  get reuseAddress(): boolean {
    return this.options.reuseAddress;
  }

  get listening(): boolean {
    return this.#state === 'listening';
  }

  get accepting(): boolean {
    return this.listening;
  }

  bind(address: SocketAddress): Errno | undefined {
    const wanted = refuseInternet(address, this.family);
    if (typeof wanted === 'string') return wanted;
    const refused = this.net.network.refuse(wanted, this.origin.privileged);
    if (refused !== undefined) return refused;
    if (this.#state !== 'closed' || this.#claim !== null) return 'EINVAL';
    const claimed = this.net.network.claim('tcp', wanted, this);
    if ('errno' in claimed) return claimed.errno;
    this.#claim = claimed.claim;
    this.#local = claimed.claim.address;
    this.#bound = wanted.port !== 0;
    if (wanted.host !== anyHost(this.family)) this.#boundHost = wanted.host;
    return undefined;
  }

  listen(backlog: number): Errno | undefined {
    if (this.#phase !== 'unconnected' || (this.#state !== 'closed' && !this.listening)) return 'EINVAL';
    if (this.#claim === null) {
      const refused = this.bind({ family: this.family, host: anyHost(this.family), port: 0 });
      if (refused !== undefined) return refused;
    }
    const taken = this.listening ? undefined : this.net.network.refuseListening(this.#claim!);
    if (taken !== undefined) return taken;
    this.#state = 'listening';
    this.#backlog = backlogOf(backlog);
    this.#admit();
    return undefined;
  }

  accept(): Outcome<GuestSocket> {
    if (!this.listening) return fail('EINVAL');
    const child = this.#queue.shift();
    if (child === undefined) return this.nonblocking ? fail('EAGAIN') : wait(this, 'readable');
    this.net.pending.give(1);
    this.#admit();
    return ok(child);
  }

  connecting(address: SocketAddress): () => Outcome<undefined> {
    let begun = false;
    return () => {
      if (begun || this.#phase === 'connecting') return this.#goOn(begun);
      begun = true;
      return this.#begin(address);
    };
  }

  #begin(address: SocketAddress): Outcome<undefined> {
    if (address.family === 'other' && address.number === AF_UNSPEC) {
      this.#disconnect();
      return DONE;
    }
    if (this.#phase === 'given-up') return fail('EINVAL');
    if (this.#phase === 'connected' || this.#state !== 'closed') return fail('EISCONN');
    const to = refuseInternet(address, this.family);
    if (typeof to === 'string') return fail(to);
    const { network } = this.net;
    const found = network.find('tcp', to);
    if ('errno' in found) return fail(found.errno);
    const source = claimSource(this.net, 'tcp', this.#claim, this.#local, to, this);
    if ('errno' in source) return fail(source.errno);
    this.#claim = source.claim;
    this.#local = source.local;
    this.#remote = source.remote;
    this.#phase = 'connecting';
    this.#finished = false;
    this.error = null;
    if (found.holder instanceof TcpSocket) {
      this.#state = 'connecting';
      this.#door = found.holder;
      found.holder.#knocking.add(this);
      found.holder.#admit();
    } else this.#refused('ECONNREFUSED');
    return this.nonblocking ? fail('EINPROGRESS') : this.#goOn(true);
  }

  /** How the connection that was begun goes; `waited` where this call has begun it or waits for it already. */
  #goOn(waited: boolean): Outcome<undefined> {
    if (this.#state === 'connecting') {
      if (!this.nonblocking) return wait(this, 'writable');
      return fail(waited ? 'EINPROGRESS' : 'EALREADY');
    }
    if (this.#phase !== 'connecting') return this.#phase === 'connected' ? DONE : fail('ECONNABORTED');
    if (this.#state === 'established') {
      this.#phase = 'connected';
      return DONE;
    }
    // Whoever is told is as one who has never tried.
    const error = this.takeError() ?? 'ECONNABORTED';
    this.#disconnect();
    return fail(error);
  }

  /** Lets in whom there is room for. */
  #admit(): void {
    let came = false;
    for (const client of this.#knocking) {
      if (this.#queue.length > this.#backlog) break;
      if (this.net.pending.room <= 0) {
        this.net.pending.onRoom(this.#admitMore);
        break;
      }
      this.#knocking.delete(client);
      this.#queue.push(this.#childFor(client));
      this.net.pending.take(1);
      came = true;
    }
    if (came) this.wake();
  }

  #childFor(client: TcpSocket): TcpSocket {
    const child = new TcpSocket(this.family, { ...this.origin, identity: this.origin.nextIdentity() }, 0);
    child.options.inherit(this.options);
    child.#claim = this.net.network.share(this.#claim!, child);
    child.#local = client.#remote;
    child.#remote = client.#local;
    child.#state = 'established';
    child.#phase = 'connected';
    child.peer = client;
    client.peer = child;
    client.#door = null;
    client.#state = 'established';
    client.wake();
    return child;
  }

  sending(to: SocketAddress | null): (bytes: Uint8Array) => Outcome<number> {
    return (bytes) => {
      // A stream knows where to; Linux looks at no address here.
      void to;
      if (this.#state === 'connecting') return this.nonblocking ? fail('EAGAIN') : wait(this, 'writable');
      if (this.#state !== 'established' || (this.shut & SHUT_WRITE) !== 0 || this.error !== null)
        return fail(this.takeError() ?? 'EPIPE');
      if (this.peer !== null) {
        if (!this.#unwelcome(bytes)) return this.push(this.peer, bytes);
        (this.peer as TcpSocket).#reset();
      }
      // The other side is gone: it answers with a reset.
      if (bytes.length > 0) this.#reset();
      return ok(bytes.length);
    };
  }

  /** The other side neither sends nor receives any more: what comes is answered with a reset, at both ends. */
  #unwelcome(bytes: Uint8Array): boolean {
    const peer = this.peer as TcpSocket;
    return bytes.length > 0 && this.#finished && (peer.shut & SHUT_READ) !== 0;
  }

  receive(count: number, peek: boolean): Outcome<Received> {
    if (this.listening) return fail('ENOTCONN');
    const taken = this.take(count, peek);
    if (taken !== null) return taken;
    if (this.#finished) return END;
    if (this.error === null && this.#state === 'closed' && (this.shut & SHUT_READ) === 0)
      return fail('ENOTCONN');
    return nothingToRead(this, this.takeError(), this.shut);
  }

  shutdown(how: number): Errno | undefined {
    const directions = directionsOf(how);
    if (directions === undefined) return 'EINVAL';
    if (this.#state === 'listening' || this.#state === 'connecting') {
      if ((directions & SHUT_READ) !== 0 || this.#state === 'connecting') this.#disconnect();
      return undefined;
    }
    this.shut |= directions;
    if (this.#phase === 'connecting') this.#phase = this.#state === 'established' ? 'connected' : 'given-up';
    if (this.#state === 'closed') {
      this.wake();
      return 'ENOTCONN';
    }
    if ((directions & SHUT_WRITE) !== 0) this.#finish();
    this.wake();
    return undefined;
  }

  /** Says that no more will be sent from here. */
  #finish(): void {
    const peer = this.peer as TcpSocket | null;
    if (peer === null) {
      if (this.#finished) this.#ended();
      return;
    }
    if (peer.#finished) return;
    peer.#finished = true;
    peer.shut |= SHUT_READ;
    if (this.#finished) {
      this.#ended();
      peer.#ended();
    }
    peer.wake();
  }

  /** Both sides have finished: Linux forgets the connection. */
  #ended(): void {
    this.#state = 'closed';
    this.shut = SHUT_BOTH;
    this.peer = null;
    this.#releaseUnlessBound();
    this.wake();
  }

  /** The other side has thrown the connection away. */
  #reset(): void {
    this.error = this.#finished ? 'EPIPE' : 'ECONNRESET';
    this.#ended();
  }

  /** A connection that was begun ends without having been. */
  #refused(errno: Errno): void {
    this.#state = 'closed';
    this.#door = null;
    this.error = errno;
    this.shut = SHUT_BOTH;
    this.#remote = null;
    this.#releaseUnlessBound();
    this.wake();
  }

  #releaseUnlessBound(): void {
    if (this.#bound) return;
    this.#claim?.release();
    this.#claim = null;
  }

  localAddress(): SocketAddress {
    return this.#local ?? { family: this.family, host: anyHost(this.family), port: 0 };
  }

  peerAddress(): SocketAddress | Errno {
    return this.#state === 'established' && this.#remote !== null ? this.#remote : 'ENOTCONN';
  }

  events(): number {
    if (this.#state === 'listening') return this.#queue.length > 0 ? READABLE : 0;
    let mask = commonEvents(this.shut, this.error);
    if (this.#state === 'closed') mask |= EPOLL.HUP;
    if (this.#state === 'connecting') return mask;
    if (this.incoming.length > 0) mask |= READABLE;
    if ((this.shut & SHUT_WRITE) !== 0 || this.hasRoom()) mask |= EPOLL.OUT | EPOLL.WRNORM;
    return mask;
  }

  /** Ends whatever there is, so that the socket may begin anew. */
  #disconnect(): void {
    const was = this.#state;
    const peer = this.peer as TcpSocket | null;
    if (this.#state === 'listening') this.#stopListening();
    if (this.#door !== null) this.#door.#knocking.delete(this);
    this.#door = null;
    this.peer = null;
    if (peer !== null) peer.#reset();
    this.dropBytes();
    this.#state = 'closed';
    this.#phase = 'unconnected';
    this.#finished = false;
    this.#remote = null;
    this.shut = 0;
    this.error = null;
    if (this.#local !== null) this.#local = { ...this.#local, host: this.#boundHost ?? anyHost(this.family) };
    // What is closed already keeps the port that it has got since.
    if (was !== 'closed') this.#releaseUnlessBound();
    this.wake();
  }

  #stopListening(): void {
    this.#state = 'closed';
    this.net.pending.forget(this.#admitMore);
    const queue = this.#queue;
    this.#queue = [];
    if (queue.length > 0) this.net.pending.give(queue.length);
    for (const child of queue) child.#abandon();
    for (const client of this.#knocking) client.#refused('ECONNREFUSED');
    this.#knocking.clear();
  }

  /** A connection that nobody will accept. */
  #abandon(): void {
    const peer = this.peer as TcpSocket | null;
    this.peer = null;
    if (peer !== null) peer.#reset();
    this.dropBytes();
    this.#claim?.release();
  }

  protected override close(): void {
    if (this.#state === 'listening') this.#stopListening();
    if (this.#door !== null) this.#door.#knocking.delete(this);
    const peer = this.peer as TcpSocket | null;
    if (peer !== null) {
      if (this.incoming.length > 0 || this.options.resetsOnClose) peer.#reset();
      else this.#finish();
      peer.peer = null;
      this.peer = null;
    }
    this.dropBytes();
    this.#claim?.release();
    this.#claim = null;
    this.#state = 'closed';
    this.wake();
  }
}
