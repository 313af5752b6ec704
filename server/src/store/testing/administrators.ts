/** Administrators for tests: only who has a way to sign in counts as one who is left. */
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** Makes one, or gives one who is there a way to sign in. */
export async function addAdministrator(db: Kysely<Schema>, id: string): Promise<void> {
  const created_at = new Date().toISOString();
  await db
    .insertInto('person')
    .values({
      id,
      name: id,
      email: null,
      role: 'administrator',
      created_at,
      seen_at: null,
      disabled_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto('credential')
    .values({ kind: 'password', subject: id, person: id, secret: 'x', set_at: created_at })
    .execute();
}
