/** A real OpenID Connect provider for tests, and a browser's way through it. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type KoaContextWithOIDC } from 'oidc-provider';

export interface TestAccount {
  readonly sub: string;
  readonly name?: string;
  readonly email?: string;
  readonly verified?: boolean;
}

export interface TestProvider {
  readonly issuer: URL;
  /** Who signs in there next. */
  as(account: TestAccount): void;
  /** The person says no next time. */
  decline(): void;
  close(): Promise<void>;
}

export const CLIENT = { clientId: 'sandtable', clientSecret: 'a secret between two servers' };

/** @param redirect where people are sent back to; asked when the first comes */
export async function startProvider(redirect: () => string): Promise<TestProvider> {
  let account: TestAccount = { sub: 'nobody' };
  let declines = false;
  let provider: Provider | null = null;
  const { createServer } = await import('node:http');
  const http: Server = createServer((request, response) => {
    provider ??= makeProvider();
    void provider.callback()(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const issuer = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);

  function makeProvider(): Provider {
    const made = new Provider(issuer.href.replace(/\/$/, ''), {
      clients: [
        {
          client_id: CLIENT.clientId,
          client_secret: CLIENT.clientSecret,
          redirect_uris: [redirect()],
          grant_types: ['authorization_code'],
          response_types: ['code'],
        },
      ],
      pkce: { required: () => true },
      claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
      findAccount: (_context, sub) => {
        const { name, email, verified } = account;
        return {
          accountId: sub,
          claims: () => ({
            sub,
            ...(name === undefined ? {} : { name }),
            ...(email === undefined ? {} : { email, email_verified: verified === true }),
          }),
        };
      },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      // Nobody is asked for leave: the site and this provider are of one house.
      loadExistingGrant: async (context: KoaContextWithOIDC) => {
        const grant = new context.oidc.provider.Grant({
          clientId: context.oidc.client!.clientId,
          accountId: context.oidc.session!.accountId!,
        });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
      cookies: { keys: ['for tests'] },
    });
    made.use(async (context, next) => {
      if (!context.path.startsWith('/interaction/')) {
        await next();
        return;
      }
      const result = declines
        ? { error: 'access_denied', error_description: 'the person said no' }
        : { login: { accountId: account.sub } };
      declines = false;
      await made.interactionFinished(context.req, context.res, result);
      context.respond = false;
    });
    return made;
  }

  return {
    issuer,
    as: (next) => (account = next),
    decline: () => (declines = true),
    close: () =>
      new Promise((resolve) => {
        http.closeAllConnections();
        http.close(() => resolve());
      }),
  };
}

/** Follows the provider's redirections like a browser until one leads elsewhere. @returns that address. */
export async function throughProvider(start: string): Promise<string> {
  const cookies = new Map<string, string>();
  const { origin } = new URL(start);
  let at = start;
  for (let step = 0; step < 10; step++) {
    const response = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      cookies.set(name!, value!);
    }
    const next = response.headers.get('location');
    if (next === null) throw new Error(`${at}: ${response.status} ${await response.text()}`);
    at = new URL(next, at).href;
    if (!at.startsWith(origin)) return at;
  }
  throw new Error('the provider sends people around in circles');
}
