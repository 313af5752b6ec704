/**
 * One server at a time works with a PostgreSQL database, as one works in a data folder: it would otherwise take the other's live runs
 * for orphans. The lock belongs to a connection, so PostgreSQL gives it back however the server ends.
 *
 * Where that connection breaks, the lock is taken anew as soon as PostgreSQL answers. A server that finds it taken by another
 * meanwhile must end: `lost` tells it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { isServerPlace } from './database.ts';

/** Any constant that nobody else uses in this database would do. */
export const SERVER_LOCK = 7_265_002;

/** How often a broken connection is tried again. */
const RETRY_MS = 500;

/** PostgreSQL notices that a killed server is gone when it next looks at its connection: whoever starts anew waits so long for that. */
const LET_GO_MS = 3_000;
const LET_GO_TRIES_MS = 100;

export interface ServerLock {
  /** Resolves when another server has the database now. */
  readonly lost: Promise<void>;
  release(): Promise<void>;
}

export type LockedDatabase =
  | { readonly ok: true; readonly lock: ServerLock }
  | { readonly ok: false; readonly code: 'in-use' | 'unreachable'; readonly message: string };

/** A SQLite file lies in a data folder, whose lock holds for it as well. */
export async function lockDatabase(place: string): Promise<LockedDatabase> {
  if (!isServerPlace(place))
    return { ok: true, lock: { lost: new Promise(() => undefined), release: async () => undefined } };
  const { postgresClient, postgresFailure, shownUrl } = await import('./nodePostgres.ts');
  let first = postgresClient(place);
  try {
    const deadline = Date.now() + LET_GO_MS;
    let taken = await take(first);
    while (!taken && Date.now() < deadline) {
      await delay(LET_GO_TRIES_MS);
      first = postgresClient(place);
      taken = await take(first);
    }
    if (!taken)
      return {
        ok: false,
        code: 'in-use',
        message: `Another server works with the database ${shownUrl(place)}. Stop it, or set DATABASE_URL to another database.`,
      };
  } catch (error) {
    return { ok: false, code: 'unreachable', message: postgresFailure(place, error).message };
  }

  let client = first;
  let released = false;
  const lost = (async () => {
    for (;;) {
      await broken(client);
      for (let open = false; !open;) {
        if (released) return new Promise<void>(() => undefined);
        const next = postgresClient(place);
        try {
          if (!(await take(next))) return undefined;
          if (released) await next.end();
          client = next;
          open = true;
        } catch {
          await delay(RETRY_MS, undefined, { ref: false });
        }
      }
    }
  })();
  const release = async (): Promise<void> => {
    released = true;
    await client.end().catch(() => undefined);
  };
  return { ok: true, lock: { lost, release } };
}

/** @returns whether the client has the lock now; otherwise it is closed. */
async function take(client: pg.Client): Promise<boolean> {
  // Breaking is noticed by `end`; without a listener an error would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      SERVER_LOCK,
    ]);
    if (rows[0]?.taken === true) return true;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  await client.end().catch(() => undefined);
  return false;
}

function broken(client: pg.Client): Promise<void> {
  return new Promise((resolve) => client.once('end', resolve));
}
