/** Sign-ins: which browsers are let in as whom. Their ids are hashes of the tokens that the browsers hold. */
import type { Kysely } from 'kysely';
import { audit } from './auditStore.ts';
import { hashOf, newToken } from './newId.ts';
import type { PersonRow, Schema, SignInRow } from './schema.ts';

/** Of one person: browsers and machines of a term. The one that was used least lately ends when there is another. */
export const MAX_SIGN_INS = 20;

export interface Validity {
  readonly seen_at: string;
  readonly expires_at: string;
}

export class SignInStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** @param how the way the person proved who they are @returns the token for the browser, and sign-ins that ended for it. */
  async begin(
    person: string,
    agent: string,
    valid: Validity,
    how: string,
  ): Promise<{ readonly token: string; readonly id: string; readonly ended: readonly string[] }> {
    const token = newToken();
    const id = hashOf(token);
    return this.#db.transaction().execute(async (db) => {
      const others = await db
        .selectFrom('sign_in')
        .select('id')
        .where('person', '=', person)
        .orderBy('seen_at', 'desc')
        .orderBy('id')
        .execute();
      const ended = others.slice(MAX_SIGN_INS - 1).map((row) => row.id);
      if (ended.length > 0) await db.deleteFrom('sign_in').where('id', 'in', ended).execute();
      await db
        .insertInto('sign_in')
        .values({ id, person, created_at: valid.seen_at, ...valid, agent })
        .execute();
      await db.updateTable('person').set({ seen_at: valid.seen_at }).where('id', '=', person).execute();
      await audit(db, { actor: person, act: 'sign-in.begin', object: person, detail: { how } });
      return { token, id, ended };
    });
  }

  /** Who holds the token; null where it is unknown, expired, or its person is disabled. */
  async find(
    token: string,
    now: string,
  ): Promise<{ readonly signIn: SignInRow; readonly person: PersonRow } | null> {
    return this.get(hashOf(token), now);
  }

  async get(
    id: string,
    now: string,
  ): Promise<{ readonly signIn: SignInRow; readonly person: PersonRow } | null> {
    const signIn = await this.#db
      .selectFrom('sign_in')
      .selectAll()
      .where('id', '=', id)
      .where('expires_at', '>', now)
      .executeTakeFirst();
    if (signIn === undefined) return null;
    const person = await this.#db
      .selectFrom('person')
      .selectAll()
      .where('id', '=', signIn.person)
      .where('disabled_at', 'is', null)
      .executeTakeFirst();
    return person === undefined ? null : { signIn, person };
  }

  /** It was used: it lasts longer from now on. */
  async seen(id: string, person: string, valid: Validity): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      await db.updateTable('sign_in').set(valid).where('id', '=', id).execute();
      await db.updateTable('person').set({ seen_at: valid.seen_at }).where('id', '=', person).execute();
    });
  }

  /** Those of a person, the one used last first. */
  async list(person: string, now: string): Promise<readonly SignInRow[]> {
    return this.#db
      .selectFrom('sign_in')
      .selectAll()
      .where('person', '=', person)
      .where('expires_at', '>', now)
      .orderBy('seen_at', 'desc')
      .orderBy('id')
      .execute();
  }

  /** Ends one sign-in of the person. @returns whether it was there. */
  async end(person: string, id: string): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('sign_in')
        .where('person', '=', person)
        .where('id', '=', id)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      await audit(db, { actor: person, act: 'sign-in.end', object: person });
      return true;
    });
  }

  /** Ends every sign-in of the person but one. @returns those that ended. */
  async endAll(person: string, except: string | null): Promise<readonly string[]> {
    return this.#db.transaction().execute(async (db) => {
      const ended = await endSignIns(db, person, except);
      await audit(db, { actor: person, act: 'sign-in.end-all', object: person });
      return ended;
    });
  }

  async forgetExpired(now: string): Promise<void> {
    await this.#db.deleteFrom('sign_in').where('expires_at', '<=', now).execute();
  }
}

/** Within a transaction: ends every sign-in of the person but one. @returns those that ended. */
export async function endSignIns(
  db: Kysely<Schema>,
  person: string,
  except: string | null,
): Promise<readonly string[]> {
  let query = db.deleteFrom('sign_in').where('person', '=', person);
  if (except !== null) query = query.where('id', '!=', except);
  return (await query.returning('id').execute()).map((row) => row.id);
}
