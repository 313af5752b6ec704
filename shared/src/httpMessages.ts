/** What page and server say to each other over HTTP. */

/** Every request that changes something carries it, so that no form of another site can send one. */
export const ASKED_BY_PAGE = 'x-sandtable';

/** Why a socket was not let in: nobody is signed in. */
export const SIGNED_OUT = 'signed-out';
