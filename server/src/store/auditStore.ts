/**
 * The log of acts that somebody may have to answer for. {@link audit} is called inside the transaction of the act, so that neither is there
 * without the other. Entries are never changed; they name people by id, so that they stay true when a person is erased.
 */
import type { Kysely } from 'kysely';
import { newId } from './newId.ts';
import type { AuditRow, Schema } from './schema.ts';

export interface Act {
  /** Id of a person; {@link NOBODY} where somebody is not signed in, {@link THE_SERVER} where nobody asked. */
  readonly actor: string;
  /** `area.what`, as in `person.role` or `grade.override`: it can be filtered by. */
  readonly act: string;
  /** Id of what it was done to, or a name where there is no id. */
  readonly object: string;
  /** What a reader needs besides; NEVER a password, a code or a token. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

export const NOBODY = 'nobody';
export const THE_SERVER = 'server';

/** @param db the transaction in which the act happens */
export async function audit(db: Kysely<Schema>, { actor, act, object, detail = {} }: Act): Promise<void> {
  const at = new Date().toISOString();
  await db
    .insertInto('audit')
    .values({ id: newId(), at, actor, act, object, detail: JSON.stringify(detail) })
    .execute();
}

export interface AuditAsked {
  /** Beginning of the act's name; empty for all. */
  readonly act: string;
  /** Id of a person who did it or to whom it was done; empty for all. */
  readonly person: string;
  /** Entries before this time. */
  readonly before: string | null;
  readonly count: number;
}

export type NamedAudit = AuditRow & {
  readonly actor_name: string | null;
  readonly object_name: string | null;
};

export class AuditStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** An act that changes nothing else. */
  async add(act: Act): Promise<void> {
    await audit(this.#db, act);
  }

  /** Newest first. */
  async list({ act, person, before, count }: AuditAsked): Promise<readonly NamedAudit[]> {
    let query = this.#db
      .selectFrom('audit')
      .leftJoin('person as doer', 'doer.id', 'audit.actor')
      .leftJoin('person as other', 'other.id', 'audit.object')
      .selectAll('audit')
      .select(['doer.name as actor_name', 'other.name as object_name']);
    // `_` and `%` are no letters of an act, so a pattern needs no escape.
    if (act !== '') query = query.where('audit.act', 'like', `${act.replaceAll(/[^a-z.-]/g, '')}%`);
    if (person !== '')
      query = query.where((eb) => eb.or([eb('audit.actor', '=', person), eb('audit.object', '=', person)]));
    if (before !== null) query = query.where('audit.at', '<', before);
    return query.orderBy('audit.at', 'desc').orderBy('audit.id').limit(count).execute();
  }
}
