/**
 * How much of the server's memory one virtual world may hold.
 *
 * Every field has a default, which a policy may change, and a maximum of the platform, which it may
 * not exceed. What is charged is the size a guest sees, not what is allocated: a file made large by
 * seeking counts in full, although its holes take no memory, so that what is held is never more
 * than what was charged (but for the rounding of the last chunk of a file).
 */
import type { Errno } from '@sandtable/shared/errno';

export interface VfsLimits {
  /** Bytes in one file. Beyond: a write is cut there, the next answers EFBIG. */
  readonly fileBytes: number;
  /** Bytes in all files and link targets together, the unlinked but open ones too. Beyond: ENOSPC. */
  readonly totalBytes: number;
  /** Names in the writable tree (files, directories, links; a second hard link counts again). Beyond: ENOSPC. */
  readonly files: number;
  /** Symbolic links. Beyond: EDQUOT. */
  readonly symlinks: number;
  /** Open descriptors, which are numbered below this. Beyond: EMFILE. */
  readonly descriptors: number;
  /** Bytes in a path, with its terminating NUL as Linux counts. Beyond: ENAMETOOLONG. */
  readonly pathBytes: number;
  /** Bytes in one name. Beyond: ENAMETOOLONG. */
  readonly nameBytes: number;
}

export type LimitName = keyof VfsLimits;

/** The errno with which each limit is answered. */
const LIMIT_ERRNO = {
  fileBytes: 'EFBIG',
  totalBytes: 'ENOSPC',
  files: 'ENOSPC',
  symlinks: 'EDQUOT',
  descriptors: 'EMFILE',
  pathBytes: 'ENAMETOOLONG',
  nameBytes: 'ENAMETOOLONG',
} as const satisfies Record<LimitName, Errno>;

const MIB = 1024 * 1024;

/** Enough for the exercises of a course; a full world of this size is written out in well under a second. */
export const DEFAULT_VFS_LIMITS: VfsLimits = {
  fileBytes: 16 * MIB,
  totalBytes: 64 * MIB,
  files: 10_000,
  symlinks: 1_000,
  descriptors: 256,
  pathBytes: 4096,
  nameBytes: 255,
};

/** Ten benches at these maxima still fit beside the server on a machine of 8 GiB; lengths are Linux's own. */
export const MAX_VFS_LIMITS: VfsLimits = {
  fileBytes: 256 * MIB,
  totalBytes: 512 * MIB,
  files: 200_000,
  symlinks: 20_000,
  descriptors: 4096,
  pathBytes: 4096,
  nameBytes: 255,
};

/** The defaults with what a policy wants instead, never above the maxima and never below 0. */
export function resolveLimits(wanted: Partial<VfsLimits> = {}): VfsLimits {
  const limits: Record<LimitName, number> = { ...DEFAULT_VFS_LIMITS };
  for (const name of Object.keys(limits) as LimitName[]) {
    const value = wanted[name];
    if (value === undefined || Number.isNaN(value)) continue;
    limits[name] = Math.max(0, Math.min(Math.floor(value), MAX_VFS_LIMITS[name]));
  }
  return limits;
}

export interface LimitHit {
  readonly limit: LimitName;
  /** The value that was reached. */
  readonly value: number;
  /** What ran into it, for example the path. */
  readonly detail: string;
}

/** Counts what a world holds against its limits and tells of each limit once. */
export class Ledger {
  readonly limits: VfsLimits;
  #bytes = 0;
  #files = 0;
  #symlinks = 0;
  readonly #reported = new Set<LimitName>();
  readonly #onLimit: (hit: LimitHit) => void;
  /** Whether files may be larger than the limit of one: while the maker of a world fills it. */
  admitsLarge = false;

  constructor(limits: VfsLimits, onLimit: (hit: LimitHit) => void) {
    this.limits = limits;
    this.#onLimit = onLimit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get files(): number {
    return this.#files;
  }

  get symlinks(): number {
    return this.#symlinks;
  }

  get freeBytes(): number {
    return Math.max(0, this.limits.totalBytes - this.#bytes);
  }

  /** Adds bytes, or takes them back if negative. The caller has made sure that they fit. */
  addBytes(count: number): void {
    this.#bytes += count;
  }

  addFiles(count: number): void {
    this.#files += count;
  }

  addSymlinks(count: number): void {
    this.#symlinks += count;
  }

  /** The errno for one more name, or undefined if there is room. */
  refuseFile(detail: string): Errno | undefined {
    return this.#files < this.limits.files ? undefined : this.hit('files', detail);
  }

  refuseSymlink(detail: string): Errno | undefined {
    return this.#symlinks < this.limits.symlinks ? undefined : this.hit('symlinks', detail);
  }

  /** Tells of a limit, the first time it is reached, and gives its errno. */
  hit(limit: LimitName, detail: string): Errno {
    if (!this.#reported.has(limit)) {
      this.#reported.add(limit);
      this.#onLimit({ limit, value: this.limits[limit], detail });
    }
    return LIMIT_ERRNO[limit];
  }
}
