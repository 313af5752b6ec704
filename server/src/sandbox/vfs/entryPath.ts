/** From a name back to its absolute path. */
import type { GuestPath } from '../paths.ts';
import type { Entry } from './inode.ts';

/** Longest path that is spelled out; deeper ones have no path, as in Linux, where getcwd then fails. */
const LONGEST = 4096;

/**
 * Absolute path of a name at present.
 *
 * Null if it, or a directory above it, was removed, or if the path is longer than 4096 characters:
 * the latter keeps a guest that nests 10,000 directories from making every trace row cost as much.
 */
export function entryPath(entry: Entry): GuestPath | null {
  let path = '';
  let at: Entry | null = entry;
  while (at !== null) {
    if (!at.live) return null;
    if (at.parent === null) {
      at = at.volume?.mountPoint ?? null;
      continue;
    }
    path = `/${at.name}${path}`;
    if (path.length > LONGEST) return null;
    at = at.parent;
  }
  return (path === '' ? '/' : path) as GuestPath;
}

/** Path of a name that may not exist in a directory that does. */
export function childPath(directory: Entry, name: string): GuestPath | null {
  const parent = entryPath(directory);
  if (parent === null) return null;
  return (parent === '/' ? `/${name}` : `${parent}/${name}`) as GuestPath;
}
