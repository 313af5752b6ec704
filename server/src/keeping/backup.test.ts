import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataFolder } from '../store/dataFolder.ts';
import { openDatabase } from '../store/database.ts';
import { tableNames } from '../store/migrate.ts';
import { openStore, type Store } from '../store/store.ts';
import { DATABASES, databasesForTests, type DatabaseKind } from '../store/testing/databases.ts';
import { backup } from './backup.ts';
import { restore } from './restore.ts';
import { portable, rowsOf } from './rows.ts';
import { TABLE_NAMES } from './tables.ts';
import { fill } from './testing/fullStore.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const servers = { SQLite: databasesForTests('SQLite'), PostgreSQL: databasesForTests('PostgreSQL') };

interface Place {
  readonly data: string;
  readonly place: string;
}

/** A data folder of that name, with a database that has no tables yet. */
async function newPlace(kind: DatabaseKind, name: string): Promise<Place> {
  const data = join(folder, name);
  const opened = openDataFolder(data);
  if (!opened.ok) throw new Error(opened.message);
  opened.folder.release();
  return { data, place: kind === 'SQLite' ? opened.folder.database : await servers[kind].place('empty') };
}

async function open({ place }: Place): Promise<Store> {
  const opened = await openStore(place);
  if (!opened.ok) throw new Error(opened.message);
  return opened.store;
}

async function filled(kind: DatabaseKind, name: string): Promise<Place> {
  const made = await newPlace(kind, name);
  const store = await open(made);
  await fill(store, made.data);
  await store.close();
  return made;
}

/** Everything that must survive, in an order that does not depend on the database. */
async function contentOf(at: Place): Promise<unknown> {
  const store = await open(at);
  const tables: Record<string, string[]> = {};
  await store.db.transaction().execute(async (db) => {
    for (const table of TABLE_NAMES) {
      tables[table] = [];
      for await (const row of rowsOf(db, table))
        tables[table].push(
          JSON.stringify(Object.entries(portable(row)).sort(([a], [b]) => (a < b ? -1 : 1))),
        );
      tables[table].sort();
    }
  });
  await store.close();
  return { tables, files: filesBelow(at.data) };
}

function filesBelow(data: string): Record<string, string> {
  const names = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(data.length + 1))
    .filter((name) => /^(?:runs|attempts)\//.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(data, name), 'latin1')]));
}

const ok = { ok: true };

test.each([
  ['SQLite', 'SQLite'],
  ['SQLite', 'PostgreSQL'],
  ['PostgreSQL', 'PostgreSQL'],
] as const)('%s → %s → back: every row and every file', async (from, to) => {
  const first = await filled(from, 'first');
  const before = await contentOf(first);
  const file = join(folder, 'backup.tar.gz');
  expect(await backup(first.data, first.place, file)).toMatchObject({ ok: true, files: 6 });
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const second = await newPlace(to, 'second');
  expect(await restore(second.data, second.place, file, { replace: false })).toMatchObject({
    ok: true,
    before: null,
  });
  expect(await contentOf(second)).toEqual(before);

  const again = join(folder, 'again.tar.gz');
  expect(await backup(second.data, second.place, again)).toMatchObject(ok);
  const third = await newPlace(from, 'third');
  expect(await restore(third.data, third.place, again, { replace: false })).toMatchObject(ok);
  expect(await contentOf(third)).toEqual(before);
  // What was needed meanwhile is gone.
  for (const { data } of [first, second, third])
    expect(readdirSync(data).filter((name) => /^(?:backup|restoring)-/.test(name))).toEqual([]);
});

test('ordinary tools can list a backup', async () => {
  const { data, place } = await filled('SQLite', 'first');
  const file = join(folder, 'backup.tar.gz');
  await backup(data, place, file);
  const listed = execFileSync('tar', ['tzf', file], { encoding: 'utf8' }).trim().split('\n');
  expect(listed[0]).toBe('manifest.json');
  expect(listed).toContain('tables/person.jsonl');
  expect(listed).toContain('runs/run-ben/log.jsonl');
});

