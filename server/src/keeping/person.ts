/** Who a person is in all tables: found by what an operator knows of them. */
import type { Kysely } from 'kysely';
import type { PersonRow, Schema } from '../store/schema.ts';
import type { Person } from './tables.ts';

export type FoundPerson =
  | { readonly ok: true; readonly person: PersonRow }
  | { readonly ok: false; readonly code: 'not-found' | 'ambiguous'; readonly message: string };

/** By id, else by e-mail address or sign-in name, else by name. */
export async function findPerson(db: Kysely<Schema>, asked: string): Promise<FoundPerson> {
  const people = await db.selectFrom('person').selectAll().orderBy('id').execute();
  const credentials = await db.selectFrom('credential').select(['person', 'subject']).execute();
  const wanted = asked.toLowerCase();
  const ways: readonly ((person: PersonRow) => boolean)[] = [
    ({ id }) => id === asked,
    ({ id, email }) =>
      email?.toLowerCase() === wanted ||
      credentials.some(({ person, subject }) => person === id && subject.toLowerCase() === wanted),
    ({ name }) => name.toLowerCase() === wanted,
  ];
  for (const way of ways) {
    const [first, ...others] = people.filter(way);
    if (first === undefined) continue;
    if (others.length === 0) return { ok: true, person: first };
    const ids = [first, ...others].map(({ id, email }) => `${id} (${email ?? 'no e-mail address'})`);
    return {
      ok: false,
      code: 'ambiguous',
      message: `There are several called ${asked}; use an id: ${ids.join(', ')}`,
    };
  }
  return { ok: false, code: 'not-found', message: `There is nobody called ${asked}.` };
}

/** How the tables know them. */
export async function personInTables(db: Kysely<Schema>, { id, name, email }: PersonRow): Promise<Person> {
  const credentials = await db.selectFrom('credential').select('subject').where('person', '=', id).execute();
  const roster = await db.selectFrom('roster').select(['email', 'name']).where('person', '=', id).execute();
  const known = (values: readonly (string | null)[]): string[] => [
    ...new Set(values.filter((value) => value !== null && value !== '') as string[]),
  ];
  return {
    id,
    names: known([name, ...credentials.map(({ subject }) => subject), ...roster.map((row) => row.name)]),
    emails: known([email, ...roster.map((row) => row.email)]).map((each) => each.toLowerCase()),
    benches: await benchesOf(db, id),
  };
}

/** Their own, and what was copied from these, and from the copies. */
async function benchesOf(db: Kysely<Schema>, person: string): Promise<readonly string[]> {
  const rows = await db.selectFrom('bench').select('id').where('owner', '=', person).execute();
  const found = new Set(rows.map(({ id }) => id));
  const copies = await db
    .selectFrom('bench')
    .select(['id', 'copy_of'])
    .where('copy_of', 'is not', null)
    .execute();
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const { id, copy_of } of copies) if (found.has(copy_of ?? '')) found.add(id);
  }
  return [...found];
}
