import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileContent } from '@sandtable/shared/protocol';
import { LOCAL_PERSON } from './schema.ts';
import { newId, type Store } from './store.ts';
import { DATABASES, databasesForTests } from './testing/databases.ts';
import { MAX_REVISION_BYTES } from './thinRevisions.ts';

describe.each(DATABASES)('%s', (kind) => {
  const databases = databasesForTests(kind);
  let store: Store;
  let bench: string;

  beforeEach(async () => {
    store = await databases.open();
    bench = newId();
    await store.benches.create({
      id: bench,
      name: 'bench',
      owner: LOCAL_PERSON,
      files: [
        { path: 'script.py', encoding: 'utf8', content: Buffer.from('one') },
        { path: 'given.txt', encoding: 'utf8', content: Buffer.from('given'), readOnly: true },
      ],
    });
  });
  afterEach(() => store.close());

  const text = (value: string): FileContent => ({ encoding: 'utf8', text: value });

  async function write(path: string, value: string): Promise<number> {
    const now = await store.files.read(bench, path);
    const written = await store.files.write(bench, path, text(value), now?.version ?? null, LOCAL_PERSON);
    if (!written.ok) throw new Error(written.code);
    return written.file.version;
  }

  test('every change can be read again: edits, new names, removals', async () => {
    const two = await write('script.py', 'two');
    await store.files.rename(bench, 'script.py', 'moved.py');
    await store.files.remove(bench, 'moved.py');
    const list = await store.revisions.list(bench);
    expect(list.map(({ changed, removed }) => [...changed, ...removed.map((path) => `-${path}`)])).toEqual([
      ['given.txt', 'script.py'],
      ['script.py'],
      ['moved.py', '-script.py'],
      ['-moved.py'],
    ]);
    expect(await store.revisions.read(bench, 1, 'script.py')).toEqual(text('one'));
    expect(await store.revisions.read(bench, two, 'script.py')).toEqual(text('two'));
    expect(await store.revisions.read(bench, two + 1, 'script.py')).toBeNull();
    expect(await store.revisions.read(bench, two + 1, 'moved.py')).toEqual(text('two'));
    expect((await store.revisions.at(bench, two + 2)).map(({ path }) => path)).toEqual(['given.txt']);
  });

  test('restoring makes one new revision, which can be undone', async () => {
    await write('script.py', 'two');
    await write('extra.py', 'more');
    const then = await store.revisions.contents(bench, 1);
    const wanted = then.map(({ path, encoding, content }) => ({
      path,
      content: { encoding, bytes: content },
    }));
    const changed = await store.files.change(bench, wanted, { only: false, person: null });
    expect(changed).toMatchObject({ n: 4, undo: 3, removed: ['extra.py'] });
    expect(changed!.files.map(({ path, content }) => [path, content?.text])).toEqual([['script.py', 'one']]);
    const undo = await store.revisions.contents(bench, changed!.undo);
    await store.files.change(
      bench,
      undo.map(({ path, encoding, content }) => ({ path, content: { encoding, bytes: content } })),
      { only: false, person: null },
    );
    const files = await store.files.list(bench);
    expect(files.map(({ path, content }) => [path, content?.text])).toEqual([
      ['extra.py', 'more'],
      ['given.txt', 'given'],
      ['script.py', 'two'],
    ]);
  });

  test('a read-only file cannot be written, renamed, removed or restored away', async () => {
    const [given] = await store.files.list(bench);
    expect(given).toMatchObject({ path: 'given.txt', readOnly: true });
    const refusal = { ok: false, code: 'read-only' };
    expect(await store.files.write(bench, 'given.txt', text('mine'), given!.version)).toEqual(refusal);
    expect(await store.files.put(bench, 'given.txt', Buffer.from('mine'), 'utf8', 'any')).toEqual(refusal);
    expect(await store.files.rename(bench, 'given.txt', 'other.txt')).toEqual(refusal);
    expect(await store.files.remove(bench, 'given.txt')).toBe('read-only');
    await store.files.change(bench, [], { only: false, person: null });
    expect((await store.files.list(bench)).map(({ path }) => path)).toEqual(['given.txt']);
  });

  test('a name is of the revision that made the moment, and thinning leaves it, a run’s and an attempt’s exact', async () => {
    const named = await write('script.py', 'named');
    expect(await store.revisions.label(bench, named, 'before the storm')).toBe(named);
    const ran = await write('script.py', 'ran');
    await store.runs.started('run-1', bench, 'script', ran);
    const filler = 'x'.repeat(MAX_REVISION_BYTES / 50);
    for (let n = 0; n < 80; n++) await write('script.py', `${filler}${n}`);
    const list = await store.revisions.list(bench);
    expect(list.length).toBeLessThan(70);
    expect(list.find(({ label }) => label !== null)).toMatchObject({ n: named, label: 'before the storm' });
    expect(await store.revisions.read(bench, named, 'script.py')).toEqual(text('named'));
    expect(await store.revisions.read(bench, ran, 'script.py')).toEqual(text('ran'));
    expect(await store.revisions.marks(bench)).toMatchObject([{ kind: 'run', id: 'run-1', n: ran }]);
  });
});
