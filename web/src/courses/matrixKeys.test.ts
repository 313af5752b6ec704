import { expect, test } from 'vitest';
import { drawnWith, movedTo } from './matrixKeys.ts';

const SIZE = { rows: 100, columns: 12, page: 20 };
const AT = { row: 5, column: 3 };

test.each([
  ['ArrowUp', false, { row: 4, column: 3 }],
  ['ArrowDown', false, { row: 6, column: 3 }],
  ['ArrowLeft', false, { row: 5, column: 2 }],
  ['ArrowRight', false, { row: 5, column: 4 }],
  ['Home', false, { row: 5, column: 0 }],
  ['End', false, { row: 5, column: 11 }],
  ['Home', true, { row: 0, column: 0 }],
  ['End', true, { row: 99, column: 11 }],
  ['ArrowDown', true, { row: 99, column: 3 }],
  ['PageUp', false, { row: 0, column: 3 }],
  ['PageDown', false, { row: 25, column: 3 }],
])('%s (far: %s)', (key, far, expected) => {
  expect(movedTo(AT, { key, far }, SIZE)).toEqual(expected);
});

test('nothing leads out of the table, and other keys stay what they are', () => {
  const corner = { row: 99, column: 11 };
  for (const key of ['ArrowDown', 'ArrowRight', 'PageDown'])
    expect(movedTo(corner, { key, far: false }, SIZE)).toEqual(corner);
  for (const key of ['Tab', 'Enter', 'a']) expect(movedTo(AT, { key, far: false }, SIZE)).toBeNull();
});

test('the cell that has the focus is drawn wherever one scrolls', () => {
  expect(drawnWith([10, 11], 2, 100)).toEqual([2, 10, 11]);
  expect(drawnWith([10, 11], 11, 100)).toEqual([10, 11]);
  expect(drawnWith([10, 11], 100, 100)).toEqual([10, 11]);
});
