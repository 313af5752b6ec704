/**
 * How somebody comes to be here: by an invitation, by the code of a course, by another site that vouches for them. Each is one transaction
 * with its line in the audit log, so that no code is used twice and nobody is half here.
 */
import type { Kysely } from 'kysely';
import { audit, NOBODY, THE_SERVER } from './auditStore.ts';
import { hashOf } from './newId.ts';
import { addCredential, addPerson, type NewCredential } from './peopleStore.ts';
import {
  LOCAL_PERSON,
  type CourseRow,
  type InvitationRow,
  type MembershipRow,
  type PersonRow,
  type Role,
  type Schema,
} from './schema.ts';
import { endSignIns } from './signInStore.ts';

/**
 * `gone`: the code is unknown, used or expired. `taken`: somebody else signs in by that name. `unknown`: the other site vouches for
 * somebody who is not expected here. `disabled`: who may not sign in. Nothing was changed.
 */
export type Entry =
  | { readonly ok: true; readonly person: PersonRow; readonly endedSignIns: readonly string[] }
  | { readonly ok: false; readonly code: 'gone' | 'taken' | 'unknown' | 'disabled' };

/** What another site says of somebody. */
export interface Vouched {
  readonly credential: NewCredential & { readonly kind: 'oidc' };
  readonly name: string;
  /** In lower case; null unless that site has verified it. */
  readonly email: string | null;
  /** What the person came with. */
  readonly invitation: string | null;
  readonly joinCode: string | null;
  /** What becomes of people whom nobody expects. */
  readonly unknown: 'refuse' | 'student';
}

const ORDER: readonly Role[] = ['student', 'assistant', 'instructor', 'administrator'];
const higher = <R extends Role>(a: R, b: R): R => (ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b);

/** Takes the transaction back and becomes the refusal. */
class Refused extends Error {
  readonly entry: Entry & { ok: false };
  constructor(code: (Entry & { ok: false })['code']) {
    super(code);
    this.entry = { ok: false, code };
  }
}

