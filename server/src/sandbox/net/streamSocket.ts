/**
 * What connections have in common, whatever carries them: a queue of bytes at each end, and directions that close.
 *
 * Each end owns the bytes that are coming to it. Sending puts them into the queue of the other end; `room` is what that takes. Who could
 * not send all is woken when a third of the queue is free again, as Linux does, so that two guests do not wake each other for every byte.
 */
import type { Errno } from '@sandtable/shared/errno';
import { fail, ok, wait, type Outcome } from '../vfs/result.ts';
import { EPOLL } from './eventMask.ts';
import { GuestSocket, SHUT_READ, type Received, type SocketOrigin } from './guestSocket.ts';
import { SegmentQueue } from './segmentQueue.ts';
import type { SocketKind } from './socketOptions.ts';

/** Bytes on their way in one direction; Linux's own default for AF_UNIX. */
const STREAM_BYTES = 212_992;

/** Connections that one listener lets wait, whatever it asks for; as many as most programs ask for at all. */
const MAX_BACKLOG = 128;

export function backlogOf(asked: number): number {
  return asked < 0 || asked > MAX_BACKLOG ? MAX_BACKLOG : asked;
}

export abstract class StreamSocket extends GuestSocket {
  protected readonly incoming: SegmentQueue;
  /** The other end; null before the connection, and when that end is gone. */
  protected peer: StreamSocket | null = null;
  /** Somebody could not send all and waits for room. */
  #noSpace = false;
  readonly #onRoom = (): void => {
    this.wake();
  };

  constructor(kind: SocketKind, origin: SocketOrigin, flags: number) {
    super(kind, origin, flags);
    this.incoming = new SegmentQueue(STREAM_BYTES, this.net.bytes);
  }

  get waiting(): number {
    return this.incoming.length;
  }

  /** Puts bytes on their way to the other end. */
  protected push(peer: StreamSocket, bytes: Uint8Array): Outcome<number> {
    if (bytes.length === 0) return ok(0);
    const taken = peer.incoming.push(bytes);
    if (taken > 0) peer.wake();
    if (taken === bytes.length) return ok(taken);
    this.#needRoom(peer);
    if (this.nonblocking) return taken > 0 ? ok(taken) : fail('EAGAIN');
    return wait(this, 'writable', taken);
  }

  /** Takes bytes that have come; null where there are none. */
  protected take(count: number, peek: boolean): Outcome<Received> | null {
    if (this.incoming.length === 0) return null;
    const bytes = peek ? this.incoming.peek(count) : this.incoming.shift(count);
    if (!peek) this.peer?.roomCame();
    return ok({ bytes, from: null });
  }

  /** Whether the other end has room for what would be sent; remembers who asked. */
  protected hasRoom(): boolean {
    const { peer } = this;
    if (peer === null) return true;
    if (peer.incoming.room * 3 >= STREAM_BYTES) return true;
    this.#needRoom(peer);
    return false;
  }

  protected dropBytes(): void {
    this.incoming.clear();
    this.net.bytes.forget(this.#onRoom);
  }

  protected roomCame(): void {
    if (!this.#noSpace || this.peer === null || this.peer.incoming.room * 3 < STREAM_BYTES) return;
    this.#noSpace = false;
    this.wake();
  }

  #needRoom(peer: StreamSocket): void {
    this.#noSpace = true;
    if (peer.incoming.starved) this.net.bytes.onRoom(this.#onRoom);
  }
}

/** What an end says that has nothing to read; shared order of TCP and AF_UNIX. */
export function nothingToRead(socket: GuestSocket, error: Errno | null, shut: number): Outcome<Received> {
  if (error !== null) return fail(error);
  if ((shut & SHUT_READ) !== 0) return END;
  return socket.nonblocking ? fail('EAGAIN') : wait(socket, 'readable');
}

export const END: Outcome<Received> = ok({ bytes: new Uint8Array(0), from: null });

export const READABLE = EPOLL.IN | EPOLL.RDNORM;
