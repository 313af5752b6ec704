/** A real folder on which Linux performs the same steps; the work is in realFolder.py. */
import { constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { allows, LinuxPeer } from '../../testing/linuxPeer.ts';
import type { Answer, Step, TreeLine } from './steps.ts';

export interface RealRun {
  readonly results: readonly Answer[];
  readonly tree: readonly TreeLine[];
  /** Whether the folder holds things of another user. */
  readonly foreign: boolean;
}

/** Folders are made on a tmpfs where there is one, which counts directory links as ext4 does and is fast. */
export function realFolder(fileBytes: number): LinuxPeer<Step, RealRun> {
  const shm = '/dev/shm';
  const parent = allows(shm, constants.W_OK | constants.X_OK) ? shm : tmpdir();
  const script = new URL('./realFolder.py', import.meta.url);
  return new LinuxPeer(script, [parent, String(fileBytes)], (line) => line as RealRun);
}
