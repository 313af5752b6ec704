/**
 * Another site that vouches for people: OpenID Connect, authorization code with PKCE, `state` and `nonce`.
 *
 * What somebody who is away needs on the way back is kept here under a random name that only their browser holds, for a quarter of an hour and
 * for one use; a server that was started anew in between asks them to begin again.
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type ClientAuth,
  type IDToken,
  type UserInfoResponse,
} from 'openid-client';
import { logFailure } from '../serverLog.ts';
import { newToken } from '../store/newId.ts';
import { providerSubject } from '../store/peopleStore.ts';
import { isThisMachine, type ProviderConfig } from './accountsConfig.ts';

/** Somebody who types a password elsewhere is back by then. */
const AWAY_MS = 15 * 60_000;

/** People who are away at once; above it the oldest begin again. */
const MOST_AWAY = 5_000;

/** A site that is up answers in a second. */
const TIMEOUT_SECONDS = 10;

/** What people come back with besides: a link that they had followed. */
export interface Errand {
  readonly invitation: string | null;
  readonly joinCode: string | null;
}

export interface Claims {
  readonly subject: string;
  readonly name: string;
  /** In lower case; null unless the site says that it has verified it. */
  readonly email: string | null;
}

interface Away {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly errand: Errand;
  readonly until: number;
}

export type Back =
  | { readonly ok: true; readonly claims: Claims; readonly errand: Errand }
  /** `late`: nobody by that name is away. `declined`: the person, or the other site, said no. `failed`: anything else; it was logged. */
  | { readonly ok: false; readonly code: 'late' | 'declined' | 'failed' };

export class Provider {
  readonly name: string;
  readonly unknown: ProviderConfig['unknown'];
  readonly #config: ProviderConfig;
  /** The address that the other site sends people back to. */
  readonly #redirect: () => URL;
  #known: Promise<Configuration> | null = null;
  readonly #away = new Map<string, Away>();

  constructor(config: ProviderConfig, redirect: () => URL) {
    this.#config = config;
    this.#redirect = redirect;
    this.name = config.name;
    this.unknown = config.unknown;
  }

  /** @returns where the browser goes, and what it has to bring back; null: the other site does not answer (it was logged). */
  async sendAway(errand: Errand, now = Date.now()): Promise<{ url: URL; ticket: string } | null> {
    try {
      const config = await this.#configuration();
      const [state, nonce, verifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
      const url = buildAuthorizationUrl(config, {
        redirect_uri: this.#redirect().href,
        scope: 'openid profile email',
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      const ticket = newToken();
      this.#forget(now);
      this.#away.set(ticket, { state, nonce, verifier, errand, until: now + AWAY_MS });
      return { url, ticket };
    } catch (error) {
      logFailure('the site to sign in by does not answer', error);
      return null;
    }
  }

  /** @param query what the other site sent along, with its `?` */
  async back(ticket: string | null, query: string, now = Date.now()): Promise<Back> {
    const away = ticket === null ? undefined : this.#away.get(ticket);
    if (ticket !== null) this.#away.delete(ticket);
    if (away === undefined || away.until < now) return { ok: false, code: 'late' };
    try {
      const config = await this.#configuration();
      const url = this.#redirect();
      url.search = query;
      const tokens = await authorizationCodeGrant(config, url, {
        pkceCodeVerifier: away.verifier,
        expectedState: away.state,
        expectedNonce: away.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      // Some sites tell the address only here. The library refuses an answer about somebody else.
      const more =
        config.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await fetchUserInfo(config, tokens.access_token, claims.sub);
      return { ok: true, claims: claimsOf({ ...more, ...claims }), errand: away.errand };
    } catch (error) {
      if (error instanceof AuthorizationResponseError) return { ok: false, code: 'declined' };
      logFailure('signing in by another site failed', error);
      return { ok: false, code: 'failed' };
    }
  }

  #configuration(): Promise<Configuration> {
    this.#known ??= discover(this.#config).catch((error: unknown) => {
      // Asked again the next time.
      this.#known = null;
      throw error;
    });
    return this.#known;
  }

  #forget(now: number): void {
    for (const [ticket, { until }] of this.#away)
      if (until < now || this.#away.size >= MOST_AWAY) this.#away.delete(ticket);
      else break;
  }
}

async function discover({ issuer, clientId, clientSecret }: ProviderConfig): Promise<Configuration> {
  const found = await discovery(issuer, clientId, clientSecret, undefined, {
    timeout: TIMEOUT_SECONDS,
    ...(isThisMachine(issuer) ? { execute: [allowInsecureRequests] } : {}),
  });
  const server = found.serverMetadata();
  // Without a word about it, the standard means `basic`.
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const auth: ClientAuth = methods.includes('client_secret_basic')
    ? ClientSecretBasic(clientSecret)
    : ClientSecretPost(clientSecret);
  const config = new Configuration(server, clientId, undefined, auth);
  config.timeout = TIMEOUT_SECONDS;
  if (isThisMachine(issuer)) allowInsecureRequests(config);
  return config;
}

function claimsOf(claims: IDToken & Partial<UserInfoResponse>): Claims {
  const { email, email_verified: verified, name, preferred_username: username } = claims;
  const address = typeof email === 'string' && email.length <= 200 ? email.toLowerCase() : null;
  const names = [name, username, address?.split('@')[0], 'Somebody new'];
  const shown = names.find((each): each is string => typeof each === 'string' && each.trim() !== '')!;
  return {
    subject: providerSubject(claims.iss, claims.sub),
    name: shown.trim().slice(0, 120),
    email: verified === true ? address : null,
  };
}
