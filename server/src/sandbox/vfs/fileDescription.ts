/** Open regular files, directories and files that are made when they are opened. */
import { O_APPEND, O_NOATIME, SEEK_CUR, SEEK_END, SEEK_SET, type Stat } from './abi.ts';
import { isPrivileged, withoutSetId, type Credentials } from './access.ts';
import { Description } from './description.ts';
import { entryPath } from './entryPath.ts';
import { type DirectoryEntry, type Entry, type FileInode } from './inode.ts';
import type { Namespace } from './namespace.ts';
import { fail, ok, type Outcome, type Result } from './result.ts';

/** Offsets beyond cannot be told apart in a double; Linux's own limit lies there too on most filesystems. */
const MAX_OFFSET = Number.MAX_SAFE_INTEGER;

/** lseek on something of a known length. */
function seekTo(position: number, size: number, offset: number, whence: number): Result<number> {
  if (whence !== SEEK_SET && whence !== SEEK_CUR && whence !== SEEK_END) return fail('EINVAL');
  const target = offset + (whence === SEEK_SET ? 0 : whence === SEEK_CUR ? position : size);
  return target >= 0 && target <= MAX_OFFSET ? ok(target) : fail('EINVAL');
}

export class FileDescription extends Description {
  readonly kind = 'file';
  readonly entry: Entry;
  readonly inode: FileInode;
  readonly #space: Namespace;
  readonly #who: Credentials;
  readonly #remote: boolean;
  #position = 0;

  constructor(space: Namespace, who: Credentials, entry: Entry, inode: FileInode, flags: number) {
    super(flags);
    this.#space = space;
    this.#who = who;
    this.entry = entry;
    this.inode = inode;
    this.#remote = entry.volume.origin === 'host';
    space.opened(inode);
  }

  read(count: number): Outcome<Uint8Array> {
    const outcome = this.pread(count, this.#position);
    if (outcome.ok) this.#position += outcome.value.length;
    return outcome;
  }

  write(bytes: Uint8Array): Outcome<number> {
    if ((this.flags & O_APPEND) !== 0) this.#position = this.inode.size;
    const outcome = this.#writeAt(bytes, this.#position);
    if (outcome.ok) this.#position += outcome.value;
    return outcome;
  }

  override pread(count: number, offset: number): Outcome<Uint8Array> {
    const bytes = this.inode.content.read(offset, count);
    if (typeof bytes === 'string') return fail(bytes);
    // What is mounted read-only keeps its dates, as on Linux.
    const dated = !this.#remote && this.entry.volume.writeMode !== 'read-only';
    if (count > 0 && dated && (this.flags & O_NOATIME) === 0) this.inode.touchAccess(this.#space.clock);
    return ok(bytes);
  }

  /** As on Linux, O_APPEND wins over the offset. */
  override pwrite(bytes: Uint8Array, offset: number): Outcome<number> {
    return this.#writeAt(bytes, (this.flags & O_APPEND) !== 0 ? this.inode.size : offset);
  }

  override seek(offset: number, whence: number): Result<number> {
    const result = seekTo(this.#position, this.inode.size, offset, whence);
    if (result.ok) this.#position = result.value;
    return result;
  }

  stat(): Result<Stat> {
    return ok(this.inode.stat());
  }

  override close(): void {
    this.#space.closed(this.inode);
  }

  label(): string | null {
    return entryPath(this.entry);
  }

  #writeAt(bytes: Uint8Array, offset: number): Result<number> {
    const result = this.#space.write(this.entry, this.inode, offset, bytes);
    if (result.ok && result.value > 0 && !isPrivileged(this.#who))
      this.inode.mode = withoutSetId(this.inode.mode);
    return result;
  }
}

export class DirectoryDescription extends Description {
  readonly kind = 'directory';
  readonly entry: DirectoryEntry;
  #position = 0;

  constructor(entry: DirectoryEntry, flags: number) {
    super(flags);
    this.entry = entry;
  }

  read(): Outcome<Uint8Array> {
    return fail('EISDIR');
  }

  write(): Outcome<number> {
    return fail('EBADF');
  }

  override pread(): Outcome<Uint8Array> {
    return fail('EISDIR');
  }

  override pwrite(): Outcome<number> {
    return fail('EBADF');
  }

  rewind(): void {
    this.#position = 0;
  }

  /** Kept for those who rewind; a listing always comes whole. */
  override seek(offset: number, whence: number): Result<number> {
    if (whence === SEEK_END) return fail('EINVAL');
    const result = seekTo(this.#position, 0, offset, whence);
    if (result.ok) this.#position = result.value;
    return result;
  }

  stat(): Result<Stat> {
    return ok(this.entry.inode.stat());
  }

  label(): string | null {
    return entryPath(this.entry);
  }
}

/** A file of fixed bytes that were made at open, as in /proc. */
export class SyntheticDescription extends Description {
  readonly kind = 'file';
  readonly entry: Entry;
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(entry: Entry, bytes: Uint8Array, flags: number) {
    super(flags);
    this.entry = entry;
    this.#bytes = bytes;
  }

  read(count: number): Outcome<Uint8Array> {
    const bytes = this.#bytes.subarray(this.#position, this.#position + count);
    this.#position += bytes.length;
    return ok(bytes);
  }

  write(): Outcome<number> {
    return fail('EIO');
  }

  override pread(count: number, offset: number): Outcome<Uint8Array> {
    return ok(this.#bytes.subarray(offset, offset + count));
  }

  override pwrite(): Outcome<number> {
    return fail('EIO');
  }

  override seek(offset: number, whence: number): Result<number> {
    const result = seekTo(this.#position, this.#bytes.length, offset, whence);
    if (result.ok) this.#position = result.value;
    return result;
  }

  stat(): Result<Stat> {
    return ok(this.entry.inode.stat());
  }

  label(): string | null {
    return entryPath(this.entry);
  }
}
