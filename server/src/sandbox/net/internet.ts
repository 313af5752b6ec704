/** What TCP and UDP have in common: whether an address is one, and where something comes from that was not bound. */
import type { Errno } from '@sandtable/shared/errno';
import type { GuestNet } from './guestNet.ts';
import type { Claim, Holder, Protocol } from './network.ts';
import type { InternetAddress, SocketAddress } from './socketAddress.ts';

const FAMILY_NUMBERS = { inet: 2, inet6: 10 } as const;

const ANY = { inet: '0.0.0.0', inet6: '::' } as const;

export function anyHost(family: 'inet' | 'inet6'): string {
  return ANY[family];
}

/** The address, or what is wrong with it for a socket of this family. */
export function refuseInternet(address: SocketAddress, family: 'inet' | 'inet6'): InternetAddress | Errno {
  if (address.family === 'other')
    return address.number === FAMILY_NUMBERS[family] ? 'EINVAL' : 'EAFNOSUPPORT';
  if (address.family === family) return address;
  // An address of IPv4 is too short for one of IPv6.
  return family === 'inet6' && address.family === 'inet' ? 'EINVAL' : 'EAFNOSUPPORT';
}

export interface Source {
  readonly claim: Claim;
  readonly local: InternetAddress;
  /** Where it goes: an address that means "here" made exact. */
  readonly remote: InternetAddress;
}

/** Where something comes from that goes to `to`, taking a port for it where it has none. */
export function claimSource(
  net: GuestNet,
  protocol: Protocol,
  claim: Claim | null,
  local: InternetAddress | null,
  to: InternetAddress,
  holder: Holder,
): Source | { readonly errno: Errno } {
  const host = net.network.sourceFor(to);
  const remote = to.host === ANY[to.family] ? { ...to, host } : to;
  if (claim !== null && local !== null)
    return { claim, local: local.host === ANY[local.family] ? { ...local, host } : local, remote };
  const claimed = net.network.claim(protocol, { family: to.family, host, port: 0 }, holder);
  if ('errno' in claimed) return { errno: 'EADDRNOTAVAIL' };
  return { claim: claimed.claim, local: claimed.claim.address, remote };
}
