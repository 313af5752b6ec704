/**
 * The one place where names, sizes and attributes change.
 *
 * Rules (who may, which errno) are decided before, in the operations; what is kept true here:
 * link counts, parent links, times, the ledger, the change feed, and what each inode was before
 * its first change since the baseline.
 */
import type { Errno } from '@sandtable/shared/errno';
import { byteLength, decodeText, encodeText } from '@sandtable/shared/text';
import type { TimeSpec } from './abi.ts';
import { ChangeFeed } from './changeFeed.ts';
import type { FileContent } from './content.ts';
import { entryPath } from './entryPath.ts';
import {
  DirectoryInode,
  Entry,
  FileInode,
  LinkInode,
  SocketInode,
  type Attributes,
  type DirectoryEntry,
  type Inode,
} from './inode.ts';
import type { Ledger } from './limits.ts';
import { fail, ok, type Result } from './result.ts';

export class Namespace {
  readonly root: DirectoryEntry;
  readonly ledger: Ledger;
  readonly feed = new ChangeFeed();
  readonly clock: () => TimeSpec;
  /** Number of the baseline, 0 before the first; see `changeSet.ts`. */
  epoch = 0;
  #lastIno = 0;

  constructor(
    ledger: Ledger,
    clock: () => TimeSpec,
    makeRoot: (takeInos: (count: number) => number) => DirectoryEntry,
  ) {
    this.ledger = ledger;
    this.clock = clock;
    this.root = makeRoot((count) => this.takeInos(count));
  }

  nextIno(): number {
    return this.takeInos(1);
  }

  /** The first of so many numbers that follow one another. */
  takeInos(count: number): number {
    const first = this.#lastIno + 1;
    this.#lastIno += count;
    return first;
  }

  makeFile(dev: number, attributes: Attributes, content: FileContent): FileInode {
    return new FileInode(dev, this.nextIno(), attributes, content);
  }

  makeDirectory(dev: number, attributes: Attributes): DirectoryInode {
    return new DirectoryInode(dev, this.nextIno(), attributes);
  }

  makeSocket(dev: number, attributes: Attributes): SocketInode {
    return new SocketInode(dev, this.nextIno(), attributes);
  }

  /** A symbolic link, its text charged. */
  makeLink(dev: number, attributes: Attributes, target: string): Result<LinkInode> {
    const bytes = byteLength(target);
    if (bytes > this.ledger.freeBytes) return fail(this.ledger.hit('totalBytes', target));
    const refused = this.ledger.refuseSymlink(target);
    if (refused !== undefined) return fail(refused);
    this.ledger.addBytes(bytes);
    this.ledger.addSymlinks(1);
    const link = new LinkInode(dev, this.nextIno(), attributes, target, bytes);
    link.charged = true;
    return ok(link);
  }

  /** Errno if there may be no more names. */
  refuseName(directory: DirectoryEntry, name: string): Errno | undefined {
    if (this.ledger.files < this.ledger.limits.files) return undefined;
    return this.ledger.refuseFile(`${entryPath(directory) ?? '(removed)'}/${name}`);
  }

  /** Adds a name that does not exist yet; `refuseName` was asked. */
  attach(directory: DirectoryEntry, name: string, inode: Inode): Entry {
    this.remember(directory.inode);
    const own = ownText(name);
    const entry = new Entry(own, directory, inode, directory.volume);
    directory.inode.add(own, entry);
    if (inode.kind === 'directory' || inode.nlink === 0) inode.madeIn = this.epoch;
    if (inode.kind === 'directory') directory.inode.nlink += 1;
    else inode.nlink += 1;
    const now = this.clock();
    directory.inode.touchContent(now);
    inode.touchChange(now);
    entry.charged = true;
    this.ledger.addFiles(1);
    this.feed.name(inode.kind === 'directory' ? 'mkdir' : 'create', entry);
    if (inode.kind === 'file' && inode.size > 0) this.feed.write(inode);
    return entry;
  }

  /** Removes a name; a directory is empty. */
  detach(entry: Entry): void {
    const directory = entry.parent as DirectoryEntry;
    this.remember(directory.inode);
    this.feed.name('remove', entry);
    directory.inode.remove(entry.name);
    const now = this.clock();
    directory.inode.touchContent(now);
    this.#drop(entry, directory, now);
  }

