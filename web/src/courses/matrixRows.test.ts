import type { Matrix } from '@sandtable/shared/progressReplies';
import { expect, test } from 'vitest';
import { arranged, columnsOf, peopleOf, withChange } from './matrixRows.ts';

const person = (id: string, name: string, seenAt: string | null = null) => ({
  id,
  name,
  role: 'student' as const,
  seenAt,
});
const MATRIX: Matrix = {
  assignments: [
    {
      id: 'one',
      title: 'One',
      dueAt: null,
      max: 5,
      checks: [
        { id: 'a', title: 'A' },
        { id: 'b', title: 'B' },
      ],
    },
    { id: 'two', title: 'Two', dueAt: null, max: 5, checks: [] },
  ],
  people: [person('ada', 'Ada', '2026-01-02'), person('bob', 'Bob', '2026-01-01'), person('eve', 'Eve')],
  cells: [
    [0, 0, 'bench1', 2, 0, 5, 'pp'],
    [1, 0, 'bench2', 3, 0, 1, 'pf'],
  ],
};
const names = (matrix: Matrix, how: Partial<Parameters<typeof arranged>[1]>) =>
  arranged(peopleOf(matrix), { order: 'name', onlyStuck: false, search: '', ...how }).map(({ name }) => name);

test('a column for each check behind the sum of its assignment', () => {
  expect(columnsOf(MATRIX)).toEqual([
    { assignment: 0, check: null },
    { assignment: 0, check: 0 },
    { assignment: 0, check: 1 },
    { assignment: 1, check: null },
  ]);
});

test('in an order, and only those who are stuck or looked for', () => {
  expect(names(MATRIX, {})).toEqual(['Ada', 'Bob', 'Eve']);
  expect(names(MATRIX, { order: 'points' })).toEqual(['Eve', 'Bob', 'Ada']);
  expect(names(MATRIX, { order: 'seen' })).toEqual(['Eve', 'Bob', 'Ada']);
  expect(names(MATRIX, { onlyStuck: true })).toEqual(['Bob']);
  expect(names(MATRIX, { search: ' AD ' })).toEqual(['Ada']);
});

test('what changed takes the place of what was; what is of no row is left out', () => {
  const change = {
    assignment: 'one',
    bench: 'bench2',
    attempts: 4,
    running: false,
    points: 5,
    outcomes: 'pp',
  };
  const after = withChange(MATRIX, { ...change, person: 'bob' });
  expect(peopleOf(after)[1]).toMatchObject({ points: 5, stuck: false });
  expect(after.cells).toHaveLength(2);
  expect(withChange(MATRIX, { ...change, person: 'mallory' })).toBe(MATRIX);
});
