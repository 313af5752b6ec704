/** Remembers the inputs of a finished piece of work, so that it is not done again while they stay the same. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Folders that are results, never inputs. */
const MADE_BY_TOOLS = new Set(['node_modules', 'build', 'dist']);

/** A hash over the names and bytes of files; folders are walked, missing entries count as missing. */
export function hashOf(root: string, entries: readonly string[]): string {
  const hash = createHash('sha256').update(process.version);
  for (const entry of entries) addEntry(hash, root, entry);
  return hash.digest('hex');
}

function addEntry(hash: ReturnType<typeof createHash>, root: string, entry: string): void {
  const full = path.join(root, entry);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat === undefined) {
    hash.update(`missing ${entry}\0`);
  } else if (stat.isDirectory()) {
    for (const name of readdirSync(full).sort()) {
      if (!MADE_BY_TOOLS.has(name)) addEntry(hash, root, path.join(entry, name));
    }
  } else {
    hash.update(`file ${entry} ${stat.size}\0`).update(readFileSync(full));
  }
}

export interface Stamped {
  readonly stampFile: string;
  /** Hash of the inputs. */
  readonly wanted: string;
  /** What must exist for the work to count as done. */
  readonly outputs: readonly string[];
}

export function isUpToDate({ stampFile, wanted, outputs }: Stamped): boolean {
  return (
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === wanted &&
    outputs.every((file) => existsSync(file))
  );
}

export function writeStamp({ stampFile, wanted }: Stamped): void {
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
}
