/** Backup, restore, export and erasing as an operator meets them: beside a server that works, and after it. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fill } from '../keeping/testing/fullStore.ts';
import { openDataFolder } from '../store/dataFolder.ts';
import { openStore } from '../store/store.ts';
import { DATABASES, databasesForTests } from '../store/testing/databases.ts';
import { backupCommand, personCommand, restoreCommand } from './keepingCommands.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** What is written to the streams of this process, until mocks are restored. */
function listen(): { out: string; err: string } {
  const said = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
  return said;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-operator-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(DATABASES)('%s', (kind) => {
  const databases = databasesForTests(kind);

  /** The command line with a data folder, and a database of its own where it is not in there. */
  function operator(data: string, url: string | null) {
    const own = { SANDTABLE_DATA: data, DATABASE_URL: url ?? '' };
    return {
      /** As a process. */
      run: (...words: string[]): Said => {
        const env = { ...process.env, ...own };
        const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
          env,
          encoding: 'utf8',
        });
        return { status, out: stdout, err: stderr };
      },
      /** The same without a process, of which each takes a while to load. */
      call: async (command: typeof backupCommand, ...words: string[]): Promise<Said> => {
        for (const [name, value] of Object.entries(own)) vi.stubEnv(name, value);
        const said = listen();
        try {
          const status = await command(words);
          return { status, ...said };
        } finally {
          vi.restoreAllMocks();
          vi.unstubAllEnvs();
        }
      },
    };
  }

  const urlOf = async (contents: 'tables' | 'empty'): Promise<string | null> =>
    kind === 'SQLite' ? null : databases.place(contents);

  test('save beside a server, erase after it, go back', async () => {
    const data = join(folder, 'data');
    const url = await urlOf('tables');
    const { run, call } = operator(data, url);
    const opened = openDataFolder(data);
    const store = opened.ok ? await openStore(url ?? opened.folder.database) : null;
    if (!opened.ok || store?.ok !== true) throw new Error('not opened');
    await fill(store.store, data);

    // A server is at work: what reads goes, what changes does not.
    const file = join(folder, 'all.tar.gz');
    expect(run('backup', file)).toMatchObject({ status: 0, err: '' });
    const zip = join(folder, 'ada.zip');
    expect(await call(personCommand, 'export', 'ada@example.org', zip)).toMatchObject({ status: 0, err: '' });
    expect(Object.keys(unzipSync(readFileSync(zip)))).toContain('rows/person.json');
    expect(await call(personCommand, 'erase', '--yes', 'ada')).toMatchObject({
      status: 1,
      err: expect.stringContaining('Another server'),
    });
    expect(await call(restoreCommand, '--replace', file)).toMatchObject({
      status: 1,
      err: expect.stringContaining('Another server'),
    });
    await store.store.close();
    opened.folder.release();

    expect(await call(personCommand, 'erase', 'ada')).toMatchObject({
      status: 1,
      err: expect.stringContaining('--yes'),
    });
    expect(await call(personCommand, 'erase', '--yes', 'ada')).toMatchObject({
      status: 0,
      out: expect.stringContaining('erased'),
    });
    expect(await call(personCommand, 'export', 'ada', join(folder, 'again.zip'))).toMatchObject({
      status: 1,
    });
    expect(existsSync(join(data, 'runs', 'run-ada'))).toBe(false);

    expect(await call(restoreCommand, file)).toMatchObject({
      status: 1,
      err: expect.stringContaining('--replace'),
    });
    expect(await call(restoreCommand, '--replace', file)).toMatchObject({
      status: 0,
      out: expect.stringContaining('before is in'),
    });
    expect(await call(personCommand, 'export', 'ada', join(folder, 'again.zip'))).toMatchObject({
      status: 0,
    });

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

describe('wrong words', () => {
  let said: { out: string; err: string };
  beforeEach(() => {
    vi.stubEnv('SANDTABLE_DATA', join(folder, 'none'));
    vi.stubEnv('DATABASE_URL', '');
    said = listen();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    // Whatever was asked, nothing was made.
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  test.each([
    ['backup', () => backupCommand([])],
    ['backup a b', () => backupCommand(['a', 'b'])],
    ['backup --fast a', () => backupCommand(['--fast', 'a'])],
    ['restore', () => restoreCommand([])],
    ['person', () => personCommand([])],
    ['person erase', () => personCommand(['erase'])],
    ['person promote x', () => personCommand(['promote', 'x'])],
  ])('%s', async (_words, command) => {
    expect(await command()).toBe(2);
    expect(said).toMatchObject({ out: '', err: expect.stringContaining('--help') });
  });

  test.each([
    ['backup', () => backupCommand([join(folder, 'x')])],
    ['person export', () => personCommand(['export', 'a', join(folder, 'x')])],
    ['person erase', () => personCommand(['erase', '--yes', 'a'])],
  ])('%s where there is no database', async (_words, command) => {
    expect(await command()).toBe(1);
    expect(said).toMatchObject({ out: '', err: expect.stringContaining('no database') });
  });

  test('--help', async () => {
    for (const command of [backupCommand, restoreCommand, personCommand]) {
      said.out = '';
      expect(await command(['--help'])).toBe(0);
      expect(said.out).toContain('Usage: sandtable');
    }
  });
});
