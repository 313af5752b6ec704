/** The state of one process that operations work on; only `guestFiles.ts` and `ops/` see it. */
import type { Errno } from '@sandtable/shared/errno';
import { byteLength } from '@sandtable/shared/text';
import { AT_FDCWD } from './abi.ts';
import type { Credentials } from './access.ts';
import { DescriptorTable, virtualFd, type VirtualFd } from './descriptorTable.ts';
import type { DeviceDriver, RandomSource } from './devices.ts';
import { DirectoryDescription } from './fileDescription.ts';
import type { DirectoryEntry, Entry } from './inode.ts';
import type { Namespace } from './namespace.ts';
import { PathWalker } from './walk.ts';

/** A directory descriptor for the *at calls, or AT_FDCWD. */
export type DirFd = VirtualFd | typeof AT_FDCWD;

/** Takes the directory descriptor that a guest sent. */
export function dirFd(number: number): DirFd {
  return number === AT_FDCWD ? AT_FDCWD : virtualFd(number);
}

export interface WorldServices {
  readonly space: Namespace;
  readonly devices: Readonly<Record<string, DeviceDriver>>;
  readonly random: RandomSource;
}

export class GuestContext {
  readonly space: Namespace;
  readonly services: WorldServices;
  readonly who: Credentials;
  readonly table: DescriptorTable;
  readonly walker: PathWalker;
  umask: number;
  cwd: DirectoryEntry;

  constructor(services: WorldServices, who: Credentials, umask: number) {
    this.services = services;
    this.space = services.space;
    this.who = who;
    this.umask = umask;
    this.table = new DescriptorTable(this.space.ledger);
    this.walker = new PathWalker(this.space.root, this.space.ledger, who);
    this.cwd = this.space.root;
  }

  /** What is wrong with a path by its text alone; checked before everything else, as the kernel does. */
  refuseText(path: string): Errno | undefined {
    const { limits } = this.space.ledger;
    if (path.length === 0) return 'ENOENT';
    if (path.length * 3 >= limits.pathBytes && byteLength(path) >= limits.pathBytes) {
      return this.space.ledger.hit('pathBytes', `${path.slice(0, 80)}…`);
    }
    // No C program can ask this; it would be cut at the NUL somewhere and judged in full elsewhere.
    return path.includes('\0') ? 'EINVAL' : undefined;
  }

  /** Directory where the lookup of a path begins. */
  start(dirfd: DirFd, path: string): DirectoryEntry | Errno {
    if (path.charCodeAt(0) === 0x2f) return this.space.root;
    if (dirfd === AT_FDCWD) return this.cwd;
    const description = this.table.get(dirfd);
    if (description === undefined) return 'EBADF';
    return description instanceof DirectoryDescription ? description.entry : 'ENOTDIR';
  }

  /** What a path names, text checks included. */
  find(path: string, follow: boolean, dirfd: DirFd): Entry | Errno {
    const refused = this.refuseText(path);
    if (refused !== undefined) return refused;
    const start = this.start(dirfd, path);
    return typeof start === 'string' ? start : this.walker.resolve(start, path, follow);
  }

  /** Walks to the directory of the last component, which is left in `walker`. */
  findParent(path: string, dirfd: DirFd): Errno | undefined {
    const refused = this.refuseText(path);
    if (refused !== undefined) return refused;
    const start = this.start(dirfd, path);
    return typeof start === 'string' ? start : this.walker.toLast(start, path);
  }
}
