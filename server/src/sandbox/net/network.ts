/**
 * Who listens where: the network that the sockets of one guest see.
 *
 * Sockets know nothing of who else is there. They ask the run's `Network` to take an address, and who stands at one. `Loopback` is the
 * network of a guest that is alone; one that joins several guests takes its place without the sockets noticing.
 *
 * What must NEVER happen: a network that opens anything of the machine's.
 */
import type { Errno } from '@sandtable/shared/errno';
import type { GuestNet } from './guestNet.ts';
import type { InternetAddress } from './socketAddress.ts';

export type Protocol = 'tcp' | 'udp';

/** Somebody who has, or wants, an address: a socket, or the rest of a connection that keeps its port. */
export interface Holder {
  readonly reuseAddress: boolean;
  /** Whether connections can be made to it; a reused address is only shared while nobody listens on it. */
  readonly listening: boolean;
}

export interface Claim {
  readonly protocol: Protocol;
  readonly address: InternetAddress;
  readonly holder: Holder;
  release(): void;
}

export interface Network {
  /** Told once, before the first socket: who shares the budgets of the run's sockets may join. */
  joined?(net: GuestNet): void;
  /** Why nobody can have an address: EADDRNOTAVAIL for a host that is not here, EACCES for a port below 1024 without `privileged`. */
  refuse(wanted: InternetAddress, privileged: boolean): Errno | undefined;
  /** Takes an address that was not refused. Port 0 asks for any. EADDRINUSE. */
  claim(
    protocol: Protocol,
    wanted: InternetAddress,
    holder: Holder,
  ): { readonly claim: Claim } | { readonly errno: Errno };
  /** Keeps an address that is taken for one more holder: a connection that was accepted there. */
  share(claim: Claim, holder: Holder): Claim;
  /** Whether the holder of this claim may begin to listen: EADDRINUSE where others have the address who do not share it. */
  refuseListening(claim: Claim): Errno | undefined;
  /** Who takes what is sent to an address: `null` for nobody, ENETUNREACH where no way leads. */
  find(
    protocol: Protocol,
    to: InternetAddress,
  ): { readonly holder: Holder | null } | { readonly errno: Errno };
  /** The address from which something to `to` comes that was not bound to one. */
  sourceFor(to: InternetAddress): string;
  /** Addresses of a host's name; none for one that is unknown. */
  resolve(name: string): readonly string[];
}
