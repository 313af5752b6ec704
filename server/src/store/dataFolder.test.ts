import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dataPath, openDataFolder } from './dataFolder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the data folder', () => {
  test('only its owner can look inside, and one server at a time works in it', () => {
    const path = join(folder, 'data');
    const first = openDataFolder(path);
    if (!first.ok) throw new Error(first.message);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(openDataFolder(path)).toMatchObject({ ok: false, code: 'in-use' });
    first.folder.release();
    const second = openDataFolder(path);
    expect(second.ok).toBe(true);
    if (second.ok) second.folder.release();
  });

  test('a folder that cannot be made is said plainly', () => {
    writeFileSync(join(folder, 'plain'), '');
    expect(openDataFolder(join(folder, 'plain', 'data'))).toMatchObject({ ok: false, code: 'not-writable' });
  });

  test('place: what the operator says, then XDG, then the home folder', () => {
    expect(dataPath({ SANDTABLE_DATA: '/srv/x', XDG_DATA_HOME: '/xdg' })).toBe('/srv/x');
    expect(dataPath({ XDG_DATA_HOME: '/xdg', HOME: '/home/a' })).toBe('/xdg/sandtable');
    expect(dataPath({ XDG_DATA_HOME: 'relative', HOME: '/home/a' })).toBe('/home/a/.local/share/sandtable');
  });
});
