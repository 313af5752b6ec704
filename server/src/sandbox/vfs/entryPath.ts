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
  // Measured before it is put together: most of what has no path is found out without making text.
  let length = 0;
  let depth = 0;
  for (let at: Entry | null = entry; at !== null; at = above(at)) {
    if (!at.live) return null;
    if (at.parent === null) continue;
    length += at.name.length + 1;
    depth += 1;
    if (length > LONGEST) return null;
  }
  const names = new Array<string>(depth);
  for (let at: Entry | null = entry; at !== null; at = above(at)) {
    if (at.parent !== null) names[--depth] = at.name;
  }
  return `/${names.join('/')}` as GuestPath;
}

/** The next entry towards the root; from the root of a volume that is its mount point. */
function above(entry: Entry): Entry | null {
  return entry.parent ?? entry.volume.mountPoint;
}

/** Path of a name that may not exist in a directory that does. */
export function childPath(directory: Entry, name: string): GuestPath | null {
  const parent = entryPath(directory);
  if (parent === null) return null;
  return (parent === '/' ? `/${name}` : `${parent}/${name}`) as GuestPath;
}
