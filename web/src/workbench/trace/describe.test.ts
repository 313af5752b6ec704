import { describe, expect, test } from 'vitest';
import { callRow } from '../../testing/sampleRows.ts';
import { argumentsText, openFlags, outcomeSentence, outcomeText, quoted } from './describe.ts';

describe('calls in words', () => {
  test.each([
    [0, 'O_RDONLY'],
    [0o1101, 'O_WRONLY|O_CREAT|O_TRUNC'],
    [0o2102002, 'O_RDWR|O_APPEND'],
    [0o2000000 | 0o200000, 'O_RDONLY|O_DIRECTORY'],
    [0o40000000, 'O_RDONLY|0o40000000'],
  ])('flags %i are %s', (flags, text) => expect(openFlags(flags)).toBe(text));

  test('arguments stand in the order of the call table, flags and modes by name', () => {
    const row = callRow(1, { args: { mode: 0o666, flags: 0o1101, path: "it's" } });
    expect(argumentsText(row)).toBe("'it\\'s', O_WRONLY|O_CREAT|O_TRUNC, 0o666");
  });

  test('what does not print is escaped, bytes that are not text too', () => {
    expect(quoted('a\n\t\x00\udc80é')).toBe("'a\\n\\t\\x00\\x80é'");
  });

  test('long text is cut, and says so', () => {
    expect(quoted('x'.repeat(10), 3)).toBe("'xxx'…");
  });

  test('outcomes', () => {
    expect(outcomeText(callRow(3))).toBe('EPERM');
    expect(outcomeSentence(callRow(3))).toBe('EPERM (1): Operation not permitted');
    expect(outcomeText(callRow(1))).toBe('3');
    expect(outcomeText(callRow(1, { call: 'll_os_read', result: 'abc', bytes: 3 }))).toBe('3 B');
    const stat = callRow(1, { call: 'll_os_stat', result: { mode: 0o100644, size: 77 } });
    expect(outcomeText(stat)).toBe('file, 77 B');
    expect(outcomeText(callRow(1, { call: 'll_os_fstat', result: { mode: 0o040755, size: 9 } }))).toBe(
      'directory',
    );
    const { result: _, ...none } = callRow(1);
    expect(outcomeText(none)).toBe('done');
    expect(outcomeText({ ...none, raise: 'RuntimeError' })).toBe('RuntimeError');
  });
});
