/**
 * The person's own hand on the virtual world: the files panel, the editor, undo, `--keep`.
 *
 * It passes permission bits and write modes (a student edits what the guest may only read), but
 * never a folder of the real machine, and it follows no symbolic link: a guest that puts a link in
 * place of a file gets ELOOP, not somebody else's file overwritten.
 */
import type { Errno } from '@sandtable/shared/errno';
import type { GuestPath } from '../paths.ts';
import { O_CREAT, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY } from './abi.ts';
import { refuseByVolume } from './access.ts';
import { changeSetOf, type ChangeSet, type FileState } from './changeSet.ts';
import type { GuestContext } from './context.ts';
import { entryPath } from './entryPath.ts';
import {
  coveredBy,
  isDirectory,
  isVolumeRoot,
  type Entry,
  type VolumeOrigin,
  type WriteMode,
} from './inode.ts';
import { openDescription } from './ops/open.ts';
import * as attributes from './ops/attributes.ts';
import * as names from './ops/names.ts';
import type { OpenDescription } from './description.ts';
import { DONE, fail, ok, type Result } from './result.ts';
import type { Owner } from './worldSpec.ts';

/** One line of the files panel. */
export interface FileLine {
  readonly name: string;
  /** Empty if it is nested so deeply that no path leads there. */
  readonly path: GuestPath;
  readonly kind: 'file' | 'directory' | 'symlink' | 'device' | 'synthetic' | 'socket';
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly mtimeSec: number;
  /** Of a symbolic link whose text may be shown. */
  readonly target?: string;
  readonly origin: VolumeOrigin;
  readonly writeMode: WriteMode;
  readonly isMount: boolean;
  /** Left out of what a guest sees. */
  readonly hidden: boolean;
  /** Made or changed since the baseline. */
  readonly changed: boolean;
}

export class TrustedFiles {
  readonly #context: GuestContext;
  readonly #owner: Owner;

  /** Made by `Vfs`; `owner` gets what is made here. */
  constructor(context: GuestContext, owner: Owner) {
    this.#context = context;
    this.#owner = owner;
  }

