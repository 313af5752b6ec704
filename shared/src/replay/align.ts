/**
 * Two lists of tokens side by side: which of one belongs to which of the other.
 *
 * What is equal at both ends is taken first. Between, tokens that stand exactly once in each list are anchors (patience), because they
 * are what a person would look for; the gaps between anchors are compared by Myers' algorithm, whose time is bounded by
 * {@link MAX_EDITS}. A gap that is further apart is left unmatched as a whole, and `coarse` says so: lists of a million never take
 * more than some seconds.
 */

/** Edits in one gap. Memory and time of a gap grow with its square: this many are 2 MB and some milliseconds. */
const MAX_EDITS = 700;

/** Gaps in gaps; each level looks at every token once. */
const MAX_DEPTH = 32;

export interface Alignment {
  /** Places in the first and the second list that belong together, ascending in both. */
  readonly pairs: readonly (readonly [number, number])[];
  /** Whether a stretch was too different to be looked at in detail. */
  readonly coarse: boolean;
}

export function align(a: readonly number[], b: readonly number[]): Alignment {
  const pairs: [number, number][] = [];
  const coarse = between({ a, b, pairs }, 0, a.length, 0, b.length, 0);
  pairs.sort((left, right) => left[0] - right[0]);
  return { pairs, coarse };
}

interface Work {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly pairs: [number, number][];
}

/** Pairs up a[from, to) and b[from, to); gives whether something was left out for being too different. */
function between(work: Work, aFrom: number, aTo: number, bFrom: number, bTo: number, depth: number): boolean {
  const { a, b, pairs } = work;
  while (aFrom < aTo && bFrom < bTo && a[aFrom] === b[bFrom]) pairs.push([aFrom++, bFrom++]);
  while (aFrom < aTo && bFrom < bTo && a[aTo - 1] === b[bTo - 1]) pairs.push([--aTo, --bTo]);
  if (aFrom === aTo || bFrom === bTo) return false;
  const anchors = depth < MAX_DEPTH ? anchorsOf(work, aFrom, aTo, bFrom, bTo) : [];
  if (anchors.length === 0) return shortestEdit(work, aFrom, aTo, bFrom, bTo);
  let coarse = false;
  for (const [inA, inB] of anchors) {
    coarse = between(work, aFrom, inA, bFrom, inB, depth + 1) || coarse;
    pairs.push([inA, inB]);
    [aFrom, bFrom] = [inA + 1, inB + 1];
  }
  return between(work, aFrom, aTo, bFrom, bTo, depth + 1) || coarse;
}

/** Tokens that stand once in each range, the longest list of them that is in the same order in both. */
function anchorsOf(
  { a, b }: Work,
  aFrom: number,
  aTo: number,
  bFrom: number,
  bTo: number,
): [number, number][] {
  const inA = onlyOnes(a, aFrom, aTo);
  const inB = onlyOnes(b, bFrom, bTo);
  const found: [number, number][] = [];
  for (const [token, at] of inA) {
    const other = inB.get(token);
    if (at >= 0 && other !== undefined && other >= 0) found.push([at, other]);
  }
  found.sort((left, right) => left[0] - right[0]);
  return longestAscending(found);
}

/** Token → its place, or -1 where it stands more than once. */
function onlyOnes(list: readonly number[], from: number, to: number): Map<number, number> {
  const places = new Map<number, number>();
  for (let at = from; at < to; at++) {
    const token = list[at]!;
    places.set(token, places.has(token) ? -1 : at);
  }
  return places;
}

function longestAscending(pairs: readonly [number, number][]): [number, number][] {
  const ends: number[] = [];
  const before = new Int32Array(pairs.length);
  for (let k = 0; k < pairs.length; k++) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]!]![1] < pairs[k]![1]) low = middle + 1;
      else high = middle;
    }
    before[k] = low > 0 ? ends[low - 1]! : -1;
    ends[low] = k;
  }
  const result: [number, number][] = [];
  for (let k = ends.at(-1) ?? -1; k >= 0; k = before[k]!) result.push(pairs[k]!);
  return result.reverse();
}

/** Myers' greedy algorithm: the furthest that each diagonal gets with so many edits, then the way back. */
function shortestEdit(
  { a, b, pairs }: Work,
  aFrom: number,
  aTo: number,
  bFrom: number,
  bTo: number,
): boolean {
  const n = aTo - aFrom;
  const m = bTo - bFrom;
  const most = Math.min(MAX_EDITS, n + m);
  const reach = new Int32Array(2 * most + 3);
  const trail: Int32Array[] = [];
  const middle = most + 1;
  for (let edits = 0; edits <= most; edits++) {
    trail.push(reach.slice(middle - edits - 1, middle + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && reach[middle + k - 1]! < reach[middle + k + 1]!);
      let x = down ? reach[middle + k + 1]! : reach[middle + k - 1]! + 1;
      while (x < n && x - k < m && x >= 0 && x - k >= 0 && a[aFrom + x] === b[bFrom + x - k]) x += 1;
      reach[middle + k] = x;
      if (x >= n && x - k >= m) {
        wayBack(trail, edits, n, m, (x0, y0) => pairs.push([aFrom + x0, bFrom + y0]));
        return false;
      }
    }
  }
  return true;
}

function wayBack(
  trail: readonly Int32Array[],
  edits: number,
  n: number,
  m: number,
  pair: (x: number, y: number) => void,
): void {
  let x = n;
  let y = m;
  for (let d = edits; d > 0; d--) {
    const reach = trail[d]!;
    const at = (k: number): number => reach[k + d + 1]!;
    const k = x - y;
    const from = k === -d || (k !== d && at(k - 1) < at(k + 1)) ? k + 1 : k - 1;
    const fromX = at(from);
    const fromY = fromX - from;
    while (x > fromX && y > fromY) pair(--x, --y);
    [x, y] = [fromX, fromY];
  }
  while (x > 0 && y > 0) pair(--x, --y);
}
