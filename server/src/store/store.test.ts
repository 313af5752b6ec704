import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_BENCH_FILES, MAX_FILE_BYTES, type FileContent } from '@sandtable/shared/protocol';
import { bytesOf, contentOf, encodingOf } from './fileContent.ts';
import { LOCAL_PERSON } from './schema.ts';
import { newId, type Store } from './store.ts';
import { DATABASES, databasesForTests } from './testing/databases.ts';

const text = (value: string): FileContent => ({ encoding: 'utf8', text: value });

describe.each(DATABASES)('%s', (kind) => {
  const databases = databasesForTests(kind);
  let place: string;
  let store: Store;

  beforeEach(async () => {
    place = await databases.place();
    store = await databases.open(place);
  });
  afterEach(() => store.close());

  async function bench(...files: string[]): Promise<string> {
    const id = newId();
    await store.benches.create({
      id,
      name: 'bench',
      owner: LOCAL_PERSON,
      files: files.map((path) => ({ path, encoding: 'utf8', content: Buffer.from(`of ${path}`) })),
    });
    return id;
  }

  describe('files', () => {
    test('what was written is there after the database was opened again', async () => {
      const id = await bench('script.py');
      const [before] = await store.files.list(id);
      const written = await store.files.write(id, 'script.py', text('print(1)\n'), before!.version);
      expect(written.ok).toBe(true);
      await store.files.write(id, 'data/raw.bin', { encoding: 'base64', text: 'AP8B' }, null);
      await store.close();
      store = await databases.open(place);
      const files = await store.files.list(id);
      expect(files.map((file) => [file.path, file.content?.text, file.size])).toEqual([
        ['data/raw.bin', undefined, 3],
        ['script.py', 'print(1)\n', 9],
      ]);
      expect((await store.files.read(id, 'data/raw.bin'))?.content).toEqual({
        encoding: 'base64',
        text: 'AP8B',
      });
    });

    test('a change made on an old version is refused and the copy of the server comes back', async () => {
      const id = await bench('script.py');
      const base = (await store.files.list(id))[0]!.version;
      expect((await store.files.write(id, 'script.py', text('mine'), base)).ok).toBe(true);
      expect(await store.files.write(id, 'script.py', text('yours'), base)).toMatchObject({
        ok: false,
        code: 'conflict',
        file: { content: { text: 'mine' } },
      });
      expect((await store.files.read(id, 'script.py'))?.content?.text).toBe('mine');
    });

    test('a change whose acknowledgement got lost may come twice', async () => {
      const id = await bench('script.py');
      const base = (await store.files.list(id))[0]!.version;
      const once = await store.files.write(id, 'script.py', text('mine'), base);
      expect(await store.files.write(id, 'script.py', text('mine'), base)).toEqual(once);
    });

    test('a file that was removed and made again has a version of its own', async () => {
      const id = await bench('a.txt');
      const old = (await store.files.list(id))[0]!.version;
      await store.files.remove(id, 'a.txt');
      expect(await store.files.write(id, 'a.txt', text('late change'), old)).toEqual({
        ok: false,
        code: 'conflict',
        file: null,
      });
      await store.files.write(id, 'a.txt', text('new'), null);
      expect(await store.files.write(id, 'a.txt', text('late change'), old)).toMatchObject({
        ok: false,
        code: 'conflict',
      });
    });

    test('renaming keeps the content and never covers another file', async () => {
      const id = await bench('a.txt', 'b.txt');
      expect(await store.files.rename(id, 'a.txt', 'b.txt')).toMatchObject({ ok: false, code: 'conflict' });
      expect(await store.files.rename(id, 'a.txt', 'b.txt/c')).toEqual({
        ok: false,
        code: 'in-the-way',
        path: 'b.txt',
      });
      expect(await store.files.rename(id, 'a.txt', 'a.txt/inner')).toMatchObject({ ok: true });
      expect((await store.files.list(id)).map((file) => [file.path, file.content?.text])).toEqual([
        ['a.txt/inner', 'of a.txt'],
        ['b.txt', 'of b.txt'],
      ]);
      expect(await store.files.write(id, 'a.txt', text(''), null)).toMatchObject({
        ok: false,
        code: 'in-the-way',
      });
    });

    test('quotas: size and number', async () => {
      const id = newId();
      const files = Array.from({ length: MAX_BENCH_FILES }, (_, i) => ({
        path: `f${i}`,
        encoding: 'utf8' as const,
        content: new Uint8Array(),
      }));
      await store.benches.create({ id, name: 'full', owner: LOCAL_PERSON, files });
      expect(await store.files.write(id, 'one-more', text(''), null)).toEqual({ ok: false, code: 'quota' });
      const base = (await store.files.read(id, 'f0'))!.version;
      expect(await store.files.write(id, 'f0', text('é'.repeat(MAX_FILE_BYTES / 2 + 1)), base)).toEqual({
        ok: false,
        code: 'too-large',
      });
      expect(await store.files.write(id, 'f0', { encoding: 'base64', text: 'no base64!' }, base)).toEqual({
        ok: false,
        code: 'bad-content',
      });
      expect(await store.files.write('no-such-bench', 'a', text(''), null)).toEqual({
        ok: false,
        code: 'not-found',
      });
    });

    test('any bytes come back as they were', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
          for (const encoding of ['base64', 'utf8', encodingOf(bytes)] as const) {
            expect(Buffer.from(bytesOf(contentOf(bytes, encoding))!).equals(Buffer.from(bytes))).toBe(true);
          }
        }),
      );
    });
  });

  describe('benches and runs', () => {
    test('names stay apart, removing takes everything along', async () => {
      const a = await bench('x');
      const b = await bench();
      expect((await store.benches.list(LOCAL_PERSON)).map((info) => info.name).sort()).toEqual([
        'bench',
        'bench 2',
      ]);
      await store.runs.started('run-1', a, 'script');
      await store.benches.remove(a);
      expect(await store.files.list(a)).toEqual([]);
      expect(await store.runs.get('run-1')).toBeNull();
      expect((await store.benches.list(LOCAL_PERSON)).map((info) => info.id)).toEqual([b]);
      expect((await store.benches.rename(b, 'other'))?.name).toBe('other');
    });

    test('whatever was typed at a prompt, the end of the run is kept', async () => {
      const id = await bench();
      await store.runs.started('run-1', id, 'repl');
      const input = 'a\0b\ud800\u{1f600}';
      await store.runs.ended('run-1', { status: 0, reason: 'exit', logBytes: 1, input });
      expect((await store.runs.get('run-1'))?.input).toMatch(/^a[\0␀]b\ufffd\u{1f600}$/u);
      expect((await store.benches.rename(id, 'a\0b'))?.name).toMatch(/^a[\0␀]b$/);
    });

    test('the last run of a bench is known with its end', async () => {
      const id = await bench();
      await store.runs.started('run-1', id, 'script');
      await store.runs.ended('run-1', { status: 3, reason: 'exit', logBytes: 77, input: null });
      expect(await store.runs.lastOf(id)).toMatchObject({
        id: 'run-1',
        status: 3,
        reason: 'exit',
        log_bytes: 77,
      });
    });
  });
});
