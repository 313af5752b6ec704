/** The network of a guest that is alone: 127.0.0.0/8 and ::1, every port its own, no way out. */
import type { Errno } from '@sandtable/shared/errno';
import type { Claim, Holder, Network, Protocol } from './network.ts';
import { inetBytes, type InternetAddress } from './socketAddress.ts';

/** Linux's range for ports that nobody asked for by number. */
const FIRST_PORT = 32768;
const LAST_PORT = 60999;

/** Below, Linux lets only the administrator bind. */
const FIRST_FREE_PORT = 1024;

const ANY = { inet: '0.0.0.0', inet6: '::' } as const;
const LOCAL = { inet: '127.0.0.1', inet6: '::1' } as const;

/** The only name there is. */
const LOCAL_NAMES: readonly string[] = ['localhost', 'localhost.localdomain', 'ip6-localhost'];

export class Loopback implements Network {
  readonly #claims = new Map<string, Set<Claim>>();
  #next = FIRST_PORT;

  refuse(wanted: InternetAddress, privileged: boolean): Errno | undefined {
    if (!isHere(wanted) && !isAny(wanted)) return 'EADDRNOTAVAIL';
    return wanted.port !== 0 && wanted.port < FIRST_FREE_PORT && !privileged ? 'EACCES' : undefined;
  }

  claim(
    protocol: Protocol,
    wanted: InternetAddress,
    holder: Holder,
  ): { readonly claim: Claim } | { readonly errno: Errno } {
    let { port } = wanted;
    if (port === 0) {
      const free = this.#freePort(protocol, wanted);
      if (free === null) return { errno: 'EADDRINUSE' };
      port = free;
    } else if (this.#conflicts(protocol, wanted, holder)) return { errno: 'EADDRINUSE' };
    return { claim: this.#add(protocol, { ...wanted, port }, holder) };
  }

  share(claim: Claim, holder: Holder): Claim {
    return this.#add(claim.protocol, claim.address, holder);
  }

  refuseListening({ protocol, address, holder }: Claim): Errno | undefined {
    return this.#conflicts(protocol, address, holder) ? 'EADDRINUSE' : undefined;
  }

  find(
    protocol: Protocol,
    to: InternetAddress,
  ): { readonly holder: Holder | null } | { readonly errno: Errno } {
    const host = isAny(to) ? LOCAL[to.family] : to.host;
    if (!isHere({ ...to, host })) return { errno: 'ENETUNREACH' };
    let found: Claim | null = null;
    for (const claim of this.#at(protocol, to)) {
      if (protocol === 'tcp' && !claim.holder.listening) continue;
      // An address bound by itself comes before one bound as part of all; among equals the last one to come.
      if (claim.address.host === host || (isAny(claim.address) && found?.address.host !== host))
        found = claim;
    }
    return { holder: found?.holder ?? null };
  }

  sourceFor(to: InternetAddress): string {
    return LOCAL[to.family];
  }

  resolve(name: string): readonly string[] {
    return LOCAL_NAMES.includes(name.toLowerCase().replace(/\.$/, '')) ? [LOCAL.inet, LOCAL.inet6] : [];
  }

  #at(protocol: Protocol, { family, port }: InternetAddress): Iterable<Claim> {
    return this.#claims.get(keyOf(protocol, family, port)) ?? [];
  }

  #conflicts(protocol: Protocol, wanted: InternetAddress, holder: Holder): boolean {
    for (const { address, holder: other } of this.#at(protocol, wanted)) {
      if (
        other !== holder &&
        overlap(address, wanted) &&
        !(holder.reuseAddress && other.reuseAddress && !other.listening)
      )
        return true;
    }
    return false;
  }

  #freePort(protocol: Protocol, { family }: InternetAddress): number | null {
    for (let tried = FIRST_PORT; tried <= LAST_PORT; tried++) {
      const port = this.#next;
      this.#next = port === LAST_PORT ? FIRST_PORT : port + 1;
      if (!this.#claims.has(keyOf(protocol, family, port))) return port;
    }
    return null;
  }

  #add(protocol: Protocol, address: InternetAddress, holder: Holder): Claim {
    const key = keyOf(protocol, address.family, address.port);
    let claims = this.#claims.get(key);
    if (claims === undefined) this.#claims.set(key, (claims = new Set()));
    const claim: Claim = {
      protocol,
      address,
      holder,
      release: () => {
        const present = this.#claims.get(key);
        if (present?.delete(claim) === true && present.size === 0) this.#claims.delete(key);
      },
    };
    claims.add(claim);
    return claim;
  }
}

function keyOf(protocol: Protocol, family: string, port: number): string {
  return `${protocol} ${family} ${String(port)}`;
}

function isAny({ family, host }: InternetAddress): boolean {
  return host === ANY[family];
}

function isHere({ family, host }: InternetAddress): boolean {
  return family === 'inet6' ? host === LOCAL.inet6 : inetBytes(host)?.[0] === 127;
}

function overlap(one: InternetAddress, other: InternetAddress): boolean {
  return one.host === other.host || isAny(one) || isAny(other);
}
