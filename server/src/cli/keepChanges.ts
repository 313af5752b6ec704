/**
 * Writes what a guest changed below /tmp into a folder of the machine.
 *
 * The names come from a guest. Every step goes down from the folder without following a symbolic link, and links that the
 * guest made are not made here: one of them could lead a later name out of the folder.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { encodeText } from '@sandtable/shared/text';
import type { FileChange } from '../sandbox/index.ts';

const ROOT = '/tmp/';

/** Permissions that a kept file may have; never set-user-id or the like. */
const KEPT_BITS = 0o777;

export interface Kept {
  readonly written: number;
  readonly removed: number;
  /** One sentence for each change that could not be kept. */
  readonly problems: readonly string[];
}

export function keepChanges(changes: readonly FileChange[], folder: string): Kept {
  mkdirSync(folder, { recursive: true });
  const problems: string[] = [];
  let written = 0;
  let removed = 0;
  // Removals from the deepest up, before anything takes their names.
  for (const change of [...changes].reverse()) {
    if (change.kind === 'removed' && remove(folder, change.path, problems)) removed += 1;
  }
  for (const change of changes) {
    if (change.kind === 'removed' || !change.path.startsWith(ROOT)) continue;
    if (change.kind === 'symlink') problems.push(`${change.path}: symbolic links are not kept`);
    else if (keep(folder, change, problems)) written += 1;
  }
  return { written, removed, problems };
}

/** The place on the machine, as bytes because names are; null where a step on the way is no directory of its own. */
function placeOf(folder: string, path: string, make: boolean): Buffer | null {
  const names = path.slice(ROOT.length).split('/');
  const last = names.pop()!;
  let here = Buffer.from(folder);
  for (const name of names) {
    here = join(here, name);
    let found = lstatSync(here, { throwIfNoEntry: false });
    if (found === undefined && make) {
      mkdirSync(here, { mode: 0o755 });
      found = lstatSync(here);
    }
    if (found?.isDirectory() !== true) return null;
  }
  return join(here, last);
}

function join(folder: Buffer, name: string): Buffer<ArrayBuffer> {
  return Buffer.concat([folder, Buffer.from('/'), encodeText(name)]);
}

function keep(
  folder: string,
  change: Exclude<FileChange, { kind: 'removed' | 'symlink' }>,
  problems: string[],
): boolean {
  try {
    const place = placeOf(folder, change.path, true);
    if (place === null) {
      problems.push(`${change.path}: what stands above it in the folder is no directory`);
      return false;
    }
    if (change.kind === 'directory') {
      const found = lstatSync(place, { throwIfNoEntry: false });
      if (found === undefined) mkdirSync(place, { mode: change.mode & KEPT_BITS });
      else if (!found.isDirectory()) throw new Error('something else stands there');
      return true;
    }
    writeFile(place, change.data, change.mode & KEPT_BITS);
    return true;
  } catch (error) {
    problems.push(`${change.path}: ${(error as Error).message}`);
    return false;
  }
}

function writeFile(place: Buffer, data: Uint8Array, mode: number): void {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(place, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, mode);
  try {
    for (let at = 0; at < data.length;) at += writeSync(fd, data, at);
    fchmodSync(fd, mode);
  } finally {
    closeSync(fd);
  }
}

function remove(folder: string, path: string, problems: string[]): boolean {
  if (!path.startsWith(ROOT)) return false;
  try {
    const place = placeOf(folder, path, false);
    const found = place === null ? undefined : lstatSync(place, { throwIfNoEntry: false });
    if (place === null || found === undefined) return false;
    if (found.isDirectory()) rmdirSync(place);
    else unlinkSync(place);
    return true;
  } catch (error) {
    problems.push(`${path}: ${(error as Error).message}`);
    return false;
  }
}
