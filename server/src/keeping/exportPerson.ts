/** Everything that is kept of a person, as a zip that they can read: rows as JSON, their files, and what was recorded of their runs. */
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Zip, ZipDeflate } from 'fflate';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { atOneMoment } from '../store/database.ts';
import type { PersonRow, Schema } from '../store/schema.ts';
import { FOLDERS } from './backup.ts';
import { personInTables } from './person.ts';
import { portable, rowsOf, type Row } from './rows.ts';
import { TABLE_NAMES, TABLES, type Person } from './tables.ts';

/** What a zip without extensions can list. A person has some hundred files. */
const MAX_ENTRIES = 65_000;

export type ExportedPerson =
  | { readonly ok: true; readonly rows: number; readonly files: number }
  | { readonly ok: false; readonly code: 'exists' | 'too-large' | 'failed'; readonly message: string };

const README = `What is kept of you on this server.

rows/      one file for each table of the database, with the rows that are about you or were made by you.
           Hashes of passwords and of tokens are left out.
files/     the files of your benches, in a folder for each bench.
runs/      what was recorded of your runs: log.jsonl has one event a line.
attempts/  what was recorded when your work was checked.
`;

/**
 * @param db a connection of its own, or one on which nobody writes meanwhile
 * @param data the data folder
 * @param file what is written; it must not be there yet
 */
export async function exportPerson(
  db: Kysely<Schema>,
  data: string,
  person: PersonRow,
  file: string,
): Promise<ExportedPerson> {
  if (existsSync(file))
    return { ok: false, code: 'exists', message: `${file} is there already. Choose another name.` };
  const partial = `${file}.partial`;
  try {
    const zip = new ZipFile(partial);
    try {
      const counted = await atOneMoment(db, (moment) => write(moment, data, person, zip));
      zip.end();
      if (zip.entries > MAX_ENTRIES)
        return {
          ok: false,
          code: 'too-large',
          message: `There are more files than a zip can list: ${zip.entries}.`,
        };
      renameSync(partial, file);
      return { ok: true, ...counted };
    } finally {
      zip.close();
      rmSync(partial, { force: true });
    }
  } catch (error) {
    return { ok: false, code: 'failed', message: `${file} was not written: ${(error as Error).message}.` };
  }
}

async function write(
  db: Kysely<Schema>,
  data: string,
  row: PersonRow,
  zip: ZipFile,
): Promise<{ readonly rows: number; readonly files: number }> {
  const person = await personInTables(db, row);
  zip.text('README.txt', README);
  let rows = 0;
  const ids: Record<keyof typeof FOLDERS, string[]> = { runs: [], attempts: [] };
  for (const table of TABLE_NAMES) {
    const condition = concerning(table, person);
    if (condition === null) continue;
    zip.begin(`rows/${table}.json`);
    let lead = '[\n';
    for await (const each of rowsOf(db, table, condition)) {
      zip.push(`${lead}${JSON.stringify(readable(table, each))}`);
      lead = ',\n';
      rows += 1;
      if (table === 'run') ids.runs.push(String(each['id']));
      if (table === 'attempt') ids.attempts.push(String(each['id']));
    }
    zip.push(`${lead === '[\n' ? '[' : '\n'}]\n`);
    zip.finish();
  }
  let files = 0;
  for await (const each of rowsOf(db, 'file', TABLES.file.theirs!(person))) {
    zip.begin(`files/${String(each['bench'])}/${String(each['path'])}`);
    zip.push(each['content'] as Uint8Array);
    zip.finish();
    files += 1;
  }
  for (const folder of Object.keys(FOLDERS) as (keyof typeof FOLDERS)[])
    for (const id of ids[folder]) files += await zip.folder(join(data, folder, id), `${folder}/${id}`);
  return { rows, files };
}

/** Rows that are theirs or that they signed; null where a table has none of anybody. */
function concerning(table: keyof Schema, person: Person): RawBuilder<boolean> | null {
  const { theirs, signed = [] } = TABLES[table];
  const conditions = [
    ...(theirs === null ? [] : [theirs(person)]),
    ...signed.map((column) => sql<boolean>`${sql.ref(column)} = ${person.id}`),
  ];
  return conditions.length === 0 ? null : sql`(${sql.join(conditions, sql` or `)})`;
}

/** Without secrets, and text files as text. */
function readable(table: keyof Schema, row: Row): Row {
  const secret = TABLES[table].secret ?? [];
  const shown = Object.fromEntries(Object.entries(row).filter(([column]) => !secret.includes(column)));
  const { content } = shown;
  if (content instanceof Uint8Array && shown['encoding'] === 'utf8')
    shown['content'] = Buffer.from(content).toString();
  return portable(shown);
}

/** A zip that is written as its content comes. */
class ZipFile {
  entries = 0;
  readonly #zip: Zip;
  readonly #file: number;
  #entry: ZipDeflate | null = null;
  #open = true;

  constructor(path: string) {
    const file = openSync(path, 'w', 0o600);
    this.#file = file;
    this.#zip = new Zip((error, bytes) => {
      if (error !== null) throw error;
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    });
  }

  begin(name: string): void {
    this.entries += 1;
    this.#entry = new ZipDeflate(name, { level: 6 });
    this.#zip.add(this.#entry);
  }

  push(content: string | Uint8Array): void {
    this.#entry!.push(typeof content === 'string' ? Buffer.from(content) : content);
  }

  finish(): void {
    this.#entry!.push(new Uint8Array(0), true);
    this.#entry = null;
  }

  text(name: string, content: string): void {
    this.begin(name);
    this.push(content);
    this.finish();
  }

  /** Everything below a folder of the disk. @returns how many files */
  async folder(path: string, name: string): Promise<number> {
    if (!existsSync(path)) return 0;
    let count = 0;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const [from, to] = [join(path, entry.name), `${name}/${entry.name}`];
      if (entry.isDirectory()) count += await this.folder(from, to);
      if (!entry.isFile()) continue;
      this.begin(to);
      for await (const piece of createReadStream(from) as AsyncIterable<Buffer>) this.push(piece);
      this.finish();
      count += 1;
    }
    return count;
  }

  end(): void {
    this.#zip.end();
  }

  close(): void {
    if (this.#open) closeSync(this.#file);
    this.#open = false;
  }
}
