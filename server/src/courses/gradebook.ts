/** The grades of a course, for the page and as a table to take along. */
import type { Gradebook, GradeRow } from '@sandtable/shared/progressReplies';
import type { Store } from '../store/store.ts';
import { csvText, type Cell } from './csvText.ts';
import { byPersonAndAssignment, gradeOfPerson } from './grades.ts';
import { peopleOf, type ProgressDesk } from './progressDesk.ts';

export async function gradebook(store: Store, desk: ProgressDesk, course: string): Promise<Gradebook> {
  const [listed, members, works, handIns, overrides] = await Promise.all([
    store.assignments.list(course),
    store.courses.members(course),
    store.progress.works(course),
    store.progress.handIns(course),
    store.grades.overrides(course),
  ]);
  const people = peopleOf(members, works);
  const assignments = await desk.assignments(listed);
  const workOf = byPersonAndAssignment(works);
  const handInsOf = byPersonAndAssignment(handIns);
  const overridesOf = byPersonAndAssignment(overrides);
  const grades: GradeRow[] = [];
  for (const { id: person } of people)
    for (const { id: assignment, counts } of listed) {
      const work = workOf(person, assignment)[0];
      const grade = gradeOfPerson(handInsOf(person, assignment), counts, overridesOf(person, assignment));
      if (work === undefined && grade.points === null) continue;
      grades.push({
        person,
        assignment,
        points: grade.points,
        max: grade.max,
        handIns: grade.handIns,
        derived: grade.derived,
        overridden: grade.override !== null,
        bench: work?.bench ?? null,
      });
    }
  return {
    assignments: assignments.map(({ id, title, max }) => ({ id, title, max })),
    people: people.map(({ id, name, email, role }) => ({ id, name, email, role })),
    grades,
  };
}

/** A line a person, a column an assignment, and the sum. Nothing handed in is an empty cell. */
export function gradebookCsv({ assignments, people, grades }: Gradebook): string {
  const points = new Map(grades.map((row) => [`${row.assignment} ${row.person}`, row.points]));
  const head: Cell[] = [
    'name',
    'email',
    'role',
    ...assignments.map(({ title, max }) => `${title} (of ${String(max)})`),
    'total',
  ];
  const lines = people.map(({ id, name, email, role }): Cell[] => {
    const own = assignments.map((assignment) => points.get(`${assignment.id} ${id}`) ?? null);
    const total = own.reduce<number>((sum, each) => sum + (each ?? 0), 0);
    return [name, email, role, ...own, Math.round(total * 1000) / 1000];
  });
  return csvText([head, ...lines]);
}
