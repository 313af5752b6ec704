/** Which stretch of a run the timeline shows. */

/** Microseconds, half-open. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Closer than this every call stands alone. */
const SHORTEST = 1_000;

/** `factor` below 1 looks closer; the moment at `share` (0–1 of the width) stays where it is. */
export function zoomed({ from, to }: Stretch, whole: Stretch, factor: number, share = 0.5): Stretch {
  const length = Math.min(whole.to - whole.from, Math.max(SHORTEST, (to - from) * factor));
  const fixed = from + (to - from) * share;
  return within({ from: fixed - length * share, to: fixed + length * (1 - share) }, whole);
}

/** Moved by a part of its length. */
export function moved(stretch: Stretch, whole: Stretch, parts: number): Stretch {
  const by = (stretch.to - stretch.from) * parts;
  return within({ from: stretch.from + by, to: stretch.to + by }, whole);
}

function within({ from, to }: Stretch, whole: Stretch): Stretch {
  const length = Math.min(to - from, whole.to - whole.from);
  const begin = Math.round(Math.max(whole.from, Math.min(from, whole.to - length)));
  return { from: begin, to: Math.round(begin + length) };
}
