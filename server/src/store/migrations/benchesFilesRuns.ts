import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { bytesType } from './columnTypes.ts';

export const benchesFilesRuns: Migration = {
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
      .addColumn('content', bytesType(db), (c) => c.notNull())
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
