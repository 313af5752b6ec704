/** A small world for tests. */
import { guestPath, type GuestPath } from '../paths.ts';
import type { GuestFiles } from './guestFiles.ts';
import type { LimitHit } from './limits.ts';
import type { Outcome } from './result.ts';
import { Vfs, type VfsOptions } from './vfs.ts';
import type { InitialTree, Mount } from './worldSpec.ts';

export const g = guestPath;

export const USER = { uid: 1000, gid: 1000 };

export interface World {
  readonly vfs: Vfs;
  readonly guest: GuestFiles;
  readonly hits: LimitHit[];
}

/** A writable /tmp of the user's with some entries, the working directory of the guest, and further mounts. */
export function makeWorld(
  entries: InitialTree = {},
  options: Partial<VfsOptions> & { readonly more?: readonly Mount[] } = {},
): World {
  const hits: LimitHit[] = [];
  const { more = [], ...rest } = options;
  const vfs = new Vfs({
    mounts: [
      { at: g('/tmp'), kind: 'memory', writeMode: 'read-write', mode: 0o1777, owner: USER, entries },
      ...more,
    ],
    onLimit: (hit) => hits.push(hit),
    ...rest,
  });
  return { vfs, guest: must(vfs.guest({ ...USER, cwd: g('/tmp') })), hits };
}

export function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`expected success, got ${outcome.errno}`);
  return outcome.value;
}

/** The value, or the name of the error. */
export function told<T>(outcome: Outcome<T>): T | string {
  return outcome.ok ? outcome.value : outcome.wait === undefined ? outcome.errno : 'waits';
}

export function text(outcome: Outcome<Uint8Array>): string {
  return outcome.ok ? Buffer.from(outcome.value).toString('latin1') : String(told(outcome));
}

export function bytes(content: string): Uint8Array {
  return Buffer.from(content, 'latin1');
}

/** Names in a directory, without `.` and `..`. */
export function names(guest: GuestFiles, path: GuestPath): string[] {
  return must(guest.listDirectory(path))
    .map((line) => line.name)
    .filter((name) => name !== '.' && name !== '..')
    .sort();
}
