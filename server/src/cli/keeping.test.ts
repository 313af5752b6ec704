/** Backup, restore, export and erasing as an operator meets them: beside a server that works, and after it. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fill } from '../keeping/testing/fullStore.ts';
import { openDataFolder } from '../store/dataFolder.ts';
import { openStore } from '../store/store.ts';
import { DATABASES, databasesForTests } from '../store/testing/databases.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-operator-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(DATABASES)('%s', (kind) => {
  const databases = databasesForTests(kind);

  /** The command line with a data folder, and a database of its own where it is not in there. */
  function operator(data: string, url: string | null) {
    const env = { ...process.env, SANDTABLE_DATA: data, DATABASE_URL: url ?? '' };
    return (...words: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
        env,
        encoding: 'utf8',
      });
      return { status, out: stdout, err: stderr };
    };
  }

  const urlOf = async (contents: 'tables' | 'empty'): Promise<string | null> =>
    kind === 'SQLite' ? null : databases.place(contents);

  test('save beside a server, erase after it, go back', async () => {
    const data = join(folder, 'data');
    const url = await urlOf('tables');
    const first = operator(data, url);
    const opened = openDataFolder(data);
    const store = opened.ok ? await openStore(url ?? opened.folder.database) : null;
    if (!opened.ok || store?.ok !== true) throw new Error('not opened');
    await fill(store.store, data);

    // A server is at work: what reads goes, what changes does not.
    const file = join(folder, 'all.tar.gz');
    expect(first('backup', file)).toMatchObject({ status: 0, err: '' });
    const zip = join(folder, 'ada.zip');
    expect(first('person', 'export', 'ada@example.org', zip)).toMatchObject({ status: 0, err: '' });
    expect(Object.keys(unzipSync(readFileSync(zip)))).toContain('rows/person.json');
    expect(first('person', 'erase', '--yes', 'ada')).toMatchObject({
      status: 1,
      err: expect.stringContaining('Another server'),
    });
    expect(first('restore', '--replace', file)).toMatchObject({
      status: 1,
      err: expect.stringContaining('Another server'),
    });
    await store.store.close();
    opened.folder.release();

    expect(first('person', 'erase', 'ada')).toMatchObject({
      status: 1,
      err: expect.stringContaining('--yes'),
    });
    expect(first('person', 'erase', '--yes', 'ada')).toMatchObject({
      status: 0,
      out: expect.stringContaining('erased'),
    });
    expect(first('person', 'export', 'ada', join(folder, 'again.zip'))).toMatchObject({ status: 1 });
    expect(existsSync(join(data, 'runs', 'run-ada'))).toBe(false);

    expect(first('restore', file)).toMatchObject({ status: 1, err: expect.stringContaining('--replace') });
    expect(first('restore', '--replace', file)).toMatchObject({
      status: 0,
      out: expect.stringContaining('before is in'),
    });
    expect(first('person', 'export', 'ada', join(folder, 'again.zip'))).toMatchObject({ status: 0 });

    // And a server starts with it.
    const server = spawn(process.execPath, [MAIN, 'serve'], {
      env: { ...process.env, SANDTABLE_DATA: data, DATABASE_URL: url ?? '', PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise<string>((resolve) => {
      let text = '';
      server.stdout.on('data', (piece: Buffer) => {
        text += piece.toString();
        if (text.includes('ready')) resolve(text);
      });
      server.once('exit', () => resolve(text));
    });
    expect(said).toContain('Sandtable is ready');
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    expect(await ended).toBe(0);
  }, 90_000);
});

test('wrong words are said to be wrong, and nothing is made', () => {
  const data = join(folder, 'none');
  const sandtable = (...words: string[]) =>
    spawnSync(process.execPath, [MAIN, ...words], {
      env: { ...process.env, SANDTABLE_DATA: data, DATABASE_URL: '' },
      encoding: 'utf8',
    });
  for (const words of [
    ['backup'],
    ['backup', 'a', 'b'],
    ['restore'],
    ['person'],
    ['person', 'erase'],
    ['person', 'promote', 'x'],
  ])
    expect(sandtable(...words), words.join(' ')).toMatchObject({ status: 2, stdout: '' });
  for (const words of [
    ['backup', join(folder, 'x')],
    ['person', 'export', 'a', join(folder, 'x')],
    ['person', 'erase', 'a'],
  ])
    expect(sandtable(...words)).toMatchObject({ status: 1, stderr: expect.stringContaining('no database') });
  for (const command of ['backup', 'restore', 'person'])
    expect(sandtable(command, '--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Usage'),
    });
  expect(existsSync(data)).toBe(false);
}, 60_000);
