/**
 * Options of a socket. Those that mean something here act; those that only tune a real network are kept and told back; the others are
 * refused as Linux refuses what it does not know, so that no program is promised what it does not get.
 */
import { errnoNumber, type Errno } from '@sandtable/shared/errno';

export interface SocketKind {
  readonly family: 'inet' | 'inet6' | 'unix';
  readonly type: 'stream' | 'datagram';
}

const SOL_SOCKET = 1;
const IPPROTO_IP = 0;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;
const IPPROTO_IPV6 = 41;

const FAMILY_NUMBERS = { inet: 2, inet6: 10, unix: 1 } as const;
const TYPE_NUMBERS = { stream: 1, datagram: 2 } as const;

const SO_DEBUG = 1;
const SO_REUSEADDR = 2;
const SO_TYPE = 3;
const SO_ERROR = 4;
const SO_BROADCAST = 6;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_KEEPALIVE = 9;
const SO_OOBINLINE = 10;
const SO_PRIORITY = 12;
const SO_LINGER = 13;
const SO_PEERCRED = 17;
const SO_RCVLOWAT = 18;
const SO_SNDLOWAT = 19;
const SO_ACCEPTCONN = 30;
const SO_PROTOCOL = 38;
const SO_DOMAIN = 39;

const IPV6_V6ONLY = 26;

/** What Linux begins with, and what is told here whatever was asked: the size of buffers is the platform's. */
const BUFFER_BYTES = 212_992;

/** Switches: anything but 0 is 1. */
const SWITCHES: ReadonlySet<number> = new Set([SO_REUSEADDR, SO_BROADCAST, SO_KEEPALIVE, SO_OOBINLINE]);

/** Read only, or of no effect here. */
const TOLD_ONLY: ReadonlySet<number> = new Set([
  SO_TYPE,
  SO_ERROR,
  SO_ACCEPTCONN,
  SO_PROTOCOL,
  SO_DOMAIN,
  SO_PEERCRED,
]);

/** Numbers that tune a real network, with what Linux has at first: level, name, value. */
const TUNING: readonly (readonly [level: number, name: number, first: number])[] = [
  [IPPROTO_TCP, 1, 0], // TCP_NODELAY
  [IPPROTO_TCP, 2, 65_483], // TCP_MAXSEG
  [IPPROTO_TCP, 3, 0], // TCP_CORK
  [IPPROTO_TCP, 4, 7200], // TCP_KEEPIDLE
  [IPPROTO_TCP, 5, 75], // TCP_KEEPINTVL
  [IPPROTO_TCP, 6, 9], // TCP_KEEPCNT
  [IPPROTO_TCP, 12, 1], // TCP_QUICKACK
  [IPPROTO_TCP, 18, 0], // TCP_USER_TIMEOUT
  [IPPROTO_IP, 1, 0], // IP_TOS
  [IPPROTO_IP, 2, 64], // IP_TTL
  [IPPROTO_IP, 33, 64], // IP_MULTICAST_TTL
  [IPPROTO_IP, 34, 1], // IP_MULTICAST_LOOP
  [IPPROTO_IPV6, 16, 64], // IPV6_UNICAST_HOPS
];

export interface SocketFacts {
  takeError(): Errno | null;
  readonly accepting: boolean;
}

/** An option's value: a number, or the bytes of a struct. */
export type OptionValue = { readonly number: number } | { readonly bytes: Uint8Array };

export class SocketOptions {
  readonly kind: SocketKind;
  readonly #values = new Map<string, number>();
  /** Seconds that `close` waits for what is on its way; null without SO_LINGER. */
  linger: number | null = null;

  constructor(kind: SocketKind) {
    this.kind = kind;
  }

