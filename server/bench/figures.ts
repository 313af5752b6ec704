/** Numbers for people: medians, and a table that says for each figure its goal and whether it was met. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly goal: string;
  /** Absent where the figure is shown for comparison only. */
  readonly met?: boolean;
}

export function printFigures(title: string, figures: readonly Figure[]): void {
  const width = (pick: (f: Figure) => string): number => Math.max(...figures.map((f) => pick(f).length));
  const [what, value, goal] = [width((f) => f.what), width((f) => f.value), width((f) => f.goal)];
  console.log(`\n${title}`);
  for (const f of figures) {
    const mark = f.met === undefined ? '' : f.met ? 'met' : 'NOT MET';
    console.log(
      `  ${f.what.padEnd(what)}  ${f.value.padStart(value)}  ${f.goal.padEnd(goal)}  ${mark}`.trimEnd(),
    );
  }
}
