/** Removes logs of runs that are too many or too large together: the oldest first. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStore } from '../store/runStore.ts';

/** Runs of a bench that a person can go back to, with code, policy, input and trace: some hours of work at a lab. */
export const RUNS_KEPT_PER_BENCH = 20;

/** A class of thirty with a flood each fills some 2 GiB; beyond it old traces are worth less than the disk, and the oldest go. */
const LOG_BYTES_KEPT = 4 * 1024 * 1024 * 1024;

/** `inUse`: runs whose logs must stay whatever they take. Folders that belong to no run that the store knows go as well. */
export async function pruneLogs(
  logs: string,
  runs: RunStore,
  inUse: (run: string) => boolean,
  bytesKept = LOG_BYTES_KEPT,
): Promise<void> {
  const rows = await runs.list();
  const known = new Set(rows.map((row) => row.id));
  for (const name of readdirSync(logs)) if (!known.has(name) && !inUse(name)) removeLog(logs, name);

  const perBench = new Map<string, number>();
  let bytes = 0;
  for (const row of rows) {
    const rank = (perBench.get(row.bench) ?? 0) + 1;
    perBench.set(row.bench, rank);
    const size = folderBytes(join(logs, row.id));
    const keep = inUse(row.id) || (rank <= RUNS_KEPT_PER_BENCH && bytes + size <= bytesKept);
    if (keep) bytes += size;
    else {
      await runs.forget(row.id);
      removeLog(logs, row.id);
    }
  }
}

function removeLog(logs: string, run: string): void {
  rmSync(join(logs, run), { recursive: true, force: true });
}

function folderBytes(folder: string): number {
  try {
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  } catch {
    return 0;
  }
}
