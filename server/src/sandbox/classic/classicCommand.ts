/** How a classic guest is started. */
import type { RunLimits } from '@sandtable/shared/policy/model';
import { CLASSIC_PROGRAM } from '../interpreterFiles.ts';
import { confined, type ConfinedCommand, type Confinement } from './confinement.ts';

/** The interpreter itself and what its collector holds beyond the objects of the program: the kernel's limit lies this much higher. */
const DATA_SLACK_BYTES = 256 * 1024 * 1024;

export type ClassicCommand = ConfinedCommand;

export interface ClassicRunOptions {
  /** Absolute path of the executable. */
  readonly executable: string;
  readonly confinement: Confinement;
  readonly limits: RunLimits;
  /** The user that the guest becomes; null where this process is not root. */
  readonly uid: number | null;
  /** What follows the name of the program. */
  readonly argv: readonly string[];
}

export function classicCommand(options: ClassicRunOptions): ClassicCommand {
  const heapBytes = Math.floor(options.limits.heapBytes);
  return confined(options.confinement, {
    name: CLASSIC_PROGRAM,
    file: options.executable,
    // First of all: the translated start-up code takes it out before Python sees its arguments.
    args: ['--heapsize', String(heapBytes), ...options.argv],
    uid: options.uid,
    dataBytes: heapBytes + DATA_SLACK_BYTES,
    cpuSeconds: options.limits.cpuSeconds,
  });
}