export class EntryStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** The course that the code opens, as long as it is taught. */
  async courseOf(joinCode: string): Promise<CourseRow | null> {
    return courseOf(this.#db, joinCode);
  }

  /** Uses an invitation for a new account, or for a new password where it is meant for that. */
  async accept(
    code: string,
    name: string,
    credential: NewCredential & { readonly kind: 'password' },
    now: string,
  ): Promise<Entry> {
    return this.#enter(async (db) => {
      const invitation = await waiting(db, hashOf(code), now);
      if (invitation.person !== null) {
        const ended = await newPassword(db, invitation.person, credential);
        const person = await use(db, invitation, invitation.person, now);
        return { ok: true, person, endedSignIns: ended };
      }
      const person = await newAccount(db, { name, email: invitation.email, role: 'student' }, credential);
      return { ok: true, person: await use(db, invitation, person.id, now), endedSignIns: [] };
    });
  }

  /** Uses an invitation for somebody who is here already: they get its role where it is a higher one, and its course. */
  async acceptAs(person: string, code: string, now: string): Promise<Entry> {
    return this.#enter(async (db) => {
      const invitation = await waiting(db, hashOf(code), now);
      if (invitation.person !== null && invitation.person !== person) throw new Refused('gone');
      return { ok: true, person: await use(db, invitation, person, now), endedSignIns: [] };
    });
  }

  /** A new account, as a student of the course. */
  async join(
    joinCode: string,
    name: string,
    credential: NewCredential & { readonly kind: 'password' },
  ): Promise<Entry> {
    return this.#enter(async (db) => {
      const course = await courseOf(db, joinCode);
      if (course === null) throw new Refused('gone');
      const person = await newAccount(db, { name, email: null, role: 'student' }, credential);
      await member(db, person.id, course.id, 'student', person.id);
      return { ok: true, person, endedSignIns: [] };
    });
  }

  /** Somebody who is here becomes a student of the course. */
  async joinAs(person: string, joinCode: string): Promise<Entry> {
    return this.#enter(async (db) => {
      const course = await courseOf(db, joinCode);
      if (course === null) throw new Refused('gone');
      await member(db, person, course.id, 'student', person);
      return { ok: true, person: await personOf(db, person), endedSignIns: [] };
    });
  }

  /**
   * Lets in whom another site vouches for: by what it calls them, whatever their address is now; else by what they came with, or by an
   * invitation or a line of a roster with the address that it has verified. An account that is here already is NEVER found by its address.
   */
  async vouched(who: Vouched, now: string): Promise<Entry> {
    return this.#enter(async (db) => {
      const known = await db
        .selectFrom('credential')
        .select('person')
        .where('kind', '=', 'oidc')
        .where('subject', '=', who.credential.subject)
        .executeTakeFirst();
      const course = who.joinCode === null ? null : await courseOf(db, who.joinCode);
      const invitation = await invitationFor(db, who, known !== undefined, now);
      if (known !== undefined) {
        const person = await personOf(db, known.person);
        if (person.disabled_at !== null) throw new Refused('disabled');
        if (invitation !== null && invitation.person === null) await use(db, invitation, person.id, now);
        if (course !== null) await member(db, person.id, course.id, 'student', person.id);
        return { ok: true, person: await personOf(db, person.id), endedSignIns: [] };
      }
      const expected =
        who.email !== null &&
        (await db
          .selectFrom('roster')
          .select('course')
          .where('email', '=', who.email)
          .where('person', 'is', null)
          .executeTakeFirst()) !== undefined;
      if (invitation === null && course === null && !expected && who.unknown === 'refuse')
        throw new Refused('unknown');
      const person = await newAccount(
        db,
        { name: who.name, email: who.email, role: 'student' },
        who.credential,
      );
      if (invitation !== null) await use(db, invitation, person.id, now);
      if (course !== null) await member(db, person.id, course.id, 'student', person.id);
      if (who.email !== null) await takeRosterLines(db, person.id, who.email);
      return { ok: true, person: await personOf(db, person.id), endedSignIns: [] };
    });
  }

  async #enter(act: (db: Kysely<Schema>) => Promise<Entry>): Promise<Entry> {
    try {
      return await this.#db.transaction().execute(act);
    } catch (error) {
      if (error instanceof Refused) return error.entry;
      throw error;
    }
  }
}

async function newAccount(
  db: Kysely<Schema>,
  who: { readonly name: string; readonly email: string | null; readonly role: Role },
  credential: NewCredential,
): Promise<PersonRow> {
  const person = await addPerson(db, who);
  if (!(await addCredential(db, person.id, credential))) throw new Refused('taken');
  await audit(db, {
    actor: NOBODY,
    act: 'person.make',
    object: person.id,
    detail: { how: credential.kind },
  });
  return person;
}

async function newPassword(
  db: Kysely<Schema>,
  person: string,
  credential: NewCredential & { readonly kind: 'password' },
): Promise<readonly string[]> {
  const { disabled_at } = await personOf(db, person);
  if (disabled_at !== null) throw new Refused('disabled');
  const { numUpdatedRows } = await db
    .updateTable('credential')
    .set({ secret: credential.secret, set_at: new Date().toISOString() })
    .where('kind', '=', 'password')
    .where('person', '=', person)
    .executeTakeFirst();
  if (numUpdatedRows === 0n && !(await addCredential(db, person, credential))) throw new Refused('taken');
  await audit(db, { actor: NOBODY, act: 'person.password', object: person, detail: { how: 'invitation' } });
  return endSignIns(db, person, null);
}

async function waiting(db: Kysely<Schema>, id: string, now: string): Promise<InvitationRow> {
  const row = await db
    .selectFrom('invitation')
    .selectAll()
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) throw new Refused('gone');
  return row;
}

