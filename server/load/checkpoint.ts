/** What a server holds when nobody is there and nothing runs: the same at the end of an hour as at its beginning. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { OwnServer } from './ownServer.ts';
import { descriptorsOf, familyOf, memoryOf } from './processes.ts';
import { pause } from './scenario.ts';

/** Guests, sockets and timers of those who left take a moment; what is there afterwards stays. */
const SETTLE_LIMIT_MS = 15_000;
const LOOK_MS = 250;

export interface Checkpoint {
  readonly guests: number;
  /** Kept for the next guest, each with descriptors of the server. */
  readonly zygotes: number;
  /** Guests that were forked ahead. */
  readonly spares: number;
  /** Type checkers, likewise. */
  readonly checkers: number;
  readonly descriptors: number;
  /** Files of logs that are over and kept open for the next question; the server has a limit for them. */
  readonly openLogs: number;
  readonly logFolders: number;
  readonly temporaryFiles: number;
  readonly heapMiB: number;
  readonly pssMiB: number;
}

const SPARE_NAME = 'sandtable-spare';

const MIB = 1024 * 1024;
const KIB_PER_MIB = 1024;

/** Waits until the guests are gone, then looks. */
export async function takeCheckpoint(server: OwnServer): Promise<Checkpoint> {
  const deadline = Date.now() + SETTLE_LIMIT_MS;
  while (guestsOf(server) > 0 && Date.now() < deadline) await pause(LOOK_MS);
  await pause(LOOK_MS);
  const heap = await server.heap();
  const logs = path.join(server.dataDir, 'runs');
  const open = descriptorsOf(server.pid);
  const openLogs = open.filter((target) => target.startsWith(logs)).length;
  const family = familyOf(server.pid).filter((entry) => !entry.zombie);
  const zygotes = family.filter((entry) => isZygote(entry.name)).length;
  const spares = family.filter((entry) => entry.name === SPARE_NAME).length;
  return {
    guests: guestsOf(server),
    zygotes,
    spares,
    checkers: family.length - 1 - guestsOf(server) - zygotes - spares,
    descriptors: open.length - openLogs,
    openLogs,
    logFolders: readdirSync(logs).length,
    temporaryFiles: readdirSync(server.temporaryDir).length,
    heapMiB: (heap.mainBytes + heap.workerBytes) / MIB,
    pssMiB: memoryOf(server.pid).pss / KIB_PER_MIB,
  };
}

function guestsOf(server: OwnServer): number {
  return familyOf(server.pid).filter((entry) => !entry.zombie && isGuest(entry.name)).length;
}

/** The kernel cuts names of processes to 15 characters. */
export function isGuest(name: string): boolean {
  return name === 'sandtable-guest';
}

export function isZygote(name: string): boolean {
  return name === 'sandtable-zyg';
}