  stat(path: GuestPath): Result<FileLine> {
    const found = this.#find(path);
    return typeof found === 'string' ? fail(found) : ok(this.#line(found));
  }

  /** What stands in a directory, in order of name, hidden mounts too. */
  list(path: GuestPath): Result<FileLine[]> {
    const found = this.#find(path);
    if (typeof found === 'string') return fail(found);
    if (!isDirectory(found)) return fail('ENOTDIR');
    const children = found.inode.children();
    if (typeof children === 'string') return fail(children);
    const lines = [...children.values()].map((entry) => this.#line(entry.mounted ?? entry));
    return ok(lines.sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  /** Everything that has a path, each directory before what is in it; host folders are named but not entered. */
  snapshot(): FileLine[] {
    const lines: FileLine[] = [];
    const pending: Entry[] = [this.#context.space.root];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (entryPath(next) === null) continue;
      lines.push(this.#line(next));
      if (!isDirectory(next) || next.volume.origin === 'host') continue;
      const children = next.inode.children();
      if (typeof children === 'string') continue;
      for (const entry of [...children.values()].reverse()) pending.push(entry.mounted ?? entry);
    }
    return lines;
  }

  /** Bytes of a file, at most `limit`. They are not to be changed. */
  readFile(path: GuestPath, limit = Number.MAX_SAFE_INTEGER): Result<Uint8Array> {
    const found = this.#find(path);
    if (typeof found === 'string') return fail(found);
    const refused = refuseKind(found);
    if (refused !== undefined) return fail(refused);
    const opened = this.#open(path, O_RDONLY);
    if (!opened.ok) return opened;
    const outcome = opened.value.pread(limit, 0);
    opened.value.release();
    return outcome.ok ? outcome : fail(outcome.errno);
  }

  /** Makes or replaces a file, with the directories on the way; quotas hold here too, then nothing is half written. */
  writeFile(path: GuestPath, bytes: Uint8Array, mode?: number): Result<undefined> {
    const present = this.#find(path);
    const refused = typeof present === 'string' ? undefined : refuseKind(present);
    if (refused !== undefined) return fail(refused);
    const before = this.readFile(path);
    const way = this.#makeWay(path);
    if (way !== undefined) return fail(way);
    const opened = this.#open(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (!opened.ok) return opened;
    const written = opened.value.write(bytes);
    const cut = written.ok ? written.value < bytes.length : true;
    if (cut && before.ok) {
      this.#refill(opened.value, before.value);
    }
    opened.value.release();
    if (cut && !before.ok) names.unlink(this.#context, path, -100);
    if (!written.ok) return fail(written.errno);
    if (cut) return fail('ENOSPC');
    const { space } = this.#context;
    const entry = this.#find(path);
    if (typeof entry === 'string') return fail(entry);
    if (!before.ok) this.#own(entry);
    if (mode !== undefined && entry.inode.mode !== (mode & 0o7777)) {
      space.changeAttributes(entry);
      entry.inode.mode = mode & 0o7777;
    }
    return DONE;
  }

  /** The same for a file of any size: the limit of one file is for what the guest and its people write. */
  admitFile(path: GuestPath, bytes: Uint8Array, mode?: number): Result<undefined> {
    const { ledger } = this.#context.space;
    ledger.admitsLarge = true;
    try {
      return this.writeFile(path, bytes, mode);
    } finally {
      ledger.admitsLarge = false;
    }
  }

  /** Makes a directory, with those on the way; one that exists is fine. */
  mkdir(path: GuestPath): Result<undefined> {
    const way = this.#makeWay(`${path}/.` as GuestPath);
    return way === undefined ? DONE : fail(way);
  }

  symlink(target: GuestPath, path: GuestPath): Result<undefined> {
    const made = names.symlink(this.#context, target, path, -100);
    if (!made.ok) return made;
    const entry = this.#find(path);
    if (typeof entry !== 'string') this.#own(entry);
    return DONE;
  }

  rename(from: GuestPath, to: GuestPath): Result<undefined> {
    return names.rename(this.#context, { from, fromFd: -100, to, toFd: -100 });
  }

  /** Removes a file, or a directory with all that is in it; EBUSY, and nothing removed, if a mount lies within. */
  remove(path: GuestPath): Result<undefined> {
    const found = this.#find(path);
    if (typeof found === 'string') return fail(found);
    if (!isDirectory(found)) return names.unlink(this.#context, path, -100);
    if (isVolumeRoot(found)) return fail('EBUSY');
    const closed = refuseByVolume(found, this.#context.who);
    if (closed !== undefined) return fail(closed);
    const order: Entry[] = [found];
    for (let at = 0; at < order.length; at++) {
      const entry = order[at]!;
      if (entry.mounted !== null) return fail('EBUSY');
      const children = isDirectory(entry) ? entry.inode.children() : null;
      if (typeof children === 'string') return fail(children);
      if (children !== null) order.push(...children.values());
    }
    for (const entry of order.reverse()) this.#context.space.detach(entry);
    return DONE;
  }

  /** What differs from the baseline. */
  changeSet(): ChangeSet {
    return changeSetOf(this.#context.space);
  }

  /** Makes every path of a change set as its `after` says; with `invert` this is undo. Goes on after a failure and tells all. */
  apply(set: ChangeSet): { readonly path: GuestPath; readonly errno: Errno }[] {
    const failures: { path: GuestPath; errno: Errno }[] = [];
    const note = (path: GuestPath, result: Result<undefined>): void => {
      if (!result.ok) failures.push({ path, errno: result.errno });
    };
    for (const { path, after } of [...set.changes].reverse()) {
      const present = this.stat(path);
      if (present.ok && (after === null || present.value.kind !== after.kind)) note(path, this.remove(path));
    }
    for (const { path, after } of set.changes) if (after !== null) note(path, this.#make(path, after));
    return failures;
  }

  #make(path: GuestPath, state: FileState): Result<undefined> {
    switch (state.kind) {
      case 'file':
        return this.writeFile(path, state.bytes, state.mode);
      case 'directory': {
        const made = this.mkdir(path);
        return made.ok ? attributes.chmod(this.#context, path, state.mode, true, -100) : made;
      }
      case 'symlink': {
        const present = this.stat(path);
        if (present.ok) {
          if (present.value.target === state.target) return DONE;
          const removed = this.remove(path);
          if (!removed.ok) return removed;
        }
        return this.symlink(state.target as GuestPath, path);
      }
    }
  }

  #find(path: GuestPath): Entry | Errno {
    return this.#context.find(path, false, -100);
  }

  #open(path: GuestPath, flags: number): Result<OpenDescription> {
    const wrong = this.#context.refuseText(path);
    return wrong === undefined
      ? openDescription(this.#context, path, flags | O_NOFOLLOW, 0o644, -100)
      : fail(wrong);
  }

  #refill(description: OpenDescription, bytes: Uint8Array): void {
    const { entry } = description as OpenDescription & { entry: Entry };
    if (entry.inode.kind === 'file') this.#context.space.resize(entry, entry.inode, 0);
    description.pwrite(bytes, 0);
  }

  #makeWay(path: GuestPath): Errno | undefined {
    const segments = path.split('/').filter((name) => name !== '' && name !== '.');
    if (!path.endsWith('/.')) segments.pop();
    let at = '';
    for (const segment of segments) {
      at = `${at}/${segment}`;
      const made = names.mkdir(this.#context, at, 0o755, -100);
      if (!made.ok && made.errno === 'EEXIST') continue;
      if (!made.ok) return this.#isDirectory(at) ? undefined : made.errno;
      const entry = this.#find(at as GuestPath);
      if (typeof entry !== 'string') this.#own(entry);
    }
    return segments.length === 0 || this.#isDirectory(at) ? undefined : 'ENOTDIR';
  }

  #isDirectory(path: string): boolean {
    const found = this.#find(path as GuestPath);
    return typeof found !== 'string' && isDirectory(found);
  }

  #own(entry: Entry): void {
    entry.inode.uid = this.#owner.uid;
    entry.inode.gid = this.#owner.gid;
  }

  #line(entry: Entry): FileLine {
    const { inode } = entry;
    const { epoch } = this.#context.space;
    const volume = entry.volume;
    const point = coveredBy(entry);
    const target = inode.kind === 'symlink' && inode.target !== null ? { target: inode.target } : {};
    return {
      name: point.name,
      path: entryPath(entry) ?? ('' as GuestPath),
      kind: inode.kind,
      size: inode.kind === 'directory' ? 0 : inode.size,
      mode: inode.typeBits | inode.mode,
      uid: inode.uid,
      mtimeSec: inode.mtimeSec,
      ...target,
      origin: volume.origin,
      writeMode: volume.writeMode,
      isMount: isVolumeRoot(entry),
      hidden: point.hidden,
      changed: inode.madeIn === epoch || inode.before?.epoch === epoch,
    };
  }
}

/** Only files have bytes to show or replace; opening a device would start its driver. */
function refuseKind(entry: Entry): Errno | undefined {
  switch (entry.inode.kind) {
    case 'file':
    case 'synthetic':
      return undefined;
    case 'directory':
      return 'EISDIR';
    case 'symlink':
      return 'ELOOP';
    case 'device':
    case 'socket':
      return 'EINVAL';
  }
}
