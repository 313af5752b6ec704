/** Who comes in: what sockets and HTTP routes ask before they let anybody do anything. */
import type { Accounts } from '../people/accounts.ts';
import { everythingIsTheirs, judgeBy, type AccessFacts, type Judge } from './access.ts';
import { LOCAL_ACTOR, type Actor } from './actor.ts';
import type { SignInCookie } from './cookies.ts';

export interface Doorkeeper {
  readonly judge: Judge;
  /** @param cookies the header `Cookie`. Null: not signed in. */
  enter(cookies: string | undefined): Promise<Actor | null>;
}

/** The doorkeeper of a server without accounts: whoever comes owns everything. */
export const OPEN_DOOR: Doorkeeper = {
  judge: everythingIsTheirs,
  enter: () => Promise.resolve(LOCAL_ACTOR),
};

/** Lets in who holds the cookie of a sign-in. */
export function accountsDoor(accounts: Accounts, cookie: SignInCookie, facts: AccessFacts): Doorkeeper {
  return {
    judge: judgeBy(facts),
    async enter(cookies) {
      const token = cookie.read(cookies);
      const signedIn = token === null ? null : await accounts.whoHolds(token);
      if (signedIn === null) return null;
      const { signIn, person } = signedIn;
      return { person: person.id, role: person.role, signIn };
    },
  };
}

/** The room of all connections of a sign-in, and of a person. No bench has a colon in its id. */
export const signInRoom = (signIn: string): string => `${SIGN_IN_ROOM}${signIn}`;
export const personRoom = (person: string): string => `person:${person}`;

const SIGN_IN_ROOM = 'sign-in:';

/** The sign-in whose room it is, or null. */
export function signInOfRoom(room: string): string | null {
  return room.startsWith(SIGN_IN_ROOM) ? room.slice(SIGN_IN_ROOM.length) : null;
}
