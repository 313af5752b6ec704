import { expect, test } from 'vitest';
import { deniedLinesOf, deniedText } from './deniedLines.ts';

const line = (name: string, denied: number) => ({ name, calls: 9, denied, failed: 0, bytes: 0, us: 0 });

test('only lines of the file count, and only those where something was denied', () => {
  const lines = [
    line('script.py:12', 2),
    line('script.py:3', 1),
    line('script.py:4', 0),
    line('lib/script.py:5', 1),
    line('/usr/lib/os.py:7', 1),
    line('', 4),
    line('…', 4),
    line('script.py:x', 1),
  ];
  expect(deniedLinesOf({ lines }, 'script.py')).toEqual([
    { line: 3, denied: 1 },
    { line: 12, denied: 2 },
  ]);
});

test('says how many', () => {
  expect(deniedText(1)).toBe('✕ 1 call denied');
  expect(deniedText(1200)).toBe('✕ 1,200 calls denied');
});
