/**
 * What differs between the world now and the world at its baseline, as data that can be reversed.
 *
 * There is no snapshot of the whole tree: each inode keeps what it was at its first change after the
 * baseline (`Inode.before`). So the tree of the baseline is reached by walking `before.children`
 * where there is one, and what was never touched, such as a name of a host folder that nobody
 * looked at, is the same on both sides and is skipped.
 */
import type { Errno } from '@sandtable/shared/errno';
import type { GuestPath } from '../paths.ts';
import type { ContentImage } from './content.ts';
import type { DirectoryInode, Entry, Inode } from './inode.ts';
import type { Namespace } from './namespace.ts';

/** What stands at a path. Directories come with their mode only; what is in them has paths of its own. */
export type FileState =
  | { readonly kind: 'file'; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'symlink'; readonly target: string };

/** One path that differs; `before` null: created, `after` null: removed. */
export interface PathChange {
  readonly path: GuestPath;
  readonly before: FileState | null;
  readonly after: FileState | null;
}

/** Sorted by path, so that a directory comes before what is in it. */
export interface ChangeSet {
  readonly changes: readonly PathChange[];
  /** Paths that could not be compared: a file of a host folder that can no longer be read, or too deep a nesting. */
  readonly unreadable: readonly { readonly path: GuestPath; readonly errno: Errno }[];
}

/** The change set that leads back. */
export function invert(set: ChangeSet): ChangeSet {
  return {
    changes: set.changes.map(({ path, before, after }) => ({ path, before: after, after: before })),
    unreadable: set.unreadable,
  };
}

/** No path of a guest is longer; what is nested deeper could not be written out or put back. */
const LONGEST = 4096;

type Names = ReadonlyMap<string, Entry>;

const NOTHING: Names = new Map();

/** Differences since the last `Namespace.epoch` began. */
export function changeSetOf(space: Namespace): ChangeSet {
  const changes: PathChange[] = [];
  const unreadable: { path: GuestPath; errno: Errno }[] = [];
  const pending: { path: string; old: DirectoryInode | null; now: DirectoryInode | null }[] = [
    { path: '', old: space.root.inode, now: space.root.inode },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const isSame = next.old === next.now && next.now !== null && !isChanged(next.now, space.epoch);
    const newNames = next.now === null ? NOTHING : isSame ? next.now.seen : namesNow(next.now);
    const oldNames = isSame ? newNames : next.old === null ? NOTHING : namesThen(next.old, space.epoch);
    for (const name of union(oldNames, newNames)) {
      const path = `${next.path}/${name}` as GuestPath;
      if (path.length >= LONGEST) {
        unreadable.push({ path, errno: 'ENAMETOOLONG' });
        continue;
      }
      const old = inodeAt(oldNames, name);
      const now = inodeAt(newNames, name);
      const change = compare(path, old, now, space.epoch);
      if (change !== null) {
        if ('errno' in change) unreadable.push(change);
        else changes.push(change);
      }
      const oldDirectory = old?.kind === 'directory' ? old : null;
      const newDirectory = now?.kind === 'directory' ? now : null;
      if (oldDirectory !== null || newDirectory !== null) {
        pending.push({ path, old: oldDirectory, now: newDirectory });
      }
    }
  }
  const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
  return { changes: changes.sort(byPath), unreadable: unreadable.sort(byPath) };
}

function compare(
  path: GuestPath,
  old: Inode | null,
  now: Inode | null,
  epoch: number,
): PathChange | { path: GuestPath; errno: Errno } | null {
  if (old === now && (now === null || !isChanged(now, epoch))) return null;
  const before = old === null ? null : stateThen(old, epoch);
  if (typeof before === 'string') return { path, errno: before };
  const after = now === null ? null : stateNow(now);
  if (typeof after === 'string') return { path, errno: after };
  return isSame(before, after) ? null : { path, before, after };
}

function isChanged(inode: Inode, epoch: number): boolean {
  return inode.before !== null && inode.before.epoch === epoch;
}

function namesThen(directory: DirectoryInode, epoch: number): Names {
  return (isChanged(directory, epoch) ? directory.before!.children : null) ?? namesNow(directory);
}

function namesNow(directory: DirectoryInode): Names {
  const children = directory.children();
  return typeof children === 'string' ? NOTHING : children;
}

function union(old: Names, now: Names): Iterable<string> {
  if (old === now || old.size === 0) return now.keys();
  return new Set([...old.keys(), ...now.keys()]);
}

function inodeAt(names: Names, name: string): Inode | null {
  const entry = names.get(name);
  // A folder of the machine cannot have changed, so it need not be walked.
  if (entry === undefined || entry.mounted?.volume.origin === 'host') return null;
  return (entry.mounted ?? entry).inode;
}

function stateThen(inode: Inode, epoch: number): FileState | Errno | null {
  if (!isChanged(inode, epoch)) return stateNow(inode);
  const before = inode.before!;
  return stateOf(inode, before.mode, before.image);
}

function stateNow(inode: Inode): FileState | Errno | null {
  return stateOf(inode, inode.mode, inode.kind === 'file' ? inode.content.image() : null);
}

/** Devices, sockets and synthetic files have no state that could be kept. */
function stateOf(inode: Inode, mode: number, image: ContentImage | null): FileState | Errno | null {
  switch (inode.kind) {
    case 'file': {
      const bytes = image!.bytes();
      return typeof bytes === 'string' ? bytes : { kind: 'file', mode, bytes };
    }
    case 'directory':
      return { kind: 'directory', mode };
    case 'symlink':
      return inode.target === null ? null : { kind: 'symlink', target: inode.target };
    case 'device':
    case 'socket':
    case 'synthetic':
      return null;
  }
}

function isSame(a: FileState | null, b: FileState | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === 'file' && b.kind === 'file') return a.mode === b.mode && sameBytes(a.bytes, b.bytes);
  if (a.kind === 'directory' && b.kind === 'directory') return a.mode === b.mode;
  return a.kind === 'symlink' && b.kind === 'symlink' && a.target === b.target;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0);
}
