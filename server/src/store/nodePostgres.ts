/** PostgreSQL as this program uses it: a pool, numbers as numbers, a commit that is on the disk, and failures in words. */
import pg from 'pg';
import { CompiledQuery, PostgresDialect } from 'kysely';

/** Transactions wait for the disk, not for each other; ten keep a disk busy and leave room for other programs on a small server. */
const CONNECTIONS = 10;

/** A server that is up accepts within milliseconds; after this a person wants to hear that something is wrong. */
const CONNECT_TIMEOUT_MS = 10_000;

const INT8 = 20;
const NUMERIC = 1700;

/** Counts and sums come as numbers, as SQLite gives them; none here gets near 2^53. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (oid === INT8 || oid === NUMERIC) && format !== 'binary'
      ? Number
      : (pg.types.getTypeParser(oid, format) as unknown)) as pg.CustomTypesConfig['getTypeParser'],
};

export type PostgresFailure = 'unreachable' | 'refused' | 'no-database' | 'unreadable';

/** Whether a place of a database is one for this file. */
export function isPostgresUrl(place: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(place);
}

/** For messages: the address without what is secret in it. */
export function shownUrl(url: string): string {
  try {
    const shown = new URL(url);
    if (shown.password !== '') shown.password = '…';
    shown.searchParams.delete('password');
    return decodeURIComponent(shown.href);
  } catch {
    return 'DATABASE_URL';
  }
}

export function nodePostgresDialect(url: string): PostgresDialect {
  const pool = new pg.Pool({ ...settings(url), max: CONNECTIONS });
  // A connection that breaks while nobody uses it is replaced by the pool; a question on one that breaks fails by itself.
  pool.on('error', () => undefined);
  // And on one that is in use: without a listener of its own it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new PostgresDialect({
    pool,
    onCreateConnection: async (connection) => {
      await connection.executeQuery(CompiledQuery.raw(KEEP_WHAT_WAS_SAVED));
    },
  });
}

/** “Saved” is said after a commit, so a commit waits for the disk whatever the server's default is. */
const KEEP_WHAT_WAS_SAVED =
  "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'";

/** One connection beside the pool. */
export function postgresClient(url: string): pg.Client {
  return new pg.Client({ ...settings(url), keepAlive: true });
}

function settings(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'sandtable',
    types: TYPES,
  };
}

/** What went wrong with a connection, in words that say what to do. */
export function postgresFailure(
  url: string,
  error: unknown,
): { readonly code: PostgresFailure; readonly message: string } {
  const { code, message } = error as { code?: string; message?: string };
  const shown = shownUrl(url);
  switch (code) {
    case '28P01':
    case '28000':
      return {
        code: 'refused',
        message: `PostgreSQL refuses the user of ${shown}: ${message ?? ''}. Check name and password in DATABASE_URL, and pg_hba.conf of the server.`,
      };
    case '3D000':
      return {
        code: 'no-database',
        message: `The server of ${shown} has no such database (${message ?? ''}). Make an empty one first: createdb NAME`,
      };
    case '42501':
      return {
        code: 'refused',
        message: `The user of ${shown} has no right to do this: ${message ?? ''}. It must own its database.`,
      };
    default:
      if (isUnreachable(error))
        return {
          code: 'unreachable',
          message: `PostgreSQL at ${shown} cannot be reached (${code ?? message ?? 'no answer'}). Is it running, and is DATABASE_URL right?`,
        };
      return {
        code: 'unreadable',
        message: `The database ${shown} cannot be used: ${message ?? String(error)}.`,
      };
  }
}

function isUnreachable(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  // Class 08 is about connections; 57P03: the server is starting or stopping.
  return (
    /^(?:E[A-Z]+|08\w{3}|57P03)$/.test(code ?? '') || /timeout|terminated|Invalid URL/i.test(message ?? '')
  );
}