describe.each(DATABASES)('%s', (kind) => {
  test('a backup is of one moment, while others write', async () => {
    const at = await newPlace(kind, 'first');
    const store = await open(at);
    const made = { id: 'pairs', name: 'pairs', owner: 'local', files: [] };
    await store.benches.create(made);
    // Each file's row and the bench's revision change together.
    let going = true;
    const writing = (async () => {
      for (let i = 0; going; i++) {
        await store.files.put('pairs', 'a', Buffer.from(String(i)), 'utf8', 'any');
        // SQLite answers in the same turn.
        await setImmediate();
      }
    })();
    const file = join(folder, 'backup.tar.gz');
    expect(await backup(at.data, at.place, file)).toMatchObject(ok);
    going = false;
    await writing;
    await store.close();
    const second = await newPlace(kind, 'second');
    expect(await restore(second.data, second.place, file, { replace: false })).toMatchObject(ok);
    const restored = await open(second);
    const [written] = await restored.files.list('pairs');
    const bench = await restored.benches.row('pairs');
    expect(bench?.revision).toBe(written?.version ?? 0);
    expect(await restored.revisions.list('pairs')).toHaveLength(written?.version ?? 0);
    await restored.close();
  });

  test('what is there already stays, or is kept aside', async () => {
    const first = await filled(kind, 'first');
    const file = join(folder, 'backup.tar.gz');
    await backup(first.data, first.place, file);
    const second = await newPlace(kind, 'second');
    const store = await open(second);
    await store.benches.create({ id: 'mine', name: 'mine', owner: 'local', files: [] });
    await store.close();

    expect(await restore(second.data, second.place, file, { replace: false })).toMatchObject({
      ok: false,
      code: 'not-empty',
    });
    const kept = await open(second);
    expect((await kept.benches.get('mine'))?.name).toBe('mine');
    await kept.close();

    const replaced = await restore(second.data, second.place, file, { replace: true });
    expect(replaced).toMatchObject(ok);
    expect(await contentOf(second)).toEqual(await contentOf(first));
    const before = replaced.ok ? replaced.before! : '';
    if (kind === 'SQLite') {
      const old = await open({ data: before, place: join(before, 'sandtable.sqlite') });
      expect((await old.benches.get('mine'))?.name).toBe('mine');
      await old.close();
    } else {
      const opened = await openDatabase(second.place);
      if (!opened.ok) throw new Error(opened.message);
      const schema = /schema (\w+)/.exec(before)![1]!;
      const { rows } = await sql`select name from ${sql.table(`${schema}.bench`)} where id = 'mine'`.execute(
        opened.db,
      );
      expect(rows).toEqual([{ name: 'mine' }]);
      await opened.db.destroy();
      // A server starts with it.
      await (await open(second)).close();
    }
  });

  test('nothing is restored below a server that works', async () => {
    const first = await filled(kind, 'first');
    const file = join(folder, 'backup.tar.gz');
    await backup(first.data, first.place, file);
    const second = await newPlace(kind, 'second');
    const server = openDataFolder(second.data);
    expect(await restore(second.data, second.place, file, { replace: true })).toMatchObject({
      ok: false,
      code: 'in-use',
    });
    if (server.ok) server.folder.release();
  });

  test('a row that cannot be one undoes all', async () => {
    const first = await filled(kind, 'first');
    const broken = await open(first);
    await sql`update run set bench = 'bench-ben', id = '../../etc' where id = 'run-copy'`.execute(broken.db);
    await broken.close();
    const file = join(folder, 'backup.tar.gz');
    await backup(first.data, first.place, file);
    const second = await newPlace(kind, 'second');
    expect(await restore(second.data, second.place, file, { replace: false })).toMatchObject({
      ok: false,
      code: 'damaged',
      message: expect.stringContaining('id'),
    });
    expect(filesBelow(second.data)).toEqual({});
    if (kind === 'SQLite') return expect(existsSync(second.place)).toBe(false);
    const opened = await openDatabase(second.place);
    if (!opened.ok) throw new Error(opened.message);
    expect(await tableNames(opened.db)).toEqual([]);
    await opened.db.destroy();
  });

  test('a backup of an earlier version is brought up to this one', async () => {
    const { data, place } = await newPlace(kind, 'first');
    const opened = await openDatabase(place);
    if (!opened.ok) throw new Error(opened.message);
    const earlier = join(import.meta.dirname, '..', 'store', 'testing', 'earlier');
    const text = readFileSync(
      join(earlier, `0002-bookmarks.${kind === 'SQLite' ? 'sqlite' : 'postgres'}.sql`),
      'utf8',
    );
    for (const statement of text.trimEnd().split(/;\n/)) await sql.raw(statement).execute(opened.db);
    await opened.db.destroy();
    const file = join(folder, 'backup.tar.gz');
    expect(await backup(data, place, file)).toMatchObject(ok);
    const second = await newPlace(kind, 'second');
    expect(await restore(second.data, second.place, file, { replace: false })).toMatchObject(ok);
    const store = await open(second);
    expect(await store.benches.list('local')).toHaveLength(2);
    expect((await store.bookmarks.list('run-one'))[0]?.note).toBe('here; it is');
    await store.close();
  });
});

test('what cannot be done is said, and nothing is left', async () => {
  const { data, place } = await newPlace('SQLite', 'first');
  const file = join(folder, 'backup.tar.gz');
  expect(await backup(data, place, file)).toMatchObject({ ok: false, code: 'nothing' });
  await (await open({ data, place })).close();
  writeFileSync(file, 'mine');
  expect(await backup(data, place, file)).toMatchObject({ ok: false, code: 'exists' });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect(await backup(data, place, join(folder, 'no', 'such', 'folder.tar.gz'))).toMatchObject({
    ok: false,
    code: 'failed',
  });
  expect(await restore(data, place, join(folder, 'none'), { replace: true })).toMatchObject({
    ok: false,
    code: 'failed',
  });
  expect(readdirSync(folder).sort()).toEqual(['backup.tar.gz', 'first']);
});
