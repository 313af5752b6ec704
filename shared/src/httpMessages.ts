/**
 * What page and server say to each other over HTTP about who is there: everything that gives or takes the cookie of a sign-in, which a
 * socket cannot.
 */
import { z } from 'zod';

/** Every request that changes something carries it, so that no form of another site can send one. */
export const ASKED_BY_PAGE = 'x-sandtable';

/** Why a socket was not let in: nobody is signed in. */
export const SIGNED_OUT = 'signed-out';

export const ROLES = ['student', 'assistant', 'instructor', 'administrator'] as const;
export const role = z.enum(ROLES);
export type PersonRole = z.infer<typeof role>;

/** Short ones are guessed, whatever stands in them. */
export const MIN_PASSWORD_CHARS = 10;

const password = z.string().min(1).max(256);
export const personName = z.string().trim().min(1).max(120);
const signInName = z
  .string()
  .trim()
  .min(2)
  .max(120)
  .regex(/^[^\s/\\<>"']+$/u, 'must have no spaces, quotes, slashes or angle brackets');

/** A new password, and what is wrong with it, in words. */
const newPassword = password.min(
  MIN_PASSWORD_CHARS,
  `A password has at least ${MIN_PASSWORD_CHARS} characters; a few words are easy to remember.`,
);

/** A code of a course or of an invitation, as it was typed or stood in a link. */
const code = z.string().trim().min(4).max(100);

const newAccount = z
  .object({ name: personName, signInName, password: newPassword })
  .refine((account) => !account.password.toLowerCase().includes(account.signInName.toLowerCase()), {
    path: ['password'],
    message: 'A password that has the sign-in name in it is guessed at once.',
  });

/** Bodies of `POST /api/…`, by the route. `account` left out: for whoever is signed in. */
export const httpBodies = {
  'sign-in': z.object({ name: z.string().min(1).max(200), password }),
  'sign-out': z.object({ everywhere: z.boolean().optional() }),
  join: z.object({ code, account: newAccount.optional() }),
  invitation: z.object({ code, account: newAccount.optional() }),
  /** What the code is for. */
  'join/look': z.object({ code }),
  'invitation/look': z.object({ code }),
  password: z.object({ old: password, new: newPassword }),
} as const;

export type HttpName = keyof typeof httpBodies;
export type HttpBody<N extends HttpName> = z.input<(typeof httpBodies)[N]>;

const person = z.object({ id: z.string(), name: z.string(), role });

/** `GET /api/session`, and what signing in answers. */
export const sessionInfo = z.object({
  /** False: one person owns everything and nobody signs in. */
  accounts: z.boolean(),
  /** Null: nobody is signed in. */
  person: person.nullable(),
  /** The other site by which one can sign in. */
  provider: z.string().nullable(),
});
export type SessionInfo = z.infer<typeof sessionInfo>;

/** What an invitation is for. `password`: the person who is named gets a new one. */
const invitationInfo = z.object({
  kind: z.enum(['account', 'password']),
  role,
  course: z.string().nullable(),
  name: z.string().nullable(),
  /** The name to sign in with of somebody who gets a new password; null where they have had none. */
  signInName: z.string().nullable(),
});

export interface HttpValues {
  'sign-in': { session: SessionInfo };
  'sign-out': Record<string, never>;
  join: { session: SessionInfo };
  invitation: { session: SessionInfo };
  'join/look': { course: string };
  'invitation/look': z.infer<typeof invitationInfo>;
  password: Record<string, never>;
}

const session = z.object({ session: sessionInfo });

export const httpValues: { readonly [N in HttpName]: z.ZodType<HttpValues[N]> } = {
  'sign-in': session,
  'sign-out': z.object({}),
  join: session,
  invitation: session,
  'join/look': z.object({ course: z.string() }),
  'invitation/look': invitationInfo,
  password: z.object({}),
};

/** Why not; in every answer that is none of the above. */
export const httpRefusal = z.object({
  ok: z.literal(false),
  code: z.string(),
  /** What failed, what was kept, what to do. */
  message: z.string(),
  /** The field of the form that it is about. */
  field: z.string().optional(),
});
export type HttpRefusal = z.infer<typeof httpRefusal>;
