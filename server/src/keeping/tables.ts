/**
 * What each table holds of a person, in an order in which rows can be inserted (what is referred to comes first). A table that is
 * missing here does not compile: whoever adds one says what becomes of it in a backup, when a person asks for what is kept of them,
 * and when they are erased.
 *
 * A row is *theirs* when it is about them or part of their work: it is in their export, and goes when they are erased. A row that they
 * merely *signed* (a grade that they gave, a course that they made) is in their export as well, and stays with their id, which then says
 * nothing about anybody.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Schema } from '../store/schema.ts';

export interface Person {
  readonly id: string;
  /** What they are called in rows: name, e-mail address, names to sign in with. Never empty strings. */
  readonly names: readonly string[];
  readonly emails: readonly string[];
  /** Their benches, and what others copied from these. */
  readonly benches: readonly string[];
}

export interface Table {
  /** The condition for rows that are theirs; null where no row can be. */
  readonly theirs: ((person: Person) => RawBuilder<boolean>) | null;
  /** Columns with the id of who made or did it, or of whom it was done to. */
  readonly signed?: readonly string[];
  /** Columns that are nobody's business, the person's included: hashes of secrets. */
  readonly secret?: readonly string[];
}

const ofPerson: Table['theirs'] = ({ id }) => sql`person = ${id}`;
const ofBench: Table['theirs'] = ({ benches }) => among('bench', benches);

/** The column is one of the values. */
function among(column: string, values: readonly string[]): RawBuilder<boolean> {
  return sql`${sql.ref(column)} in (${list(values)})`;
}

/** No value is empty, so an empty one stands for none: a list must have something in it. */
function list(values: readonly string[]): RawBuilder<unknown> {
  return sql.join((values.length === 0 ? [''] : values).map((value) => sql`${value}`));
}

function either(...conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return sql`(${sql.join(conditions, sql` or `)})`;
}

export const TABLES: { readonly [T in keyof Schema]: Table } = {
  person: { theirs: ({ id }) => sql`id = ${id}` },
  credential: { theirs: ofPerson, secret: ['secret'] },
  sign_in: { theirs: ofPerson, secret: ['id'] },
  // Says who did what to whom, by ids; the rest of a row is scrubbed where it names them (erasePerson.ts).
  audit: { theirs: null, signed: ['actor', 'object'] },
  course: { theirs: null, signed: ['made_by'] },
  membership: { theirs: ofPerson },
  roster: { theirs: ({ id, emails }) => either(sql`person = ${id}`, sql`lower(email) in (${list(emails)})`) },
  invitation: {
    theirs: ({ id, emails }) =>
      either(sql`used_by = ${id}`, sql`person = ${id}`, sql`lower(email) in (${list(emails)})`),
    signed: ['made_by'],
    secret: ['id'],
  },
  // A lab that was never published is a draft of theirs; one that was is what others work at.
  lab: { theirs: ({ id }) => sql`owner = ${id} and current is null`, signed: ['owner'] },
  lab_version: { theirs: null, signed: ['made_by'] },
  assignment: { theirs: null, signed: ['made_by'] },
  extension: { theirs: ofPerson, signed: ['made_by'] },
  bench: { theirs: ({ benches }) => among('id', benches) },
  file: { theirs: ofBench },
  revision: { theirs: ofBench, signed: ['person'] },
  run: { theirs: ofBench },
  bookmark: {
    theirs: ({ benches }) => sql`run in (select id from run where ${among('bench', benches)})`,
  },
  regrade: { theirs: null, signed: ['made_by'] },
  attempt: { theirs: (person) => either(sql`person = ${person.id}`, among('bench', person.benches)) },
  hint_taken: { theirs: ofBench },
  grade_override: { theirs: ofPerson, signed: ['made_by'] },
  // What they wrote on the work of others goes as well: it is their text.
  comment: { theirs: ({ id, benches }) => either(sql`made_by = ${id}`, among('bench', benches)) },
};

export const TABLE_NAMES = Object.keys(TABLES) as readonly (keyof Schema)[];
