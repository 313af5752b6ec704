/**
 * Files of a bench, saved on every change, and each change a revision (`revisionStore.ts`) in the same transaction.
 *
 * A change names the version that it was made on. Where the server has a later one the change is refused and the server's
 * copy goes back, so that two pages never overwrite each other unseen. A change that was committed but whose acknowledgement
 * got lost comes again with the old base and the same content: that is no conflict.
 *
 * Every change first locks its bench: changes of one bench follow one another, also in a database where transactions overlap.
 */
import type { Kysely, Transaction } from 'kysely';
import {
  MAX_BENCH_FILES,
  MAX_FILE_BYTES,
  type BenchFile,
  type FileContent,
} from '@sandtable/shared/protocol';
import { bytesOf, contentOf } from './fileContent.ts';
import { recordRevision } from './revisionStore.ts';
import type { FileRow, Schema } from './schema.ts';
import { lockRow, underLock } from './transactions.ts';

export type FileResult =
  | { readonly ok: true; readonly file: BenchFile }
  | { readonly ok: false; readonly code: 'not-found' | 'quota' | 'too-large' | 'bad-content' | 'read-only' }
  /** `file` is the server's copy, null where there is none. */
  | { readonly ok: false; readonly code: 'conflict'; readonly file: BenchFile | null }
  /** `path` is a file where the other needs a folder, or the other way round. */
  | { readonly ok: false; readonly code: 'in-the-way'; readonly path: string };

export interface StoredFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** A file as it is to be; null: it is to go. */
export interface WantedFile {
  readonly path: string;
  readonly content: { readonly encoding: 'utf8' | 'base64'; readonly bytes: Uint8Array } | null;
}

export interface ChangedFiles {
  /** The revision that it made, and the one before; the same where nothing changed. */
  readonly n: number;
  readonly undo: number;
  readonly files: readonly BenchFile[];
  readonly removed: readonly string[];
}

