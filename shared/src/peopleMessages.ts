/** Requests about oneself and, for administrators, about everybody. What gives or takes the cookie of a sign-in goes over HTTP (`httpMessages.ts`). */
import { z } from 'zod';
import { personName, role, type PersonRole } from './httpMessages.ts';
import { id, wholeNumber } from './messageParts.ts';

/** People in one answer, and lines of the log. */
export const PEOPLE_PER_PAGE = 100;

/** Hashes of tokens and codes, which are longer than other ids. */
const hash = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** Names that other sites gave may be longer than those that are typed here. */
const MAX_NAME_TYPED = 1_000;

const count = z.number().int().min(1).max(PEOPLE_PER_PAGE);

export const peopleRequests = {
  'me.get': z.object({}),
  'me.rename': z.object({ name: personName }),
  'me.sign-ins': z.object({}),
  /** Signs out there. */
  'me.end-sign-in': z.object({ signIn: hash }),
  'people.list': z.object({ search: z.string().max(120), from: wholeNumber, count }),
  /** What is left out stays. */
  'people.change': z.object({ person: id, role: role.optional(), disabled: z.boolean().optional() }),
  /** A link by which the person chooses a new password. */
  'people.new-password': z.object({ person: id }),
  /** For ever. `name` is what the person is called, so that nobody else is meant. */
  'people.erase': z.object({ person: id, name: z.string().max(MAX_NAME_TYPED) }),
  'people.invite': z.object({ role, email: z.email().max(200).optional(), name: personName.optional() }),
  'people.invitations': z.object({}),
  'people.revoke': z.object({ invitation: hash }),
  /** The log, newest first: acts whose names begin with `act`, of or about a person, before a time. */
  'people.audit': z.object({
    act: z.string().max(60),
    person: z.union([id, z.literal(''), z.literal('local'), z.literal('nobody'), z.literal('server')]),
    before: z.iso.datetime().nullable(),
    count,
  }),
} as const;

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: PersonRole;
  /** The name to sign in with, where there is a password. */
  readonly signInName: string | null;
}

export interface SignInInfo {
  readonly id: string;
  readonly begunAt: string;
  readonly seenAt: string;
  /** What the browser calls itself. */
  readonly agent: string;
  /** The one that asks. */
  readonly own: boolean;
}

export interface PersonInfo extends Me {
  readonly createdAt: string;
  readonly seenAt: string | null;
  readonly disabled: boolean;
  /** Signs in by another site. */
  readonly elsewhere: boolean;
}

export interface PendingInvitation {
  readonly id: string;
  readonly role: PersonRole;
  readonly course: string | null;
  readonly email: string | null;
  /** Whom it is for; where `password`, whose new password it is. */
  readonly name: string | null;
  readonly password: boolean;
  readonly madeAt: string;
  readonly expiresAt: string;
}

export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  /** Null for somebody who is not here any more, or is nobody. */
  readonly actorName: string | null;
  readonly act: string;
  readonly object: string;
  readonly objectName: string | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** The link is the page's address with `#/invitation/CODE`; nobody can look it up later. */
export interface NewLink {
  readonly code: string;
  readonly expiresAt: string;
}

export interface PeopleReplies {
  'me.get': Me;
  'me.rename': Me;
  'me.sign-ins': readonly SignInInfo[];
  'me.end-sign-in': null;
  'people.list': { readonly people: readonly PersonInfo[]; readonly total: number };
  'people.change': null;
  'people.new-password': NewLink;
  'people.erase': null;
  'people.invite': NewLink;
  'people.invitations': readonly PendingInvitation[];
  'people.revoke': null;
  'people.audit': readonly AuditEntry[];
}
