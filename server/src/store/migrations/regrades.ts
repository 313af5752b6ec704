/** Attempts that were judged again: a new one takes the place of the one before, which stays as it was. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const regrades: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('regrade')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('assignment', 'text', (c) => c.notNull().references('assignment.id').onDelete('cascade'))
      .addColumn('from_version', 'text', (c) => c.notNull())
      .addColumn('to_version', 'text', (c) => c.notNull())
      .addColumn('made_by', 'text', (c) => c.notNull())
      .addColumn('made_at', 'text', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('regrade_of').on('regrade').columns(['assignment', 'made_at']).execute();
    await db.schema
      .alterTable('attempt')
      .addColumn('regrade', 'text', (c) => c.references('regrade.id').onDelete('set null'))
      .execute();
    await db.schema.alterTable('attempt').addColumn('replaced_by', 'text').execute();
    // An attempt is shown with what was in its place before.
    await db.schema.createIndex('attempt_replaced').on('attempt').columns(['replaced_by']).execute();
    // The table of a course reads from this index alone, so it has to say which attempts have been replaced.
    await db.schema.dropIndex('attempt_of_assignment').execute();
    await db.schema
      .createIndex('attempt_of_assignment')
      .on('attempt')
      .columns(['assignment', 'person', 'started_at', 'id', 'state', 'replaced_by'])
      .execute();
  },
};
