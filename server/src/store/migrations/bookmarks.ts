import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const bookmarks: Migration = {
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
