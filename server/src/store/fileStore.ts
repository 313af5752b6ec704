/**
 * Files of a bench, saved on every change.
 *
 * A change names the version that it was made on. Where the server has a later one the change is refused and the server's
 * copy goes back, so that two pages never overwrite each other unseen. A change that was committed but whose acknowledgement
 * got lost comes again with the old base and the same content: that is no conflict.
 */
import type { Kysely, Transaction } from 'kysely';
import {
  MAX_BENCH_FILES,
  MAX_FILE_BYTES,
  type BenchFile,
  type FileContent,
} from '@sandtable/shared/protocol';
import { bytesOf, contentOf } from './fileContent.ts';
import type { FileRow, Schema } from './schema.ts';

export type FileResult =
  | { readonly ok: true; readonly file: BenchFile }
  | { readonly ok: false; readonly code: 'not-found' | 'quota' | 'too-large' | 'bad-content' }
  /** `file` is the server's copy, null where there is none. */
  | { readonly ok: false; readonly code: 'conflict'; readonly file: BenchFile | null }
  /** `path` is a file where the other needs a folder, or the other way round. */
  | { readonly ok: false; readonly code: 'in-the-way'; readonly path: string };

export interface StoredFile {
  readonly path: string;
  readonly content: Uint8Array;
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

  async read(bench: string, path: string): Promise<BenchFile | null> {
    const row = await find(this.#db, bench, path);
    return row === undefined ? null : fileOf(row, 'always');
  }

  /** The bytes, for a download. */
  async bytes(bench: string, path: string): Promise<Uint8Array | null> {
    return (await find(this.#db, bench, path))?.content ?? null;
  }

  /** `base`: the version that the change was made on; null makes a new file. */
  async write(bench: string, path: string, content: FileContent, base: number | null): Promise<FileResult> {
    const bytes = bytesOf(content);
    if (bytes === null) return { ok: false, code: 'bad-content' };
    return this.put(bench, path, bytes, content.encoding, base);
  }

  /** Like {@link write}; `base` 'any' overwrites whatever there is. */
  async put(
    bench: string,
    path: string,
    content: Uint8Array,
    encoding: 'utf8' | 'base64',
    base: number | null | 'any',
  ): Promise<FileResult> {
    if (content.length > MAX_FILE_BYTES) return { ok: false, code: 'too-large' };
    return this.#db.transaction().execute(async (db): Promise<FileResult> => {
      const before = await find(db, bench, path);
      if (
        before !== undefined &&
        Buffer.compare(before.content, content) === 0 &&
        before.encoding === encoding
      ) {
        return { ok: true, file: fileOf(before, 'text') };
      }
      if (base !== 'any' && (before?.version ?? null) !== base) {
        return { ok: false, code: 'conflict', file: before === undefined ? null : fileOf(before, 'always') };
      }
      if (before === undefined) {
        const obstacle = await roomFor(db, bench, path);
        if (obstacle !== null) return obstacle;
      }
      const stamp = await nextRevision(db, bench);
      if (stamp === null) return { ok: false, code: 'not-found' };
      const row: FileRow = {
        bench,
        path,
        ...stamp,
        encoding,
        content,
        read_only: before?.read_only ?? 0,
      };
      await db.replaceInto('file').values(row).execute();
      return { ok: true, file: fileOf(row, 'text') };
    });
  }

  async rename(bench: string, path: string, to: string): Promise<FileResult> {
    return this.#db.transaction().execute(async (db): Promise<FileResult> => {
      const before = await find(db, bench, path);
      if (before === undefined) return { ok: false, code: 'not-found' };
      if (path === to) return { ok: true, file: fileOf(before, 'text') };
      const taken = await find(db, bench, to);
      if (taken !== undefined) return { ok: false, code: 'conflict', file: fileOf(taken, 'always') };
      await db.deleteFrom('file').where('bench', '=', bench).where('path', '=', path).execute();
      const obstacle = await roomFor(db, bench, to);
      if (obstacle !== null) {
        await db.insertInto('file').values(before).execute();
        return obstacle;
      }
      const stamp = await nextRevision(db, bench);
      if (stamp === null) return { ok: false, code: 'not-found' };
      const row: FileRow = { ...before, path: to, ...stamp };
      await db.insertInto('file').values(row).execute();
      return { ok: true, file: fileOf(row, 'text') };
    });
  }

  async remove(bench: string, path: string): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('file')
        .where('bench', '=', bench)
        .where('path', '=', path)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      await nextRevision(db, bench);
      return true;
    });
  }

  #rows(bench: string): Promise<FileRow[]> {
    return this.#db.selectFrom('file').selectAll().where('bench', '=', bench).orderBy('path').execute();
  }
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
): Promise<{ version: number; saved_at: string } | null> {
  const now = new Date().toISOString();
  const row = await db
    .updateTable('bench')
    .set((eb) => ({ revision: eb('revision', '+', 1), updated_at: now }))
    .where('id', '=', bench)
    .returning('revision')
    .executeTakeFirst();
  return row === undefined ? null : { version: row.revision, saved_at: now };
}

function fileOf(row: FileRow, content: 'text' | 'always'): BenchFile {
  const shown = content === 'always' || row.encoding === 'utf8';
  return {
    path: row.path,
    version: row.version,
    size: row.content.length,
    savedAt: row.saved_at,
    ...(shown ? { content: contentOf(row.content, row.encoding) } : {}),
  };
}
