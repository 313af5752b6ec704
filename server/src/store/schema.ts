/** Tables and the steps that lead to them. Steps only go forward; a step that was released is NEVER changed, only followed. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export interface BenchRow {
  id: string;
  name: string;
  /** Counts changes of files: the version of a file is the bench's revision at its last change, so no version ever comes twice. */
  revision: number;
  created_at: string;
  updated_at: string;
}

export interface FileRow {
  bench: string;
  path: string;
  version: number;
  encoding: 'utf8' | 'base64';
  content: Uint8Array;
  saved_at: string;
}

export interface RunRow {
  id: string;
  bench: string;
  mode: 'script' | 'repl';
  started_at: string;
  /** Null while the run is under way, or was when its server died. */
  ended_at: string | null;
  status: number | null;
  reason: string | null;
  log_bytes: number;
}

export interface BookmarkRow {
  run: string;
  /** Number of the row. */
  n: number;
  note: string;
  set_at: string;
}

export interface Schema {
  bench: BenchRow;
  file: FileRow;
  run: RunRow;
  bookmark: BookmarkRow;
}

const first: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('bench')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('revision', 'integer', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('updated_at', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createTable('file')
      .addColumn('bench', 'text', (c) => c.notNull().references('bench.id').onDelete('cascade'))
      .addColumn('path', 'text', (c) => c.notNull())
      .addColumn('version', 'integer', (c) => c.notNull())
      .addColumn('encoding', 'text', (c) => c.notNull())
      .addColumn('content', 'blob', (c) => c.notNull())
      .addColumn('saved_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('file_key', ['bench', 'path'])
      .execute();
    await db.schema
      .createTable('run')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('bench', 'text', (c) => c.notNull().references('bench.id').onDelete('cascade'))
      .addColumn('mode', 'text', (c) => c.notNull())
      .addColumn('started_at', 'text', (c) => c.notNull())
      .addColumn('ended_at', 'text')
      .addColumn('status', 'integer')
      .addColumn('reason', 'text')
      .addColumn('log_bytes', 'integer', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('run_of_bench').on('run').columns(['bench', 'started_at']).execute();
  },
};

const bookmarks: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('bookmark')
      .addColumn('run', 'text', (c) => c.notNull().references('run.id').onDelete('cascade'))
      .addColumn('n', 'integer', (c) => c.notNull())
      .addColumn('note', 'text', (c) => c.notNull())
      .addColumn('set_at', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('bookmark_key', ['run', 'n'])
      .execute();
  },
};

/** By name, in the order of names. */
export const MIGRATIONS: Record<string, Migration> = {
  '0001-benches-files-runs': first,
  '0002-bookmarks': bookmarks,
};
