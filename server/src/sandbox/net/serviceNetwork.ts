/**
 * The network of a guest that is alone but for some services: named hosts that answer as data says (`serviceTalk.ts`). Everything else is
 * as on `Loopback`.
 *
 * A service is a socket of the guest's own world that the controller holds; nothing of the machine's is opened. A guest can neither take a
 * service's address nor listen in its place: addresses of services are never its own.
 */
import type { Errno } from '@sandtable/shared/errno';
import { fail } from '../vfs/result.ts';
import type { GuestNet } from './guestNet.ts';
import type { SocketOrigin } from './guestSocket.ts';
import { Loopback } from './loopback.ts';
import type { Claim, Holder, Network, Protocol } from './network.ts';
import { Conversation, Heard, type ServiceTalk } from './serviceTalk.ts';
import type { InternetAddress } from './socketAddress.ts';
import { TcpSocket } from './tcpSocket.ts';

/** One service. Plain data: it crosses threads. */
export interface ServiceSpec {
  /** Name of its host, for getaddrinfo. */
  readonly host: string;
  readonly ip: string;
  readonly port: number;
  readonly talk: ServiceTalk;
}

/** What a guest said to a service; `data` are bytes as text with surrogate escapes, cut where there is too much. */
export interface SentToService {
  readonly connections: number;
  readonly bytes: number;
  readonly data: string;
}

/** The guest's own address where it talks to a service. */
const GUEST_IP = '10.7.255.2';

/** Inodes of the services' sockets, apart from those of the guest's. */
const FIRST_INODE = 0x7000_0000;

export class ServiceNetwork implements Network {
  readonly #loopback = new Loopback();
  readonly #specs: readonly ServiceSpec[];
  readonly #listeners = new Map<string, TcpSocket>();
  readonly #heard = new Map<string, Heard>();
  /** Claims of services and of what they accept. */
  readonly #ours = new WeakSet<Claim>();
  readonly #services = new WeakSet<Holder>();
  #inode = FIRST_INODE;

  constructor(specs: readonly ServiceSpec[]) {
    this.#specs = specs;
  }

  /** The sockets of the run share budgets; the services are among them. */
  joined(net: GuestNet): void {
    for (const spec of this.#specs) this.#open(spec, net);
  }

  /** By `host:port`, of every service. */
  sent(): { readonly [address: string]: SentToService } {
    return Object.fromEntries(
      this.#specs.map(({ host, port }) => {
        const address = `${host}:${String(port)}`;
        const heard = this.#heard.get(address);
        return [
          address,
          { connections: heard?.connections ?? 0, bytes: heard?.bytes ?? 0, data: heard?.data ?? '' },
        ];
      }),
    );
  }

  #open({ host, ip, port, talk }: ServiceSpec, net: GuestNet): void {
    const nextIdentity = (): SocketOrigin['identity'] => ({
      ino: this.#inode++,
      mode: 0o777,
      uid: 0,
      gid: 0,
      time: { sec: 0, nsec: 0 },
    });
    const listener = new TcpSocket(
      'inet',
      {
        net,
        identity: nextIdentity(),
        nextIdentity,
        privileged: true,
        files: { make: () => fail('EACCES'), remove: () => undefined, find: () => fail('ENOENT') },
      },
      0,
    );
    this.#services.add(listener);
    this.#listeners.set(keyOf(ip, port), listener);
    const heard = new Heard();
    this.#heard.set(`${host}:${String(port)}`, heard);
    const refused = listener.bind({ family: 'inet', host: ip, port }) ?? listener.listen(128);
    if (refused !== undefined) throw new Error(`serviceNetwork.ts: ${host} cannot listen: ${refused}`);
    let scheduled = false;
    listener.subscribe(() => {
      if (scheduled) return;
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        for (let next = listener.accept(); next.ok; next = listener.accept())
          new Conversation(next.value, talk, heard);
      });
    });
  }

  refuse(wanted: InternetAddress, privileged: boolean): Errno | undefined {
    if (this.#isOpening(wanted)) return undefined;
    return this.#loopback.refuse(wanted, privileged);
  }

  claim(
    protocol: Protocol,
    wanted: InternetAddress,
    holder: Holder,
  ): { readonly claim: Claim } | { readonly errno: Errno } {
    return this.#services.has(holder)
      ? { claim: this.#own(protocol, wanted, holder) }
      : this.#loopback.claim(protocol, wanted, holder);
  }

  share(claim: Claim, holder: Holder): Claim {
    return this.#ours.has(claim)
      ? this.#own(claim.protocol, claim.address, holder)
      : this.#loopback.share(claim, holder);
  }

  refuseListening(claim: Claim): Errno | undefined {
    return this.#ours.has(claim) ? undefined : this.#loopback.refuseListening(claim);
  }

  find(
    protocol: Protocol,
    to: InternetAddress,
  ): { readonly holder: Holder | null } | { readonly errno: Errno } {
    if (!this.#isService(to)) return this.#loopback.find(protocol, to);
    return { holder: protocol === 'tcp' ? (this.#listeners.get(keyOf(to.host, to.port)) ?? null) : null };
  }

  sourceFor(to: InternetAddress): string {
    return this.#isService(to) ? GUEST_IP : this.#loopback.sourceFor(to);
  }

  resolve(name: string): readonly string[] {
    const folded = name.toLowerCase().replace(/\.$/, '');
    const found = this.#specs.filter(({ host }) => host === folded).map(({ ip }) => ip);
    return found.length > 0 ? [...new Set(found)] : this.#loopback.resolve(name);
  }

  #isService({ family, host }: InternetAddress): boolean {
    return family === 'inet' && this.#specs.some(({ ip }) => ip === host);
  }

  /** A service takes its address once, before the guest has any socket. */
  #isOpening({ host, port }: InternetAddress): boolean {
    const listener = this.#listeners.get(keyOf(host, port));
    return listener !== undefined && !listener.listening;
  }

  #own(protocol: Protocol, address: InternetAddress, holder: Holder): Claim {
    const claim: Claim = { protocol, address, holder, release: () => undefined };
    this.#ours.add(claim);
    return claim;
  }
}

function keyOf(host: string, port: number): string {
  return `${host}:${String(port)}`;
}
