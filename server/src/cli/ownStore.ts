/** The data that commands change: no server may be at work there. */
import { existsSync } from 'node:fs';
import { databasePlace, dataPath, openDataFolder } from '../store/dataFolder.ts';
import { isServerPlace } from '../store/database.ts';
import { lockDatabase } from '../store/serverLock.ts';
import { openStore, type Store } from '../store/store.ts';
import { complain } from './complain.ts';

/** What was asked could not be done; nothing was changed. */
const REFUSED = 1;

export interface Place {
  readonly data: string;
  /** Of the database. */
  readonly place: string;
}

/** As the server finds it. */
export function placeOf(env: NodeJS.ProcessEnv): Place {
  const data = dataPath(env);
  return { data, place: databasePlace(env, data) };
}

/** @returns the exit status */
export function refuse(message: string): number {
  complain(message);
  return REFUSED;
}

export function isMissing({ place }: Place): boolean {
  return !isServerPlace(place) && !existsSync(place);
}

/** Locks data folder and database as a server does, and gives them back. @returns the exit status */
export async function withOwnStore(at: Place, act: (store: Store) => Promise<number>): Promise<number> {
  if (isMissing(at)) return refuse(`There is no database ${at.place}.`);
  const folder = openDataFolder(at.data);
  if (!folder.ok) return refuse(folder.message);
  const locked = await lockDatabase(at.place);
  try {
    if (!locked.ok) return refuse(locked.message);
    const opened = await openStore(at.place);
    if (!opened.ok) return refuse(opened.message);
    try {
      return await act(opened.store);
    } finally {
      await opened.store.close();
    }
  } finally {
    if (locked.ok) await locked.lock.release();
    folder.folder.release();
  }
}
