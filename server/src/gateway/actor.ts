/** Who asks something of the server. */
import { LOCAL_PERSON, type Role } from '../store/schema.ts';

export interface Actor {
  /** Id of a person. */
  readonly person: string;
  /** Role on this server; in a course a person may have another. */
  readonly role: Role;
  /** The sign-in that they came with; none on a server without accounts. */
  readonly signIn?: string;
}

/** Whoever uses a server without accounts: it is theirs. */
export const LOCAL_ACTOR: Actor = { person: LOCAL_PERSON, role: 'administrator' };
