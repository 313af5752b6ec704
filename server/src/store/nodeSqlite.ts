/**
 * Node's own SQLite as kysely's SQLite dialect sees a database. Everything but opening is kysely's.
 *
 * Calls are synchronous: a statement of this program takes some ten microseconds, a commit one sync of the disk.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SqliteDialect, type SqliteDatabase } from 'kysely';

/** Statements kept compiled; the program has fewer, and a change of schema empties nothing that matters. */
const STATEMENTS_KEPT = 100;

/**
 * Opens the file for one server. A commit returns when it is on the disk (`synchronous = FULL`), because “saved” is said
 * right after it; see `withoutSync` in transactions.ts for what is not said to be.
 */
export function nodeSqliteDialect(path: string): SqliteDialect {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  return new SqliteDialect({ database: forKysely(database) });
}

/** SQLite takes a transaction back by itself where the disk is full; doing it again would be an error that hides that one. */
function rollback(database: DatabaseSync): ReturnType<SqliteDatabase['prepare']> {
  const run = (): { readonly changes: number; readonly lastInsertRowid: number } => {
    if (database.isTransaction) database.exec('rollback');
    return { changes: 0, lastInsertRowid: 0 };
  };
  return { reader: false, all: () => [], run, iterate: () => [].values() };
}

function forKysely(database: DatabaseSync): SqliteDatabase {
  const compiled = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  return {
    close: () => database.close(),
    prepare(sql) {
      if (sql === 'rollback') return rollback(database);
      const known = compiled.get(sql);
      if (known !== undefined) return known;
      const statement = database.prepare(sql);
      const adapted = {
        // A statement that gives columns is read, whatever its verb (`insert … returning`).
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
        run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
        iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as SQLInputValue[])),
      };
      // A pragma does its work while it is compiled.
      if (sql.startsWith('pragma ')) return adapted;
      if (compiled.size >= STATEMENTS_KEPT) compiled.clear();
      compiled.set(sql, adapted);
      return adapted;
    },
  };
}
