/** What the server answers to `peopleMessages.ts`, as zod schemas. */
import { z } from 'zod';
import { count, objectOf } from './eventSchemas.ts';
import { role } from './httpMessages.ts';
import type {
  AuditEntry,
  Me,
  NewLink,
  PendingInvitation,
  PeopleReplies,
  PersonInfo,
  SignInInfo,
} from './peopleMessages.ts';

const ofMe = {
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  role,
  signInName: z.string().nullable(),
};

const me = objectOf<Me>()(ofMe);

const link = objectOf<NewLink>()({ code: z.string(), expiresAt: z.string() });

export const peopleValues: { readonly [N in keyof PeopleReplies]: z.ZodType<PeopleReplies[N]> } = {
  'me.get': me,
  'me.rename': me,
  'me.sign-ins': z.array(
    objectOf<SignInInfo>()({
      id: z.string(),
      begunAt: z.string(),
      seenAt: z.string(),
      agent: z.string(),
      own: z.boolean(),
    }),
  ),
  'me.end-sign-in': z.null(),
  'people.list': z.object({
    people: z.array(
      objectOf<PersonInfo>()({
        ...ofMe,
        createdAt: z.string(),
        seenAt: z.string().nullable(),
        disabled: z.boolean(),
        elsewhere: z.boolean(),
      }),
    ),
    total: count,
  }),
  'people.change': z.null(),
  'people.new-password': link,
  'people.erase': z.null(),
  'people.invite': link,
  'people.invitations': z.array(
    objectOf<PendingInvitation>()({
      id: z.string(),
      role,
      course: z.string().nullable(),
      email: z.string().nullable(),
      name: z.string().nullable(),
      password: z.boolean(),
      madeAt: z.string(),
      expiresAt: z.string(),
    }),
  ),
  'people.revoke': z.null(),
  'people.audit': z.array(
    objectOf<AuditEntry>()({
      id: z.string(),
      at: z.string(),
      actor: z.string(),
      actorName: z.string().nullable(),
      act: z.string(),
      object: z.string(),
      objectName: z.string().nullable(),
      detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
};
