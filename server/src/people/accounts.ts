/**
 * Accounts: who signs in how, for how long, and how they come to be here. What the sites that vouch for people say is `provider.ts`.
 *
 * NEVER does an answer, or the time that it takes, say whether somebody goes by a name. NEVER is a password, a code or a token written to
 * the log or to the database as it is.
 */
import { NOBODY, THE_SERVER } from '../store/auditStore.ts';
import type { Entry, Vouched } from '../store/entryStore.ts';
import { hashOf } from '../store/newId.ts';
import { subjectOf } from '../store/peopleStore.ts';
import type { ListedInvitation } from '../store/invitationStore.ts';
import type { CourseRow, PersonRow, Role } from '../store/schema.ts';
import type { Validity } from '../store/signInStore.ts';
import type { Store } from '../store/store.ts';
import { Attempts } from './attempts.ts';
import { Passwords } from './passwords.ts';

const DAY_MS = 24 * 60 * 60_000;

/** A sign-in that is not used for so long ends: the holidays between two courses of a term are shorter. */
const IDLE_MS = 14 * DAY_MS;

/** However it is used, a sign-in ends after a term; a browser that was left somewhere is not let in for ever. */
const LONGEST_MS = 120 * DAY_MS;

/** How exactly it is known when a sign-in was used last; more would write to the disk at every request. */
const SEEN_EVERY_MS = 5 * 60_000;

const INVITATION_MS = 14 * DAY_MS;

/** The link of the first administrator, and one for a new password, open more than others, so they do it for a day. */
const SHORT_INVITATION_MS = DAY_MS;

/** Failed sign-ins in the audit log, each hour; more are counted in one line. */
const FAILURES_TOLD = 200;

export interface SignedIn {
  /** Id of the sign-in. */
  readonly signIn: string;
  readonly person: PersonRow;
}

/** Told where sign-ins end, so that connections end with them. */
export interface Cut {
  signIns(ids: readonly string[]): void;
  /** Everything of a person comes in anew, or does not. */
  person(id: string): void;
}

/** Where an attempt comes from. */
export interface From {
  readonly address: string;
  readonly agent: string;
}

export interface Begun {
  readonly ok: true;
  readonly token: string;
  readonly person: PersonRow;
}

/** `wrong`: name or password; which is never said. `wait`: too often wrong. `busy`: too many at once. */
export type Refused =
  | { readonly ok: false; readonly code: 'wrong' | 'busy' }
  | { readonly ok: false; readonly code: 'wait'; readonly seconds: number }
  | (Entry & { readonly ok: false });

const GONE = { ok: false, code: 'gone' } as const;

export class Accounts {
  readonly #store: Store;
  readonly #cut: Cut;
  readonly #passwords = new Passwords();
  readonly #attempts = new Attempts();
  #failures = { hour: 0, times: 0 };

  constructor(store: Store, cut: Cut) {
    this.#store = store;
    this.#cut = cut;
  }

  // ---- being signed in -------------------------------------------------------------------------------------

  /** Who holds the token, or null. Using it makes it last longer. */
  async whoHolds(token: string, now = Date.now()): Promise<SignedIn | null> {
    return this.#used(await this.#store.signIns.find(token, iso(now)), now);
  }

  /** The same by the id of a sign-in, for a connection that is open. */
  async stillIn(signIn: string, now = Date.now()): Promise<SignedIn | null> {
    return this.#used(await this.#store.signIns.get(signIn, iso(now)), now);
  }

