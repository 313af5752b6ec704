/** Two texts line by line: what stayed, what went, what came. Small changes of long texts are quick; very different texts are cut off. */

export interface DiffLine {
  readonly change: 'same' | 'added' | 'removed';
  readonly text: string;
}

/**
 * Lines that may differ between the texts (added and removed together). Finding the fewest takes time with the square of it; beyond
 * it the whole stretch counts as replaced, which is as true and only less neat.
 */
const MAX_DIFFERENCES = 1_000;

export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail += 1;
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ change: 'same', text }));
  return [
    ...same(a.slice(0, head)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

/** Myers’ greedy way: for each number of differences the furthest that one gets on each diagonal. */
function middle(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  const replaced = (): DiffLine[] => [
    ...a.map((text): DiffLine => ({ change: 'removed', text })),
    ...b.map((text): DiffLine => ({ change: 'added', text })),
  ];
  if (a.length === 0 || b.length === 0) return replaced();
  const most = Math.min(a.length + b.length, MAX_DIFFERENCES);
  const furthest = new Map<number, number>([[1, 0]]);
  const history: Map<number, number>[] = [];
  for (let differences = 0; differences <= most; differences++) {
    history.push(new Map(furthest));
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      const down =
        diagonal === -differences ||
        (diagonal !== differences && at(furthest, diagonal - 1) < at(furthest, diagonal + 1));
      let x = down ? at(furthest, diagonal + 1) : at(furthest, diagonal - 1) + 1;
      let y = x - diagonal;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x += 1;
        y += 1;
      }
      furthest.set(diagonal, x);
      if (x >= a.length && y >= b.length) return wayBack(a, b, history);
    }
  }
  return replaced();
}

function wayBack(
  a: readonly string[],
  b: readonly string[],
  history: readonly Map<number, number>[],
): DiffLine[] {
  const lines: DiffLine[] = [];
  let x = a.length;
  let y = b.length;
  for (let differences = history.length - 1; differences >= 0; differences--) {
    const furthest = history[differences]!;
    const diagonal = x - y;
    const down =
      diagonal === -differences ||
      (diagonal !== differences && at(furthest, diagonal - 1) < at(furthest, diagonal + 1));
    const from = down ? diagonal + 1 : diagonal - 1;
    const fromX = at(furthest, from);
    const fromY = fromX - from;
    while (x > fromX && y > fromY && x > 0 && y > 0 && a[x - 1] === b[y - 1]) {
      x -= 1;
      y -= 1;
      lines.push({ change: 'same', text: a[x]! });
    }
    if (differences === 0) break;
    if (down) {
      y -= 1;
      lines.push({ change: 'added', text: b[y]! });
    } else {
      x -= 1;
      lines.push({ change: 'removed', text: a[x]! });
    }
  }
  return lines.reverse();
}

function at(furthest: ReadonlyMap<number, number>, diagonal: number): number {
  return furthest.get(diagonal) ?? -1;
}
