/** The HTTP routes by which people sign in and out, come to be here, and change their password: all that gives or takes a cookie. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  httpBodies,
  type HttpBody,
  type HttpName,
  type HttpRefusal,
  type HttpValues,
  type SessionInfo,
} from '@sandtable/shared/httpMessages';
import type { z } from 'zod';
import type { Accounts, From, Refused } from '../people/accounts.ts';
import type { Provider } from '../people/provider.ts';
import { PERSON } from './access.ts';
import type { PersonRow } from '../store/schema.ts';
import type { PeopleStore } from '../store/peopleStore.ts';
import type { SignInCookie } from './cookies.ts';
import type { HttpRule } from './httpAccess.ts';

export interface AccountParts {
  readonly accounts: Accounts;
  readonly cookie: SignInCookie;
  readonly provider: Provider | null;
}

/** `GET /api/session`; on a server without accounts that is all there is. */
export function addSessionRoute(app: FastifyInstance, people: PeopleStore, parts: AccountParts | null): void {
  app.get('/api/session', { config: { access: 'everybody' } }, async (request, reply) => {
    const person = request.actor === null ? null : await people.get(request.actor.person);
    const token = parts?.cookie.read(request.headers.cookie) ?? null;
    // Given anew at each visit, so that the browser keeps it for as long as the server does.
    if (parts !== null && person !== null && token !== null)
      reply.header('set-cookie', parts.cookie.give(token));
    reply.header('cache-control', 'no-store');
    return sessionInfo(person, parts);
  });
}

export function addAccountRoutes(app: FastifyInstance, parts: AccountParts): void {
  const { accounts, cookie } = parts;

  const post = <N extends HttpName>(
    name: N,
    access: HttpRule,
    answer: (
      body: z.output<(typeof httpBodies)[N]>,
      request: FastifyRequest,
      reply: FastifyReply,
    ) => Promise<Answer<N>>,
  ): void => {
    app.post<{ Body: HttpBody<N> }>(`/api/${name}`, { config: { access } }, async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const parsed = httpBodies[name].safeParse(request.body);
      const refusal = parsed.success
        ? await answer(parsed.data as z.output<(typeof httpBodies)[N]>, request, reply)
        : badBody(parsed.error);
      if (!isRefusal(refusal)) return refusal;
      return reply.code(STATUS[refusal.code] ?? 400).send(refusal);
    });
  };
  /** Gives the cookie of a sign-in that has begun. */
  const signedIn = (
    begun: { readonly ok: true; readonly token: string; readonly person: PersonRow } | Refused,
    reply: FastifyReply,
  ): { session: SessionInfo } | HttpRefusal => {
    if (!begun.ok) return refusalOf(begun);
    reply.header('set-cookie', cookie.give(begun.token));
    return { session: sessionInfo(begun.person, parts) };
  };

  post('sign-in', 'everybody', async ({ name, password }, request, reply) =>
    signedIn(await accounts.signIn(name, password, fromOf(request)), reply),
  );

  post('sign-out', 'everybody', async ({ everywhere }, request, reply) => {
    const { actor } = request;
    if (actor?.signIn !== undefined) {
      if (everywhere === true) await accounts.signOutEverywhere(actor.person, null);
      else await accounts.signOut(actor.person, actor.signIn);
    }
    reply.header('set-cookie', cookie.take());
    return {};
  });

  post('join', 'everybody', async ({ code, account }, request, reply) => {
    if (account !== undefined) return signedIn(await accounts.join(code, account, fromOf(request)), reply);
    if (request.actor === null) return SIGNED_OUT;
    const entry = await accounts.joinAs(request.actor.person, code, fromOf(request));
    return entry.ok ? { session: sessionInfo(entry.person, parts) } : refusalOf(entry);
  });

  post('invitation', 'everybody', async ({ code, account }, request, reply) => {
    if (account !== undefined) return signedIn(await accounts.accept(code, account, fromOf(request)), reply);
    if (request.actor === null) return SIGNED_OUT;
    const entry = await accounts.acceptAs(request.actor.person, code, fromOf(request));
    return entry.ok ? { session: sessionInfo(entry.person, parts) } : refusalOf(entry);
  });

  post('join/look', 'everybody', async ({ code }, request) => {
    const course = await accounts.lookAtCourse(code, fromOf(request));
    return 'ok' in course ? refusalOf(course) : { course: course.title };
  });

  post('invitation/look', 'everybody', async ({ code }, request) => {
    const found = await accounts.lookAtInvitation(code, fromOf(request));
    if ('ok' in found) return refusalOf(found);
    return {
      kind: found.person === null ? 'account' : 'password',
      role: found.role,
      course: found.course_title,
      name: found.person_name ?? found.name,
      signInName: found.person === null ? null : await accounts.signInNameOf(found.person),
    };
  });

  post('password', PERSON, async (body, request) => {
    const { person, signIn } = request.actor!;
    const changed = await accounts.changePassword(person, body.old, body.new, signIn!, fromOf(request));
    if (changed.ok) return {};
    if (changed.code !== 'wrong') return refusalOf(changed);
    return refuse('wrong', 'The old password is not right. Nothing was changed.', 'old');
  });
}

type Answer<N extends HttpName> = HttpValues[N] | HttpRefusal;

const STATUS: Readonly<Record<string, number>> = {
  wrong: 401,
  'signed-out': 401,
  gone: 404,
  taken: 409,
  wait: 429,
  busy: 503,
};

/** Where a request comes from; behind a proxy that is trusted, what it says. */
export function fromOf(request: FastifyRequest): From {
  return { address: request.ip, agent: request.headers['user-agent'] ?? '' };
}

function sessionInfo(person: PersonRow | null, parts: AccountParts | null): SessionInfo {
  return {
    accounts: parts !== null,
    person: person === null ? null : { id: person.id, name: person.name, role: person.role },
    provider: parts?.provider?.name ?? null,
  };
}

function isRefusal(answer: object): answer is HttpRefusal {
  return 'ok' in answer && answer.ok === false;
}

function refuse(code: string, message: string, field?: string): HttpRefusal {
  return { ok: false, code, message, ...(field === undefined ? {} : { field }) };
}

const SIGNED_OUT = refuse('signed-out', 'Sign in first, or choose a name and a password here.');

function badBody(error: z.ZodError): HttpRefusal {
  const [issue] = error.issues;
  const field = issue?.path.at(-1);
  return refuse(
    'bad-request',
    issue?.message ?? 'This is not what was expected.',
    field === undefined ? undefined : String(field),
  );
}

function refusalOf(refused: Refused): HttpRefusal {
  switch (refused.code) {
    case 'wrong':
      return refuse('wrong', 'Name or password is not right.', 'password');
    case 'wait':
      return refuse('wait', `That was wrong too often. Try again in ${waitText(refused.seconds)}.`);
    case 'busy':
      return refuse('busy', 'Too many people sign in at this moment. Try again in some seconds.');
    case 'gone':
      return refuse(
        'gone',
        'This code is not good any more: it was used, has ended, or was typed wrong. Ask whoever gave it to you.',
        'code',
      );
    case 'taken':
      return refuse('taken', 'Somebody signs in by that name already. Choose another one.', 'signInName');
    case 'unknown':
    case 'disabled':
      return refuse(refused.code, 'You cannot sign in here. Ask whoever runs this server.');
  }
}

function waitText(seconds: number): string {
  return seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
