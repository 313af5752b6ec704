/** Requests about oneself, and about everybody for administrators. */
import type {
  AuditEntry,
  Me,
  PendingInvitation,
  PeopleReplies,
  PersonInfo,
} from '@sandtable/shared/peopleMessages';
import type { Work } from '../keeping/erasePerson.ts';
import type { Accounts } from '../people/accounts.ts';
import type { NamedAudit } from '../store/auditStore.ts';
import { MAX_INVITATIONS, type ListedInvitation } from '../store/invitationStore.ts';
import type { ListedPerson } from '../store/peopleStore.ts';
import type { PersonRow } from '../store/schema.ts';
import { endBench } from './benchRemoval.ts';
import { done, refused } from './replies.ts';
import type { Handler, Services } from './requestHandlers.ts';

const NO_ACCOUNTS = refused(
  'bad-request',
  'This server has no accounts: one person owns everything. SANDTABLE_AUTH=accounts starts one that has.',
);
const NO_PERSON = refused('not-found', 'There is no such person any more.');
const NO_SIGN_IN = refused('not-found', 'That sign-in has ended already.');
const NO_INVITATION = refused('not-found', 'That invitation was used or has ended already.');
const LAST = refused(
  'conflict',
  'This is the last administrator who can sign in. Make somebody else one first. Nothing was changed.',
);
const TOO_MANY = refused(
  'quota',
  `There are ${MAX_INVITATIONS} invitations that wait already. Take back those that nobody will use.`,
);

export function peopleHandlers(services: Services): {
  readonly [N in keyof PeopleReplies]: Handler<N>;
} {
  const { store, accounts, keeping, sessions } = services;
  const meOf = async (person: PersonRow): Promise<Me> => ({
    ...plain(person),
    signInName: (await store.people.passwordOf(person.id))?.name ?? null,
  });
  const withAccounts = <T>(act: (accounts: Accounts) => Promise<T>): Promise<T> | typeof NO_ACCOUNTS =>
    accounts === null ? NO_ACCOUNTS : act(accounts);

  return {
    'me.get': async (_body, _page, actor) => {
      const person = await store.people.get(actor.person);
      return person === null ? NO_PERSON : done(await meOf(person));
    },

    'me.rename': async ({ name }, _page, actor) => {
      const person = await store.people.rename(actor.person, name);
      return person === null ? NO_PERSON : done(await meOf(person));
    },

    'me.sign-ins': async (_body, _page, actor) => {
      const rows = await store.signIns.list(actor.person, new Date().toISOString());
      return done(
        rows.map(({ id, created_at, seen_at, agent }) => ({
          id,
          begunAt: created_at,
          seenAt: seen_at,
          agent,
          own: id === actor.signIn,
        })),
      );
    },

    'me.end-sign-in': async ({ signIn }, _page, actor) =>
      withAccounts(async (all) => ((await all.signOut(actor.person, signIn)) ? done(null) : NO_SIGN_IN)),

    'people.list': async ({ search, from, count }) => {
      const { people, total } = await store.people.list(search, from, count);
      return done({ people: people.map(infoOf), total });
    },

    'people.change': async ({ person, role, disabled }, _page, actor) =>
      withAccounts(async (all) => {
        const result = await all.change(actor.person, person, { role, disabled });
        if (result === 'not-found') return NO_PERSON;
        return result === 'last' ? LAST : done(null);
      }),

    'people.new-password': async ({ person }, _page, actor) =>
      withAccounts(async (all) => {
        if ((await store.people.get(person)) === null) return NO_PERSON;
        const link = await all.newPasswordLink(actor.person, person);
        return link === null ? TOO_MANY : done(link);
      }),

    'people.erase': async ({ person, name }, _page, actor) =>
      withAccounts(async (all) => {
        const row = await store.people.get(person);
        if (row === null) return NO_PERSON;
        if (row.name.trim() !== name.trim())
          return refused('conflict', `They are called ${row.name}, not ${name}. Nobody was erased.`);
        // Out first, so that nothing is begun while it is taken away.
        const shutOut = await all.change(actor.person, person, { disabled: true });
        if (shutOut === 'last') return LAST;
        const stop = async ({ benches }: Pick<Work, 'benches'>): Promise<void> => {
          for (const bench of benches) await endBench(services, bench, [], []);
        };
        const erased = await keeping.erase(row, actor.person, stop);
        if (!erased.ok)
          return refused(
            erased.code === 'busy' ? 'busy' : 'conflict',
            `${erased.message} Nobody was erased${shutOut === 'changed' ? '; they cannot sign in' : ''}.`,
          );
        // Once more: what began between the two is gone from the tables by now.
        await stop(erased.work);
        sessions.books.removeLogs(erased.work.runs);
        return done(null);
      }),

    'people.invite': async (wanted, _page, actor) =>
      withAccounts(async (all) => {
        const link = await all.invite(actor.person, wanted);
        return link === null ? TOO_MANY : done(link);
      }),

    'people.invitations': async () =>
      done((await store.invitations.list(new Date().toISOString())).map(pendingOf)),

    'people.revoke': async ({ invitation }, _page, actor) =>
      (await store.invitations.revoke(actor.person, invitation)) ? done(null) : NO_INVITATION,

    'people.audit': async (asked) => done((await store.audit.list(asked)).map(entryOf)),
  };
}

function plain({ id, name, email, role }: PersonRow): Omit<Me, 'signInName'> {
  return { id, name, email, role };
}

function infoOf(row: ListedPerson): PersonInfo {
  return {
    ...plain(row),
    signInName: row.sign_in_name,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    disabled: row.disabled_at !== null,
    elsewhere: row.elsewhere,
  };
}

function pendingOf(row: ListedInvitation): PendingInvitation {
  return {
    id: row.id,
    role: row.role,
    course: row.course_title,
    email: row.email,
    name: row.person_name ?? row.name,
    password: row.person !== null,
    madeAt: row.made_at,
    expiresAt: row.expires_at,
  };
}

function entryOf(row: NamedAudit): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    actor: row.actor,
    actorName: row.actor_name,
    act: row.act,
    object: row.object,
    objectName: row.object_name,
    detail: JSON.parse(row.detail) as AuditEntry['detail'],
  };
}
