/**
 * Inodes, names and volumes: the data of the virtual filesystem, without its rules.
 *
 * As in Linux, an inode is a file and an `Entry` is a name that leads to it (a dentry). A directory
 * has exactly one entry, a file one per hard link. A volume is one mounted tree; its root entry has
 * no parent but a `mountPoint`, the covered entry of the volume above. Only `namespace.ts` changes
 * names, so that link counts, quotas and the change feed stay true.
 */
import type { Errno } from '@sandtable/shared/errno';
import { BLOCK_SIZE, S_IFCHR, S_IFDIR, S_IFLNK, S_IFREG, S_IFSOCK, type Stat, type TimeSpec } from './abi.ts';
import type { ContentImage, FileContent } from './content.ts';

/**
 * What guests may do to a volume: `read-only` answers writes with EROFS; `lecture` as the classic
 * controller did (existing file EPERM, missing ENOENT, directory or link EACCES, all else EPERM).
 */
export type WriteMode = 'read-write' | 'read-only' | 'lecture';

/** Where the files of a volume come from: made here, or a folder of the real machine. */
export type VolumeOrigin = 'memory' | 'host' | 'overlay';

export interface Volume {
  /** st_dev. */
  readonly dev: number;
  readonly origin: VolumeOrigin;
  readonly writeMode: WriteMode;
  /** The entry that this volume covers; null for the root of the world. */
  readonly mountPoint: Entry | null;
}

/** What a changed inode was before the first change since the baseline; see `changeSet.ts`. */
export interface Before {
  readonly epoch: number;
  readonly mode: number;
  /** Of a file. */
  readonly image: ContentImage | null;
  /** Of a directory. */
  readonly children: ReadonlyMap<string, Entry> | null;
}

abstract class BaseInode {
  abstract readonly kind: 'file' | 'directory' | 'symlink' | 'device' | 'synthetic' | 'socket';
  abstract readonly typeBits: number;
  readonly ino: number;
  readonly dev: number;
  /** Permission bits with setuid, setgid and sticky; no type. */
  mode: number;
  uid: number;
  gid: number;
  nlink = 0;
  atimeSec = 0;
  atimeNsec = 0;
  mtimeSec = 0;
  mtimeNsec = 0;
  ctimeSec = 0;
  ctimeNsec = 0;
  before: Before | null = null;
  /** The epoch in which it got its first name. */
  madeIn = 0;
  #name: Entry | null = null;
  #otherNames: Set<Entry> | null = null;

  constructor(dev: number, ino: number, attributes: Attributes) {
    this.dev = dev;
    this.ino = ino;
    this.mode = attributes.mode;
    this.uid = attributes.uid;
    this.gid = attributes.gid;
    const { time } = attributes;
    this.atimeSec = this.mtimeSec = this.ctimeSec = time.sec;
    this.atimeNsec = this.mtimeNsec = this.ctimeNsec = time.nsec;
  }

  get size(): number {
    return 0;
  }

  get rdev(): number {
    return 0;
  }

  stat(): Stat {
    const size = this.size;
    return {
      dev: this.dev,
      ino: this.ino,
      mode: this.typeBits | this.mode,
      nlink: this.nlink,
      uid: this.uid,
      gid: this.gid,
      rdev: this.rdev,
      size,
      blksize: BLOCK_SIZE,
      blocks: Math.ceil(size / BLOCK_SIZE) * (BLOCK_SIZE / 512),
      atimeSec: this.atimeSec,
      atimeNsec: this.atimeNsec,
      mtimeSec: this.mtimeSec,
      mtimeNsec: this.mtimeNsec,
      ctimeSec: this.ctimeSec,
      ctimeNsec: this.ctimeNsec,
    };
  }

  /** All names that lead here; most files have one. */
  names(): Entry[] {
    return this.#name === null ? [] : [this.#name, ...(this.#otherNames ?? [])];
  }

