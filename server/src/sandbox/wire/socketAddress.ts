/** `struct sockaddr` of Linux, and the text that stands for it; `net/socketAddress.ts` says what the text means. */
import { decodeText, encodeText } from '@sandtable/shared/text';
import {
  formatAddress,
  inet6Groups,
  inet6Text,
  inetBytes,
  parseAddress,
  UNNAMED,
  type SocketAddress,
} from '../net/socketAddress.ts';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

const INET_BYTES = 16;
/** Linux takes an address of IPv6 without the scope, too. */
const INET6_LEAST = 24;
const INET6_BYTES = 28;
const UNIX_MOST = 110;

/** The text of an address that the guest passed. */
export function describeAddress(bytes: Uint8Array): string {
  return bytes.length < 2 ? '' : formatAddress(readAddress(bytes));
}

function readAddress(bytes: Uint8Array): SocketAddress {
  const number = bytes[0]! | (bytes[1]! << 8);
  const port = (): number => (bytes[2]! << 8) | bytes[3]!;
  if (number === AF_INET && bytes.length >= INET_BYTES)
    return { family: 'inet', host: bytes.subarray(4, 8).join('.'), port: port() };
  if (number === AF_INET6 && bytes.length >= INET6_LEAST) {
    const groups = Array.from({ length: 8 }, (_, k) => (bytes[8 + 2 * k]! << 8) | bytes[9 + 2 * k]!);
    return { family: 'inet6', host: inet6Text(groups), port: port() };
  }
  if (number === AF_UNIX && bytes.length <= UNIX_MOST) {
    const name = bytes.subarray(2);
    if (name.length === 0) return UNNAMED;
    if (name[0] === 0) return { family: 'unix', kind: 'abstract', name: decodeText(name.subarray(1)) };
    const end = name.indexOf(0);
    return { family: 'unix', kind: 'path', name: decodeText(end < 0 ? name : name.subarray(0, end)) };
  }
  return { family: 'other', number };
}

/** The struct of an address; null for a text that means none. */
export function encodeAddress(text: string): Uint8Array | null {
  const address = parseAddress(text);
  if (address === null || address.family === 'other') return null;
  if (address.family === 'unix') {
    const name = encodeText(address.name);
    if (address.kind === 'unnamed') return Uint8Array.of(AF_UNIX, 0);
    const framed =
      address.kind === 'abstract'
        ? Uint8Array.of(AF_UNIX, 0, 0, ...name)
        : Uint8Array.of(AF_UNIX, 0, ...name, 0);
    return framed.length > UNIX_MOST ? framed.subarray(0, UNIX_MOST) : framed;
  }
  const bytes = new Uint8Array(address.family === 'inet' ? INET_BYTES : INET6_BYTES);
  bytes[0] = address.family === 'inet' ? AF_INET : AF_INET6;
  bytes[2] = address.port >> 8;
  bytes[3] = address.port & 0xff;
  if (address.family === 'inet') bytes.set(inetBytes(address.host) ?? [], 4);
  else
    (inet6Groups(address.host) ?? []).forEach((group, k) => {
      bytes[8 + 2 * k] = group >> 8;
      bytes[9 + 2 * k] = group & 0xff;
    });
  return bytes;
}
