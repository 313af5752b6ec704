/** What a virtual world is made of, as its maker declares it. */
import type { GuestPath } from '../paths.ts';
import type { TimeSpec } from './abi.ts';
import type { ReadableFolder } from './hostFolder.ts';
import type { WriteMode } from './inode.ts';

interface Common {
  /** Permission bits; by default 0644 for files, 0755 for directories, 0666 for devices, 0444 for synthetic files. */
  readonly mode?: number;
  /** By default the owner of the mount. */
  readonly owner?: Owner;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** One thing in a tree to begin with. Text is encoded as `encodeText` does. */
export type InitialEntry =
  | (Common & { readonly kind: 'file'; readonly content: Uint8Array | string })
  | (Common & { readonly kind: 'directory'; readonly entries?: InitialTree })
  | (Common & { readonly kind: 'symlink'; readonly target: string })
  /** `null`, `zero`, `full`, `random`, `urandom`, or a name for which `WorldSpec.devices` has a driver. */
  | (Common & { readonly kind: 'device'; readonly device: string })
  /** Bytes that are made anew at each open, as in /proc. */
  | (Common & { readonly kind: 'synthetic'; readonly generate: () => Uint8Array | string });

/**
 * Name to entry; a name is one component, without slash. Where others choose the names, make it with
 * `Object.create(null)`: `__proto__` is a name like any other.
 */
export type InitialTree = { readonly [name: string]: InitialEntry };

/** One mounted tree. Directories on the way to `at` are made in the volume above if they are missing. */
export type Mount = {
  /** Absolute guest path; `/` replaces the root, which otherwise is an empty read-only directory of root's. */
  readonly at: GuestPath;
  readonly writeMode: WriteMode;
  /** Not shown in the listing of the directory above. */
  readonly hidden?: boolean;
  /** Mode of the mount's own root directory; 0755 by default, 01777 suits /tmp. */
  readonly mode?: number;
  /** Owner of what the mount begins with; root by default. */
  readonly owner?: Owner;
  /** When the mount's own root directory last changed; now by default. */
  readonly changed?: TimeSpec;
} & (
  | { readonly kind: 'memory'; readonly entries?: InitialTree }
  /** A folder of the machine, never written to; `writeMode` is `read-only` or `lecture`. */
  | { readonly kind: 'host'; readonly folder: ReadableFolder }
  /** Begins as a folder of the machine; what is written stays in memory and counts towards the quotas. */
  | { readonly kind: 'overlay'; readonly folder: ReadableFolder }
);