  addName(entry: Entry): void {
    if (this.#name === null) this.#name = entry;
    else (this.#otherNames ??= new Set()).add(entry);
  }

  removeName(entry: Entry): void {
    if (this.#name !== entry) {
      this.#otherNames?.delete(entry);
      return;
    }
    const [next] = this.#otherNames ?? [];
    this.#name = next ?? null;
    if (next !== undefined) this.#otherNames?.delete(next);
  }

  touchChange(now: TimeSpec): void {
    this.ctimeSec = now.sec;
    this.ctimeNsec = now.nsec;
  }

  touchContent(now: TimeSpec): void {
    this.mtimeSec = this.ctimeSec = now.sec;
    this.mtimeNsec = this.ctimeNsec = now.nsec;
  }

  /** Linux's relatime: only the first read after a change moves the time, so reading stays cheap. */
  touchAccess(clock: () => TimeSpec): void {
    if (
      isAfter(this.atimeSec, this.atimeNsec, this.mtimeSec, this.mtimeNsec) &&
      isAfter(this.atimeSec, this.atimeNsec, this.ctimeSec, this.ctimeNsec)
    ) {
      return;
    }
    const now = clock();
    this.atimeSec = now.sec;
    this.atimeNsec = now.nsec;
  }
}

export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly time: TimeSpec;
}

export class FileInode extends BaseInode {
  readonly kind = 'file';
  readonly typeBits = S_IFREG;
  content: FileContent;
  /** Open descriptions; content lives on until there is neither a name nor one of these. */
  opens = 0;
  /** Bytes that this file holds of the quota; 0 while it shows the untouched bytes of a host file. */
  charged = 0;

  constructor(dev: number, ino: number, attributes: Attributes, content: FileContent) {
    super(dev, ino, attributes);
    this.content = content;
  }

  override get size(): number {
    return this.content.size;
  }
}

/** Names of a directory that come from elsewhere. */
export interface NameSource {
  /** How many of them are directories. */
  readonly directories: number;
  /** All of them, in order; gone through once at most. */
  readonly names: Iterable<string>;
  /** A new entry; undefined where it has no such name. */
  make(name: string): Entry | undefined;
}

export class DirectoryInode extends BaseInode {
  readonly kind = 'directory';
  readonly typeBits = S_IFDIR;
  /** The one name of this directory; set when that is made. */
  entry!: Entry;
  /** True once removed: it may still be open or be somebody's working directory, but takes no names. */
  dead = false;
  #children = new Map<string, Entry>();
  /** Null once it has given a source. */
  #load: (() => NameSource | Errno) | null;
  /** Of what stands here, whatever is not among the children yet; null where that is nothing. NEVER may a name of it be removed or given anew. */
  #source: NameSource | null = null;

  /** With `load` names are fetched at the first look, once, and become entries when they are looked at. */
  constructor(
    dev: number,
    ino: number,
    attributes: Attributes,
    load: (() => NameSource | Errno) | null = null,
  ) {
    super(dev, ino, attributes);
    this.#load = load;
    this.nlink = 2;
  }

  override get size(): number {
    return BLOCK_SIZE;
  }

  override stat(): Stat {
    // The link count of a directory tells how many directories are in it.
    this.#coming();
    return super.stat();
  }

  /** The names that anybody has looked at, or made. */
  get seen(): ReadonlyMap<string, Entry> {
    return this.#children;
  }

  /** One name, or why a host folder cannot be listed. */
  child(name: string): Entry | Errno | undefined {
    const known = this.#children.get(name);
    if (known !== undefined) return known;
    const source = this.#coming();
    if (source === null || typeof source === 'string') return source ?? undefined;
    const entry = source.make(name);
    if (entry !== undefined) this.#children.set(name, entry);
    return entry;
  }

