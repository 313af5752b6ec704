/** People and the ways they sign in, courses, labs, and what is kept of work at them. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { bytesType } from './columnTypes.ts';
import type { Schema } from '../schema.ts';

export const peopleLabsCourses: Migration = {
  async up(db: Kysely<unknown>) {
    await people(db);
    await courses(db);
    await labs(db);
    await benches(db);
    await work(db);
    await firstRevisions(db);
  },
};

/** The columns that this step writes to. */
type Added = {
  person: { id: string; name: string; role: string; created_at: string };
  bench: { owner: string | null };
};

/** Benches from before there were people belong to the one person of this server. */
async function benches(schema: Kysely<unknown>): Promise<void> {
  const db = schema.withTables<Added>();
  const at = new Date().toISOString();
  await db
    .insertInto('person')
    .values({ id: 'local', name: 'You', role: 'administrator', created_at: at })
    .execute();
  const bench = db.schema.alterTable('bench');
  await bench.addColumn('kind', 'text', (c) => c.notNull().defaultTo('bench')).execute();
  await bench.addColumn('owner', 'text', (c) => c.references('person.id').onDelete('cascade')).execute();
  await bench.addColumn('lab_version', 'text').execute();
  await bench
    .addColumn('assignment', 'text', (c) => c.references('assignment.id').onDelete('set null'))
    .execute();
  await bench.addColumn('seed', 'text').execute();
  await bench.addColumn('copy_of', 'text').execute();
  await bench.addColumn('lab', 'text', (c) => c.references('lab.id').onDelete('set null')).execute();
  await db.updateTable('bench').set({ owner: 'local' }).execute();
  await db.schema.createIndex('bench_of_owner').on('bench').columns(['owner']).execute();
  await db.schema.createIndex('bench_of_assignment').on('bench').columns(['assignment']).execute();
  await db.schema
    .alterTable('file')
    .addColumn('read_only', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('run').addColumn('revision', 'integer').execute();
  await db.schema.alterTable('run').addColumn('input', 'text').execute();
}

/** Benches from before revisions were kept have one for each file: what it is now. */
async function firstRevisions(schema: Kysely<unknown>): Promise<void> {
  const db = schema.withTables<Pick<Schema, 'file' | 'revision'>>();
  await db
    .insertInto('revision')
    .columns(['bench', 'n', 'path', 'encoding', 'content', 'saved_at'])
    .expression((eb) =>
      eb.selectFrom('file').select(['bench', 'version', 'path', 'encoding', 'content', 'saved_at']),
    )
    .execute();
}

async function people(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('person')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('email', 'text')
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('seen_at', 'text')
    .addColumn('disabled_at', 'text')
    .execute();
  await db.schema.createIndex('person_by_email').on('person').columns(['email']).execute();
  await db.schema
    .createTable('credential')
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('person', 'text', (c) => c.notNull().references('person.id').onDelete('cascade'))
    .addColumn('secret', 'text')
    .addColumn('set_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('credential_key', ['kind', 'subject'])
    .execute();
  await db.schema.createIndex('credential_of_person').on('credential').columns(['person']).execute();
  await db.schema
    .createTable('sign_in')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('person', 'text', (c) => c.notNull().references('person.id').onDelete('cascade'))
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('seen_at', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'text', (c) => c.notNull())
    .addColumn('agent', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('sign_in_of_person').on('sign_in').columns(['person']).execute();
  await db.schema
    .createTable('audit')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('at', 'text', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('act', 'text', (c) => c.notNull())
    .addColumn('object', 'text', (c) => c.notNull())
    .addColumn('detail', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('audit_by_time').on('audit').columns(['at']).execute();
}

async function courses(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('course')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('join_code', 'text', (c) => c.unique())
    .addColumn('made_by', 'text', (c) => c.notNull())
    .addColumn('made_at', 'text', (c) => c.notNull())
    .addColumn('archived_at', 'text')
    .execute();
  await db.schema
    .createTable('membership')
    .addColumn('course', 'text', (c) => c.notNull().references('course.id').onDelete('cascade'))
    .addColumn('person', 'text', (c) => c.notNull().references('person.id').onDelete('cascade'))
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('joined_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('membership_key', ['course', 'person'])
    .execute();
  await db.schema.createIndex('membership_of_person').on('membership').columns(['person']).execute();
  await db.schema
    .createTable('roster')
    .addColumn('course', 'text', (c) => c.notNull().references('course.id').onDelete('cascade'))
    .addColumn('email', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('person', 'text', (c) => c.references('person.id').onDelete('set null'))
    .addColumn('added_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('roster_key', ['course', 'email'])
    .execute();
  await db.schema.createIndex('roster_by_email').on('roster').columns(['email']).execute();
  await db.schema
    .createTable('invitation')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('course', 'text', (c) => c.references('course.id').onDelete('cascade'))
    .addColumn('person', 'text', (c) => c.references('person.id').onDelete('cascade'))
    .addColumn('email', 'text')
    .addColumn('name', 'text')
    .addColumn('made_by', 'text', (c) => c.notNull())
    .addColumn('made_at', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'text', (c) => c.notNull())
    .addColumn('used_at', 'text')
    .addColumn('used_by', 'text')
    .execute();
}

async function labs(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('lab')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('current', 'text')
    .addColumn('owner', 'text', (c) => c.references('person.id').onDelete('set null'))
    .addColumn('changed_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('lab_version')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('lab', 'text', (c) => c.notNull().references('lab.id').onDelete('cascade'))
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('pack', bytesType(db), (c) => c.notNull())
    .addColumn('made_at', 'text', (c) => c.notNull())
    .addColumn('made_by', 'text')
    .execute();
  await db.schema.createIndex('lab_version_of_lab').on('lab_version').columns(['lab']).execute();
  await db.schema
    .createTable('assignment')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('course', 'text', (c) => c.notNull().references('course.id').onDelete('cascade'))
    .addColumn('lab_version', 'text', (c) => c.notNull())
    .addColumn('title', 'text', (c) => c.notNull())
    .addColumn('opens_at', 'text')
    .addColumn('due_at', 'text')
    .addColumn('counts', 'text', (c) => c.notNull())
    .addColumn('made_by', 'text', (c) => c.notNull())
    .addColumn('made_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('assignment_of_course').on('assignment').columns(['course']).execute();
  await db.schema
    .createTable('extension')
    .addColumn('assignment', 'text', (c) => c.notNull().references('assignment.id').onDelete('cascade'))
    .addColumn('person', 'text', (c) => c.notNull().references('person.id').onDelete('cascade'))
    .addColumn('due_at', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('made_by', 'text', (c) => c.notNull())
    .addColumn('made_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('extension_key', ['assignment', 'person'])
    .execute();
}

async function work(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('revision')
    .addColumn('bench', 'text', (c) => c.notNull().references('bench.id').onDelete('cascade'))
    .addColumn('n', 'integer', (c) => c.notNull())
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('encoding', 'text', (c) => c.notNull())
    .addColumn('content', bytesType(db))
    .addColumn('saved_at', 'text', (c) => c.notNull())
    .addColumn('person', 'text', (c) => c.references('person.id').onDelete('set null'))
    .addColumn('label', 'text')
    .addPrimaryKeyConstraint('revision_key', ['bench', 'n', 'path'])
    .execute();
  await db.schema
    .createTable('attempt')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('bench', 'text', (c) => c.notNull().references('bench.id').onDelete('cascade'))
    .addColumn('person', 'text', (c) => c.notNull().references('person.id').onDelete('cascade'))
    .addColumn('lab_version', 'text', (c) => c.notNull())
    .addColumn('assignment', 'text', (c) => c.references('assignment.id').onDelete('cascade'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('started_at', 'text', (c) => c.notNull())
    .addColumn('ended_at', 'text')
    .addColumn('revision', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('points', 'double precision')
    .addColumn('max', 'double precision')
    .addColumn('results', 'text')
    .addColumn('outcomes', 'text')
    .addColumn('hint_cost', 'double precision', (c) => c.notNull())
    .addColumn('message', 'text')
    .execute();
  await db.schema.createIndex('attempt_of_bench').on('attempt').columns(['bench', 'started_at']).execute();
  await db.schema
    .createIndex('attempt_of_assignment')
    .on('attempt')
    .columns(['assignment', 'person', 'started_at', 'id', 'state'])
    .execute();
  await db.schema
    .createTable('hint_taken')
    .addColumn('bench', 'text', (c) => c.notNull().references('bench.id').onDelete('cascade'))
    .addColumn('hint', 'integer', (c) => c.notNull())
    .addColumn('taken_at', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('hint_taken_key', ['bench', 'hint'])
    .execute();
  await db.schema
    .createTable('grade_override')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('assignment', 'text', (c) => c.notNull().references('assignment.id').onDelete('cascade'))
    .addColumn('person', 'text', (c) => c.notNull().references('person.id').onDelete('cascade'))
    .addColumn('points', 'double precision')
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('made_by', 'text', (c) => c.notNull())
    .addColumn('made_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('grade_override_of')
    .on('grade_override')
    .columns(['assignment', 'person'])
    .execute();
  await db.schema
    .createTable('comment')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('bench', 'text', (c) => c.notNull().references('bench.id').onDelete('cascade'))
    .addColumn('anchor', 'text', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('made_by', 'text', (c) => c.notNull())
    .addColumn('made_at', 'text', (c) => c.notNull())
    .addColumn('resolved_at', 'text')
    .execute();
  await db.schema.createIndex('comment_of_bench').on('comment').columns(['bench']).execute();
}
