/** People and how they prove who they are. What changes them writes to the audit log in the same transaction. */
import type { Kysely } from 'kysely';
import { audit } from './auditStore.ts';
import { newId } from './newId.ts';
import { LOCAL_PERSON, type PersonRow, type Role, type Schema } from './schema.ts';
import { endSignIns } from './signInStore.ts';

export interface NewPerson {
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
}

/** One line of the list: a person, their sign-in name, and ways to sign in. */
export type ListedPerson = PersonRow & { readonly sign_in_name: string | null; readonly elsewhere: boolean };

export class PeopleStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async get(id: string): Promise<PersonRow | null> {
    return (await this.#db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
  }

  /** Who signs in with this name, and the hash of their password. */
  async byName(name: string): Promise<{ readonly person: PersonRow; readonly secret: string | null } | null> {
    const row = await this.#db
      .selectFrom('credential')
      .innerJoin('person', 'person.id', 'credential.person')
      .selectAll('person')
      .select('credential.secret')
      .where('credential.kind', '=', 'password')
      .where('credential.subject', '=', subjectOf(name))
      .executeTakeFirst();
    if (row === undefined) return null;
    const { secret, ...person } = row;
    return { person, secret };
  }

  /** Name and hash of the person's password, or null where they have none. */
  async passwordOf(person: string): Promise<{ readonly name: string; readonly secret: string } | null> {
    const row = await this.#db
      .selectFrom('credential')
      .select(['subject', 'secret'])
      .where('kind', '=', 'password')
      .where('person', '=', person)
      .executeTakeFirst();
    return row?.secret === undefined || row.secret === null
      ? null
      : { name: row.subject, secret: row.secret };
  }

  /** Who signs in by another site under this subject. */
  async byProvider(subject: string): Promise<PersonRow | null> {
    const row = await this.#db
      .selectFrom('credential')
      .innerJoin('person', 'person.id', 'credential.person')
      .selectAll('person')
      .where('credential.kind', '=', 'oidc')
      .where('credential.subject', '=', subject)
      .executeTakeFirst();
    return row ?? null;
  }

  /** Whether somebody who is let in is an administrator. */
  hasAdministrator(): Promise<boolean> {
    return hasAdministratorBut(this.#db, null);
  }

  /** People by name, from number `from` on; the one person of a server without accounts is not among them. */
  async list(
    search: string,
    from: number,
    count: number,
  ): Promise<{ readonly people: readonly ListedPerson[]; readonly total: number }> {
    const like = `%${search.toLowerCase().replaceAll(/[%_\\]/g, '')}%`;
    const found = this.#db
      .selectFrom('person')
      .leftJoin('credential as own', (join) =>
        join.onRef('own.person', '=', 'person.id').on('own.kind', '=', 'password'),
      )
      .where('person.id', '!=', LOCAL_PERSON)
      .where((eb) =>
        eb.or([
          eb(eb.fn<string>('lower', ['person.name']), 'like', like),
          eb(eb.fn<string>('lower', ['person.email']), 'like', like),
          eb('own.subject', 'like', like),
        ]),
      );
    const [rows, counted] = await Promise.all([
      found
        .selectAll('person')
        .select('own.subject as sign_in_name')
        .orderBy('person.name')
        .orderBy('person.id')
        .offset(from)
        .limit(count)
        .execute(),
      found.select((eb) => eb.fn.countAll<number | string>().as('count')).executeTakeFirstOrThrow(),
    ]);
    const elsewhere = await this.#signInElsewhere(rows.map((row) => row.id));
    return {
      people: rows.map((row) => ({ ...row, elsewhere: elsewhere.has(row.id) })),
      total: Number(counted.count),
    };
  }

  async #signInElsewhere(people: readonly string[]): Promise<ReadonlySet<string>> {
    if (people.length === 0) return new Set();
    const rows = await this.#db
      .selectFrom('credential')
      .select('person')
      .where('kind', '=', 'oidc')
      .where('person', 'in', people)
      .execute();
    return new Set(rows.map((row) => row.person));
  }