  /** All names, those of a host folder first; or why that cannot be listed. */
  children(): ReadonlyMap<string, Entry> | Errno {
    const source = this.#coming();
    if (typeof source === 'string') return source;
    if (source !== null) {
      const all = new Map<string, Entry>();
      for (const name of source.names) all.set(name, this.#children.get(name) ?? source.make(name)!);
      for (const [name, entry] of this.#children) all.set(name, entry);
      this.#children = all;
      this.#source = null;
    }
    return this.#children;
  }

  /** Only for `namespace.ts`: adds a name that {@link child} does not know. */
  add(name: string, entry: Entry): void {
    this.#children.set(name, entry);
  }

  /** Only for `namespace.ts`: removes a name. */
  remove(name: string): void {
    this.children();
    this.#children.delete(name);
  }

  #coming(): NameSource | Errno | null {
    if (this.#load === null) return this.#source;
    const source = this.#load();
    if (typeof source === 'string') return source;
    this.#load = null;
    this.#source = source;
    this.nlink += source.directories;
    return source;
  }
}

export class LinkInode extends BaseInode {
  readonly kind = 'symlink';
  readonly typeBits = S_IFLNK;
  /** Text of the link; null for a link of a host folder that leads out of it, which is refused with EACCES. */
  readonly target: string | null;
  /** Bytes of the text. */
  readonly targetBytes: number;
  /** Whether the text counts towards the quotas. */
  charged = false;

  constructor(dev: number, ino: number, attributes: Attributes, target: string | null, targetBytes: number) {
    super(dev, ino, attributes);
    this.target = target;
    this.targetBytes = targetBytes;
  }

  override get size(): number {
    return this.targetBytes;
  }
}

/** A file whose bytes are made when it is opened, as in /proc; its size is 0, as there. */
export class SyntheticInode extends BaseInode {
  readonly kind = 'synthetic';
  readonly typeBits = S_IFREG;
  readonly generate: () => Uint8Array | string;

  constructor(dev: number, ino: number, attributes: Attributes, generate: () => Uint8Array | string) {
    super(dev, ino, attributes);
    this.generate = generate;
  }
}

export class DeviceInode extends BaseInode {
  readonly kind = 'device';
  readonly typeBits = S_IFCHR;
  /** Key of the driver, see `devices.ts`. */
  readonly device: string;
  readonly #rdev: number;

  constructor(dev: number, ino: number, attributes: Attributes, device: string, rdev: number) {
    super(dev, ino, attributes);
    this.device = device;
    this.#rdev = rdev;
  }

  override get rdev(): number {
    return this.#rdev;
  }
}

/** The name of a socket; who listens there is the network's business (`net/unixNames.ts`). */
export class SocketInode extends BaseInode {
  readonly kind = 'socket';
  readonly typeBits = S_IFSOCK;
}

export type Inode = FileInode | DirectoryInode | LinkInode | SyntheticInode | DeviceInode | SocketInode;

/** A name in a directory. After removal it keeps its last parent, so that `..` of a removed directory works. */
export class Entry {
  name: string;
  parent: Entry | null;
  readonly inode: Inode;
  /** False once removed. */
  live = true;
  /** Root of the volume mounted here. */
  mounted: Entry | null = null;
  /** The volume that this name is in. */
  readonly volume: Volume;
  /** Left out of listings, as a mount point that the lecture does not show. */
  hidden = false;
  /** Whether this name counts towards the quota of files; names from host folders do not. */
  charged = false;

  constructor(name: string, parent: Entry | null, inode: Inode, volume: Volume) {
    this.volume = volume;
    this.name = name;
    this.parent = parent;
    this.inode = inode;
    inode.addName(this);
    if (inode.kind === 'directory') inode.entry = this;
  }
}

/** A name whose inode is known to be a directory. */
export type DirectoryEntry = Entry & { readonly inode: DirectoryInode };

export function isDirectory(entry: Entry): entry is DirectoryEntry {
  return entry.inode.kind === 'directory';
}

/** Whether this is the root of a volume, which has no name of its own. */
export function isVolumeRoot(entry: Entry): boolean {
  return entry.parent === null;
}

/** What stands in the directory above: for the root of a mounted volume its mount point, else the entry itself. */
export function coveredBy(entry: Entry): Entry {
  return entry.parent === null ? (entry.volume.mountPoint ?? entry) : entry;
}

/** The directory above, across mounts; the root of the world is above itself. */
export function parentOf(entry: Entry): Entry {
  return coveredBy(entry).parent ?? entry;
}

/** Whether a directory is another one or lies somewhere above it, within one volume. */
export function isAncestorOrSame(above: Entry, below: Entry): boolean {
  for (let at: Entry | null = below; at !== null; at = at.parent) if (at === above) return true;
  return false;
}

function isAfter(sec: number, nsec: number, otherSec: number, otherNsec: number): boolean {
  return sec > otherSec || (sec === otherSec && nsec > otherNsec);
}
