import { initialState } from '@sandtable/shared/session';
import type { PastFile, RunPoint } from '@sandtable/shared/travelMessages';
import { expect, test } from 'vitest';
import { pastRows } from './pastTree.ts';

const file = (path: string, rest: Partial<PastFile> = {}): PastFile => ({
  path,
  kind: 'file',
  size: 1,
  start: true,
  changed: null,
  ...rest,
});

test('shows the files of that moment, those made since the start, and those that had gone', () => {
  const point: RunPoint = {
    run: 'run-test',
    n: 5,
    state: { ...initialState('run-test'), phase: 'ended' },
    row: null,
    descriptors: [],
    files: [
      file('/tmp/in.txt'),
      file('/tmp/d/deep.txt', { start: false, changed: 3, size: 7 }),
      file('/etc/hosts'),
    ],
    removed: [{ path: '/tmp/old.txt', row: 4 }],
    more: 0,
  };
  const rows = pastRows(point, new Set(['/tmp', '/tmp/d']));
  expect(rows.map(({ path, origin, removed, size }) => [path, origin, removed, size])).toEqual([
    ['/etc', 'real', false, 0],
    ['/tmp', 'real', false, 0],
    ['/tmp/d', 'real', false, 0],
    ['/tmp/d/deep.txt', 'guest', false, 7],
    ['/tmp/in.txt', 'real', false, 1],
    ['/tmp/old.txt', 'denied', true, 0],
  ]);
});