export class FileStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** In order of path, with the content of text files. */
  async list(bench: string): Promise<readonly BenchFile[]> {
    return (await this.#rows(bench)).map((row) => fileOf(row, 'text'));
  }

  /** What a run is given: every file as bytes. */
  async contents(bench: string): Promise<readonly StoredFile[]> {
    return (await this.#rows(bench)).map((row) => ({ path: row.path, content: row.content }));
  }

  /** The same, and the revision that it is. */
  async snapshot(
    bench: string,
  ): Promise<{ readonly revision: number; readonly files: readonly StoredFile[] } | null> {
    // One statement, which sees one moment: whoever presses Run waits for it.
    const rows = await this.#db
      .selectFrom('bench')
      .leftJoin('file', 'file.bench', 'bench.id')
      .select(['bench.revision', 'file.path', 'file.content'])
      .where('bench.id', '=', bench)
      .orderBy('file.path')
      .execute();
    const [first] = rows;
    if (first === undefined) return null;
    const files = rows.flatMap(({ path, content }) =>
      path === null || content === null ? [] : [{ path, content }],
    );
    return { revision: first.revision, files };
  }

  async read(bench: string, path: string): Promise<BenchFile | null> {
    const row = await find(this.#db, bench, path);
    return row === undefined ? null : fileOf(row, 'always');
  }

  /** The bytes, for a download. */
  async bytes(bench: string, path: string): Promise<Uint8Array | null> {
    return (await find(this.#db, bench, path))?.content ?? null;
  }

  /** `base`: the version that the change was made on; null makes a new file. `person` is who made it. */
  async write(
    bench: string,
    path: string,
    content: FileContent,
    base: number | null,
    person: string | null = null,
  ): Promise<FileResult> {
    const bytes = bytesOf(content);
    if (bytes === null) return { ok: false, code: 'bad-content' };
    return this.put(bench, path, bytes, content.encoding, base, person);
  }

  /** Like {@link write}; `base` 'any' overwrites whatever there is. */
  async put(
    bench: string,
    path: string,
    content: Uint8Array,
    encoding: 'utf8' | 'base64',
    base: number | null | 'any',
    person: string | null = null,
  ): Promise<FileResult> {
    if (content.length > MAX_FILE_BYTES) return { ok: false, code: 'too-large' };
    return underLock(this.#db).execute(async (db): Promise<FileResult> => {
      if (!(await lockRow(db, 'bench', bench))) return { ok: false, code: 'not-found' };
      const before = await find(db, bench, path);
      if (
        before !== undefined &&
        Buffer.compare(before.content, content) === 0 &&
        before.encoding === encoding
      ) {
        return { ok: true, file: fileOf(before, 'text') };
      }
      if (before?.read_only === 1) return { ok: false, code: 'read-only' };
      if (base !== 'any' && (before?.version ?? null) !== base) {
        return { ok: false, code: 'conflict', file: before === undefined ? null : fileOf(before, 'always') };
      }
      if (before === undefined) {
        const obstacle = await roomFor(db, bench, path);
        if (obstacle !== null) return obstacle;
      }
      const stamp = await nextRevision(db, bench);
      const row: FileRow = {
        bench,
        path,
        ...stamp,
        encoding,
        content,
        read_only: before?.read_only ?? 0,
      };
      await put(db, row);
      await recordRevision(db, [revisionOf(row, person)]);
      return { ok: true, file: fileOf(row, 'text') };
    });
  }

  async rename(bench: string, path: string, to: string, person: string | null = null): Promise<FileResult> {
    return underLock(this.#db).execute(async (db): Promise<FileResult> => {
      if (!(await lockRow(db, 'bench', bench))) return { ok: false, code: 'not-found' };
      const before = await find(db, bench, path);
      if (before === undefined) return { ok: false, code: 'not-found' };
      if (path === to) return { ok: true, file: fileOf(before, 'text') };
      if (before.read_only === 1) return { ok: false, code: 'read-only' };
      const taken = await find(db, bench, to);
      if (taken !== undefined) return { ok: false, code: 'conflict', file: fileOf(taken, 'always') };
      await db.deleteFrom('file').where('bench', '=', bench).where('path', '=', path).execute();
      const obstacle = await roomFor(db, bench, to);
      if (obstacle !== null) {
        await db.insertInto('file').values(before).execute();
        return obstacle;
      }
      const stamp = await nextRevision(db, bench);
      const row: FileRow = { ...before, path: to, ...stamp };
      await db.insertInto('file').values(row).execute();
      await recordRevision(db, [
        { ...revisionOf({ ...before, ...stamp }, person), content: null },
        revisionOf(row, person),
      ]);
      return { ok: true, file: fileOf(row, 'text') };
    });
  }

  async remove(
    bench: string,
    path: string,
    person: string | null = null,
  ): Promise<'removed' | 'not-found' | 'read-only'> {
    return underLock(this.#db).execute(async (db) => {
      if (!(await lockRow(db, 'bench', bench))) return 'not-found';
      const before = await find(db, bench, path);
      if (before === undefined) return 'not-found';
      if (before.read_only === 1) return 'read-only';
      await db.deleteFrom('file').where('bench', '=', bench).where('path', '=', path).execute();
      const stamp = await nextRevision(db, bench);
      await recordRevision(db, [{ ...revisionOf({ ...before, ...stamp }, person), content: null }]);
      return 'removed';
    });
  }

  /**
   * Changes several files at once, as one revision; read-only ones stay as they are. With `only` the files that `wanted` does not
   * name stay; without they go. Null where there is no such bench.
   */
  async change(
    bench: string,
    wanted: readonly WantedFile[],
    { only, person }: { readonly only: boolean; readonly person: string | null },
  ): Promise<ChangedFiles | null> {
    return underLock(this.#db).execute(async (db) => {
      if (!(await lockRow(db, 'bench', bench))) return null;
      const head = await db
        .selectFrom('bench')
        .select('revision')
        .where('id', '=', bench)
        .executeTakeFirstOrThrow();
      const rows = await db.selectFrom('file').selectAll().where('bench', '=', bench).execute();
      const before = new Map(rows.map((row) => [row.path, row]));
      const named = new Map(wanted.map((file) => [file.path, file.content]));
      if (!only) for (const path of before.keys()) if (!named.has(path)) named.set(path, null);
      const changes = [...named].filter(([path, content]) => differs(before.get(path), content));
      if (changes.length === 0) return { n: head.revision, undo: head.revision, files: [], removed: [] };
      const stamp = await nextRevision(db, bench);
      const made: FileRow[] = [];
      const removed: string[] = [];
      const revisions: ReturnType<typeof revisionOf>[] = [];
      for (const [path, content] of changes) {
        if (content === null) {
          await db.deleteFrom('file').where('bench', '=', bench).where('path', '=', path).execute();
          removed.push(path);
          revisions.push({ ...revisionOf({ ...before.get(path)!, ...stamp }, person), content: null });
          continue;
        }
        const { encoding, bytes } = content;
        const row: FileRow = { bench, path, ...stamp, encoding, content: bytes, read_only: 0 };
        await put(db, row);
        made.push(row);
        revisions.push(revisionOf(row, person));
      }
      await recordRevision(db, revisions);
      return {
        n: stamp.version,
        undo: head.revision,
        files: made.map((row) => fileOf(row, 'always')),
        removed,
      };
    });
  }

  #rows(bench: string): Promise<FileRow[]> {
    return this.#db.selectFrom('file').selectAll().where('bench', '=', bench).orderBy('path').execute();
  }
}