  /** A connection takes over the options of its listener. */
  inherit(from: SocketOptions): void {
    for (const [key, value] of from.#values) this.#values.set(key, value);
    this.linger = from.linger;
  }

  get reuseAddress(): boolean {
    return this.#values.get(keyOf(SOL_SOCKET, SO_REUSEADDR)) === 1;
  }

  /** Whether `close` throws away what is on its way and resets the connection. */
  get resetsOnClose(): boolean {
    return this.linger === 0;
  }

  get(level: number, name: number, facts: SocketFacts): OptionValue | Errno {
    if (level !== SOL_SOCKET) {
      if (level === IPPROTO_IPV6 && name === IPV6_V6ONLY && this.kind.family === 'inet6')
        return { number: 1 };
      const tuning = this.#tuning(level, name);
      return tuning === undefined
        ? this.#unknown()
        : { number: this.#values.get(keyOf(level, name)) ?? tuning[2] };
    }
    switch (name) {
      case SO_TYPE:
        return { number: TYPE_NUMBERS[this.kind.type] };
      case SO_ERROR:
        return { number: numberOf(facts.takeError()) };
      case SO_SNDBUF:
      case SO_RCVBUF:
        return { number: BUFFER_BYTES };
      case SO_RCVLOWAT:
      case SO_SNDLOWAT:
        return { number: 1 };
      case SO_ACCEPTCONN:
        return { number: facts.accepting ? 1 : 0 };
      case SO_DOMAIN:
        return { number: FAMILY_NUMBERS[this.kind.family] };
      case SO_PROTOCOL:
        return { number: this.#protocol() };
      case SO_LINGER:
        return { bytes: int32s(this.linger === null ? 0 : 1, this.linger ?? 0) };
      case SO_DEBUG:
      case SO_PRIORITY:
        return { number: this.#values.get(keyOf(level, name)) ?? 0 };
      default:
        return SWITCHES.has(name) ? { number: this.#values.get(keyOf(level, name)) ?? 0 } : 'ENOPROTOOPT';
    }
  }

  set(level: number, name: number, option: Uint8Array): Errno | undefined {
    if (option.length < 4) return 'EINVAL';
    const view = new DataView(option.buffer, option.byteOffset, option.byteLength);
    const value = view.getInt32(0, true);
    if (level !== SOL_SOCKET) {
      // A socket of IPv6 speaks IPv6 only in this world; to say so again changes nothing.
      if (level === IPPROTO_IPV6 && name === IPV6_V6ONLY && this.kind.family === 'inet6')
        return value === 0 ? 'EINVAL' : undefined;
      if (this.#tuning(level, name) === undefined) return this.#unknown();
      this.#values.set(keyOf(level, name), value);
      return undefined;
    }
    if (TOLD_ONLY.has(name)) return 'ENOPROTOOPT';
    switch (name) {
      case SO_LINGER:
        if (option.length < 8) return 'EINVAL';
        this.linger = value === 0 ? null : view.getInt32(4, true);
        return undefined;
      case SO_DEBUG:
        return value === 0 ? undefined : 'EACCES';
      case SO_SNDBUF:
      case SO_RCVBUF:
        return undefined;
      case SO_RCVLOWAT:
        return value <= 1 ? undefined : 'EINVAL';
      case SO_PRIORITY:
        if (value < 0 || value > 6) return 'EPERM';
        this.#values.set(keyOf(level, name), value);
        return undefined;
      default:
        if (!SWITCHES.has(name)) return 'ENOPROTOOPT';
        this.#values.set(keyOf(level, name), value === 0 ? 0 : 1);
        return undefined;
    }
  }

  #tuning(level: number, name: number): (typeof TUNING)[number] | undefined {
    if (!this.#knows(level)) return undefined;
    return TUNING.find(([of, option]) => of === level && option === name);
  }

  #knows(level: number): boolean {
    const { family, type } = this.kind;
    if (level === IPPROTO_TCP) return family !== 'unix' && type === 'stream';
    if (level === IPPROTO_UDP) return family !== 'unix' && type === 'datagram';
    if (level === IPPROTO_IP) return family !== 'unix';
    return level === IPPROTO_IPV6 && family === 'inet6';
  }

  #unknown(): Errno {
    return this.kind.family === 'unix' ? 'EOPNOTSUPP' : 'ENOPROTOOPT';
  }

  #protocol(): number {
    if (this.kind.family === 'unix') return 0;
    return this.kind.type === 'stream' ? IPPROTO_TCP : IPPROTO_UDP;
  }
}

function numberOf(error: Errno | null): number {
  return error === null ? 0 : errnoNumber(error);
}

function keyOf(level: number, name: number): string {
  return `${String(level)} ${String(name)}`;
}

function int32s(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, k) => {
    view.setInt32(4 * k, value, true);
  });
  return bytes;
}
