/**
 * A folder of the real machine as a tree of the virtual world. A directory is listed at the first look, and a name of it made into a file of
 * this world when somebody looks at that name: the interpreter's library has hundreds in a directory, and a run needs a few of them.
 */
import type { Errno } from '@sandtable/shared/errno';
import { byteLength } from '@sandtable/shared/text';
import { FileContent } from './content.ts';
import type { HostItem, ReadableFolder } from './hostFolder.ts';
import {
  DirectoryInode,
  Entry,
  FileInode,
  LinkInode,
  type Attributes,
  type Inode,
  type NameSource,
} from './inode.ts';
import type { Owner } from './worldSpec.ts';

export interface HostTreeOptions {
  readonly folder: ReadableFolder;
  readonly dev: number;
  readonly owner: Owner;
  /** The first of so many numbers that follow one another. */
  readonly takeInos: (count: number) => number;
  /**
   * True for an overlay: modes are shown as they are, for the guest may be their owner and change
   * things. Otherwise everything is readable, as the lecture's folders were, and executable where
   * somebody may execute it.
   */
  readonly keepModes: boolean;
}

export function hostDirectory(
  options: HostTreeOptions,
  attributes: Attributes,
  segments: readonly string[],
  ino = options.takeInos(1),
): DirectoryInode {
  const directory: DirectoryInode = new DirectoryInode(options.dev, ino, attributes, () =>
    namesOf(options, directory, segments),
  );
  return directory;
}

/** Numbers are given in the order of the listing, whatever is looked at first. */
function namesOf(
  options: HostTreeOptions,
  directory: DirectoryInode,
  segments: readonly string[],
): NameSource | Errno {
  const listing = options.folder.list(segments);
  if (typeof listing === 'string') return listing;
  const { items, places, directories } = listing;
  const firstIno = options.takeInos(items.length);
  const parent = directory.entry;
  return {
    directories,
    names: places.keys(),
    make: (name) => {
      const place = places.get(name);
      if (place === undefined) return undefined;
      const item = items[place]!;
      const inode = makeInode(options, item, firstIno + place);
      if (inode.kind !== 'directory') inode.nlink = 1;
      return new Entry(item.name, parent, inode, parent.volume);
    },
  };
}

function makeInode(options: HostTreeOptions, item: HostItem, ino: number): Inode {
  const attributes: Attributes = {
    mode: modeOf(options, item),
    uid: options.owner.uid,
    gid: options.owner.gid,
    time: { sec: item.mtimeSec, nsec: item.mtimeNsec },
  };
  switch (item.kind) {
    case 'directory':
      return hostDirectory(options, attributes, item.segments, ino);
    case 'symlink':
      return new LinkInode(
        options.dev,
        ino,
        attributes,
        item.target,
        item.target === null ? 0 : byteLength(item.target),
      );
    case 'file':
      return new FileInode(
        options.dev,
        ino,
        attributes,
        FileContent.from({ size: item.size, load: () => options.folder.read(item) }),
      );
  }
}

function modeOf(options: HostTreeOptions, item: HostItem): number {
  if (item.kind === 'symlink') return 0o777;
  if (options.keepModes) return item.mode & 0o777;
  return item.kind === 'directory' || (item.mode & 0o111) !== 0 ? 0o755 : 0o644;
}
