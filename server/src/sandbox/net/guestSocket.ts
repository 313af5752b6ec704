/**
 * What all sockets are: descriptions with an address, options, and an error that waits to be told.
 *
 * Sockets are Linux's as a guest sees them: same errno, same readiness, same order of checks (net/comparison holds them against real ones).
 * Blocking is the vfs's: an operation that cannot go on answers `wait`. Whoever changes a socket's readiness wakes it when its own state
 * is consistent; NEVER look at another socket from inside a wake.
 */
import type { Errno } from '@sandtable/shared/errno';
import { O_RDWR, S_IFSOCK } from '../vfs/abi.ts';
import type { Readiness } from '../vfs/description.ts';
import { End, type AnonymousIdentity } from '../vfs/pipe.ts';
import { ok, type Outcome, type Result } from '../vfs/result.ts';
import type { GuestNet } from './guestNet.ts';
import { EPOLL, readinessOf } from './eventMask.ts';
import type { SocketAddress } from './socketAddress.ts';
import { SocketOptions, type SocketKind } from './socketOptions.ts';
import type { SocketFile } from './unixNames.ts';

export const SHUT_READ = 1;
export const SHUT_WRITE = 2;
export const SHUT_BOTH = 3;

/** Names of the file system, resolved as the guest that asks. */
export interface FileNames {
  /** Makes the file that a socket is bound to. */
  make(path: string): Result<SocketFile>;
  /** Takes away a file that was just made. */
  remove(path: string): void;
  /** The file of a socket that may be written to; null for a file that is none. */
  find(path: string): Result<SocketFile | null>;
}

export interface Received {
  readonly bytes: Uint8Array;
  /** Null from a connection, which has only one other side. */
  readonly from: SocketAddress | null;
}

export interface SocketOrigin {
  readonly net: GuestNet;
  readonly identity: AnonymousIdentity;
  /** Another socket comes from this one: its identity. */
  readonly nextIdentity: () => AnonymousIdentity;
  /** May bind low ports. */
  readonly privileged: boolean;
  readonly files: FileNames;
}

export abstract class GuestSocket extends End {
  readonly kind = 'stream';
  readonly options: SocketOptions;
  protected readonly typeBits = S_IFSOCK;
  protected readonly origin: SocketOrigin;
  protected readonly net: GuestNet;
  /** What went wrong since somebody was told; SO_ERROR. */
  protected error: Errno | null = null;
  /** Directions that are closed: SHUT_READ and SHUT_WRITE. */
  protected shut = 0;

  constructor(kind: SocketKind, origin: SocketOrigin, flags: number) {
    super(flags | O_RDWR, origin.identity);
    this.origin = origin;
    this.net = origin.net;
    this.options = new SocketOptions(kind);
  }

  abstract bind(address: SocketAddress): Errno | undefined;
  abstract listen(backlog: number): Errno | undefined;
  abstract accept(): Outcome<GuestSocket>;
  /** The attempt that a call makes, again and again while it waits. */
  abstract connecting(address: SocketAddress): () => Outcome<undefined>;
  abstract sending(to: SocketAddress | null): (bytes: Uint8Array) => Outcome<number>;
  abstract receive(count: number, peek: boolean): Outcome<Received>;
  abstract shutdown(how: number): Errno | undefined;
  abstract localAddress(): SocketAddress;
  abstract peerAddress(): SocketAddress | Errno;
  /** Linux's poll mask. */
  abstract events(): number;
  /** Bytes that one read would give; FIONREAD. */
  abstract get waiting(): number;
  abstract get accepting(): boolean;

  read(count: number): Outcome<Uint8Array> {
    const received = this.receive(count, false);
    return received.ok ? ok(received.value.bytes) : received;
  }

  write(bytes: Uint8Array): Outcome<number> {
    return this.sending(null)(bytes);
  }

  override readiness(): Readiness {
    return readinessOf(this.events());
  }

  /** Tells of an error once. */
  takeError(): Errno | null {
    const { error } = this;
    this.error = null;
    return error;
  }

  label(): string {
    return `socket:[${String(this.identity.ino)}]`;
  }
}

/** What is common to the masks of all sockets. */
export function commonEvents(shut: number, error: Errno | null): number {
  let mask = 0;
  if (error !== null) mask |= EPOLL.ERR;
  if (shut === SHUT_BOTH) mask |= EPOLL.HUP;
  if ((shut & SHUT_READ) !== 0) mask |= EPOLL.IN | EPOLL.RDNORM | EPOLL.RDHUP;
  return mask;
}

/** `how` of shutdown as directions; undefined for one that Linux does not know. */
export function directionsOf(how: number): number | undefined {
  return how === 0 || how === 1 || how === 2 ? how + 1 : undefined;
}
