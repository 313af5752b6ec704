/** What the operator says of accounts, from the environment. */
import { isIP } from 'node:net';

export interface ProviderConfig {
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the button calls it. */
  readonly name: string;
  /** What becomes of people whom nobody expects. */
  readonly unknown: 'refuse' | 'student';
}

export interface AccountsConfig {
  readonly provider: ProviderConfig | null;
}

export type ReadConfig =
  /** `accounts` is null on a server without; `url` is the address that browsers know, where it is another than the server's own. */
  | {
      readonly ok: true;
      readonly accounts: AccountsConfig | null;
      readonly url: URL | null;
      readonly proxies: readonly string[];
    }
  | { readonly ok: false; readonly message: string };

type Env = Readonly<Record<string, string | undefined>>;

export function readAccountsConfig(env: Env): ReadConfig {
  const auth = env['SANDTABLE_AUTH'] ?? '';
  if (!['', 'local', 'accounts'].includes(auth))
    return wrong(`SANDTABLE_AUTH=${auth} is not known: it is “accounts”, or “local” for a server without.`);
  const url = readUrl(env);
  if (!url.ok) return url;
  // Whoever says what browsers call this server has put something before it; if nothing else is said, on the same machine.
  const named = (env['SANDTABLE_PROXIES'] ?? '').split(',').map((each) => each.trim());
  const proxies = named.some((each) => each !== '') ? named : url.url === null ? [] : ['loopback'];
  const place = { url: url.url, proxies: proxies.filter((each) => each !== '') };
  if (auth !== 'accounts') return { ok: true, accounts: null, ...place };
  const provider = readProvider(env);
  return provider.ok ? { ok: true, accounts: { provider: provider.provider }, ...place } : provider;
}

function readUrl(env: Env): { readonly ok: true; readonly url: URL | null } | Wrong {
  const text = env['SANDTABLE_URL'] ?? '';
  if (text === '') return { ok: true, url: null };
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    return wrong(
      `SANDTABLE_URL=${text} is no address of a site: it is like https://sandtable.example.org, without a path.`,
    );
  return { ok: true, url };
}

const PROVIDER = [
  'SANDTABLE_OIDC_ISSUER',
  'SANDTABLE_OIDC_CLIENT_ID',
  'SANDTABLE_OIDC_CLIENT_SECRET',
] as const;

function readProvider(env: Env): { readonly ok: true; readonly provider: ProviderConfig | null } | Wrong {
  const missing = PROVIDER.filter((name) => (env[name] ?? '') === '');
  if (missing.length === PROVIDER.length) return { ok: true, provider: null };
  if (missing.length > 0) return wrong(`To sign in elsewhere, ${missing.join(' and ')} must be set as well.`);
  const issuer = URL.parse(env['SANDTABLE_OIDC_ISSUER']!);
  if (issuer === null || !(issuer.protocol === 'https:' || isThisMachine(issuer)))
    return wrong('SANDTABLE_OIDC_ISSUER must be an https address.');
  const unknown = env['SANDTABLE_OIDC_UNKNOWN'] ?? 'refuse';
  if (unknown !== 'refuse' && unknown !== 'student')
    return wrong(`SANDTABLE_OIDC_UNKNOWN=${unknown} is not known: it is “refuse” or “student”.`);
  return {
    ok: true,
    provider: {
      issuer,
      clientId: env['SANDTABLE_OIDC_CLIENT_ID']!,
      clientSecret: env['SANDTABLE_OIDC_CLIENT_SECRET']!,
      name: nonEmpty(env['SANDTABLE_OIDC_NAME']) ?? issuer.hostname,
      unknown,
    },
  };
}

/** Whether what goes there stays on this machine, so that it may go without TLS. */
export function isThisMachine(url: URL): boolean {
  const name = url.hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

type Wrong = { readonly ok: false; readonly message: string };

function wrong(message: string): Wrong {
  return { ok: false, message };
}
