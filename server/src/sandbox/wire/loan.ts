/**
 * Lent files: the reply to the opening of a file of the interpreter's library, and of the script while the interpreter reads it to run it, carries
 * its stat and contents, so that the host can answer the many small steps of reading it by itself. It tells of each in a frame with id 0, which gets
 * no reply; see the host's loans.c.
 *
 * Only what cannot change meanwhile is lent, and only where those steps are simply allowed: then what the host answers is what would have been
 * answered here, and the rows are the same.
 */
import { WIRE_SYMBOLS } from '@sandtable/shared/calls';
import type { PlainValue } from '@sandtable/shared/policy/model';
import {
  F_GETFD,
  FD_CLOEXEC,
  O_ACCMODE,
  O_CLOEXEC,
  O_RDONLY,
  virtualFd,
  type GuestFiles,
  type Stat,
  type VirtualFd,
} from '../vfs/index.ts';

/** Larger files are read as others are; of the library's modules one in a hundred is. */
const MAX_LOAN_BYTES = 256 * 1024;

/** Functions that the host answers from a loan. */
const NOTABLE: readonly boolean[] = WIRE_SYMBOLS.map(({ symbol }) =>
  ['read', 'lseek', 'lseek64', 'fstat64', 'isatty', '@fcntl', 'close'].includes(symbol),
);

export interface Loan {
  readonly stat: Stat;
  readonly contents: Uint8Array;
}

/** Which descriptors of one guest are lent. */
export class Loans {
  readonly #files: GuestFiles;
  readonly #lent = new Set<number>();

  constructor(files: GuestFiles) {
    this.#files = files;
  }

  /**
   * What goes along with the descriptor that an opening gave; null where nothing does.
   * @param mayLend whether this file may be lent, by the name that it has in the guest's world
   */
  lend(fd: number, flags: PlainValue | undefined, mayLend: (path: string) => boolean): Loan | null {
    if (typeof flags !== 'number' || (flags & O_ACCMODE) !== O_RDONLY) return null;
    const at = virtualFd(fd);
    const path = this.#files.label(at);
    if (path === null || !mayLend(path)) return null;
    const size = this.#lendableSize(at);
    // Before its stat is taken for good: reading may move the time of the last access.
    const contents = size === null ? null : this.#files.pread(at, size, 0);
    if (contents?.ok !== true || contents.value.length !== size) return null;
    const stat = this.#files.fstat(at);
    if (!stat.ok || !this.#isOpenedAsAsked(at, flags)) return null;
    this.#lent.add(fd);
    return { stat: stat.value, contents: contents.value };
  }

  /** Whether the host may have answered this by itself. */
  covers(fid: number, fd: PlainValue | undefined): boolean {
    return NOTABLE[fid] === true && typeof fd === 'number' && this.#lent.has(fd);
  }

  /** The host knows the flags that were asked for; a policy may have changed them. */
  #isOpenedAsAsked(at: VirtualFd, flags: number): boolean {
    const set = this.#files.fcntl(at, F_GETFD, 0);
    return set.ok && set.value === ((flags & O_CLOEXEC) === 0 ? 0 : FD_CLOEXEC);
  }

  #lendableSize(at: VirtualFd): number | null {
    const stat = this.#files.fstat(at);
    return stat.ok && isRegular(stat.value) && stat.value.size <= MAX_LOAN_BYTES ? stat.value.size : null;
  }

  ended(fd: PlainValue | undefined): void {
    if (typeof fd === 'number') this.#lent.delete(fd);
  }
}

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;

function isRegular({ mode }: Stat): boolean {
  return (mode & S_IFMT) === S_IFREG;
}
