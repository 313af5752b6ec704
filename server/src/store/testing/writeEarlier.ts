/**
 * Writes what a database of an earlier version looked like, as SQL: for each database, the statements of its steps up to the one named
 * and some rows. Run it when a version is released, with the name of its last step; what it wrote is never written again:
 *
 *     node server/src/store/testing/writeEarlier.ts 0003-people-labs-courses
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, sql, type CompiledQuery } from 'kysely';
import { BinaryText } from '../binaryText.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { nodePostgresDialect } from '../nodePostgres.ts';
import { nodeSqliteDialect } from '../nodeSqlite.ts';
import { earlierRows } from './earlierRows.ts';
import { startPostgres } from './postgresCluster.ts';

const last = process.argv[2] ?? '';
if (!Object.hasOwn(MIGRATIONS, last)) throw new Error(`one of: ${Object.keys(MIGRATIONS).join(', ')}`);

async function record(kind: 'sqlite' | 'postgres', place: string): Promise<void> {
  const said: string[] = [];
  const db = new Kysely<Record<string, Record<string, unknown>>>({
    dialect: kind === 'sqlite' ? nodeSqliteDialect(place) : nodePostgresDialect(place),
    log: ({ query }) => {
      said.push(`${inlined(query, kind)};`);
    },
  });
  await sql`create table kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null)`.execute(
    db,
  );
  const steps = Object.keys(MIGRATIONS)
    .sort()
    .filter((name) => name <= last);
  for (const name of steps) {
    await MIGRATIONS[name]!.up(kind === 'sqlite' ? db : db.withPlugin(new BinaryText()));
    await db.insertInto('kysely_migration').values({ name, timestamp: '2026-01-01T00:00:00.000Z' }).execute();
  }
  for (const [table, rows] of earlierRows(last)) await db.insertInto(table).values(rows).execute();
  await db.destroy();
  writeFileSync(join(import.meta.dirname, 'earlier', `${last}.${kind}.sql`), `${said.join('\n')}\n`);
}

/** The statement with its values in it. */
function inlined({ sql: text, parameters }: CompiledQuery, kind: 'sqlite' | 'postgres'): string {
  let next = 0;
  const value = (number: string | undefined): string =>
    literal(parameters[number === undefined ? next++ : Number(number) - 1], kind);
  return kind === 'sqlite'
    ? text.replaceAll('?', () => value(undefined))
    : text.replaceAll(/\$(\d+)/g, (_, n: string) => value(n));
}

function literal(value: unknown, kind: 'sqlite' | 'postgres'): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  const hex = Buffer.from(value as Uint8Array).toString('hex');
  return kind === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'`;
}

const folder = mkdtempSync(join(tmpdir(), 'sandtable-earlier-'));
const cluster = await startPostgres();
try {
  await record('sqlite', join(folder, 'db'));
  await record('postgres', cluster.url('postgres'));
} finally {
  await cluster.close();
  rmSync(folder, { recursive: true });
}
