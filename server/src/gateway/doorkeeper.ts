/** Who comes in: what sockets and HTTP routes ask before they let anybody do anything. */
import { everythingIsTheirs, type Judge } from './access.ts';
import { LOCAL_ACTOR, type Actor } from './actor.ts';

export interface Entered {
  readonly actor: Actor;
  /** The sign-in that the browser came with; null on a server without accounts. */
  readonly signIn: string | null;
}

export interface Doorkeeper {
  readonly judge: Judge;
  /** @param cookies the header `Cookie`. Null: not signed in. */
  enter(cookies: string | undefined): Promise<Entered | null>;
}

/** The doorkeeper of a server without accounts: whoever comes owns everything. */
export const OPEN_DOOR: Doorkeeper = {
  judge: everythingIsTheirs,
  enter: () => Promise.resolve({ actor: LOCAL_ACTOR, signIn: null }),
};

/** The room of all connections of a sign-in, and of a person. No bench has a colon in its id. */
export const signInRoom = (signIn: string): string => `sign-in:${signIn}`;
export const personRoom = (person: string): string => `person:${person}`;
