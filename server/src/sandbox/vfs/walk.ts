/**
 * Path lookup, component by component, as Linux does it (fs/namei.c is the specification).
 *
 * The order of the checks is part of the behaviour: before a name is looked up its directory must be
 * searchable (EACCES), and what stands before a slash must turn out to be a directory (ENOTDIR).
 * A walker holds the state of one lookup in its fields and makes no objects; it is not re-entrant.
 *
 * There is no cache of whole paths: a lookup of four names is well under a microsecond (`bench/vfs.ts`),
 * and a cache would have to forget at every change of a name, a mode or a working directory.
 *
 * Mounts are crossed downwards by `lookup` and upwards by `up`. The lookup knows nothing of the real
 * machine, and a symbolic link is only ever a text that goes on in this same tree.
 */
import type { Errno } from '@sandtable/shared/errno';
import { byteLength } from '@sandtable/shared/text';
import { MAX_SYMLINKS, X_OK } from './abi.ts';
import { refuseByMode, type Credentials } from './access.ts';
import { parentOf, type DirectoryEntry, type Entry } from './inode.ts';
import type { Ledger } from './limits.ts';

/**
 * Names that one lookup may pass, those in the texts of links included. Forty links of the greatest length have 80,000 and take
 * milliseconds, again and again; no path that means something comes near this. Beyond it the answer is ELOOP.
 */
const MAX_COMPONENTS = 10_000;

export type LastKind = 'name' | 'dot' | 'dotdot' | 'root';

const SLASH = 0x2f;

export class PathWalker {
  readonly #root: DirectoryEntry;
  readonly #ledger: Ledger;
  readonly #who: Credentials;
  #links = 0;
  #components = 0;
  /** Directory in which the last component is to be looked up. */
  directory: DirectoryEntry;
  /** Last component. */
  last = '';
  lastKind: LastKind = 'root';
  /** Whether slashes follow the last component. */
  slash = false;

  constructor(root: DirectoryEntry, ledger: Ledger, who: Credentials) {
    this.#root = root;
    this.#ledger = ledger;
    this.#who = who;
    this.directory = root;
  }

  /** What a path names. With `follow` a symbolic link at the end is followed. */
  resolve(start: DirectoryEntry, path: string, follow: boolean): Entry | Errno {
    let refused = this.toLast(start, path);
    let followLast = follow;
    let needDirectory = false;
    for (;;) {
      if (refused !== undefined) return refused;
      if (this.lastKind !== 'name') return this.dots();
      if (this.slash) followLast = needDirectory = true;
      const found = this.lookup(this.directory, this.last);
      if (found === undefined) return 'ENOENT';
      if (typeof found === 'string') return found;
      if (found.inode.kind !== 'symlink' || !followLast) {
        return needDirectory && found.inode.kind !== 'directory' ? 'ENOTDIR' : found;
      }
      refused = this.followToLast(found);
    }
  }

  /** Walks all but the last component, which is left in the fields. Symbolic links on the way are followed. */
  toLast(start: DirectoryEntry, path: string): Errno | undefined {
    this.#links = 0;
    this.#components = 0;
    this.directory = start;
    return this.#walk(path);
  }

  /** Goes on with the text of a link that stands last. */
  followToLast(link: Entry): Errno | undefined {
    const target = this.#targetOf(link);
    return typeof target === 'string' ? this.#walk(target) : target.errno;
  }

  /** What `.`, `..` or `/` at the end names. */
  dots(): DirectoryEntry {
    return this.lastKind === 'dotdot' ? (parentOf(this.directory) as DirectoryEntry) : this.directory;
  }

  /** A name in a directory, mounts crossed; undefined if there is none. */
  lookup(directory: DirectoryEntry, name: string): Entry | Errno | undefined {
    if (directory.inode.dead) return undefined;
    if (name.length * 3 > this.#ledger.limits.nameBytes && byteLength(name) > this.#ledger.limits.nameBytes) {
      return this.#ledger.hit('nameBytes', name.slice(0, 80));
    }
    const found = directory.inode.child(name);
    return found === undefined || typeof found === 'string' ? found : (found.mounted ?? found);
  }

  #walk(text: string): Errno | undefined {
    let path = text;
    let at = skipSlashes(path, 0);
    if (at > 0) this.directory = this.#root;
    if (at === path.length) {
      this.lastKind = 'root';
      this.slash = false;
      return undefined;
    }
    // What remains of the paths in which the link being followed stood.
    let outer: { path: string; at: number }[] | null = null;
    for (;;) {
      if (++this.#components > MAX_COMPONENTS) return 'ELOOP';
      const refused = refuseByMode(this.directory.inode, this.#who, X_OK);
      if (refused !== undefined) return refused;
      const slash = path.indexOf('/', at);
      const end = slash === -1 ? path.length : slash;
      const name = path.slice(at, end);
      const next = slash === -1 ? end : skipSlashes(path, end);
      if (next < path.length) {
        at = next;
      } else if (outer !== null && outer.length > 0) {
        const rest = outer.pop()!;
        path = rest.path;
        at = rest.at;
      } else {
        this.last = name;
        this.lastKind = name === '.' ? 'dot' : name === '..' ? 'dotdot' : 'name';
        this.slash = next > end;
        return undefined;
      }
      if (name === '.') continue;
      if (name === '..') {
        this.directory = parentOf(this.directory) as DirectoryEntry;
        continue;
      }
      const found = this.lookup(this.directory, name);
      if (found === undefined) return 'ENOENT';
      if (typeof found === 'string') return found;
      if (found.inode.kind === 'directory') {
        this.directory = found as DirectoryEntry;
        continue;
      }
      if (found.inode.kind !== 'symlink') return 'ENOTDIR';
      const target = this.#targetOf(found);
      if (typeof target !== 'string') return target.errno;
      const start = skipSlashes(target, 0);
      if (start > 0) this.directory = this.#root;
      if (start < target.length) {
        (outer ??= []).push({ path, at });
        path = target;
        at = start;
      }
    }
  }

  #targetOf(link: Entry): string | { readonly errno: Errno } {
    this.#links += 1;
    if (this.#links > MAX_SYMLINKS || this.#who.trusted) return LOOP;
    return (link.inode.kind === 'symlink' ? link.inode.target : null) ?? OUTSIDE;
  }
}

const LOOP = { errno: 'ELOOP' } as const;
const OUTSIDE = { errno: 'EACCES' } as const;

function skipSlashes(path: string, from: number): number {
  let at = from;
  while (path.charCodeAt(at) === SLASH) at++;
  return at;
}
