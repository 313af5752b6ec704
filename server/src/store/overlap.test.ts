/** Writers at the same moment: what each was told is what there is. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_BENCH_FILES } from '@sandtable/shared/protocol';
import { MAX_BOOKMARKS } from '@sandtable/shared/travelMessages';
import { LOCAL_PERSON } from './schema.ts';
import { newId, type Store } from './store.ts';
import { addAdministrator } from './testing/administrators.ts';
import { DATABASES, databasesForTests } from './testing/databases.ts';

const WRITERS = 12;

/** Does it for every writer at once. */
function together<T>(work: (writer: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: WRITERS }, (_, writer) => work(writer)));
}

describe.each(DATABASES)('%s', (kind) => {
  const databases = databasesForTests(kind);
  let store: Store;

  beforeEach(async () => {
    store = await databases.open();
  });
  afterEach(() => store.close());

  const put = (bench: string, path: string, text: string, base: number | null | 'any') =>
    store.files.put(bench, path, Buffer.from(text), 'utf8', base);

  async function bench(files: readonly string[] = []): Promise<string> {
    const id = newId();
    await store.benches.create({
      id,
      name: 'bench',
      owner: LOCAL_PERSON,
      files: files.map((path) => ({ path, encoding: 'utf8', content: Buffer.from('') })),
    });
    return id;
  }

  test('of changes made on one version one is taken and the others are told of it', async () => {
    const id = await bench(['script.py']);
    const results = await together((writer) => put(id, 'script.py', `of ${writer}`, 1));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok && result.code === 'conflict')).toHaveLength(WRITERS - 1);
    const taken = results.findIndex(({ ok }) => ok);
    expect((await store.files.read(id, 'script.py'))?.content?.text).toBe(`of ${taken}`);
  });

  test('of new files of one path one is made', async () => {
    const id = await bench();
    const results = await together((writer) => put(id, 'new.py', `of ${writer}`, null));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('a file and a folder of one name never stand together', async () => {
    const id = await bench();
    await together((writer) => put(id, writer % 2 === 0 ? 'x' : `x/${writer}`, '', null));
    const paths = (await store.files.list(id)).map(({ path }) => path);
    expect(paths.includes('x') && paths.length > 1).toBe(false);
  });

  test('no version comes twice, and the quota holds', async () => {
    const room = 5;
    const id = await bench(Array.from({ length: MAX_BENCH_FILES - room }, (_, i) => `f${i}`));
    const results = await together((writer) => put(id, `more${writer}`, '', null));
    expect(results.filter(({ ok }) => ok)).toHaveLength(room);
    const made = (await store.files.list(id)).filter(({ path }) => path.startsWith('more'));
    expect(new Set(made.map(({ version }) => version)).size).toBe(room);
  });

  test('benches made at once have different names', async () => {
    await together(() => bench());
    const names = (await store.benches.list(LOCAL_PERSON)).map(({ name }) => name);
    expect(new Set(names).size).toBe(WRITERS);
  });

  test('bookmarks stay within their number', async () => {
    const id = await bench();
    await store.runs.started('run', id, 'script');
    for (let n = 0; n < MAX_BOOKMARKS - 1; n++) await store.bookmarks.set('run', n, '');
    const results = await together((writer) => store.bookmarks.set('run', 100_000 + writer, ''));
    expect(results.filter((result) => result === 'set')).toHaveLength(1);
    expect(await store.bookmarks.set('run', 0, 'changed')).toBe('set');
    expect((await store.bookmarks.list('run'))[0]?.note).toBe('changed');
  });

  test('a transaction without locks decides as if it were alone', async () => {
    const id = await bench();
    await together(() =>
      store.db.transaction().execute(async (db) => {
        const { name } = await db
          .selectFrom('bench')
          .select('name')
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        await db
          .updateTable('bench')
          .set({ name: `${name}+` })
          .where('id', '=', id)
          .execute();
      }),
    );
    expect((await store.benches.get(id))?.name).toBe(`bench${'+'.repeat(WRITERS)}`);
  });

  test('of administrators who shut out each other at the same moment one stays', async () => {
    const ids = Array.from({ length: WRITERS }, (_, at) => `admin-${at}`);
    for (const id of ids) await addAdministrator(store.db, id);
    const results = await together((writer) =>
      store.people.change(
        ids[writer]!,
        ids[(writer + 1) % WRITERS]!,
        writer % 2 === 0 ? { role: 'student' } : { disabled: true },
      ),
    );
    expect(results.filter((result) => result === 'last')).toHaveLength(1);
    expect(await store.people.hasAdministrator()).toBe(true);
  });

  test('what fails in the middle is undone, and the next goes on', async () => {
    const id = await bench();
    await expect(
      store.db.transaction().execute(async (db) => {
        await db.updateTable('bench').set({ name: 'half' }).where('id', '=', id).execute();
        throw new Error('stopped');
      }),
    ).rejects.toThrow('stopped');
    expect((await store.benches.get(id))?.name).toBe('bench');
  });
});
