import type { CallEvent } from '@sandtable/shared/events';
import { expect, test } from 'vitest';
import { callerOf, editorPathOf } from './guestPlaces.ts';

const onBench = (path: string): boolean => ['script.py', 'lib/a.py'].includes(path);
const frame = (file: string, line: number) => ({ file, line, function: 'f' });

test.each([
  ['/tmp/script.py', 'script.py'],
  ['script.py', 'script.py'],
  ['./lib/a.py', 'lib/a.py'],
  ['/tmp/made.py', '/tmp/made.py'],
  ['/bin/lib/os.py', '/bin/lib/os.py'],
  ['made.py', null],
  ['<string>', null],
])('the editor opens %s as %s', (guestPath, path) => {
  expect(editorPathOf(guestPath, onBench)).toBe(path);
});

test('a row came from the innermost line of the program, as far as the editor can open it', () => {
  const from = (...stack: ReturnType<typeof frame>[]) => callerOf({ stack } as unknown as CallEvent, onBench);
  const library = frame('/bin/lib/os.py', 40);
  expect(from(library, frame('/tmp/lib/a.py', 7))).toEqual({ path: 'lib/a.py', line: 7 });
  expect(from(library, frame('/tmp/made.py', 3))).toEqual({ path: '/tmp/made.py', line: 3 });
  expect(from(library)).toEqual({ path: '/bin/lib/os.py', line: 40 });
  expect(from(frame('<string>', 1))).toBeNull();
  expect(from()).toBeNull();
});
