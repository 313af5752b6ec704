/** Rows of tables as lines of JSON, the same from either database: bytes are `{ "base64": "…" }`, all else is JSON's own. */
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { benchPath } from '@sandtable/shared/protocol';
import type { Schema } from '../store/schema.ts';
import { isPostgres } from '../store/transactions.ts';
import { ArchiveError } from './tar.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Rows fetched at once: some hold a megabyte. */
const AT_ONCE = 20;

/** A pack of a lab is the longest row, some dozen megabytes; what is longer is no row of ours. */
const MAX_LINE_CHARS = 256 * 1024 * 1024;

/** SQLite takes 32,766 values in a statement, PostgreSQL 65,535. */
const VALUES_AT_ONCE = 5_000;

/** Every row of a table that meets the condition, within a transaction. */
export async function* rowsOf(
  db: Kysely<Schema>,
  table: string,
  condition: RawBuilder<boolean> = sql`1 = 1`,
): AsyncGenerator<Row> {
  const all = sql<Row>`select * from ${sql.table(table)} where ${condition}`;
  if (!isPostgres(db)) {
    for await (const row of sqliteRows(db, table, condition)) yield row;
    return;
  }
  await sql`declare rows_of no scroll cursor for ${all}`.execute(db);
  try {
    for (;;) {
      const { rows } = await sql<Row>`fetch ${sql.lit(AT_ONCE)} from rows_of`.execute(db);
      if (rows.length === 0) return;
      yield* rows;
    }
  } finally {
    await sql`close rows_of`.execute(db).catch(unlessAborted);
  }
}

/** A transaction that was refused has closed its cursors; why it was refused is what its caller must hear. */
function unlessAborted(error: unknown): void {
  if ((error as { code?: unknown }).code !== '25P02') throw error;
}

function sqliteRows(
  db: Kysely<Schema>,
  table: string,
  condition: RawBuilder<boolean>,
): AsyncIterableIterator<Row> {
  return db
    .withTables<Record<string, Record<string, unknown>>>()
    .selectFrom(table)
    .selectAll()
    .where(condition)
    .stream();
}

/** A row for JSON. */
export function portable(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
    ]),
  );
}

/** Writes a table to a file. @returns how many rows */
export async function writeRows(db: Kysely<Schema>, table: string, path: string): Promise<number> {
  const out = createWriteStream(path, { mode: 0o600 });
  let count = 0;
  for await (const row of rowsOf(db, table)) {
    count += 1;
    if (!out.write(`${JSON.stringify(portable(row))}\n`)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
  return count;
}

type Kind = 'text' | 'integer' | 'real' | 'bytes';

/** The columns of a table by name. */
export async function columnsOf(db: Kysely<Schema>): Promise<ReadonlyMap<string, ReadonlyMap<string, Kind>>> {
  const schema = isPostgres(db)
    ? (await sql<{ name: string }>`select current_schema() as name`.execute(db)).rows[0]!.name
    : undefined;
  const tables = await db.introspection.getTables();
  return new Map(
    tables
      .filter((table) => table.schema === schema)
      .map(({ name, columns }) => [
        name,
        new Map(columns.map((column) => [column.name, kindOf(column.dataType.toLowerCase())])),
      ]),
  );
}

function kindOf(type: string): Kind {
  if (type === 'bytea' || type === 'blob') return 'bytes';
  if (type.includes('int')) return 'integer';
  return type.includes('float') || type.includes('double') ? 'real' : 'text';
}

/** Inserts the rows of a file. @throws {ArchiveError} where a line is no row of the table */
export async function insertRows(
  db: Kysely<Schema>,
  table: string,
  columns: ReadonlyMap<string, Kind>,
  path: string,
): Promise<number> {
  const target = db.withTables<Record<string, Record<string, unknown>>>();
  let waiting: Row[] = [];
  let count = 0;
  const insert = async (): Promise<void> => {
    if (waiting.length > 0) await target.insertInto(table).values(waiting).execute();
    waiting = [];
  };
  for await (const line of linesOf(path)) {
    count += 1;
    waiting.push(rowOf(line, table, columns, count));
    if (waiting.length >= AT_ONCE || waiting.length * columns.size >= VALUES_AT_ONCE) await insert();
  }
  await insert();
  return count;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const lines = piece.split('\n');
    lines[0] = rest + lines[0]!;
    rest = lines.pop()!;
    if (rest.length > MAX_LINE_CHARS) throw new ArchiveError(`a line of ${path} is too long`);
    yield* lines;
  }
  if (rest !== '') throw new ArchiveError('the last line of a table has no end');
}

function rowOf(line: string, table: string, columns: ReadonlyMap<string, Kind>, number: number): Row {
  const wrong = (what: string): ArchiveError =>
    new ArchiveError(`row ${number} of the table ${table} ${what}`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrong('is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('is no object');
  const row: Record<string, unknown> = {};
  for (const column of columns.keys()) row[column] = null;
  for (const [column, cell] of Object.entries(value)) {
    const kind = columns.get(column);
    if (kind === undefined) throw wrong(`has a column ${column}, which the table has not`);
    const native = cell === null ? null : cellOf(cell, kind);
    if (native === undefined) throw wrong(`has a ${column} that is no ${kind}`);
    if (cell !== null && !isSafe(table, column, cell)) throw wrong(`has a ${column} that cannot be one`);
    row[column] = native;
  }
  return row;
}

function cellOf(cell: unknown, kind: Kind): unknown {
  if (kind === 'text') return typeof cell === 'string' ? cell : undefined;
  if (kind === 'integer') return Number.isSafeInteger(cell) ? cell : undefined;
  if (kind === 'real') return typeof cell === 'number' ? cell : undefined;
  const text = (cell as { base64?: unknown }).base64;
  return typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
}

/** Ids name folders, and paths files, wherever the server works with them later. */
function isSafe(table: string, column: string, cell: unknown): boolean {
  if (column === 'path') return benchPath.safeParse(cell).success;
  if (column === 'id' && ['bench', 'run', 'attempt', 'lab'].includes(table))
    return /^[\w-]{1,100}$/.test(String(cell));
  return true;
}
