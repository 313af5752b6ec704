/** The way to another site that vouches for people, and the way back. Both are links that a browser follows, so both end in a redirection. */
import type { FastifyInstance } from 'fastify';
import { httpBodies } from '@sandtable/shared/httpMessages';
import type { Accounts } from '../people/accounts.ts';
import type { Provider } from '../people/provider.ts';
import { fromOf } from './accountRoutes.ts';
import { awayCookie, type SignInCookie } from './cookies.ts';

/** Where the other site sends people back to. */
export const BACK_PATH = '/api/oidc/back';

export interface ProviderParts {
  readonly accounts: Accounts;
  readonly provider: Provider;
  readonly cookie: SignInCookie;
  readonly secure: boolean;
}

export function addProviderRoutes(
  app: FastifyInstance,
  { accounts, provider, cookie, secure }: ProviderParts,
): void {
  const away = awayCookie(secure);
  const problem = (code: string): string => `/#/sign-in?problem=${code}`;

  app.get<{ Querystring: { invitation?: string; join?: string } }>(
    '/api/oidc/start',
    { config: { access: 'everybody' } },
    async (request, reply) => {
      const { invitation, join } = request.query;
      const sent = await provider.sendAway({ invitation: codeOf(invitation), joinCode: codeOf(join) });
      reply.header('cache-control', 'no-store');
      if (sent === null) return reply.redirect(problem('unreachable'), 303);
      return reply.header('set-cookie', away.give(sent.ticket)).redirect(sent.url.href, 303);
    },
  );

  app.get(BACK_PATH, { config: { access: 'everybody' } }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const at = request.url.indexOf('?');
    const back = await provider.back(away.read(request.headers.cookie), at < 0 ? '' : request.url.slice(at));
    if (!back.ok) return reply.header('set-cookie', away.take()).redirect(problem(back.code), 303);
    const { claims, errand } = back;
    const begun = await accounts.vouched(
      {
        credential: { kind: 'oidc', subject: claims.subject },
        name: claims.name,
        email: claims.email,
        ...errand,
        unknown: provider.unknown,
      },
      fromOf(request),
    );
    if (!begun.ok) return reply.header('set-cookie', away.take()).redirect(problem(begun.code), 303);
    return reply.header('set-cookie', [away.take(), cookie.give(begun.token)]).redirect('/#/', 303);
  });
}

function codeOf(text: string | undefined): string | null {
  const parsed = httpBodies['join/look'].safeParse({ code: text });
  return parsed.success ? parsed.data.code : null;
}
