/** How a course gets on: the table of everybody and every check, and who is told when it changes. */
import type { LabAnnouncements } from '@sandtable/shared/labMessages';
import type { LabShelf } from '../labs/labShelf.ts';
import type {
  Matrix,
  MatrixAssignment,
  MatrixCell,
  ProgressAnnouncements,
} from '@sandtable/shared/progressReplies';
import type { ListedAssignment } from '../store/assignmentStore.ts';
import type { Member } from '../store/courseStore.ts';
import { logFailure } from '../serverLog.ts';
import type { Standing, WorkOf } from '../store/progressStore.ts';
import type { Store } from '../store/store.ts';
import { byPersonAndAssignment, pointsOf } from './grades.ts';

const LETTERS: Readonly<Record<string, string>> = { p: 'p', f: 'f', e: 'e' };

export interface ProgressDeskOptions {
  readonly store: Store;
  readonly shelf: LabShelf;
  /** To the pages that look at the table of the course. */
  readonly tell: (course: string, value: ProgressAnnouncements['matrix.changed']) => void;
  /** Whether any does. */
  readonly isWatched: (course: string) => boolean;
}

export class ProgressDesk {
  readonly #options: ProgressDeskOptions;

  /** Benches whose check is known to be under way. */
  readonly #underWay = new Set<string>();

  constructor(options: ProgressDeskOptions) {
    this.#options = options;
  }

  /** Students, and those of the staff who try an assignment themselves. */
  async matrix(course: string): Promise<Matrix> {
    const { store } = this.#options;
    const [listed, members, works, standings] = await Promise.all([
      store.assignments.list(course),
      store.courses.members(course),
      store.progress.works(course),
      store.progress.standings(course),
    ]);
    const people = peopleOf(members, works);
    const assignments = await this.assignments(listed);
    const personAt = new Map(people.map(({ id }, at) => [id, at]));
    const assignmentAt = new Map(assignments.map(({ id }, at) => [id, at]));
    const standingsOf = byPersonAndAssignment(standings);
    const cells: MatrixCell[] = [];
    for (const { bench, person, assignment } of works) {
      const [p, a] = [personAt.get(person), assignmentAt.get(assignment)];
      if (p === undefined || a === undefined) continue;
      const cell = cellOf(standingsOf(person, assignment), assignments[a]!);
      cells.push([p, a, bench, cell.attempts, cell.running ? 1 : 0, cell.points, cell.outcomes]);
    }
    return {
      assignments,
      people: people.map(({ id, name, role, seen_at: seenAt }) => ({ id, name, role, seenAt })),
      cells,
    };
  }

  async assignments(listed: readonly ListedAssignment[]): Promise<readonly MatrixAssignment[]> {
    return Promise.all(
      listed.map(async ({ id, title, due_at: dueAt, lab_version }) => {
        const pack = await this.#options.shelf.pack(lab_version);
        const checks = pack?.manifest.checks ?? [];
        return {
          id,
          title,
          dueAt,
          max: checks.reduce((sum, { weight }) => sum + weight, 0),
          checks: checks.map((check) => ({ id: check.id, title: check.title })),
        };
      }),
    );
  }

  /** What is said of a check: that it began and that it ended concerns the table, what is in between does not. */
  heard(bench: string, name: keyof LabAnnouncements): void {
    if (name === 'lab.changed') return;
    if (name === 'lab.attempt') this.#underWay.delete(bench);
    else if (this.#underWay.has(bench)) return;
    else this.#underWay.add(bench);
    this.changed(bench);
  }

  /** Something of a work changed: a check began or ended, or was judged again. */
  changed(bench: string): void {
    this.#touched(bench).catch((error: unknown) =>
      logFailure('telling a course of its progress failed', error),
    );
  }

  async #touched(bench: string): Promise<void> {
    const { store, shelf, tell, isWatched } = this.#options;
    const row = await store.benches.row(bench);
    if (row === null || row.assignment === null || row.owner === null) return;
    const assignment = await store.assignments.get(row.assignment);
    if (assignment === null || !isWatched(assignment.course)) return;
    const { course, id } = assignment;
    const pack = await shelf.pack(assignment.lab_version);
    const standings = (await store.progress.standings(course, row.owner)).filter(
      (each) => each.assignment === id,
    );
    const cell = cellOf(standings, { checks: pack?.manifest.checks ?? [] });
    tell(course, { course, person: row.owner, assignment: id, bench, ...cell });
  }
}

/** Of students, and of staff who have a work. */
export function peopleOf(members: readonly Member[], works: readonly WorkOf[]): readonly Member[] {
  const atWork = new Set(works.map(({ person }) => person));
  return members.filter(({ id, role }) => role === 'student' || atWork.has(id));
}

function cellOf(
  standings: readonly Standing[],
  { checks }: { readonly checks: readonly { readonly id: string }[] },
): {
  readonly attempts: number;
  readonly running: boolean;
  readonly points: number | null;
  readonly outcomes: string;
} {
  const judged = standings.find(({ state }) => state === 'done');
  const outcomes = new Map(
    (judged?.outcomes ?? '')
      .split(' ')
      .map((each) => [each.slice(0, each.lastIndexOf('=')), each.slice(-1)] as const),
  );
  return {
    attempts: standings[0]?.attempts ?? 0,
    running: standings.some(({ state }) => state !== 'done'),
    points:
      judged === undefined || judged.points === null
        ? null
        : pointsOf({ points: judged.points, max: judged.max ?? 0, hint_cost: judged.hint_cost }),
    outcomes: checks.map(({ id }) => LETTERS[outcomes.get(id) ?? ''] ?? '-').join(''),
  };
}
