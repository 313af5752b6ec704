import { expect, test } from 'vitest';
import { settled } from './lineMarks.ts';

const covers = (startLineNumber: number, startColumn: number, endLineNumber: number, endColumn: number) => ({
  startLineNumber,
  startColumn,
  endLineNumber,
  endColumn,
});

const LINES = ['rules: [', '  deny(1),', '  deny(2),', ']'];

test('a mark stays at its line while somebody types in it', () => {
  expect(settled(LINES, 'deny(2', covers(3, 1, 3, 11))).toBe(3);
});

test('a new line behind or before its own does not take the mark along', () => {
  expect(settled(LINES, 'deny(1),', covers(2, 1, 3, 11))).toBe(2);
  expect(settled(LINES, 'deny(2),', covers(2, 1, 3, 11))).toBe(3);
});

test('where everything was replaced the mark goes to the nearest line that reads like its own', () => {
  expect(settled(LINES, 'deny(2),', covers(1, 4, 2, 3))).toBe(3);
  expect(settled(['a', 'x', 'b', 'a', 'c'], 'a', covers(3, 2, 3, 2))).toBe(4);
  expect(settled(LINES, 'deny(2),', null)).toBe(3);
});

test('a line that is gone has no mark, and has it again when it comes back', () => {
  expect(settled(LINES, 'deny(3),', covers(3, 4, 4, 1))).toBeNull();
  expect(settled(['a', '', 'b'], 'gone', covers(2, 1, 2, 1))).toBeNull();
  expect(settled(['a', 'gone', 'b'], 'gone', null)).toBe(2);
});
