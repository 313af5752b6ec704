/** The table of a course as it is shown: columns, people in an order, who is stuck. Pure. */
import type { Matrix, MatrixPerson } from '@sandtable/shared/progressReplies';

/** Attempts after which somebody who still fails is stuck. */
export const STUCK_AFTER = 3;

export interface ShownCell {
  readonly bench: string | null;
  readonly attempts: number;
  readonly running: boolean;
  readonly points: number | null;
  /** A letter for each check: `p`, `f`, `e` or `-`. */
  readonly outcomes: string;
}

export interface ShownPerson extends MatrixPerson {
  /** By index of the assignment. */
  readonly cells: readonly (ShownCell | null)[];
  readonly points: number;
  readonly stuck: boolean;
}

/** `check` null: the sum of an assignment. */
export interface Column {
  readonly assignment: number;
  readonly check: number | null;
}

export type Order = 'name' | 'points' | 'seen';

export function columnsOf({ assignments }: Pick<Matrix, 'assignments'>): readonly Column[] {
  return assignments.flatMap(({ checks }, assignment) => [
    { assignment, check: null },
    ...checks.map((_, check) => ({ assignment, check })),
  ]);
}

export function peopleOf({ assignments, people, cells }: Matrix): readonly ShownPerson[] {
  const rows: (ShownCell | null)[][] = people.map(() => assignments.map(() => null));
  for (const [person, assignment, bench, attempts, running, points, outcomes] of cells) {
    const row = rows[person];
    if (row !== undefined && assignment < row.length)
      row[assignment] = { bench, attempts, running: running === 1, points, outcomes };
  }
  return people.map((person, at) => {
    const own = rows[at]!;
    return {
      ...person,
      cells: own,
      points: own.reduce((sum, cell) => sum + (cell?.points ?? 0), 0),
      stuck: own.some((cell) => cell !== null && isStuck(cell)),
    };
  });
}

function isStuck({ attempts, outcomes }: ShownCell): boolean {
  return attempts >= STUCK_AFTER && outcomes.includes('f');
}

export function arranged(
  people: readonly ShownPerson[],
  {
    order,
    onlyStuck,
    search,
  }: { readonly order: Order; readonly onlyStuck: boolean; readonly search: string },
): readonly ShownPerson[] {
  const wanted = search.trim().toLowerCase();
  const found = people.filter(
    (person) => (!onlyStuck || person.stuck) && (wanted === '' || person.name.toLowerCase().includes(wanted)),
  );
  if (order === 'name') return found;
  return [...found].sort((a, b) =>
    order === 'points' ? a.points - b.points : (a.seenAt ?? '').localeCompare(b.seenAt ?? ''),
  );
}

/** The table with what one person has done by now. */
export function withChange(
  matrix: Matrix,
  changed: {
    readonly person: string;
    readonly assignment: string;
    readonly bench: string | null;
    readonly attempts: number;
    readonly running: boolean;
    readonly points: number | null;
    readonly outcomes: string;
  },
): Matrix {
  const p = matrix.people.findIndex(({ id }) => id === changed.person);
  const a = matrix.assignments.findIndex(({ id }) => id === changed.assignment);
  if (p < 0 || a < 0) return matrix;
  const { bench, attempts, running, points, outcomes } = changed;
  return {
    ...matrix,
    cells: [
      ...matrix.cells.filter(([person, assignment]) => person !== p || assignment !== a),
      [p, a, bench, attempts, running ? 1 : 0, points, outcomes],
    ],
  };
}