  /** Moves a name, over another one if that is given; all of Linux's rules were checked. */
  move(entry: Entry, to: DirectoryEntry, name: string, replaced: Entry | null): void {
    const from = entry.parent as DirectoryEntry;
    this.remember(from.inode);
    this.remember(to.inode);
    this.feed.rename(entry, to, name);
    const now = this.clock();
    from.inode.remove(entry.name);
    if (replaced !== null) {
      to.inode.remove(name);
      this.#drop(replaced, to, now);
    }
    const own = ownText(name);
    to.inode.add(own, entry);
    entry.name = own;
    entry.parent = to;
    if (entry.inode.kind === 'directory' && from !== to) {
      from.inode.nlink -= 1;
      to.inode.nlink += 1;
    }
    from.inode.touchContent(now);
    to.inode.touchContent(now);
    entry.inode.touchChange(now);
  }

  /** Writes into a file, as far as the quotas let it; ENOSPC or EFBIG if that is not one byte. */
  write(entry: Entry, inode: FileInode, at: number, bytes: Uint8Array): Result<number> {
    if (bytes.length === 0) return ok(0);
    const { limits } = this.ledger;
    let end = at + bytes.length;
    if (end > limits.fileBytes && !this.ledger.admitsLarge) {
      const errno = this.ledger.hit('fileBytes', entryPath(entry) ?? entry.name);
      if (at >= limits.fileBytes) return fail(errno);
      end = limits.fileBytes;
    }
    const room = inode.charged + this.ledger.freeBytes;
    if (Math.max(end, inode.size) > room && Math.max(end, inode.size) > inode.charged) {
      const errno = this.ledger.hit('totalBytes', entryPath(entry) ?? entry.name);
      if (at >= room || inode.size > room) return fail(errno);
      end = room;
    }
    const taken = end - at;
    this.remember(inode);
    const refused = inode.content.write(at, taken === bytes.length ? bytes : bytes.subarray(0, taken));
    if (refused !== undefined) return fail(refused);
    this.#recharge(inode);
    inode.touchContent(this.clock());
    this.feed.write(inode);
    return ok(taken);
  }

  /** Cuts or extends a file; extending is charged in full although it allocates nothing. */
  resize(entry: Entry, inode: FileInode, size: number): Errno | undefined {
    if (size > this.ledger.limits.fileBytes && size > inode.size) {
      return this.ledger.hit('fileBytes', entryPath(entry) ?? entry.name);
    }
    if (size !== inode.size && size > inode.charged + this.ledger.freeBytes && size > inode.charged) {
      return this.ledger.hit('totalBytes', entryPath(entry) ?? entry.name);
    }
    this.remember(inode);
    const refused = inode.content.resize(size);
    if (refused !== undefined) return refused;
    if (!inode.content.untouched) this.#recharge(inode);
    inode.touchContent(this.clock());
    this.feed.write(inode);
    return undefined;
  }

  /** Called by everything that is about to change mode, owner or times. */
  changeAttributes(entry: Entry): void {
    this.remember(entry.inode);
    entry.inode.touchChange(this.clock());
    this.feed.attributes(entry.inode);
  }

  opened(inode: FileInode): void {
    inode.opens += 1;
  }

  closed(inode: FileInode): void {
    inode.opens -= 1;
    this.#release(inode);
  }

  /** Keeps what an inode is now, if this is its first change since the baseline. Before the first baseline there is nothing to compare with. */
  remember(inode: Inode): void {
    if (this.epoch === 0) return;
    if (inode.before !== null && inode.before.epoch === this.epoch) return;
    let children: ReadonlyMap<string, Entry> | null = null;
    if (inode.kind === 'directory') {
      const present = inode.children();
      children = typeof present === 'string' ? null : new Map(present);
    }
    inode.before = {
      epoch: this.epoch,
      mode: inode.mode,
      image: inode.kind === 'file' ? inode.content.image() : null,
      children,
    };
  }

  #drop(entry: Entry, directory: DirectoryEntry, now: TimeSpec): void {
    const { inode } = entry;
    entry.live = false;
    inode.removeName(entry);
    if (entry.charged) this.ledger.addFiles(-1);
    inode.touchChange(now);
    if (inode.kind === 'directory') {
      inode.nlink = 0;
      inode.dead = true;
      directory.inode.nlink -= 1;
      return;
    }
    inode.nlink -= 1;
    if (inode.nlink > 0) return;
    if (inode.kind === 'file') this.#release(inode);
    if (inode.kind === 'symlink' && inode.charged) {
      this.ledger.addBytes(-inode.targetBytes);
      this.ledger.addSymlinks(-1);
    }
  }

  #release(inode: FileInode): void {
    if (inode.nlink > 0 || inode.opens > 0) return;
    this.ledger.addBytes(-inode.charged);
    inode.charged = 0;
  }

  #recharge(inode: FileInode): void {
    this.ledger.addBytes(inode.size - inode.charged);
    inode.charged = inode.size;
  }
}

/** A copy of a name that was cut out of a path: the engine would keep the whole path alive for it. */
function ownText(name: string): string {
  return decodeText(encodeText(name));
}
