/**
 * Which addresses a request may name, against two attacks by web pages that the person has open elsewhere.
 *
 * DNS rebinding: a foreign name is made to point at this machine. So `Host` must be a name that is ours: a literal address (no
 * name to rebind), `localhost`, or one that the operator named. Cross-site sockets: browsers let any page open a WebSocket to any
 * address. So `Origin`, where there is one (programs other than browsers send none), must be the address that `Host` names.
 */
import { isIP } from 'node:net';

export type Refusal = 'host' | 'origin';

/** `names`: host names that the operator serves under, beside `localhost` and literal addresses. */
export function originCheck(
  names: readonly string[],
): (host: string | undefined, origin: string | undefined) => Refusal | null {
  const ours = new Set(names.map((name) => name.toLowerCase()));
  const isOurs = (name: string): boolean =>
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    isIP(name.replace(/^\[|\]$/g, '')) !== 0 ||
    ours.has(name);
  return (host, origin) => {
    const asked = parse(`http://${host ?? ''}`);
    if (asked === null || !isOurs(asked.hostname)) return 'host';
    if (origin === undefined) return null;
    const from = parse(origin);
    // Behind a proxy that adds TLS the scheme differs and the address does not.
    if (from === null || (from.protocol !== 'http:' && from.protocol !== 'https:')) return 'origin';
    return addressOf(from) === addressOf(parse(`${from.protocol}//${host ?? ''}`)!) ? null : 'origin';
  };
}

function parse(text: string): URL | null {
  const url = URL.parse(text);
  return url === null || url.hostname === '' ? null : url;
}

function addressOf(url: URL): string {
  return `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port}`;
}
