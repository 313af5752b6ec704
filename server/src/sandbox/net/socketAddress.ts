/**
 * Addresses of sockets: their text, as policies and the trace have it, and what it means.
 *
 * | text                    | means                                                                        |
 * |-------------------------|------------------------------------------------------------------------------|
 * | `127.0.0.1:80`          | AF_INET                                                                      |
 * | `[::1]:80`              | AF_INET6                                                                     |
 * | `unix:/tmp/s`           | AF_UNIX, a name in the guest's files; a relative one may begin with `./`      |
 * | `unix:@name`            | AF_UNIX, an abstract name                                                    |
 * | `unix:`                 | AF_UNIX without a name                                                       |
 * | `family 16`             | what is none of these, or cut short                                          |
 */

export interface InternetAddress {
  readonly family: 'inet' | 'inet6';
  /** In its usual spelling, `127.0.0.1` or `::1`. */
  readonly host: string;
  readonly port: number;
}

export interface UnixAddress {
  readonly family: 'unix';
  readonly kind: 'path' | 'abstract' | 'unnamed';
  readonly name: string;
}

export interface OtherAddress {
  readonly family: 'other';
  /** Number of the family. */
  readonly number: number;
}

export type SocketAddress = InternetAddress | UnixAddress | OtherAddress;

export const UNNAMED: UnixAddress = Object.freeze({ family: 'unix', kind: 'unnamed', name: '' });

/** AF_UNSPEC as an address: ends what `connect` began. */
export const AF_UNSPEC = 0;

const MAX_PORT = 65535;

export function formatAddress(address: SocketAddress): string {
  switch (address.family) {
    case 'inet':
      return `${address.host}:${String(address.port)}`;
    case 'inet6':
      return `[${address.host}]:${String(address.port)}`;
    case 'unix':
      if (address.kind === 'abstract') return `unix:@${address.name}`;
      return `unix:${address.name.startsWith('@') ? './' : ''}${address.name}`;
    case 'other':
      return `family ${String(address.number)}`;
  }
}

/** What a text means; null for one that means nothing, which only a policy can have made up. */
export function parseAddress(text: string): SocketAddress | null {
  if (text.startsWith('unix:')) {
    const name = text.slice(5);
    if (name === '') return UNNAMED;
    return name.startsWith('@')
      ? { family: 'unix', kind: 'abstract', name: name.slice(1) }
      : { family: 'unix', kind: 'path', name };
  }
  const other = /^family (\d{1,5})$/.exec(text);
  if (other !== null) return { family: 'other', number: Number(other[1]) };
  const parts = /^(?:\[([0-9a-f:.]{2,45})\]|([0-9.]{7,15})):(\d{1,5})$/i.exec(text);
  if (parts === null || Number(parts[3]) > MAX_PORT) return null;
  const port = Number(parts[3]);
  if (parts[2] !== undefined) {
    const bytes = inetBytes(parts[2]);
    return bytes === null ? null : { family: 'inet', host: bytes.join('.'), port };
  }
  const groups = inet6Groups(parts[1]!);
  return groups === null ? null : { family: 'inet6', host: inet6Text(groups), port };
}

/** Four bytes of a dotted address. */
export function inetBytes(host: string): number[] | null {
  const bytes = host.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : -1));
  return bytes.length === 4 && bytes.every((byte) => byte >= 0 && byte <= 255) ? bytes : null;
}

/** Eight groups of 16 bits. */
export function inet6Groups(host: string): number[] | null {
  const halves = host.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':').map(group)));
  const groups =
    tail === undefined
      ? head!
      : [...head!, ...Array.from({ length: 8 - head!.length - tail.length }, () => 0), ...tail];
  return groups.length === 8 && groups.every((each) => each >= 0) ? groups : null;
}

function group(text: string): number {
  return /^[0-9a-f]{1,4}$/i.test(text) ? parseInt(text, 16) : -1;
}

/** The spelling of RFC 5952: the first longest run of zeros is `::`. */
export function inet6Text(groups: readonly number[]): string {
  let from = -1;
  let length = 1;
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && groups[end] === 0) end += 1;
    if (end - at > length) {
      from = at;
      length = end - at;
    }
  }
  const text = (part: readonly number[]): string => part.map((each) => each.toString(16)).join(':');
  return from < 0 ? text(groups) : `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`;
}
