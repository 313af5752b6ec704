/** A database of every earlier version is opened by this one, and everything that was in it is still there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../database.ts';
import { STEPS } from '../migrate.ts';
import { LOCAL_PERSON } from '../schema.ts';
import { newId } from '../store.ts';
import { DATABASES, databasesForTests } from '../testing/databases.ts';
import { earlierRows } from '../testing/earlierRows.ts';

const EARLIER = join(import.meta.dirname, '..', 'testing', 'earlier');

describe.each(DATABASES)('%s', (kind) => {
  const databases = databasesForTests(kind);

  async function databaseOf(step: string): Promise<string> {
    const place = await databases.place('empty');
    const opened = await openDatabase(place);
    if (!opened.ok) throw new Error(opened.message);
    const file = join(EARLIER, `${step}.${kind === 'SQLite' ? 'sqlite' : 'postgres'}.sql`);
    const statements = readFileSync(file, 'utf8').trimEnd().split(/;\n/);
    for (const statement of statements) await sql.raw(statement).execute(opened.db);
    await opened.db.destroy();
    return place;
  }

  // A step that is added makes the one before it an earlier version: testing/writeEarlier.ts writes it down.
  test.each(STEPS.slice(0, -1))('from %s', async (step) => {
    const place = await databaseOf(step);
    const store = await databases.open(place);
    for (const [table, rows] of earlierRows(step)) {
      const { rows: found } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(
        store.db,
      );
      expect(found).toHaveLength(rows.length);
      for (const row of rows)
        expect(found.map(bytesAsArrays)).toContainEqual(expect.objectContaining(bytesAsArrays(row)));
    }
    // And it works: what was somebody's before there were people is the local person's.
    const benches = await store.benches.list(LOCAL_PERSON);
    expect(benches).toHaveLength(earlierRows(step).find(([table]) => table === 'bench')?.[1].length ?? 0);
    const id = newId();
    await store.benches.create({ id, name: 'new', owner: LOCAL_PERSON, files: [] });
    for (const bench of [id, ...benches.map((each) => each.id)])
      expect(await store.files.put(bench, 'more.txt', Buffer.from('more'), 'utf8', null)).toMatchObject({
        ok: true,
      });
    await store.close();
    // Opening it once more changes nothing.
    const again = await databases.open(place);
    expect(await again.benches.list(LOCAL_PERSON)).toHaveLength(benches.length + 1);
    await again.close();
  });

  test('the tables are those of a new database', async () => {
    const shapes = [];
    for (const place of [
      await databaseOf(STEPS[0]!),
      await databaseOf(STEPS.at(-2)!),
      await databases.place(),
    ]) {
      const store = await databases.open(place);
      const tables = (await store.db.introspection.getTables())
        .filter(({ schema }) => schema === undefined || schema === 'public')
        .map(({ name, columns }) => ({
          name,
          columns: columns.map((column) => `${column.name} ${column.dataType} ${column.isNullable}`).sort(),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      shapes.push(tables);
      await store.close();
    }
    expect(shapes[0]).toEqual(shapes[2]);
    expect(shapes[1]).toEqual(shapes[2]);
  });
});

function bytesAsArrays(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? [...value] : value]),
  );
}
