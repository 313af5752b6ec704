/**
 * The cookies of a sign-in. No script of any page can read them, and no other site's request brings the one that lets somebody in.
 *
 * Over https they are `Secure` and carry the prefix `__Host-`, so that no other name of the same domain and no page without TLS can set them.
 */

/** As long as the longest sign-in; whether it is still good says the server. */
const SIGN_IN_SECONDS = 120 * 24 * 60 * 60;

/** Somebody who goes to another site to sign in is back by then. */
const AWAY_SECONDS = 15 * 60;

interface Cookie {
  /** The value in a header `Cookie`, or null. */
  read(header: string | undefined): string | null;
  /** The header `Set-Cookie` that gives it. */
  give(value: string): string;
  /** The header `Set-Cookie` that takes it. */
  take(): string;
}

export type SignInCookie = Cookie;

/** @param secure whether browsers come over https */
export function signInCookie(secure: boolean): SignInCookie {
  return cookie('sandtable', secure, 'Strict', SIGN_IN_SECONDS);
}

/** Holds the way back from another site, whose answer is a link of that site: `Lax`, or it would not come along. */
export function awayCookie(secure: boolean): Cookie {
  return cookie('sandtable-away', secure, 'Lax', AWAY_SECONDS);
}

function cookie(plainName: string, secure: boolean, sameSite: 'Strict' | 'Lax', seconds: number): Cookie {
  const name = secure ? `__Host-${plainName}` : plainName;
  const set = (value: string, maxAge: number): string =>
    `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=${sameSite}${secure ? '; Secure' : ''}`;
  return {
    read(header) {
      for (const part of (header ?? '').split(';')) {
        const at = part.indexOf('=');
        if (at > 0 && part.slice(0, at).trim() === name) {
          const value = part.slice(at + 1).trim();
          return /^[A-Za-z0-9_-]{20,200}$/.test(value) ? value : null;
        }
      }
      return null;
    },
    give: (value) => set(value, seconds),
    take: () => set('', 0),
  };
}
