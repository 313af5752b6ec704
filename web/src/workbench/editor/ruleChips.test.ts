import { initialState, type SessionState } from '@sandtable/shared/session';
import { expect, test } from 'vitest';
import { callsByLine, chipText } from './ruleChips.ts';
import { pythonSuggestions } from './pythonCompletion.ts';

test('calls are counted by line of the student’s policy, several rules of a line together', () => {
  const run: SessionState = {
    ...initialState('run00001'),
    rules: [
      { id: 0, layer: 'ceiling', code: 'boot', label: 'boot' },
      { id: 1, layer: 'student', code: 'rule', label: 'a', at: { line: 7, column: 3 } },
      { id: 2, layer: 'student', code: 'rule', label: 'b', at: { line: 7, column: 30 } },
      { id: 3, layer: 'student', code: 'otherwise', label: 'otherwise', at: { line: 2, column: 3 } },
      { id: 4, layer: 'lab', code: 'rule', label: 'c', at: { line: 9, column: 1 } },
    ],
    byRule: { 0: 100, 1: 2, 2: 3, 4: 9 },
  };
  expect(callsByLine(run)).toEqual([
    { line: 2, calls: 0 },
    { line: 7, calls: 5 },
  ]);
  expect(chipText(1)).toBe('1 call');
  expect(chipText(1_234)).toBe('1,234 calls');
});

test('Python completion knows modules, members and the words of the file', () => {
  const names = (before: string, text = '') => pythonSuggestions(before, text).map(({ name }) => name);
  expect(names('import o')).toContain('os');
  expect(names('x = os.pa')).toContain('path');
  expect(names('os.path.ex')).toContain('exists');
  expect(names('thing.')).toEqual([]);
  expect(names('my', 'my_variable = 1')).toEqual(expect.arrayContaining(['my_variable', 'print', 'while']));
});
