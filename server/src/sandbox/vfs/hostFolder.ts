/**
 * A folder of the real machine, read for guests.
 *
 * The folder is one that the operator declared. It is opened once; everything below is reached from
 * that descriptor name by name, each step with O_NOFOLLOW (through /proc/self/fd/N/name, which is
 * openat), so the kernel follows no symbolic link below the folder and a name that is swapped for a
 * link meanwhile fails. Links are shown to the guest as links and resolved in the guest's own tree:
 *   - a link that stays inside is shown relative to where it stands (an absolute one is rewritten),
 *   - a link that leads out has no target: following or reading it is EACCES, and its text, which
 *     would tell about the machine, is not shown,
 *   - devices, sockets and FIFOs are left out.
 * Nothing here ever writes, and a path from a guest NEVER comes here: callers pass items that a
 * listing gave.
 *
 * The folder is taken to be immutable while it is in use: listings and bytes are cached, and the
 * cache may be shared by all runs. A file that was replaced behind our back answers ESTALE.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { posix } from 'node:path';
import { errnoName, type Errno } from '@sandtable/shared/errno';
import { decodeText, encodeText } from '@sandtable/shared/text';
import type { HostPath } from '../paths.ts';

/** A larger file cannot be read by a guest (EFBIG): files are read whole. */
const MAX_HOST_FILE_BYTES = 64 * 1024 * 1024;

/** Bytes of files kept in memory per folder; the standard library's sources and .pyc are about 40 MB. The oldest go first. */
const HOST_CACHE_BYTES = 128 * 1024 * 1024;

/** A directory with more entries is cut there, in order of name: nobody teaches with one, and each entry costs memory. */
const MAX_HOST_DIRECTORY = 20_000;

export interface HostFolderOptions {
  /** Names to leave out at any depth; `*` stands for any characters, case does not matter. */
  readonly exclude?: readonly string[];
}

export interface HostItem {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  /** Permission bits on the machine. */
  readonly mode: number;
  readonly size: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  /** Of a symbolic link; null if it leads out of the folder. */
  readonly target: string | null;
  /** Names from the folder down to this one. */
  readonly segments: readonly string[];
}

/** What stands in a directory. */
export interface HostListing {
  /** Sorted by name. */
  readonly items: readonly HostItem[];
  /** Where each name stands among them. */
  readonly places: ReadonlyMap<string, number>;
  /** How many of them are directories. */
  readonly directories: number;
}

/** What a tree of the virtual world is made of; see {@link HostFolder} for what its methods promise. */
export interface ReadableFolder {
  list(segments: readonly string[]): HostListing | Errno;
  read(item: HostItem): Uint8Array | Errno;
}

interface KnownItem extends HostItem {
  readonly identity: Identity;
  bytes: Uint8Array | null;
}

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** A listing of items that are sorted by name. */
export function listingOf(items: readonly HostItem[]): HostListing {
  return {
    items,
    places: new Map(items.map(({ name }, place) => [name, place])),
    directories: items.filter(({ kind }) => kind === 'directory').length,
  };
}

export type OpenHostFolder =
  { readonly ok: true; readonly folder: HostFolder } | { readonly ok: false; readonly errno: Errno };

const BILLION = 1_000_000_000n;

const DIRECTORY_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
// O_NONBLOCK: a FIFO that took the place of a file must not hang the server.
const FILE_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

export class HostFolder implements ReadableFolder {
  readonly path: HostPath;
  readonly #root: number;
  readonly #excluded: RegExp | null;
  readonly #listings = new Map<string, HostListing>();
  readonly #cached: KnownItem[] = [];
  #cachedBytes = 0;
  #closed = false;

  private constructor(path: HostPath, root: number, options: HostFolderOptions) {
    this.path = path;
    this.#root = root;
    this.#excluded = patternOf(options.exclude ?? []);
  }

  /** Opens the folder; links in the declared path itself are the operator's and are followed. */
  static open(path: HostPath, options: HostFolderOptions = {}): OpenHostFolder {
    try {
      const root = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
      return { ok: true, folder: new HostFolder(path, root, options) };
    } catch (cause) {
      return { ok: false, errno: errnoOf(cause) };
    }
  }