  async rename(person: string, name: string): Promise<PersonRow | null> {
    return this.#db.transaction().execute(async (db) => {
      const row = await db
        .updateTable('person')
        .set({ name })
        .where('id', '=', person)
        .returningAll()
        .executeTakeFirst();
      if (row !== undefined) await audit(db, { actor: person, act: 'person.name', object: person });
      return row ?? null;
    });
  }

  /**
   * Another role, or may sign in or not. Whoever is changed has to come in anew.
   * `last`: there would be no administrator left; nothing was changed.
   */
  async change(
    actor: string,
    person: string,
    to: { readonly role?: Role | undefined; readonly disabled?: boolean | undefined },
  ): Promise<'changed' | 'not-found' | 'last'> {
    return this.#db.transaction().execute(async (db) => {
      const row = await db.selectFrom('person').selectAll().where('id', '=', person).executeTakeFirst();
      if (row === undefined || person === LOCAL_PERSON) return 'not-found';
      const role = to.role ?? row.role;
      const disabled = to.disabled ?? row.disabled_at !== null;
      if (
        row.role === 'administrator' &&
        row.disabled_at === null &&
        (role !== 'administrator' || disabled) &&
        !(await hasAdministratorBut(db, person))
      )
        return 'last';
      const disabled_at = disabled ? (row.disabled_at ?? new Date().toISOString()) : null;
      await db.updateTable('person').set({ role, disabled_at }).where('id', '=', person).execute();
      if (role !== row.role)
        await audit(db, { actor, act: 'person.role', object: person, detail: { from: row.role, to: role } });
      if (disabled !== (row.disabled_at !== null))
        await audit(db, { actor, act: disabled ? 'person.disable' : 'person.enable', object: person });
      if (disabled) await endSignIns(db, person, null);
      return 'changed';
    });
  }

  /** A new password. Every other sign-in of the person ends. @returns those that ended. */
  async setPassword(person: string, secret: string, except: string | null): Promise<readonly string[]> {
    return this.#db.transaction().execute(async (db) => {
      await db
        .updateTable('credential')
        .set({ secret, set_at: new Date().toISOString() })
        .where('kind', '=', 'password')
        .where('person', '=', person)
        .execute();
      await audit(db, { actor: person, act: 'person.password', object: person });
      return endSignIns(db, person, except);
    });
  }

  /** The hash anew with today's cost; nothing that anybody notices. */
  async rehash(person: string, secret: string): Promise<void> {
    await this.#db
      .updateTable('credential')
      .set({ secret })
      .where('kind', '=', 'password')
      .where('person', '=', person)
      .execute();
  }
}

/**
 * Whether somebody is an administrator who is let in, apart from this person. Who takes one away asks in the transaction in which they do it:
 * it is serializable (`transactions.ts`), so that of two who take away each other only one can.
 */
export async function hasAdministratorBut(db: Kysely<Schema>, person: string | null): Promise<boolean> {
  const row = await db
    .selectFrom('person')
    .innerJoin('credential', 'credential.person', 'person.id')
    .select('person.id')
    .where('person.role', '=', 'administrator')
    .where('person.disabled_at', 'is', null)
    .$if(person !== null, (query) => query.where('person.id', '!=', person!))
    .executeTakeFirst();
  return row !== undefined;
}

/** A sign-in name as it is stored: the same however it is written. */
export function subjectOf(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** The subject of somebody whom another site knows. */
export function providerSubject(issuer: string, sub: string): string {
  return JSON.stringify([issuer, sub]);
}

/** Within a transaction: a person who is here from now on. */
export async function addPerson(db: Kysely<Schema>, { name, email, role }: NewPerson): Promise<PersonRow> {
  const row: PersonRow = {
    id: newId(),
    name,
    email,
    role,
    created_at: new Date().toISOString(),
    seen_at: null,
    disabled_at: null,
  };
  await db.insertInto('person').values(row).execute();
  return row;
}

export type NewCredential =
  | { readonly kind: 'password'; readonly name: string; readonly secret: string }
  | { readonly kind: 'oidc'; readonly subject: string };

/** Within a transaction. @returns whether the name, or the subject, was free. */
export async function addCredential(
  db: Kysely<Schema>,
  person: string,
  credential: NewCredential,
): Promise<boolean> {
  const subject = credential.kind === 'password' ? subjectOf(credential.name) : credential.subject;
  const secret = credential.kind === 'password' ? credential.secret : null;
  const added = await db
    .insertInto('credential')
    .values({ kind: credential.kind, subject, person, secret, set_at: new Date().toISOString() })
    .onConflict((conflict) => conflict.columns(['kind', 'subject']).doNothing())
    .returning('person')
    .executeTakeFirst();
  return added !== undefined;
}
