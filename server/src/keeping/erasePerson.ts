/**
 * Removes a person: their rows, what was recorded of their runs and attempts, what others copied from their work. What they did to others
 * stays with their id alone: grades that they gave with the reason, courses that they made, the log of acts.
 *
 * Backups, and what a restore moved aside, still have them; docs/operations.md says what to do about that.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { audit } from '../store/auditStore.ts';
import { compact } from '../store/database.ts';
import { hasAdministratorBut } from '../store/peopleStore.ts';
import { LOCAL_PERSON, type PersonRow, type Schema } from '../store/schema.ts';
import { personInTables } from './person.ts';
import { rowsOf } from './rows.ts';
import { TABLE_NAMES, TABLES, type Person } from './tables.ts';

/** A shorter name stands in too many words to be looked for inside of them. */
const SHORTEST_IN_TEXT = 4;

export interface Work {
  readonly benches: readonly string[];
  readonly runs: readonly string[];
  readonly attempts: readonly string[];
}

export type ErasedPerson =
  | { readonly ok: true; readonly rows: number; readonly work: Work }
  | { readonly ok: false; readonly code: 'local' | 'last'; readonly message: string };

/**
 * @param data the data folder
 * @param actor id of who does it, for the log of acts
 * @param stop is told what goes, before anything does: a server ends what is under way there, and whoever looks at it
 */
export async function erasePerson(
  db: Kysely<Schema>,
  data: string,
  row: PersonRow,
  actor: string,
  stop: (work: Work) => Promise<void> = async () => undefined,
): Promise<ErasedPerson> {
  if (row.id === LOCAL_PERSON) return LOCAL;
  if (await isLast(db, row.id)) return LAST;
  await stop(await workOf(db, await personInTables(db, row)));
  const done = await db.transaction().execute(async (transaction) => {
    if (await isLast(transaction, row.id)) return null;
    const person = await personInTables(transaction, row);
    // Once more, inside: what came meanwhile goes as well.
    const work = await workOf(transaction, person);
    let rows = 0;
    for (const table of TABLE_NAMES.toReversed()) {
      const { theirs } = TABLES[table];
      if (theirs === null) continue;
      const { numAffectedRows } = await sql`delete from ${sql.table(table)} where ${theirs(person)}`.execute(
        transaction,
      );
      rows += Number(numAffectedRows ?? 0);
    }
    await scrubAudit(transaction, person);
    await audit(transaction, {
      actor: actor === row.id ? person.id : actor,
      act: 'person.erase',
      object: row.id,
    });
    return { rows, work };
  });
  if (done === null) return LAST;
  const { rows, work } = done;
  for (const id of work.runs) rmSync(join(data, 'runs', id), { recursive: true, force: true, maxRetries: 5 });
  for (const id of work.attempts)
    rmSync(join(data, 'attempts', id), { recursive: true, force: true, maxRetries: 5 });
  // A removed row's bytes stay in the file until its place is used again.
  await compact(db);
  return { ok: true, rows, work };
}

const LOCAL = {
  ok: false,
  code: 'local',
  message: 'This person is who uses a server without accounts; to erase them, remove the data folder.',
} as const;

const LAST = {
  ok: false,
  code: 'last',
  message: 'This is the last administrator. Make somebody else one first.',
} as const;

/** Whether nobody would be left who can administer. Asked of the row as it is now: it may have changed since it was found. */
async function isLast(db: Kysely<Schema>, person: string): Promise<boolean> {
  const row = await db.selectFrom('person').select('role').where('id', '=', person).executeTakeFirst();
  return row?.role === 'administrator' && !(await hasAdministratorBut(db, person));
}

async function workOf(db: Kysely<Schema>, person: Person): Promise<Work> {
  const idsOf = async (table: 'run' | 'attempt'): Promise<string[]> => {
    const { rows } = await sql<{
      id: string;
    }>`select id from ${sql.table(table)} where ${TABLES[table].theirs!(person)}`.execute(db);
    return rows.map(({ id }) => id);
  };
  return { benches: person.benches, runs: await idsOf('run'), attempts: await idsOf('attempt') };
}

/** Entries stay; where they name the person, the id stands instead. */
async function scrubAudit(db: Kysely<Schema>, person: Person): Promise<void> {
  const changed: { id: string; object: string; detail: string }[] = [];
  for await (const { id, object, detail } of rowsOf(db, 'audit') as AsyncGenerator<Schema['audit']>) {
    const scrubbed = {
      object: withoutNames(object, person),
      detail: JSON.stringify(scrub(JSON.parse(detail), person)),
    };
    if (scrubbed.object !== object || scrubbed.detail !== JSON.stringify(JSON.parse(detail)))
      changed.push({ id, ...scrubbed });
  }
  for (const { id, ...values } of changed)
    await db.updateTable('audit').set(values).where('id', '=', id).execute();
}

function scrub(value: unknown, person: Person): unknown {
  if (typeof value === 'string') return withoutNames(value, person);
  if (Array.isArray(value)) return value.map((each) => scrub(each, person));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, scrub(each, person)]));
}

function withoutNames(text: string, { id, names, emails }: Person): string {
  const lower = text.toLowerCase();
  const named = [...names, ...emails].some((name) => {
    const part = name.toLowerCase();
    return lower === part || (part.length >= SHORTEST_IN_TEXT && lower.includes(part));
  });
  return named ? id : text;
}