/** Whether a file has to be touched to become what is wanted; one that the student cannot change never is. */
function differs(before: FileRow | undefined, content: WantedFile['content']): boolean {
  if (before?.read_only === 1) return false;
  if (before === undefined || content === null) return before !== undefined || content !== null;
  return before.encoding !== content.encoding || Buffer.compare(before.content, content.bytes) !== 0;
}

async function put(db: Transaction<Schema>, row: FileRow): Promise<void> {
  const { bench: _bench, path: _path, ...rest } = row;
  await db
    .insertInto('file')
    .values(row)
    .onConflict((conflict) => conflict.columns(['bench', 'path']).doUpdateSet(rest))
    .execute();
}

function revisionOf(row: FileRow, person: string | null) {
  const { bench, version: n, path, encoding, content, saved_at } = row;
  return { bench, n, path, encoding, content: content as Uint8Array | null, saved_at, person };
}

function find(db: Kysely<Schema>, bench: string, path: string): Promise<FileRow | undefined> {
  return db
    .selectFrom('file')
    .selectAll()
    .where('bench', '=', bench)
    .where('path', '=', path)
    .executeTakeFirst();
}

/** What stands against a new file of this path, or null. */
async function roomFor(db: Transaction<Schema>, bench: string, path: string): Promise<FileResult | null> {
  const rows = await db.selectFrom('file').select('path').where('bench', '=', bench).execute();
  if (rows.length >= MAX_BENCH_FILES) return { ok: false, code: 'quota' };
  for (const other of rows) {
    if (other.path.startsWith(`${path}/`) || path.startsWith(`${other.path}/`)) {
      return { ok: false, code: 'in-the-way', path: other.path };
    }
  }
  return null;
}

async function nextRevision(
  db: Transaction<Schema>,
  bench: string,
): Promise<{ version: number; saved_at: string }> {
  const now = new Date().toISOString();
  const row = await db
    .updateTable('bench')
    .set((eb) => ({ revision: eb('revision', '+', 1), updated_at: now }))
    .where('id', '=', bench)
    .returning('revision')
    .executeTakeFirstOrThrow();
  return { version: row.revision, saved_at: now };
}

function fileOf(row: FileRow, content: 'text' | 'always'): BenchFile {
  const shown = content === 'always' || row.encoding === 'utf8';
  return {
    path: row.path,
    version: row.version,
    size: row.content.length,
    savedAt: row.saved_at,
    ...(row.read_only === 1 ? { readOnly: true as const } : {}),
    ...(shown ? { content: contentOf(row.content, row.encoding) } : {}),
  };
}
