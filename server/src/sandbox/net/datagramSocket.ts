/**
 * Messages that arrive whole or not at all: UDP, and datagrams of AF_UNIX.
 *
 * UDP loses what there is no room for, and tells a connected socket with its next call that nobody was there. AF_UNIX lets the sender wait
 * instead, and says at once who is not there.
 */
import type { Errno } from '@sandtable/shared/errno';
import { fail, ok, wait, type Outcome } from '../vfs/result.ts';
import { EPOLL } from './eventMask.ts';
import {
  commonEvents,
  directionsOf,
  GuestSocket,
  SHUT_BOTH,
  SHUT_READ,
  SHUT_WRITE,
  type Received,
  type SocketOrigin,
} from './guestSocket.ts';
import type { SocketAddress } from './socketAddress.ts';
import type { SocketKind } from './socketOptions.ts';
import { END, READABLE } from './streamSocket.ts';

/** Bytes of messages that one socket lets wait; Linux's default. */
const QUEUE_BYTES = 212_992;

/** Messages that one socket lets wait, however small. */
const QUEUE_MESSAGES = 256;

/** What a message holds beside its bytes. */
const MESSAGE_OVERHEAD = 256;

interface Message {
  readonly bytes: Uint8Array;
  /** The sender's address; of AF_UNIX the name that it has by the time the message is read. */
  readonly from: () => SocketAddress | null;
}

export abstract class DatagramSocket extends GuestSocket {
  #queue: Message[] = [];
  #bytes = 0;
  /** Senders that wait for room here. */
  #senders = false;
  readonly #onRoom = (): void => {
    this.wake();
  };

  constructor(kind: SocketKind, origin: SocketOrigin, flags: number) {
    super(kind, origin, flags);
  }

  protected abstract get connected(): boolean;

  get accepting(): boolean {
    return false;
  }

  get waiting(): number {
    return this.#queue[0]?.bytes.length ?? 0;
  }

  protected get hasRoom(): boolean {
    return (
      this.#bytes < QUEUE_BYTES &&
      this.#queue.length < QUEUE_MESSAGES &&
      this.net.bytes.room > MESSAGE_OVERHEAD
    );
  }

  /** Takes a message in; the caller has looked for room. */
  protected deliver(bytes: Uint8Array, from: Message['from']): void {
    this.#queue.push({ bytes: new Uint8Array(bytes), from });
    this.#bytes += bytes.length;
    this.net.bytes.take(bytes.length + MESSAGE_OVERHEAD);
    this.wake();
  }

  /** Waits for room at `receiver`. */
  protected waitFor(receiver: DatagramSocket): Outcome<number> {
    receiver.#senders = true;
    if (receiver.net.bytes.room <= MESSAGE_OVERHEAD) receiver.net.bytes.onRoom(receiver.#onRoom);
    return this.nonblocking ? fail('EAGAIN') : wait(receiver, 'writable');
  }

  listen(): Errno {
    return 'EOPNOTSUPP';
  }

  accept(): Outcome<GuestSocket> {
    return fail('EOPNOTSUPP');
  }

  receive(count: number, peek: boolean): Outcome<Received> {
    const message = this.#queue[0];
    if (message !== undefined) {
      if (!peek) this.#drop(1);
      const { bytes, from } = message;
      return ok({ bytes: bytes.subarray(0, Math.min(count, bytes.length)), from: from() });
    }
    const error = this.takeError();
    if (error !== null) return fail(error);
    if (this.nonblocking) return fail('EAGAIN');
    return (this.shut & SHUT_READ) !== 0 ? END : wait(this, 'readable');
  }

  #drop(count: number): void {
    const gone = this.#queue.splice(0, count);
    let freed = 0;
    for (const { bytes } of gone) {
      this.#bytes -= bytes.length;
      freed += bytes.length + MESSAGE_OVERHEAD;
    }
    this.net.bytes.give(freed);
    if (!this.#senders) return;
    this.#senders = false;
    this.wake();
  }

  shutdown(how: number): Errno | undefined {
    const directions = directionsOf(how);
    if (directions === undefined) return 'EINVAL';
    this.shut |= directions;
    this.wake();
    return this.connected || this.options.kind.family === 'unix' ? undefined : 'ENOTCONN';
  }

  events(): number {
    let mask = commonEvents(this.shut, this.error);
    if (this.#queue.length > 0) mask |= READABLE;
    return mask | EPOLL.OUT | EPOLL.WRNORM | EPOLL.WRBAND;
  }

  protected override close(): void {
    this.net.bytes.forget(this.#onRoom);
    if (this.#queue.length > 0) this.#drop(this.#queue.length);
    this.shut = SHUT_BOTH;
    this.wake();
  }

  protected refuseSending(): Errno | undefined {
    return this.takeError() ?? ((this.shut & SHUT_WRITE) !== 0 ? 'EPIPE' : undefined);
  }
}
