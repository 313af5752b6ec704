/**
 * What changed, for a page that shows the files live.
 *
 * Changes collect here until somebody drains them; `onPending` is called once, at the first. Names
 * come and go in order; writes and attributes are merged to one per file and come last, under the
 * name that the file has by then. So replaying a drained list on an older listing always ends in
 * the present one, however fast the guest is.
 */
import type { GuestPath } from '../paths.ts';
import { childPath, entryPath } from './entryPath.ts';
import type { Entry, Inode } from './inode.ts';

/** More pending names than this are not told one by one: the list is replaced by `reset`, and the page lists anew. */
export const MAX_PENDING_CHANGES = 5_000;

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
  #written = new Map<Inode, Entry>();
  #attributes = new Map<Inode, Entry>();
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

  write(entry: Entry): void {
    if (this.#overflown) return;
    this.#written.set(entry.inode, entry);
    if (!this.#pending) this.#announce();
  }

  attributes(entry: Entry): void {
    if (this.#overflown) return;
    this.#attributes.set(entry.inode, entry);
    if (!this.#pending) this.#announce();
  }

  /** Everything since the last drain. */
  drain(): VfsChange[] {
    const changes: VfsChange[] = this.#overflown ? [{ kind: 'reset' }] : this.#names;
    for (const [inode, entry] of this.#written) {
      const path = entryPath(entry);
      if (path !== null) changes.push({ kind: 'write', path, size: inode.size });
    }
    for (const entry of this.#attributes.values()) {
      const path = entryPath(entry);
      if (path !== null) changes.push({ kind: 'attributes', path });
    }
    this.#names = [];
    this.#written = new Map();
    this.#attributes = new Map();
    this.#overflown = false;
    this.#pending = false;
    return changes;
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
