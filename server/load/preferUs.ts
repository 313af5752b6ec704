/** The clients stand for other machines: they are to be served first, so that what is measured is the server. */
import { writeFileSync } from 'node:fs';
import os from 'node:os';

const FIRST = -10;
const ORDINARY = 0;
/** As far to the front as there is: nearly as if nothing else ran. */
const FOREMOST = -20;

/**
 * Puts this process before all others where the system allows that, until what it returns is called. Children inherit it: start them
 * before or afterwards.
 */
export function preferUs(): () => void {
  if (!preferred(FIRST)) return () => undefined;
  return () => void preferred(ORDINARY);
}

/**
 * Puts whoever leads a session of its own before other sessions. For a machine that is shared with other work: then the server under load is to have
 * it, as it will where it is kept. Does nothing where the system does not allow that, or does not share out by session.
 */
export function preferSession(pid: number): void {
  try {
    writeFileSync(`/proc/${String(pid)}/autogroup`, String(FOREMOST));
  } catch {
    // Gone, or not allowed: it keeps its place.
  }
}

function preferred(priority: number): boolean {
  try {
    os.setPriority(priority);
    // Where the kernel shares out by session, the number above only counts within ours.
    writeFileSync('/proc/self/autogroup', String(priority));
    return true;
  } catch {
    return false;
  }
}
