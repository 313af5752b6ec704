import { expect, test } from 'vitest';
import { fileLinksIn } from './fileLinks.ts';

test.each([
  [
    '  File "/tmp/script.py", line 5, in <module>',
    [['/tmp/script.py', 5, undefined, 'File "/tmp/script.py", line 5']],
  ],
  ['script.py:12: warning', [['script.py', 12, undefined, 'script.py:12']]],
  [
    'see lib/a-b.py:3:7 and x.py:1',
    [
      ['lib/a-b.py', 3, 7, 'lib/a-b.py:3:7'],
      ['x.py', 1, undefined, 'x.py:1'],
    ],
  ],
  ['File "<stdin>", line 1', []],
  ['time 12:30:05, ratio 1.5:2', []],
  ['http://host.example:80/', []],
])('%s', (text, expected) => {
  const links = fileLinksIn(text).map(({ from, to, path, line, column }) => [
    path,
    line,
    column,
    text.slice(from, to),
  ]);
  expect(links).toEqual(expected);
});