  /** What stands in a directory, the same object for all runs. `[]` is the folder itself. */
  list(segments: readonly string[]): HostListing | Errno {
    const key = segments.join('/');
    const known = this.#listings.get(key);
    if (known !== undefined) return known;
    if (this.#closed) return 'EIO';
    try {
      const listing = listingOf(this.#within(segments, (fd) => this.#readDirectory(fd, segments)));
      this.#listings.set(key, listing);
      return listing;
    } catch (cause) {
      return errnoOf(cause);
    }
  }

  /** All bytes of a file that a listing gave. They are shared between runs and must NEVER be changed. */
  read(item: HostItem): Uint8Array | Errno {
    const known = item as KnownItem;
    if (known.bytes !== null) return known.bytes;
    if (known.size > MAX_HOST_FILE_BYTES) return 'EFBIG';
    if (this.#closed) return 'EIO';
    try {
      const bytes = this.#within(known.segments.slice(0, -1), (fd) => readWhole(fd, known));
      if (typeof bytes !== 'string') this.#keep(known, bytes);
      return bytes;
    } catch (cause) {
      return errnoOf(cause);
    }
  }

  /** Closes the folder; what was read stays readable. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#root);
  }

  #keep(item: KnownItem, bytes: Uint8Array): void {
    item.bytes = bytes;
    this.#cached.push(item);
    this.#cachedBytes += bytes.length;
    while (this.#cachedBytes > HOST_CACHE_BYTES && this.#cached.length > 1) {
      const oldest = this.#cached.shift()!;
      this.#cachedBytes -= oldest.bytes?.length ?? 0;
      oldest.bytes = null;
    }
  }

  /** Runs a function with the descriptor of a directory that was reached without following a link. */
  #within<T>(segments: readonly string[], use: (fd: number) => T): T {
    let fd = this.#root;
    try {
      for (const segment of segments) {
        const next = openSync(inDirectory(fd, encodeText(segment)), DIRECTORY_FLAGS);
        if (fd !== this.#root) closeSync(fd);
        fd = next;
      }
      return use(fd);
    } finally {
      if (fd !== this.#root) closeSync(fd);
    }
  }

  #readDirectory(fd: number, segments: readonly string[]): KnownItem[] {
    const names = readdirSync(`/proc/self/fd/${fd}/`, { encoding: 'buffer' });
    names.sort((a, b) => Buffer.compare(a, b));
    const items: KnownItem[] = [];
    for (const bytes of names) {
      if (items.length >= MAX_HOST_DIRECTORY) break;
      const name = decodeText(bytes);
      if (this.#excluded?.test(name) === true) continue;
      const item = this.#item(fd, bytes, name, segments);
      if (item !== null) items.push(item);
    }
    return items;
  }

  #item(fd: number, bytes: Uint8Array, name: string, segments: readonly string[]): KnownItem | null {
    try {
      const stat = lstatSync(inDirectory(fd, bytes), { bigint: true });
      const kind = stat.isFile()
        ? 'file'
        : stat.isDirectory()
          ? 'directory'
          : stat.isSymbolicLink()
            ? 'symlink'
            : null;
      if (kind === null) return null;
      const target =
        kind === 'symlink'
          ? this.#innerTarget(
              decodeText(readlinkSync(inDirectory(fd, bytes), { encoding: 'buffer' })),
              segments,
            )
          : null;
      // Also for a time before 1970 the nanoseconds count upwards.
      const nsec = ((stat.mtimeNs % BILLION) + BILLION) % BILLION;
      return {
        name,
        kind,
        mode: Number(stat.mode & 0o7777n),
        size: Number(stat.size),
        mtimeSec: Number((stat.mtimeNs - nsec) / BILLION),
        mtimeNsec: Number(nsec),
        target,
        segments: [...segments, name],
        identity: { dev: stat.dev, ino: stat.ino },
        bytes: null,
      };
    } catch {
      // Removed between listing and look: it is as if it had never been listed.
      return null;
    }
  }

  /** Target of a link if, by its text, it stays inside the folder. The guest's own lookup decides where it really leads. */
  #innerTarget(target: string, segments: readonly string[]): string | null {
    const here = segments.join('/');
    if (!target.startsWith('/')) {
      const reached = posix.normalize(posix.join(here, target));
      return reached === '..' || reached.startsWith('../') ? null : target;
    }
    const inside = posix.relative(this.path, posix.normalize(target));
    if (inside === '..' || inside.startsWith('../')) return null;
    return posix.relative(here === '' ? '/' : `/${here}`, `/${inside}`) || '.';
  }
}

function readWhole(directory: number, item: KnownItem): Uint8Array | Errno {
  const fd = openSync(inDirectory(directory, encodeText(item.name)), FILE_FLAGS);
  try {
    const stat = fstatSync(fd, { bigint: true });
    const { dev, ino } = item.identity;
    if (!stat.isFile() || stat.dev !== dev || stat.ino !== ino || stat.size !== BigInt(item.size))
      return 'ESTALE';
    const bytes = new Uint8Array(item.size);
    for (let at = 0; at < bytes.length;) {
      const count = readSync(fd, bytes, at, bytes.length - at, at);
      if (count === 0) return 'ESTALE';
      at += count;
    }
    return bytes;
  } finally {
    closeSync(fd);
  }
}

function inDirectory(fd: number, name: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), name]);
}

function patternOf(globs: readonly string[]): RegExp | null {
  if (globs.length === 0) return null;
  const one = (glob: string): string =>
    glob
      .split('*')
      .map((part) => part.replace(/[\\^$.+?()[\]{}|/]/g, '\\$&'))
      .join('.*');
  return new RegExp(`^(?:${globs.map(one).join('|')})$`, 'isu');
}

function errnoOf(cause: unknown): Errno {
  if (cause instanceof Error && 'errno' in cause && typeof cause.errno === 'number') {
    return errnoName(-cause.errno) ?? 'EIO';
  }
  throw cause;
}