/** The one that somebody came with, else one for their address. One for a new password is never found by an address. */
async function invitationFor(
  db: Kysely<Schema>,
  { invitation, email }: Vouched,
  isHere: boolean,
  now: string,
): Promise<InvitationRow | null> {
  if (invitation !== null) {
    const row = await waiting(db, hashOf(invitation), now);
    if (row.person !== null) throw new Refused('gone');
    return row;
  }
  if (email === null || isHere) return null;
  const row = await db
    .selectFrom('invitation')
    .selectAll()
    .where('email', '=', email)
    .where('person', 'is', null)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('made_at')
    .executeTakeFirst();
  return row ?? null;
}

/** Gives what the invitation gives. Fails where somebody else was quicker. */
async function use(
  db: Kysely<Schema>,
  invitation: InvitationRow,
  person: string,
  now: string,
): Promise<PersonRow> {
  const { numUpdatedRows } = await db
    .updateTable('invitation')
    .set({ used_at: now, used_by: person })
    .where('id', '=', invitation.id)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new Refused('gone');
  const detail = { role: invitation.role, course: invitation.course, by: invitation.made_by };
  await audit(db, { actor: person, act: 'invitation.use', object: invitation.id, detail });
  const { role, email } = await personOf(db, person);
  if (invitation.course !== null) {
    const inCourse = invitation.role === 'administrator' ? 'instructor' : invitation.role;
    await member(db, person, invitation.course, inCourse, invitation.made_by);
  } else if (invitation.person === null) {
    const next = higher(role, invitation.role);
    await db.updateTable('person').set({ role: next }).where('id', '=', person).execute();
    if (next !== role)
      await audit(db, {
        actor: invitation.made_by,
        act: 'person.role',
        object: person,
        detail: { from: role, to: next },
      });
  }
  if (email !== null) await takeRosterLines(db, person, email);
  if (invitation.made_by === THE_SERVER) await takeLocalBenches(db, person);
  return personOf(db, person);
}

/** What was made on this server before it had accounts belongs to its first administrator. */
async function takeLocalBenches(db: Kysely<Schema>, person: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('bench')
    .set({ owner: person })
    .where('owner', '=', LOCAL_PERSON)
    .executeTakeFirst();
  const benches = Number(numUpdatedRows);
  if (benches > 0)
    await audit(db, { actor: THE_SERVER, act: 'bench.take-over', object: person, detail: { benches } });
}

/** Never takes a role away: who teaches a course and follows its students' link goes on teaching it. */
async function member(
  db: Kysely<Schema>,
  person: string,
  course: string,
  role: MembershipRow['role'],
  actor: string,
): Promise<void> {
  const before = await db
    .selectFrom('membership')
    .select('role')
    .where('course', '=', course)
    .where('person', '=', person)
    .executeTakeFirst();
  const next = before === undefined ? role : higher(before.role, role);
  if (before?.role === next) return;
  await db
    .insertInto('membership')
    .values({ course, person, role: next, joined_at: new Date().toISOString() })
    .onConflict((conflict) => conflict.columns(['course', 'person']).doUpdateSet({ role: next }))
    .execute();
  await audit(db, { actor, act: 'course.join', object: person, detail: { course, role: next } });
}

/** Whoever a course expects under this address is that person. */
async function takeRosterLines(db: Kysely<Schema>, person: string, email: string): Promise<void> {
  const lines = await db
    .updateTable('roster')
    .set({ person })
    .where('email', '=', email)
    .where('person', 'is', null)
    .returning(['course', 'role'])
    .execute();
  for (const { course, role } of lines) await member(db, person, course, role, person);
}

async function courseOf(db: Kysely<Schema>, joinCode: string): Promise<CourseRow | null> {
  const row = await db
    .selectFrom('course')
    .selectAll()
    .where('join_code', '=', plainJoinCode(joinCode))
    .where('archived_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

async function personOf(db: Kysely<Schema>, id: string): Promise<PersonRow> {
  return db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** A join code as it is stored: `abcd-efgh` and `ABCD EFGH` are `ABCDEFGH`. */
function plainJoinCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}
