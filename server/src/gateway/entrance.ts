/** How people come in: with accounts or without, put together for the server. */
import type { FastifyInstance } from 'fastify';
import { Accounts, type Cut } from '../people/accounts.ts';
import type { AccountsConfig } from '../people/accountsConfig.ts';
import { Provider } from '../people/provider.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { logFailure } from '../serverLog.ts';
import type { Store } from '../store/store.ts';
import { accessFacts } from './accessFacts.ts';
import { addAccountRoutes, addSessionRoute } from './accountRoutes.ts';
import { signInCookie } from './cookies.ts';
import { accountsDoor, OPEN_DOOR, type Doorkeeper } from './doorkeeper.ts';
import { addProviderRoutes, BACK_PATH } from './providerRoutes.ts';

/** How often the sign-ins of open connections are looked at: one that has run out ends within it. */
const WATCH_MS = 60_000;

/** Sign-ins that ran out are let in nowhere; their rows may lie for a while. */
const FORGET_EVERY = 60;

export interface Entrance {
  /** Null on a server without accounts. */
  readonly accounts: Accounts | null;
  readonly door: Doorkeeper;
  addRoutes(app: FastifyInstance): void;
  /** @param open the sign-ins of open connections @returns the disposer */
  watch(open: () => readonly string[]): () => void;
}

export interface EntranceParts {
  readonly store: Store;
  readonly config: AccountsConfig | null;
  /** The address that browsers know; asked when somebody comes. */
  readonly address: () => URL;
  /** Whether that is https. */
  readonly secure: boolean;
  readonly sessions: Pick<Sessions, 'benchOf'>;
  readonly cut: Cut;
}

export function openEntrance({ store, config, address, secure, sessions, cut }: EntranceParts): Entrance {
  if (config === null)
    return {
      accounts: null,
      door: OPEN_DOOR,
      addRoutes: (app) => addSessionRoute(app, store.people, null),
      watch: () => () => {},
    };
  const accounts = new Accounts(store, cut);
  const cookie = signInCookie(secure);
  const provider =
    config.provider === null ? null : new Provider(config.provider, () => new URL(BACK_PATH, address()));
  return {
    accounts,
    door: accountsDoor(accounts, cookie, accessFacts(store.access, sessions)),
    addRoutes(app) {
      addSessionRoute(app, store.people, { accounts, cookie, provider });
      addAccountRoutes(app, { accounts, cookie, provider });
      if (provider !== null) addProviderRoutes(app, { accounts, cookie, provider, secure });
    },
    watch(open) {
      let rounds = 0;
      const look = async (): Promise<void> => {
        for (const signIn of open()) if ((await accounts.stillIn(signIn)) === null) cut.signIns([signIn]);
        if (rounds++ % FORGET_EVERY === 0) await store.signIns.forgetExpired(new Date().toISOString());
      };
      const timer = setInterval(() => {
        look().catch((error: unknown) => logFailure('looking at sign-ins failed', error));
      }, WATCH_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
