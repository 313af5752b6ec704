import type { WorldEntry } from '@sandtable/shared/protocol';
import { initialState, type SessionState } from '@sandtable/shared/session';
import { describe, expect, test } from 'vitest';
import type { WorkFile } from '../../session/workFile.ts';
import { treeRows, type TreeInput } from './tree.ts';

const file = (path: string): WorkFile => ({
  path,
  version: 1,
  size: 1,
  savedAt: null,
  readOnly: false,
  content: null,
  draft: null,
  status: 'saved',
  problem: null,
  theirs: null,
});
const entry = (path: string, part: Partial<WorldEntry> = {}): WorldEntry => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  path,
  kind: 'file',
  size: 1,
  origin: 'real',
  writable: true,
  ...part,
});
const folder = (path: string) => entry(path, { kind: 'directory', origin: 'synthetic' });

function rowsOf(part: Partial<TreeInput>) {
  const files = {
    'script.py': file('script.py'),
    'policy.ts': file('policy.ts'),
    'lib/a.py': file('lib/a.py'),
  };
  return treeRows({ files, listings: new Map(), opened: new Set(['/tmp']), run: null, ...part });
}
const outline = (rows: ReturnType<typeof rowsOf>) =>
  rows.map((row) => `${'  '.repeat(row.depth)}${row.name} ${row.origin}`);

describe('the tree of files', () => {
  test('before anything was listed the files of the bench are there', () => {
    expect(outline(rowsOf({}))).toEqual(['policy.ts unseen', 'tmp real', '  lib real', '  script.py real']);
  });

  test('with listings it is the guest’s world; the policy stays outside of it', () => {
    const listings = new Map([
      ['/', [folder('/tmp'), folder('/bin'), folder('/dev')]],
      ['/tmp', [entry('/tmp/script.py'), folder('/tmp/lib'), entry('/tmp/out.txt', { origin: 'guest' })]],
      ['/tmp/lib', [entry('/tmp/lib/a.py')]],
    ]);
    const rows = rowsOf({ listings, opened: new Set(['/tmp', '/tmp/lib']) });
    expect(outline(rows)).toEqual([
      'policy.ts unseen',
      'bin synthetic',
      'dev synthetic',
      'tmp synthetic',
      '  lib synthetic',
      '    a.py real',
      '  out.txt guest',
      '  script.py real',
    ]);
    expect(rows.find((row) => row.name === 'a.py')?.bench).toBe('lib/a.py');
    expect(rows.find((row) => row.name === 'out.txt')?.bench).toBeNull();
  });

  test('a file that was deleted after the run is gone, one that is deleted meanwhile still lies in the guest’s world', () => {
    const listings = new Map([
      ['/', [folder('/tmp')]],
      ['/tmp', [entry('/tmp/script.py'), entry('/tmp/deleted.txt')]],
    ]);
    const running = initialState('run00001');
    const names = (run: SessionState) => rowsOf({ listings, run }).map((row) => row.name);
    expect(names({ ...running, phase: 'running' })).toContain('deleted.txt');
    expect(names({ ...running, phase: 'ended' })).not.toContain('deleted.txt');
  });

  test('what a run did stands beside each file, denied and removed ones included', () => {
    const run: SessionState = {
      ...initialState('run00001'),
      touched: {
        paths: { '/tmp/script.py': { read: true }, '/tmp/key': { denied: true }, '/etc': { denied: true } },
        count: 3,
        more: 0,
      },
      changed: { paths: { '/tmp/lib/a.py': { change: 'remove' } }, count: 1, more: 0, quota: null },
    };
    const listings = new Map([
      ['/', [folder('/tmp')]],
      ['/tmp', [entry('/tmp/script.py'), folder('/tmp/lib')]],
      ['/tmp/lib', []],
    ]);
    const rows = rowsOf({ run, listings, opened: new Set(['/tmp', '/tmp/lib']) });
    expect(outline(rows)).toEqual([
      'policy.ts unseen',
      'tmp synthetic',
      '  lib synthetic',
      '    a.py denied',
      '  script.py real',
      '  key denied',
      'etc denied',
    ]);
    expect(rows.find((row) => row.name === 'script.py')?.touched).toEqual({ read: true });
    expect(rows.find((row) => row.name === 'a.py')?.removed).toBe(true);
    expect(rows.find((row) => row.name === 'key')?.removed).toBe(false);
  });
});
