/** Datagrams over a network, as UDP. */
import type { Errno } from '@sandtable/shared/errno';
import { DONE, fail, ok, type Outcome } from '../vfs/result.ts';
import { DatagramSocket } from './datagramSocket.ts';
import type { SocketOrigin } from './guestSocket.ts';
import { anyHost, claimSource, refuseInternet, type Source } from './internet.ts';
import type { Claim, Holder } from './network.ts';
import { AF_UNSPEC, type InternetAddress, type SocketAddress } from './socketAddress.ts';

/** What fits into a packet of IPv4. */
const MAX_MESSAGE = 65_507;

export class UdpSocket extends DatagramSocket implements Holder {
  readonly family: 'inet' | 'inet6';
  readonly listening = true;
  #claim: Claim | null = null;
  #bound = false;
  #local: InternetAddress | null = null;
  #remote: InternetAddress | null = null;

  constructor(family: 'inet' | 'inet6', origin: SocketOrigin, flags: number) {
    super({ family, type: 'datagram' }, origin, flags);
    this.family = family;
  }

  get reuseAddress(): boolean {
    return this.options.reuseAddress;
  }

  protected get connected(): boolean {
    return this.#remote !== null;
  }

  bind(address: SocketAddress): Errno | undefined {
    const wanted = refuseInternet(address, this.family);
    if (typeof wanted === 'string') return wanted;
    const refused = this.net.network.refuse(wanted, this.origin.privileged);
    if (refused !== undefined) return refused;
    if (this.#claim !== null) return 'EINVAL';
    const claimed = this.net.network.claim('udp', wanted, this);
    if ('errno' in claimed) return claimed.errno;
    this.#claim = claimed.claim;
    this.#local = claimed.claim.address;
    this.#bound = wanted.port !== 0;
    return undefined;
  }

  connecting(address: SocketAddress): () => Outcome<undefined> {
    return () => {
      if (address.family === 'other' && address.number === AF_UNSPEC) {
        this.#disconnect();
        return DONE;
      }
      const to = refuseInternet(address, this.family);
      if (typeof to === 'string') return fail(to);
      if (!this.#haveAddress()) return fail('EAGAIN');
      const found = this.net.network.find('udp', to);
      if ('errno' in found) return fail(found.errno);
      const source = this.#source(to);
      if ('errno' in source) return fail(source.errno);
      this.#local = source.local;
      this.#remote = source.remote;
      this.wake();
      return DONE;
    };
  }

  /** Whoever wants to send has a port first, at every address. */
  #haveAddress(): boolean {
    if (this.#claim !== null) return true;
    const any = { family: this.family, host: anyHost(this.family), port: 0 } as const;
    const claimed = this.net.network.claim('udp', any, this);
    if ('errno' in claimed) return false;
    this.#claim = claimed.claim;
    this.#local = claimed.claim.address;
    return true;
  }

  #disconnect(): void {
    this.#remote = null;
    if (this.#bound) this.#local = this.#claim?.address ?? null;
    else {
      this.#claim?.release();
      this.#claim = null;
      this.#local = null;
    }
  }

  #source(to: InternetAddress): Source | { readonly errno: Errno } {
    const source = claimSource(this.net, 'udp', this.#claim, this.#local, to, this);
    if (!('errno' in source)) this.#claim = source.claim;
    return source;
  }

  sending(address: SocketAddress | null): (bytes: Uint8Array) => Outcome<number> {
    return (bytes) => {
      if (!this.#haveAddress()) return fail('EAGAIN');
      if (bytes.length > MAX_MESSAGE) return fail('EMSGSIZE');
      const to = address === null ? this.#remote : refuseInternet(address, this.family);
      if (to === null) return fail('EDESTADDRREQ');
      if (typeof to === 'string') return fail(to);
      if (address !== null && to.port === 0) return fail('EINVAL');
      const refused = this.refuseSending();
      if (refused !== undefined) return fail(refused);
      const found = this.net.network.find('udp', to);
      if ('errno' in found) return fail(found.errno);
      const source = this.#source(to);
      if ('errno' in source) return fail(source.errno);
      const receiver = found.holder;
      if (receiver instanceof UdpSocket) receiver.#arrive(bytes, source.local);
      else if (this.#isPeer(source.remote) && this.#remote !== null) this.error = 'ECONNREFUSED';
      if (this.error !== null) this.wake();
      return ok(bytes.length);
    };
  }

  /** Whether an address is the other side; to whoever has none, everybody is. Port 0 stands for any. */
  #isPeer({ host, port }: InternetAddress): boolean {
    const peer = this.#remote;
    return peer === null || (peer.host === host && (peer.port === 0 || peer.port === port));
  }

  /** Something comes; lost where there is no room, or where somebody else was expected. */
  #arrive(bytes: Uint8Array, from: InternetAddress): void {
    if (!this.#isPeer(from)) return;
    if (this.hasRoom) this.deliver(bytes, () => from);
  }

  localAddress(): SocketAddress {
    return this.#local ?? { family: this.family, host: anyHost(this.family), port: 0 };
  }

  peerAddress(): SocketAddress | Errno {
    return this.#remote === null || this.#remote.port === 0 ? 'ENOTCONN' : this.#remote;
  }

  protected override close(): void {
    this.#claim?.release();
    this.#claim = null;
    super.close();
  }
}
