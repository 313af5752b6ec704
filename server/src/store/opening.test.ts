/** Opening a database: one of another version, one that is not there, one that another server has. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from './database.ts';
import { STEPS, tableNames } from './migrate.ts';
import { LOCAL_PERSON } from './schema.ts';
import { lockDatabase, SERVER_LOCK } from './serverLock.ts';
import { newId, openStore } from './store.ts';
import { DATABASES, databasesForTests } from './testing/databases.ts';

describe.each(DATABASES)('%s', (kind) => {
  const databases = databasesForTests(kind);

  test('a database of a newer version is refused and left alone', async () => {
    const place = await databases.place();
    const store = await databases.open(place);
    await sql`insert into kysely_migration values ('9999-from-the-future', '2099-01-01')`.execute(store.db);
    await store.close();
    expect(await openStore(place)).toMatchObject({
      ok: false,
      code: 'newer',
      message: expect.stringContaining('9999-from-the-future'),
    });
    const opened = await openDatabase(place);
    if (!opened.ok) throw new Error(opened.message);
    await sql`delete from kysely_migration where name = '9999-from-the-future'`.execute(opened.db);
    await opened.db.destroy();
    await (await databases.open(place)).close();
  });

  test('one whose tables another program made is left as it is', async () => {
    const place = await databases.place('empty');
    const opened = await openDatabase(place);
    if (!opened.ok) throw new Error(opened.message);
    await sql`create table comment (mine text)`.execute(opened.db);
    expect(await openStore(place)).toMatchObject({ ok: false, code: 'unreadable' });
    // The steps before the one that failed are undone as well.
    expect(await tableNames(opened.db)).toEqual(['comment']);
    await opened.db.destroy();
  });

  test('a new one has all steps, and paths in the order of their bytes', async () => {
    const store = await databases.open(await databases.place('empty'));
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
      store.db,
    );
    expect(rows.map(({ name }) => name)).toEqual(STEPS);
    const id = newId();
    const files = ['b', 'a-b', 'B', 'a/b', 'é', 'ab'].map((path) => ({
      path,
      encoding: 'utf8' as const,
      content: new Uint8Array(),
    }));
    await store.benches.create({ id, name: 'order', owner: LOCAL_PERSON, files });
    expect((await store.files.list(id)).map(({ path }) => path)).toEqual(['B', 'a-b', 'a/b', 'ab', 'b', 'é']);
    await store.close();
  });
});

describe('PostgreSQL that cannot be used', () => {
  const databases = databasesForTests('PostgreSQL');
  let place = '';
  beforeAll(async () => {
    place = await databases.place('empty');
  });

  test.each([
    ['nobody listens there', () => 'postgres://me@127.0.0.1:1/x', 'unreachable', 'ECONNREFUSED'],
    [
      'no such socket',
      () => place.replace(/host=[^&]*/, 'host=%2Fno%2Fsuch%2Ffolder'),
      'unreachable',
      'ENOENT',
    ],
    ['no such database', () => place.replace(/\/\/\/\w+/, '///no_such'), 'no-database', 'createdb'],
    ['no such user', () => place.replace('user=postgres', 'user=mallory'), 'refused', 'mallory'],
    ['another program', () => 'mysql://root:secret@localhost/x', 'unreadable', 'postgres://'],
  ])('%s', async (_what, url, code, word) => {
    expect(await openStore(url())).toMatchObject({ ok: false, code, message: expect.stringContaining(word) });
  });

  test('no message holds a password', async () => {
    for (const url of [
      'postgres://me:hush@127.0.0.1:1/x',
      'postgres://127.0.0.1:1/x?password=hush',
      'x://me:hush@y',
    ]) {
      const opened = await openStore(url);
      expect(opened.ok).toBe(false);
      expect(JSON.stringify(opened)).not.toContain('hush');
    }
  });

  test('a wrong password, and who owns the database needs nothing else', async () => {
    const opened = await openDatabase(place);
    if (!opened.ok) throw new Error(opened.message);
    const name = sql.ref(/\/\/\/(\w+)/.exec(place)![1]!);
    await sql`create role guarded login password 'right'`.execute(opened.db);
    await sql`alter database ${name} owner to guarded`.execute(opened.db);
    await opened.db.destroy();
    const as = (password: string): string =>
      place.replace('user=postgres', `user=guarded&password=${password}`);
    expect(await openStore(as('wrong'))).toMatchObject({
      ok: false,
      code: 'refused',
      message: expect.stringContaining('guarded'),
    });
    await (await databases.open(as('right'))).close();
  });

  test('one server at a time', async () => {
    const first = await lockDatabase(place);
    if (!first.ok) throw new Error(first.message);
    expect(await lockDatabase(place)).toMatchObject({ ok: false, code: 'in-use' });
    await first.lock.release();
    const second = await lockDatabase(place);
    if (!second.ok) throw new Error(second.message);
    await second.lock.release();
  });

  describe('a lock whose connection breaks', () => {
    const holders = sql<{ pid: number }>`select pid from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`;

    test('is taken again', async () => {
      const locked = await lockDatabase(place);
      const opened = await openDatabase(place);
      if (!locked.ok || !opened.ok) throw new Error('not opened');
      const [before] = (await holders.execute(opened.db)).rows;
      await sql`select pg_terminate_backend(${before!.pid})`.execute(opened.db);
      const holder = async (): Promise<number | undefined> => (await holders.execute(opened.db)).rows[0]?.pid;
      await expect
        .poll(holder, { timeout: 10_000 })
        .toSatisfy((pid) => pid !== undefined && pid !== before!.pid);
      await locked.lock.release();
      await opened.db.destroy();
    });

    test('and is another server’s by then, ends ours', async () => {
      const locked = await lockDatabase(place);
      const opened = await openDatabase(place);
      const other = await openDatabase(place);
      if (!locked.ok || !opened.ok || !other.ok) throw new Error('not opened');
      const [before] = (await holders.execute(opened.db)).rows;
      // It waits in front of ours, which comes back only later.
      await other.db.connection().execute(async (db) => {
        const taken = sql`select pg_advisory_lock(${SERVER_LOCK})`.execute(db);
        await sql`select pg_terminate_backend(${before!.pid})`.execute(opened.db);
        await taken;
        await locked.lock.lost;
      });
      await locked.lock.release();
      await opened.db.destroy();
      await other.db.destroy();
    });
  });
});

describe('a damaged SQLite file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandtable-damaged-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is refused in words', async () => {
    const path = join(folder, 'sandtable.sqlite');
    writeFileSync(path, 'this is no database, whatever its name says'.repeat(100));
    expect(await openStore(path)).toMatchObject({
      ok: false,
      code: 'unreadable',
      message: expect.stringContaining('not a database'),
    });
  });
});
