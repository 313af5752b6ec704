import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tableNames } from '../store/migrate.ts';
import type { PersonRow } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { addAdministrator } from '../store/testing/administrators.ts';
import { DATABASES, databasesForTests } from '../store/testing/databases.ts';
import { erasePerson } from './erasePerson.ts';
import { exportPerson } from './exportPerson.ts';
import { findPerson } from './person.ts';
import { rowsOf } from './rows.ts';
import { TABLE_NAMES } from './tables.ts';
import { ADA, BEN_TEXT, fill } from './testing/fullStore.ts';

describe.each(DATABASES)('%s', (kind) => {
  const databases = databasesForTests(kind);
  let folder: string;
  let data: string;
  let place: string;
  let store: Store;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sandtable-person-'));
    data = join(folder, 'data');
    place = await databases.place();
    store = await databases.open(place);
    await fill(store, data);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  async function person(asked: string): Promise<PersonRow> {
    const found = await findPerson(store.db, asked);
    if (!found.ok) throw new Error(found.message);
    return found.person;
  }

  /** Every row as a line, whatever its bytes say as text. */
  async function dump(): Promise<Record<string, string[]>> {
    const tables: Record<string, string[]> = {};
    await store.db.transaction().execute(async (db) => {
      for (const table of TABLE_NAMES) {
        tables[table] = [];
        for await (const row of rowsOf(db, table)) {
          const texts = Object.entries(row).map(([name, value]) => [
            name,
            value instanceof Uint8Array ? Buffer.from(value).toString() : value,
          ]);
          tables[table].push(JSON.stringify(texts));
        }
        tables[table].sort();
      }
    });
    return tables;
  }

  function filesBelow(path: string): readonly { name: string; text: string }[] {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((name) => ({ name, text: readFileSync(name).toString() }));
  }

  test('every table of the database is among those that are kept', async () => {
    const tables = (await tableNames(store.db)).filter((name) => !name.startsWith('kysely_'));
    expect([...tables].sort()).toEqual([...TABLE_NAMES].sort());
    // And each has rows here, so that the other tests are of all tables.
    const rows = await dump();
    for (const table of TABLE_NAMES) expect(rows[table], table).not.toHaveLength(0);
  });

  test('people are found by what an operator knows of them', async () => {
    for (const asked of ['ada', 'ADA@example.org', ADA.signInName, ADA.name.toUpperCase()])
      expect(await findPerson(store.db, asked), asked).toMatchObject({ ok: true, person: { id: 'ada' } });
    expect(await findPerson(store.db, 'nobody')).toMatchObject({ ok: false, code: 'not-found' });
    await store.db.updateTable('person').set({ name: 'Iris' }).where('id', '=', 'root').execute();
    // One who has the id wins over one who has the name.
    expect(await findPerson(store.db, 'iris')).toMatchObject({ ok: true, person: { id: 'iris' } });
    await store.db.updateTable('person').set({ name: 'Same' }).where('id', 'in', ['iris', 'root']).execute();
    expect(await findPerson(store.db, 'same')).toMatchObject({ ok: false, code: 'ambiguous' });
  });

  test('an export has everything of theirs, nothing of others, and no secrets', async () => {
    const file = join(folder, 'ada.zip');
    expect(await exportPerson(store.db, data, await person('ada'), file)).toMatchObject({ ok: true });
    const zip = Object.fromEntries(
      Object.entries(unzipSync(readFileSync(file))).map(([name, bytes]) => [name, strFromU8(bytes)]),
    );
    const rows = (table: string): Record<string, unknown>[] =>
      JSON.parse(zip[`rows/${table}.json`]!) as Record<string, unknown>[];
    const ids = (table: string, column = 'id'): unknown[] =>
      rows(table)
        .map((row) => row[column])
        .sort();
    expect(ids('person')).toEqual(['ada']);
    expect(rows('credential')).toEqual([expect.objectContaining({ subject: ADA.signInName })]);
    expect(ids('membership', 'person')).toEqual(['ada']);
    expect(ids('roster', 'email')).toEqual([ADA.email]);
    expect(ids('bench')).toEqual(['bench-ada', 'bench-copy']);
    expect(ids('run')).toEqual(['run-ada', 'run-copy']);
    expect(ids('attempt')).toEqual(['attempt-ada', 'attempt-old']);
    expect(ids('comment')).toEqual(['comment-1', 'comment-2']);
    expect(ids('grade_override')).toEqual(['grade-1']);
    expect(ids('extension', 'person')).toEqual(['ada']);
    expect(ids('audit')).toEqual(['1', '2']);
    expect(rows('revision')).toContainEqual(
      expect.objectContaining({ bench: 'bench-ada', n: 1, content: ADA.text }),
    );
    expect(zip[`files/bench-ada/${ADA.text}.py`]).toBe(ADA.text);
    expect(zip['runs/run-ada/log.jsonl']).toContain(ADA.text);
    expect(zip['attempts/attempt-ada/writes-a-file/trace.jsonl']).toBe(ADA.text);
    const all = JSON.stringify(zip);
    expect(all).not.toContain('ben@example.org');
    expect(all).not.toContain('hash-of-ada');
    expect(all).not.toContain('token-of-ada');
    // What Ada helped Ben with is hers as well; nothing else of Ben's is there.
    expect(all.split(BEN_TEXT).length - 1).toBe(2);
  });

  test('an export overwrites nothing', async () => {
    const file = join(folder, 'mine.zip');
    writeFileSync(file, 'mine');
    expect(await exportPerson(store.db, data, await person('ada'), file)).toMatchObject({
      ok: false,
      code: 'exists',
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const nowhere = join(folder, 'no', 'folder.zip');
    expect(await exportPerson(store.db, data, await person('ada'), nowhere)).toMatchObject({
      ok: false,
      code: 'failed',
    });
  });

  test('after erasing, no row and no file holds name, address, sign-in name or text', async () => {
    const before = await dump();
    const stopped: unknown[] = [];
    const erased = await erasePerson(store.db, data, await person('ada'), 'root', async (work) => {
      stopped.push(work);
    });
    expect(erased).toMatchObject({ ok: true });
    expect(stopped).toEqual([
      {
        benches: expect.arrayContaining(['bench-ada', 'bench-copy']),
        runs: expect.arrayContaining(['run-ada', 'run-copy']),
        attempts: expect.arrayContaining(['attempt-ada', 'attempt-old']),
      },
    ]);
    const after = await dump();
    const text = [
      ...Object.values(after).flat(),
      ...filesBelow(data).map((file) => `${file.name} ${file.text}`),
    ];
    const words = Object.values(ADA).map((word) => word.toLowerCase());
    for (const line of text) for (const word of words) expect(line.toLowerCase()).not.toContain(word);
    // In SQLite's files neither, whose free places keep what was in them.
    if (kind === 'SQLite') {
      const bytes = Buffer.concat([place, `${place}-wal`].map((path) => readFileSync(path)));
      for (const word of Object.values(ADA)) expect(bytes.includes(word), word).toBe(false);
      expect(bytes.includes(BEN_TEXT)).toBe(true);
    }
    // Everybody else's is as it was, but for entries of the log that named her.
    for (const table of TABLE_NAMES) {
      const left = before[table]!.filter((row) => after[table]!.includes(row));
      const others = before[table]!.filter(
        (row) =>
          !/ada|copy|comment-2|draft|code-1/i.test(row) &&
          !words.some((word) => row.toLowerCase().includes(word)),
      );
      expect(left, table).toEqual(expect.arrayContaining(others));
    }
    expect(after['revision']!.filter((row) => row.includes('bench-ben'))).toHaveLength(2);
    expect(
      filesBelow(data)
        .map(({ name }) => name.slice(data.length + 1))
        .sort(),
    ).toEqual(['attempts/attempt-ben/writes-a-file/trace.jsonl', 'runs/run-ben/log.jsonl']);
  });

  test('the log of acts keeps its entries, with the id alone', async () => {
    await erasePerson(store.db, data, await person('ada'), 'root');
    const entries = await store.db.selectFrom('audit').selectAll().orderBy('id').execute();
    const detail = (id: string): unknown =>
      JSON.parse(entries.find((entry) => entry.id === id)!.detail) as unknown;
    expect(entries).toHaveLength(5);
    expect(detail('2')).toEqual({ email: 'ada', name: 'ada', role: 'student' });
    expect(detail('3')).toEqual({ added: ['ada', 'ben@example.org'] });
    expect(detail('4')).toEqual({ title: 'Sandboxes' });
    expect(entries.find(({ act }) => act === 'person.erase')).toMatchObject({
      actor: 'root',
      object: 'ada',
      detail: '{}',
    });
  });

  test('grades that somebody gave stay when they are erased', async () => {
    expect(await erasePerson(store.db, data, await person('iris'), 'root')).toMatchObject({ ok: true });
    const grades = await store.db
      .selectFrom('grade_override')
      .select(['id', 'made_by', 'points'])
      .orderBy('id')
      .execute();
    expect(grades).toEqual([
      { id: 'grade-1', made_by: 'iris', points: 7.5 },
      { id: 'grade-2', made_by: 'iris', points: null },
    ]);
    expect((await store.db.selectFrom('course').selectAll().execute()).map(({ made_by }) => made_by)).toEqual(
      ['iris'],
    );
    // The students' work is untouched, but for what she wrote there.
    expect(await store.benches.get('bench-ada')).not.toBeNull();
    const { rows } = await sql<{ id: string }>`select id from comment`.execute(store.db);
    expect(rows.map(({ id }) => id)).toEqual(['comment-2']);
  });

  test('of administrators who erase or demote each other at the same moment one stays', async () => {
    for (const id of ['root', 'other', 'third']) await addAdministrator(store.db, id);
    const [root, other] = [await person('root'), await person('other')];
    const results = await Promise.all([
      erasePerson(store.db, data, root, 'other').then((erased) => erased.ok),
      erasePerson(store.db, data, other, 'root').then((erased) => erased.ok),
      store.people.change('other', 'third', { role: 'student' }).then((change) => change === 'changed'),
    ]);
    expect(results.filter((done) => !done)).toHaveLength(1);
    expect(await store.people.hasAdministrator()).toBe(true);
  });

  test('somebody must stay who can administer', async () => {
    expect(await erasePerson(store.db, data, await person('root'), 'root')).toMatchObject({
      ok: false,
      code: 'last',
    });
    expect(await erasePerson(store.db, data, await person('local'), 'root')).toMatchObject({
      ok: false,
      code: 'local',
    });
    expect(await store.people.get('root')).not.toBeNull();
  });
});
