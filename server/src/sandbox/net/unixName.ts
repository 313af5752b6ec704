/** The name of one AF_UNIX socket, and how it finds others by theirs. */
import type { Errno } from '@sandtable/shared/errno';
import type { GuestSocket, SocketOrigin } from './guestSocket.ts';
import { UNNAMED, type SocketAddress, type UnixAddress } from './socketAddress.ts';
import type { SocketFile } from './unixNames.ts';

export class UnixName {
  readonly #socket: GuestSocket;
  readonly #origin: SocketOrigin;
  #address: UnixAddress = UNNAMED;
  #file: SocketFile | null = null;
  /** A connection has the name of its listener without being found by it. */
  #own = false;

  constructor(socket: GuestSocket, origin: SocketOrigin) {
    this.#socket = socket;
    this.#origin = origin;
  }

  get address(): UnixAddress {
    return this.#address;
  }

  inherit(from: UnixName): void {
    this.#address = from.#address;
  }

  bind(address: SocketAddress): Errno | undefined {
    const { unix } = this.#origin.net;
    if (address.family !== 'unix') return 'EINVAL';
    if (address.kind === 'unnamed') {
      if (this.#address.kind !== 'unnamed') return undefined;
      this.#address = { family: 'unix', kind: 'abstract', name: unix.takeAny(this.#socket) };
    } else if (address.kind === 'abstract') {
      if (this.#address.kind !== 'unnamed') return 'EINVAL';
      if (!unix.takeAbstract(address.name, this.#socket)) return 'EADDRINUSE';
      this.#address = address;
    } else {
      const made = this.#origin.files.make(address.name);
      if (!made.ok) return made.errno === 'EEXIST' ? 'EADDRINUSE' : made.errno;
      if (this.#address.kind !== 'unnamed') {
        this.#origin.files.remove(address.name);
        return 'EINVAL';
      }
      this.#file = made.value;
      unix.takeFile(made.value, this.#socket);
      this.#address = address;
    }
    this.#own = true;
    return undefined;
  }

  /** Who has an address. */
  find(address: SocketAddress): GuestSocket | Errno {
    if (address.family !== 'unix' || address.kind === 'unnamed') return 'EINVAL';
    const { net, files } = this.#origin;
    if (address.kind === 'abstract')
      return net.unix.findAbstract(address.name, this.#socket) ?? 'ECONNREFUSED';
    const found = files.find(address.name);
    if (!found.ok) return found.errno;
    return (found.value === null ? undefined : net.unix.findFile(found.value)) ?? 'ECONNREFUSED';
  }

  release(): void {
    if (!this.#own) return;
    this.#own = false;
    if (this.#file !== null) this.#origin.net.unix.releaseFile(this.#file);
    else if (this.#address.kind === 'abstract')
      this.#origin.net.unix.releaseAbstract(this.#address.name, this.#socket);
  }
}
