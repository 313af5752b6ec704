/** A folder of the real machine as a tree of the virtual world, its directories filled in at the first look. */
import type { Errno } from '@sandtable/shared/errno';
import { byteLength } from '@sandtable/shared/text';
import { FileContent } from './content.ts';
import type { HostFolder, HostItem } from './hostFolder.ts';
import { DirectoryInode, Entry, FileInode, LinkInode, type Attributes, type Inode } from './inode.ts';
import type { Owner } from './worldSpec.ts';

export interface HostTreeOptions {
  readonly folder: HostFolder;
  readonly dev: number;
  readonly owner: Owner;
  readonly nextIno: () => number;
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
): DirectoryInode {
  const directory: DirectoryInode = new DirectoryInode(options.dev, options.nextIno(), attributes, (into) =>
    fill(options, directory, segments, into),
  );
  return directory;
}

function fill(
  options: HostTreeOptions,
  directory: DirectoryInode,
  segments: readonly string[],
  into: Map<string, Entry>,
): Errno | undefined {
  const items = options.folder.list(segments);
  if (typeof items === 'string') return items;
  const parent = directory.entry;
  for (const item of items) {
    const inode = makeInode(options, item);
    const entry = new Entry(item.name, parent, inode, parent.volume);
    into.set(item.name, entry);
    if (inode.kind === 'directory') directory.nlink += 1;
    else inode.nlink = 1;
  }
  return undefined;
}

function makeInode(options: HostTreeOptions, item: HostItem): Inode {
  const attributes: Attributes = {
    mode: modeOf(options, item),
    uid: options.owner.uid,
    gid: options.owner.gid,
    time: { sec: item.mtimeSec, nsec: item.mtimeNsec },
  };
  switch (item.kind) {
    case 'directory':
      return hostDirectory(options, attributes, item.segments);
    case 'symlink':
      return new LinkInode(
        options.dev,
        options.nextIno(),
        attributes,
        item.target,
        item.target === null ? 0 : byteLength(item.target),
      );
    case 'file':
      return new FileInode(
        options.dev,
        options.nextIno(),
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
