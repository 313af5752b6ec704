/**
 * Which revisions of a bench go when there are too many. Pure.
 *
 * A row says what a file was from its revision up to the next row of the same file. So a row may go, and the row before it speaks for its
 * time as well, unless some revision of that time is to be shown exactly: one that has a name, or that a run or an attempt is of. NEVER
 * does one of those change, nor the first and the last state of a file. What lies long ago thins out first.
 */

/** Rows of one bench: with one every half minute this is a long day at work; beyond it the oldest stretch keeps every second one. */
const MAX_REVISION_ROWS = 1_000;

/** Bytes of one bench's revisions, ten of its largest possible files and more; beyond it they thin out as well. */
export const MAX_REVISION_BYTES = 16 * 1024 * 1024;

/** Thinning goes on until this share is left, so that not every save pays for it. */
const TARGET = 0.75;

export interface ThinnableRow {
  readonly n: number;
  readonly path: string;
  readonly bytes: number;
}

export interface ThinLimits {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * The rows to remove; none where all fit. `exact`: revisions that are never changed.
 * Where all that could go is gone and it is still too much, it stays: saving is never refused for the sake of history.
 */
export function rowsToThin(
  rows: readonly ThinnableRow[],
  exact: Iterable<number>,
  limits: ThinLimits = { rows: MAX_REVISION_ROWS, bytes: MAX_REVISION_BYTES },
): readonly ThinnableRow[] {
  let count = rows.length;
  let bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  if (count <= limits.rows && bytes <= limits.bytes) return [];
  const enough = (): boolean => count <= limits.rows * TARGET && bytes <= limits.bytes * TARGET;
  let left = removable(
    rows,
    [...exact].sort((a, b) => a - b),
  );
  const gone: ThinnableRow[] = [];
  while (left.length > 0 && !enough()) {
    const kept: ThinnableRow[] = [];
    const skipped = new Set<string>();
    for (const row of left) {
      // Every second one of each file.
      if (enough() || !skipped.has(row.path)) {
        skipped.add(row.path);
        kept.push(row);
        continue;
      }
      skipped.delete(row.path);
      gone.push(row);
      count -= 1;
      bytes -= row.bytes;
    }
    // One of each file is left: what the bytes need goes without a turn.
    if (kept.length === left.length) {
      for (const row of kept.splice(0)) {
        if (enough()) break;
        gone.push(row);
        count -= 1;
        bytes -= row.bytes;
      }
    }
    left = kept;
  }
  return gone;
}

/** Rows, oldest first, whose time holds no exact revision and that are neither the first nor the last of their file. */
function removable(rows: readonly ThinnableRow[], exact: readonly number[]): ThinnableRow[] {
  const byPath = Map.groupBy(rows, ({ path }) => path);
  const free: ThinnableRow[] = [];
  for (const ofPath of byPath.values()) {
    const inOrder = [...ofPath].sort((a, b) => a.n - b.n);
    for (const [at, row] of inOrder.entries()) {
      const next = inOrder[at + 1];
      if (at === 0 || next === undefined) continue;
      if (!someWithin(exact, row.n, next.n)) free.push(row);
    }
  }
  return free.sort((a, b) => a.n - b.n);
}

/** Whether a number lies in [from, to). */
function someWithin(sorted: readonly number[], from: number, to: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return low < sorted.length && sorted[low]! < to;
}
