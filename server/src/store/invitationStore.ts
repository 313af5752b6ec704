/** Invitations: links that let somebody in once, as what they say. Only hashes of their codes are stored. */
import type { Kysely } from 'kysely';
import { audit } from './auditStore.ts';
import { hashOf, newToken } from './newId.ts';
import type { InvitationRow, Role, Schema } from './schema.ts';

/** Invitations that wait at once; a course of some hundred is invited in one go. */
export const MAX_INVITATIONS = 2_000;

export interface NewInvitation {
  /** In the course, where one is named; else on the whole server. */
  readonly role: Role;
  readonly course?: string | null;
  /** Who is here already and gets a new password by it. */
  readonly person?: string | null;
  /** Whoever proves to have this address is let in without the link, too. */
  readonly email?: string | null;
  readonly name?: string | null;
  readonly expiresAt: string;
}

export type ListedInvitation = InvitationRow & {
  readonly course_title: string | null;
  readonly person_name: string | null;
};

export class InvitationStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** @returns the code, which nobody can look up later; null where too many wait already. */
  async make(actor: string, wanted: NewInvitation): Promise<string | null> {
    return this.#db.transaction().execute((db) => addInvitation(db, actor, wanted));
  }

  /** One that can still be used. */
  async find(code: string, now: string): Promise<ListedInvitation | null> {
    return (await this.#waiting(now).where('invitation.id', '=', hashOf(code)).executeTakeFirst()) ?? null;
  }

  /** Those that can still be used, newest first. */
  async list(now: string): Promise<readonly ListedInvitation[]> {
    return this.#waiting(now)
      .orderBy('invitation.made_at', 'desc')
      .orderBy('invitation.id')
      .limit(MAX_INVITATIONS)
      .execute();
  }

  #waiting(now: string) {
    return this.#db
      .selectFrom('invitation')
      .leftJoin('course', 'course.id', 'invitation.course')
      .leftJoin('person', 'person.id', 'invitation.person')
      .selectAll('invitation')
      .select(['course.title as course_title', 'person.name as person_name'])
      .where('used_at', 'is', null)
      .where('expires_at', '>', now);
  }

  /** @returns whether it was there. */
  async revoke(actor: string, id: string): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const { numDeletedRows } = await db
        .deleteFrom('invitation')
        .where('id', '=', id)
        .where('used_at', 'is', null)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      await audit(db, { actor, act: 'invitation.revoke', object: id });
      return true;
    });
  }

  /** Those that one made and nobody has used. */
  async revokeAllOf(maker: string): Promise<void> {
    await this.#db
      .deleteFrom('invitation')
      .where('made_by', '=', maker)
      .where('used_at', 'is', null)
      .execute();
  }
}

/** Within a transaction: see {@link InvitationStore.make}. */
async function addInvitation(
  db: Kysely<Schema>,
  actor: string,
  wanted: NewInvitation,
): Promise<string | null> {
  const made_at = new Date().toISOString();
  const { waiting } = await db
    .selectFrom('invitation')
    .select((eb) => eb.fn.countAll<number | string>().as('waiting'))
    .where('used_at', 'is', null)
    .where('expires_at', '>', made_at)
    .executeTakeFirstOrThrow();
  if (Number(waiting) >= MAX_INVITATIONS) return null;
  const code = newToken();
  const row: InvitationRow = {
    id: hashOf(code),
    role: wanted.role,
    course: wanted.course ?? null,
    person: wanted.person ?? null,
    email: wanted.email?.toLowerCase() ?? null,
    name: wanted.name ?? null,
    made_by: actor,
    made_at,
    expires_at: wanted.expiresAt,
    used_at: null,
    used_by: null,
  };
  await db.insertInto('invitation').values(row).execute();
  const { role, course, person, email } = row;
  await audit(db, { actor, act: 'invitation.make', object: row.id, detail: { role, course, person, email } });
  return code;
}