  async #used(found: Awaited<ReturnType<Store['signIns']['get']>>, now: number): Promise<SignedIn | null> {
    if (found === null) return null;
    const { signIn, person } = found;
    if (now - Date.parse(signIn.seen_at) > SEEN_EVERY_MS)
      await this.#store.signIns.seen(signIn.id, person.id, validity(now, Date.parse(signIn.created_at)));
    return { signIn: signIn.id, person };
  }

  // ---- signing in and out ----------------------------------------------------------------------------------

  async signIn(name: string, password: string, from: From, now = Date.now()): Promise<Begun | Refused> {
    const subject = subjectOf(name);
    const wait = this.#attempts.wait(subject, from.address, now);
    if (wait > 0) return { ok: false, code: 'wait', seconds: Math.ceil(wait / 1000) };
    this.#attempts.begins(subject, from.address, now);
    const found = await this.#store.people.byName(subject);
    const right = await this.#passwords.verify(found?.secret ?? null, password);
    if (right === null) return { ok: false, code: 'busy' };
    if (!right || found === null || found.person.disabled_at !== null) {
      this.#attempts.failed(from.address, now);
      await this.#tellFailure(subject, from, now);
      return { ok: false, code: 'wrong' };
    }
    this.#attempts.succeeded(subject, from.address);
    return this.begin(found.person, from, 'password', now);
  }

  /** Lets somebody in who has proved who they are. */
  async begin(person: PersonRow, from: From, how: string, now = Date.now()): Promise<Begun> {
    const { token, ended } = await this.#store.signIns.begin(
      person.id,
      from.agent.slice(0, 300),
      validity(now, now),
      how,
    );
    this.#cut.signIns(ended);
    return { ok: true, token, person };
  }

  async signOut(person: string, signIn: string): Promise<boolean> {
    const ended = await this.#store.signIns.end(person, signIn);
    this.#cut.signIns([signIn]);
    return ended;
  }

  /** @param except a sign-in that goes on */
  async signOutEverywhere(person: string, except: string | null): Promise<void> {
    this.#cut.signIns(await this.#store.signIns.endAll(person, except));
  }

  /** @returns `wrong`: the old one is not right. */
  async changePassword(
    person: string,
    old: string,
    wanted: string,
    signIn: string,
    from: From,
    now = Date.now(),
  ): Promise<{ readonly ok: true } | Refused> {
    const own = await this.#store.people.passwordOf(person);
    const name = own?.name ?? person;
    const wait = this.#attempts.wait(name, from.address, now);
    if (wait > 0) return { ok: false, code: 'wait', seconds: Math.ceil(wait / 1000) };
    this.#attempts.begins(name, from.address, now);
    const right = await this.#passwords.verify(own?.secret ?? null, old);
    if (right === null) return { ok: false, code: 'busy' };
    if (!right) {
      this.#attempts.failed(from.address, now);
      return { ok: false, code: 'wrong' };
    }
    this.#attempts.succeeded(name, from.address);
    const secret = await this.#passwords.hash(wanted);
    if (secret === null) return { ok: false, code: 'busy' };
    this.#cut.signIns(await this.#store.people.setPassword(person, secret, signIn));
    return { ok: true };
  }

  async #tellFailure(name: string, { address }: From, now: number): Promise<void> {
    const hour = Math.floor(now / 3_600_000);
    if (this.#failures.hour !== hour) {
      const { times } = this.#failures;
      this.#failures = { hour, times: 0 };
      if (times > FAILURES_TOLD)
        await this.#store.audit.add({
          actor: NOBODY,
          act: 'sign-in.failures',
          object: 'many',
          detail: { more: times - FAILURES_TOLD },
        });
    }
    this.#failures.times += 1;
    if (this.#failures.times > FAILURES_TOLD) return;
    // What was typed may be a password in the wrong field: only a name that is somebody's is written down.
    const known = await this.#store.people.byName(name);
    await this.#store.audit.add({
      actor: NOBODY,
      act: 'sign-in.fail',
      object: known?.person.id ?? 'no such name',
      detail: { address },
    });
  }

  // ---- coming to be here -----------------------------------------------------------------------------------

  /**
   * Codes are tried like passwords are, so they are slowed like them; whoever has a right one is not, because a class opens the same link
   * all at once.
   */
  async #withCode<T>(
    code: string,
    { address }: From,
    now: number,
    act: () => Promise<T | { readonly ok: false; readonly code: 'gone' | 'taken' }>,
  ): Promise<T | Refused> {
    const wait = this.#attempts.wait(hashOf(code), address, now);
    if (wait > 0) return { ok: false, code: 'wait', seconds: Math.ceil(wait / 1000) };
    const result = await act();
    const { ok, code: why } = result as { ok?: boolean; code?: string };
    if (ok === false && (why === 'gone' || why === 'taken')) this.#attempts.failed(address, now);
    return result;
  }

  async lookAtInvitation(code: string, from: From, now = Date.now()): Promise<ListedInvitation | Refused> {
    return this.#withCode(
      code,
      from,
      now,
      async () => (await this.#store.invitations.find(code, iso(now))) ?? GONE,
    );
  }

  async lookAtCourse(code: string, from: From, now = Date.now()): Promise<CourseRow | Refused> {
    return this.#withCode(code, from, now, async () => (await this.#store.entries.courseOf(code)) ?? GONE);
  }

  async signInNameOf(person: string): Promise<string | null> {
    return (await this.#store.people.passwordOf(person))?.name ?? null;
  }

  /** A new account by an invitation, or a new password; and signed in with it. */
  async accept(code: string, account: NewAccount, from: From, now = Date.now()): Promise<Begun | Refused> {
    return this.#withCode(code, from, now, async () => {
      if ((await this.#store.invitations.find(code, iso(now))) === null) return GONE;
      return this.#comeIn(account, from, now, 'invitation', (credential) =>
        this.#store.entries.accept(code, account.name, credential, iso(now)),
      );
    });
  }

  /** A new account by the code of a course; and signed in with it. */
  async join(code: string, account: NewAccount, from: From, now = Date.now()): Promise<Begun | Refused> {
    return this.#withCode(code, from, now, async () => {
      if ((await this.#store.entries.courseOf(code)) === null) return GONE;
      return this.#comeIn(account, from, now, 'join', (credential) =>
        this.#store.entries.join(code, account.name, credential),
      );
    });
  }

  async #comeIn(
    account: NewAccount,
    from: From,
    now: number,
    how: string,
    enter: (credential: { kind: 'password'; name: string; secret: string }) => Promise<Entry>,
  ): Promise<Begun | Refused> {
    const secret = await this.#passwords.hash(account.password);
    if (secret === null) return { ok: false, code: 'busy' };
    const entry = await enter({ kind: 'password', name: account.signInName, secret });
    if (!entry.ok) return entry;
    this.#cut.signIns(entry.endedSignIns);
    return this.begin(entry.person, from, how, now);
  }

  /** The same for somebody who is signed in. */
  async acceptAs(person: string, code: string, from: From, now = Date.now()): Promise<Entry | Refused> {
    return this.#withCode(code, from, now, async () =>
      this.#changed(await this.#store.entries.acceptAs(person, code, iso(now))),
    );
  }

  async joinAs(person: string, code: string, from: From, now = Date.now()): Promise<Entry | Refused> {
    return this.#withCode(code, from, now, async () =>
      this.#changed(await this.#store.entries.joinAs(person, code)),
    );
  }

  /** Somebody whom another site vouches for, and signed in. */
  async vouched(who: Vouched, from: From, now = Date.now()): Promise<Begun | Refused> {
    const entry = await this.#store.entries.vouched(who, iso(now));
    if (!entry.ok) {
      await this.#tellFailure('', from, now);
      return entry;
    }
    return this.begin(entry.person, from, 'oidc', now);
  }

  #changed(entry: Entry): Entry {
    if (entry.ok) this.#cut.person(entry.person.id);
    return entry;
  }

  // ---- what administrators do ------------------------------------------------------------------------------

  /** @returns the code of the link, or null where too many wait already. */
  async invite(
    actor: string,
    wanted: {
      readonly role: Role;
      readonly course?: string | undefined;
      readonly email?: string | undefined;
      readonly name?: string | undefined;
    },
    now = Date.now(),
  ): Promise<{ readonly code: string; readonly expiresAt: string } | null> {
    const expiresAt = iso(now + INVITATION_MS);
    const code = await this.#store.invitations.make(actor, {
      role: wanted.role,
      course: wanted.course ?? null,
      email: wanted.email ?? null,
      name: wanted.name ?? null,
      expiresAt,
    });
    return code === null ? null : { code, expiresAt };
  }

  /** A link by which the person chooses a new password. */
  async newPasswordLink(
    actor: string,
    person: string,
    now = Date.now(),
  ): Promise<{ readonly code: string; readonly expiresAt: string } | null> {
    const expiresAt = iso(now + SHORT_INVITATION_MS);
    const code = await this.#store.invitations.make(actor, { role: 'student', person, expiresAt });
    return code === null ? null : { code, expiresAt };
  }

  async change(
    actor: string,
    person: string,
    to: { readonly role?: Role | undefined; readonly disabled?: boolean | undefined },
  ): Promise<'changed' | 'not-found' | 'last'> {
    const result = await this.#store.people.change(actor, person, to);
    if (result === 'changed') this.#cut.person(person);
    return result;
  }

  /** The code of the link for the first administrator; null where there is one already. A link of an earlier start is void. */
  async firstAdministrator(now = Date.now()): Promise<string | null> {
    await this.#store.invitations.revokeAllOf(THE_SERVER);
    if (await this.#store.people.hasAdministrator()) return null;
    return this.#store.invitations.make(THE_SERVER, {
      role: 'administrator',
      expiresAt: iso(now + SHORT_INVITATION_MS),
    });
  }
}

export interface NewAccount {
  /** What others see. */
  readonly name: string;
  readonly signInName: string;
  readonly password: string;
}

function validity(now: number, begun: number): Validity {
  return { seen_at: iso(now), expires_at: iso(Math.min(now + IDLE_MS, begun + LONGEST_MS)) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
