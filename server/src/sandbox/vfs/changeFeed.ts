/**
 * What changed, for a page that shows the files live.
 *
 * Changes collect here until somebody drains them; `onPending` is called once, at the first. Names
 * come and go in order; writes and attributes are merged to one per file and come last, under all
 * names that the file has by then. So replaying a drained list on an older listing always ends in
 * the present one, however fast the guest is.
 */
import type { GuestPath } from '../paths.ts';
import { childPath, entryPath } from './entryPath.ts';
import type { Entry, Inode } from './inode.ts';

/** More pending names than this are not told one by one: the list is replaced by `reset`, and the page lists anew. */
const MAX_PENDING_CHANGES = 5_000;

export type VfsChange =
  | { readonly kind: 'create' | 'mkdir' | 'remove'; readonly path: GuestPath }
  | { readonly kind: 'rename'; readonly path: GuestPath; readonly to: GuestPath }
  | { readonly kind: 'write'; readonly path: GuestPath; readonly size: number }
  | { readonly kind: 'attributes'; readonly path: GuestPath }
  /** Too much happened: list what is shown again. */
  | { readonly kind: 'reset' };

export class ChangeFeed {
  /** Called when something changed and nothing was pending before. Must only schedule a `drain`. */
  onPending: (() => void) | null = null;
  #names: VfsChange[] = [];
  #written = new Set<Inode>();
  #attributes = new Set<Inode>();
  #overflown = false;
  #pending = false;

  /** A name that came or went, told while it still has (or already has) its path. */
  name(kind: 'create' | 'mkdir' | 'remove', entry: Entry): void {
    if (this.#full()) return;
    const path = entryPath(entry);
    if (path !== null) this.#names.push({ kind, path });
    this.#announce();
  }

  /** Before the entry is moved. */
  rename(entry: Entry, directory: Entry, name: string): void {
    if (this.#full()) return;
    const path = entryPath(entry);
    const to = childPath(directory, name);
    if (path !== null && to !== null) this.#names.push({ kind: 'rename', path, to });
    this.#announce();
  }

  write(inode: Inode): void {
    if (this.#overflown) return;
    this.#written.add(inode);
    if (!this.#pending) this.#announce();
  }

  attributes(inode: Inode): void {
    if (this.#overflown) return;
    this.#attributes.add(inode);
    if (!this.#pending) this.#announce();
  }

  /** Everything since the last drain. */
  drain(): VfsChange[] {
    const changes: VfsChange[] = this.#overflown ? [{ kind: 'reset' }] : this.#names;
    this.#tell(this.#written, (path, inode) => ({ kind: 'write', path, size: inode.size }), changes);
    this.#tell(this.#attributes, (path) => ({ kind: 'attributes', path }), changes);
    this.#names = [];
    this.#written = new Set();
    this.#attributes = new Set();
    this.#overflown = false;
    this.#pending = false;
    return changes.length > MAX_PENDING_CHANGES ? [{ kind: 'reset' }] : changes;
  }

  #tell(
    inodes: Iterable<Inode>,
    change: (path: GuestPath, inode: Inode) => VfsChange,
    into: VfsChange[],
  ): void {
    for (const inode of inodes) {
      for (const path of pathsOf(inode)) into.push(change(path, inode));
      // One file may have tens of thousands of names.
      if (into.length > MAX_PENDING_CHANGES) return;
    }
  }

  #full(): boolean {
    if (this.#overflown) return true;
    if (this.#names.length < MAX_PENDING_CHANGES && this.#written.size < MAX_PENDING_CHANGES) return false;
    this.#overflown = true;
    this.#names = [];
    this.#written.clear();
    this.#attributes.clear();
    return true;
  }

  #announce(): void {
    if (this.#pending) return;
    this.#pending = true;
    this.onPending?.();
  }
}

function pathsOf(inode: Inode): GuestPath[] {
  return inode
    .names()
    .map((entry) => entryPath(entry))
    .filter((path) => path !== null);
}
