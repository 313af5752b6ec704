/** `sandtable serve`: the server as a program, with signals, messages for the console and an exit status. */
import { readAccountsConfig } from '../people/accountsConfig.ts';
import { dataPath } from '../store/dataFolder.ts';
import { startServer, type ServerOptions } from './startServer.ts';
import { logFailure } from '../serverLog.ts';

const DEFAULT_PORT = 4100;
const DEFAULT_HOST = '127.0.0.1';

/** Whoever stops a server does not wait longer; a guest that is still there then dies with us. */
const CLOSE_TIMEOUT_MS = 2_700;

/**
 * Serves until SIGINT, SIGTERM or SIGHUP, and ends the process then. Resolves as soon as the server is ready, or with the
 * process's exit status set where it cannot start.
 */
export async function serve(options: Partial<ServerOptions> = {}): Promise<void> {
  const env = process.env;
  const port = options.port ?? portOf(env['PORT']);
  if (port === null) {
    complain(`PORT=${env['PORT'] ?? ''} is no port: it is a number from 0 to 65535.`);
    return;
  }
  const config = readAccountsConfig(env);
  if (!config.ok) {
    complain(config.message);
    return;
  }
  const database = options.database ?? nonEmpty(env['DATABASE_URL']);
  const started = await startServer({
    accounts: config.accounts,
    address: config.url,
    proxies: config.proxies,
    ...options,
    port,
    host: options.host ?? nonEmpty(env['HOST']) ?? DEFAULT_HOST,
    dataDir: options.dataDir ?? dataPath(env),
    ...(database === undefined ? {} : { database }),
    names:
      options.names ??
      nonEmpty(env['SANDTABLE_HOSTS'])
        ?.split(',')
        .map((name) => name.trim()) ??
      [],
  });
  if (!started.ok) {
    complain(started.message);
    return;
  }
  const { server } = started;
  void server.failed.then((why) => {
    complain(why);
    process.kill(process.pid, 'SIGTERM');
  });
  let closing = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Whoever asks twice means it.
      if (closing) process.exit(1);
      closing = true;
      setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref();
      void server.close().then(
        () => process.exit(),
        (error: unknown) => {
          logFailure('closing failed', error);
          process.exit(1);
        },
      );
    });
  }

  // Who hears that it is ready may stop it at once.
  for (const warning of server.warnings) console.warn(`! ${warning}`);
  console.log(`Sandtable is ready: ${server.url}`);
  if (server.firstAdministrator !== null)
    console.log(
      `Nobody administers it yet. This link makes you the first administrator; it works once, until tomorrow:\n  ${server.firstAdministrator}`,
    );
}

function complain(message: string): void {
  console.error(`✗ ${message}`);
  process.exitCode = 1;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function portOf(text: string | undefined): number | null {
  if (text === undefined || text === '') return DEFAULT_PORT;
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null;
}
