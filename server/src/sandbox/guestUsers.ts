/**
 * Users for guests, where the server runs as root: each guest is a user of its own while it lives, so that no guest can reach
 * another one even if every other wall falls, and the kernel's limits per user count for it alone.
 *
 * Worker threads of one server take from separate parts of the range, so that no two of them can hand out the same number.
 */
import { threadId } from 'node:worker_threads';

/** Above everything that machines, systemd and container runtimes hand out (they end at 2^31 - 2). */
const FIRST_UID = 2_200_000_000;
/** More guests than one machine carries. */
const UIDS_PER_THREAD = 1000;
const PARTS = 400;

const taken = new Set<number>();
let next = 0;

/** A user for one guest, or null where this process cannot change users. */
export function takeGuestUser(): number | null {
  if (process.geteuid?.() !== 0) return null;
  const first = FIRST_UID + (threadId % PARTS) * UIDS_PER_THREAD + processPart();
  for (let tries = 0; tries < UIDS_PER_THREAD; tries++) {
    const uid = first + (next++ % UIDS_PER_THREAD);
    if (taken.has(uid)) continue;
    taken.add(uid);
    return uid;
  }
  return null;
}

export function returnGuestUser(uid: number | null): void {
  if (uid !== null) taken.delete(uid);
}

/** Two servers on one machine, or a server and the command line, begin at different places. */
function processPart(): number {
  return (process.pid % 1000) * PARTS * UIDS_PER_THREAD;
}
