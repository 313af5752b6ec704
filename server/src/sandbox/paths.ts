/**
 * The two kinds of path that must never be mixed.
 *
 * A guest path names a place in the virtual world. A host path names a place on the real machine.
 * Nothing turns one into the other: a host folder enters the world only as a declared mount, and
 * the lookup below it goes name by name through `vfs/hostFolder.ts`. A guest path must NEVER reach
 * a function of `node:fs`.
 */
import { isAbsolute } from 'node:path';
import { canonicalText } from '@sandtable/shared/text';

declare const guest: unique symbol;
declare const host: unique symbol;

/**
 * Path inside the virtual world, as someone asked for it: absolute or relative, not normalised,
 * possibly too long or empty (the lookup answers that like Linux). Its spelling is canonical
 * (see `shared/src/text.ts`), so equal names are equal strings.
 */
export type GuestPath = string & { readonly [guest]: true };

/** Absolute path on the real machine. Comes from the operator's configuration, never from a guest. */
export type HostPath = string & { readonly [host]: true };

/** Takes text from the wire, a policy or the page as a path of the virtual world. */
export function guestPath(text: string): GuestPath {
  return canonicalText(text) as GuestPath;
}

/** Takes text from the operator as a path of the machine; a relative one is a bug of the caller. */
export function hostPath(text: string): HostPath {
  if (!isAbsolute(text) || text.includes('\0'))
    throw new TypeError(`not an absolute host path: ${JSON.stringify(text)}`);
  return text as HostPath;
}
