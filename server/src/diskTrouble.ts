/** Why the server could not write, in words for whoever uses it: what the system says names places of the machine. */

/** SQLite's own number for a database that cannot grow; the upper bits tell kinds of it apart. */
const SQLITE_FULL = 13;
const SQLITE_KIND = 0xff;

/** Of the system (no room, no room for this user) and of PostgreSQL. */
const FULL_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', '53100']);

export function isDiskFull(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  return FULL_CODES.has(code) || (typeof errcode === 'number' && (errcode & SQLITE_KIND) === SQLITE_FULL);
}

/** A part of a sentence: “the disk of the server is full”. */
export function whyNotWritten(error: unknown): string {
  if (isDiskFull(error)) return 'the disk of the server is full';
  const code = (error as { readonly code?: unknown } | null)?.code;
  return `the server could not write it${typeof code === 'string' ? ` (${code})` : ''}`;
}
