import type { IBuffer } from '@xterm/xterm';
import { expect, test } from 'vitest';
import { lastLink, linksAt } from './terminalLinks.ts';

/** Rows of a terminal; one that begins with ↵ goes on with the row above. A ░ is the second half of the character before it. */
function bufferOf(rows: readonly string[]): IBuffer {
  const lines = rows.map((row) => {
    const chars = [...row.replace(/^↵/, '')];
    return {
      isWrapped: row.startsWith('↵'),
      length: chars.length,
      getCell: (x: number) => ({
        getChars: () => (chars[x] === ' ' || chars[x] === '░' ? '' : chars[x]!),
        getWidth: () => (chars[x] === '░' ? 0 : chars[x + 1] === '░' ? 2 : 1),
      }),
    };
  });
  return { length: lines.length, getLine: (y: number) => lines[y] } as unknown as IBuffer;
}

function follow(rows: readonly string[], y: number) {
  const went: (readonly [string, number])[] = [];
  const links = linksAt(bufferOf(rows), y, {
    editorPath: (path) => (path.startsWith('/') ? path : null),
    onLink: (path, line) => went.push([path, line]),
  });
  for (const link of links) link.activate();
  return { went, ranges: links.map(({ range: { start, end } }) => [start.x, start.y, end.x, end.y]) };
}

const WRAPPED = ['before', '  File "/tmp/a', '↵/b.py", line 12', 'after'];

test('a place that goes over the edge of the terminal is one link, from each of its rows', () => {
  const expected = { went: [['/tmp/a/b.py', 12]], ranges: [[3, 2, 15, 3]] };
  expect(follow(WRAPPED, 2)).toEqual(expected);
  expect(follow(WRAPPED, 3)).toEqual(expected);
  expect(follow(WRAPPED, 4).went).toEqual([]);
});

test('behind wide characters a link covers its own columns', () => {
  expect(follow(['日░本░ /a.py:3'], 1)).toEqual({ went: [['/a.py', 3]], ranges: [[6, 1, 12, 1]] });
});

test('what the editor cannot open is no link', () => {
  expect(follow(['script.py:3'], 1).went).toEqual([]);
});

test('the last place of all is found, over lines that name none', () => {
  const went: number[] = [];
  const events = { editorPath: (path: string) => path, onLink: (_: string, line: number) => went.push(line) };
  lastLink(bufferOf([...WRAPPED, 'x.py:1 and x.py:2', 'no place']), events)?.activate();
  expect(went).toEqual([2]);
  expect(lastLink(bufferOf(['nothing']), events)).toBeNull();
});
