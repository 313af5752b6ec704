/** The grade of a person at an assignment: of what was handed in the attempt that counts, unless somebody said otherwise. Pure. */
import type { HandIn } from '../store/progressStore.ts';
import type { GradeOverrideRow } from '../store/schema.ts';

export interface AssignmentGrade {
  /** Null: nothing was handed in, and nobody said what it is. */
  readonly points: number | null;
  readonly max: number | null;
  /** The attempt that counts. */
  readonly attempt: string | null;
  readonly handIns: number;
  /** What the attempts alone would give. */
  readonly derived: number | null;
  readonly override: GradeOverrideRow | null;
}

/** Points of an attempt without what hints cost; never below nothing. */
export function pointsOf({ points, max, hint_cost }: Pick<HandIn, 'points' | 'max' | 'hint_cost'>): number {
  const cost = Math.min(points, (max * Math.min(100, hint_cost)) / 100);
  return Math.round((points - cost) * 1000) / 1000;
}

/**
 * @param handIns of one person at one assignment, oldest first
 * @param overrides the same, oldest first; the last one counts
 */
export function gradeOfPerson(
  handIns: readonly HandIn[],
  counts: 'best' | 'last',
  overrides: readonly GradeOverrideRow[],
): AssignmentGrade {
  const last = overrides.at(-1);
  const override = last === undefined || last.points === null ? null : last;
  let counted: HandIn | null = null;
  for (const each of handIns)
    if (counted === null || counts === 'last' || pointsOf(each) > pointsOf(counted)) counted = each;
  const derived = counted === null ? null : pointsOf(counted);
  return {
    points: override === null ? derived : override.points,
    max: counted?.max ?? null,
    attempt: counted?.id ?? null,
    handIns: handIns.length,
    derived,
    override,
  };
}

/** Rows by person and assignment. */
export function byPersonAndAssignment<R extends { readonly person: string; readonly assignment: string }>(
  rows: readonly R[],
): (person: string, assignment: string) => readonly R[] {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const key = `${row.assignment} ${row.person}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return (person, assignment) => groups.get(`${assignment} ${person}`) ?? [];
}
