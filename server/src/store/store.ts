/**
 * Everything that must survive a restart, except logs of runs: benches, their files, and which runs there were.
 *
 * A method that changes something resolves after the commit is on the disk, so its result may be called “saved”.
 */
import { randomBytes } from 'node:crypto';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { AccessStore } from './accessStore.ts';
import { BenchStore } from './benchStore.ts';
import { BookmarkStore } from './bookmarkStore.ts';
import { FileStore } from './fileStore.ts';
import { nodeSqliteDialect } from './nodeSqlite.ts';
import { RevisionStore } from './revisionStore.ts';
import { RunStore } from './runStore.ts';
import { MIGRATIONS } from './migrations/migrations.ts';
import type { Schema } from './schema.ts';

export interface Store {
  readonly access: AccessStore;
  readonly benches: BenchStore;
  readonly files: FileStore;
  readonly revisions: RevisionStore;
  readonly runs: RunStore;
  readonly bookmarks: BookmarkStore;
  close(): Promise<void>;
}

export type OpenedStore =
  | { readonly ok: true; readonly store: Store }
  | { readonly ok: false; readonly code: 'unreadable'; readonly message: string };

/** Opens the database and brings its tables up to date; refuses one that a newer version wrote or that is damaged. */
export async function openStore(path: string): Promise<OpenedStore> {
  let db: Kysely<Schema> | null = null;
  try {
    db = new Kysely<Schema>({ dialect: nodeSqliteDialect(path) });
    const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined)
      throw error instanceof Error ? error : new Error('a step failed', { cause: error });
  } catch (error) {
    await db?.destroy();
    return {
      ok: false,
      code: 'unreadable',
      message: `The database ${path} cannot be used: ${error instanceof Error ? error.message : String(error)}. It may have been written by a newer version; nothing was changed.`,
    };
  }
  const open = db;
  return {
    ok: true,
    store: {
      access: new AccessStore(open),
      benches: new BenchStore(open),
      files: new FileStore(open),
      revisions: new RevisionStore(open),
      runs: new RunStore(open),
      bookmarks: new BookmarkStore(open),
      close: () => open.destroy(),
    },
  };
}

/** A new id for a bench or a run: 96 random bits, so that none can be guessed. */
export function newId(): string {
  return randomBytes(12).toString('base64url');
}
