/** Datagrams within one machine, as AF_UNIX. */
import type { Errno } from '@sandtable/shared/errno';
import { DONE, fail, ok, type Outcome } from '../vfs/result.ts';
import { DatagramSocket } from './datagramSocket.ts';
import { SHUT_READ, type SocketOrigin } from './guestSocket.ts';
import { AF_UNSPEC, type SocketAddress } from './socketAddress.ts';
import { UnixName } from './unixName.ts';

/** Linux's limit: the send buffer less what a message costs beside its bytes. */
const MAX_MESSAGE = 212_960;

export class UnixDatagramSocket extends DatagramSocket {
  readonly #name: UnixName;
  #peer: UnixDatagramSocket | null = null;
  #closed = false;

  constructor(origin: SocketOrigin, flags: number) {
    super({ family: 'unix', type: 'datagram' }, origin, flags);
    this.#name = new UnixName(this, origin);
  }

  /** Two sockets that send to each other. */
  static pair(
    origins: readonly [SocketOrigin, SocketOrigin],
    flags: number,
  ): [UnixDatagramSocket, UnixDatagramSocket] {
    const one = new UnixDatagramSocket(origins[0], flags);
    const other = new UnixDatagramSocket(origins[1], flags);
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  protected get connected(): boolean {
    return this.#peer !== null;
  }

  bind(address: SocketAddress): Errno | undefined {
    return this.#name.bind(address);
  }

  connecting(address: SocketAddress): () => Outcome<undefined> {
    if (address.family === 'other' && address.number === AF_UNSPEC) {
      return () => {
        this.#peer = null;
        return DONE;
      };
    }
    const found = this.#find(address);
    return () => {
      if (typeof found === 'string') return fail(found);
      this.#peer = found;
      return DONE;
    };
  }

  #find(address: SocketAddress): UnixDatagramSocket | Errno {
    const found = this.#name.find(address);
    if (typeof found === 'string') return found;
    if (!(found instanceof UnixDatagramSocket)) return 'EPROTOTYPE';
    return found.#listensTo(this) ? found : 'EPERM';
  }

  /** A socket that is connected hears only the one that it is connected to. */
  #listensTo(sender: UnixDatagramSocket): boolean {
    return this.#peer === null || this.#peer === sender;
  }

  sending(to: SocketAddress | null): (bytes: Uint8Array) => Outcome<number> {
    const named = to === null ? null : this.#find(to);
    return (bytes) => {
      if (to !== null && (to.family !== 'unix' || to.kind === 'unnamed')) return fail('EINVAL');
      if (bytes.length > MAX_MESSAGE) return fail('EMSGSIZE');
      const refused = this.refuseSending();
      if (refused !== undefined) return fail(refused);
      if (typeof named === 'string') return fail(named);
      const receiver = named ?? this.#peer;
      if (receiver === null) return fail('ENOTCONN');
      if (receiver.#closed) {
        if (this.#peer === receiver) this.#peer = null;
        return fail('ECONNREFUSED');
      }
      if ((receiver.shut & SHUT_READ) !== 0) return fail('EPIPE');
      if (!receiver.hasRoom) return this.waitFor(receiver);
      receiver.deliver(bytes, () => (this.#name.address.kind === 'unnamed' ? null : this.#name.address));
      return ok(bytes.length);
    };
  }

  localAddress(): SocketAddress {
    return this.#name.address;
  }

  peerAddress(): SocketAddress | Errno {
    return this.#peer === null ? 'ENOTCONN' : this.#peer.localAddress();
  }

  protected override close(): void {
    this.#name.release();
    this.#closed = true;
    this.#peer = null;
    super.close();
  }
}
