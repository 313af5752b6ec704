/** A folder of the machine as if it held some more files, in folders that it has. Listings are made once and shared by all worlds. */
import type { Errno } from '@sandtable/shared/errno';
import { listingOf, type HostItem, type HostListing, type ReadableFolder } from './hostFolder.ts';

export interface AddedFile {
  /** Names from the folder down to the file. */
  readonly segments: readonly string[];
  readonly data: Uint8Array;
}

/** Everybody may read them, nobody may write. */
const ADDED_MODE = 0o444;

export class AddedFolder implements ReadableFolder {
  readonly #base: ReadableFolder;
  readonly #added: readonly AddedFile[];
  readonly #bytes = new Map<HostItem, Uint8Array>();
  readonly #listings = new Map<string, HostListing>();

  /** A file of the folder with such a name is not seen any more. */
  constructor(base: ReadableFolder, added: readonly AddedFile[]) {
    this.#base = base;
    this.#added = added;
  }

  list(segments: readonly string[]): HostListing | Errno {
    const key = segments.join('/');
    const known = this.#listings.get(key);
    if (known !== undefined) return known;
    const base = this.#base.list(segments);
    if (typeof base === 'string') return base;
    const added = this.#added.filter((file) => file.segments.slice(0, -1).join('/') === key);
    const listing = added.length === 0 ? base : this.#together(base.items, added);
    this.#listings.set(key, listing);
    return listing;
  }

  read(item: HostItem): Uint8Array | Errno {
    return this.#bytes.get(item) ?? this.#base.read(item);
  }

  #together(base: readonly HostItem[], added: readonly AddedFile[]): HostListing {
    const items = new Map(base.map((item) => [item.name, item]));
    for (const { segments, data } of added) {
      const name = segments.at(-1)!;
      const item: HostItem = {
        name,
        kind: 'file',
        mode: ADDED_MODE,
        size: data.length,
        // As old as the oldest beside it: they have been there as long as the guest can tell.
        mtimeSec: Math.min(...base.map(({ mtimeSec }) => mtimeSec), Number.MAX_SAFE_INTEGER),
        mtimeNsec: 0,
        target: null,
        segments,
      };
      this.#bytes.set(item, data);
      items.set(name, item);
    }
    return listingOf([...items.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
  }
}
