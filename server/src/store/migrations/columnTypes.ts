/** Names of column types that the databases do not share. */
import { PostgresAdapter, sql, type Kysely, type RawBuilder } from 'kysely';

/** A column of bytes. */
export function bytesType(db: Kysely<unknown>): RawBuilder<unknown> {
  return db.getExecutor().adapter instanceof PostgresAdapter ? sql`bytea` : sql`blob`;
}
