/** Benches: what a person works at. Each has files and runs of its own. */
import type { Kysely } from 'kysely';
import type { BenchInfo } from '@sandtable/shared/protocol';
import { recordRevision } from './revisionStore.ts';
import type { BenchKind, BenchRow, Schema } from './schema.ts';
import { lockRow, underLock } from './transactions.ts';

/** Of one owner: a person makes dozens; a program that makes benches in a loop stops here. */
export const MAX_BENCHES = 500;

export interface NewFile {
  readonly path: string;
  readonly encoding: 'utf8' | 'base64';
  readonly content: Uint8Array;
  /** The student cannot change it. */
  readonly readOnly?: boolean;
}

export interface NewBench {
  readonly id: string;
  /** One that the owner has already gets a number behind it. */
  readonly name: string;
  readonly owner: string;
  readonly files: readonly NewFile[];
  /** A work names its version and seed; a pack its lab. */
  readonly kind?: BenchKind;
  readonly labVersion?: string;
  readonly assignment?: string;
  readonly seed?: string;
  readonly lab?: string;
  /** Whose work it is a copy of: that bench. */
  readonly copyOf?: string;
}

export type CreatedBench =
  { readonly ok: true; readonly bench: BenchInfo } | { readonly ok: false; readonly code: 'quota' };

export class BenchStore {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  /** Those of a person; the one changed last comes first. */
  async list(owner: string): Promise<readonly BenchInfo[]> {
    const rows = await this.#db
      .selectFrom('bench')
      .selectAll()
      .where('owner', '=', owner)
      .orderBy('updated_at', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(infoOf);
  }

  async get(id: string): Promise<BenchInfo | null> {
    const row = await this.row(id);
    return row === null ? null : infoOf(row);
  }

  /** All that is known of a bench. */
  async row(id: string): Promise<BenchRow | null> {
    return (await this.#db.selectFrom('bench').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
  }

  async create(bench: NewBench): Promise<CreatedBench> {
    const { id, name, owner, files } = bench;
    return underLock(this.#db).execute(async (db) => {
      // Two benches made at once get two names, and together stay within the quota.
      await lockRow(db, 'person', owner);
      const names = (await db.selectFrom('bench').select('name').where('owner', '=', owner).execute()).map(
        (row) => row.name,
      );
      if (names.length >= MAX_BENCHES) return { ok: false, code: 'quota' };
      const now = new Date().toISOString();
      const row: BenchRow = {
        id,
        name: freeName(name, names),
        revision: files.length === 0 ? 0 : 1,
        created_at: now,
        updated_at: now,
        kind: bench.kind ?? 'bench',
        owner,
        lab_version: bench.labVersion ?? null,
        assignment: bench.assignment ?? null,
        seed: bench.seed ?? null,
        lab: bench.lab ?? null,
        copy_of: bench.copyOf ?? null,
      };
      await db.insertInto('bench').values(row).execute();
      for (const { readOnly, ...file } of files) {
        await db
          .insertInto('file')
          .values({ bench: id, ...file, version: 1, saved_at: now, read_only: readOnly === true ? 1 : 0 })
          .execute();
      }
      await recordRevision(
        db,
        files.map(({ path, encoding, content }) => ({
          bench: id,
          n: 1,
          path,
          encoding,
          content,
          saved_at: now,
          person: owner,
        })),
      );
      return { ok: true, bench: infoOf(row) };
    });
  }

  async rename(id: string, name: string): Promise<BenchInfo | null> {
    const row = await this.#db
      .updateTable('bench')
      .set({ name, updated_at: new Date().toISOString() })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? null : infoOf(row);
  }

  /** Removes the bench with its files and its list of runs; logs are the caller's. */
  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db.deleteFrom('bench').where('id', '=', id).executeTakeFirst();
    return numDeletedRows > 0n;
  }
}

function infoOf(row: BenchRow): BenchInfo {
  const { id, name, updated_at: updatedAt, kind } = row;
  return { id, name, updatedAt, ...(kind === 'bench' ? {} : { kind }) };
}

function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number++) {
    const name = `${wanted} ${number}`;
    if (!taken.includes(name)) return name;
  }
}
