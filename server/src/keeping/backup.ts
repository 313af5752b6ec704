/**
 * One file with everything that must survive, made while the server may be at work: the rows of one moment, then what the data folder
 * holds of the runs and attempts among them.
 *
 * The log of a run that is under way is taken as it is then: restored, it is the log of a run whose server died, and is mended as such.
 */
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Kysely } from 'kysely';
import { atOneMoment, isServerPlace, openDatabase, shownPlace } from '../store/database.ts';
import { STEPS, stepsTaken, tableNames } from '../store/migrate.ts';
import type { Schema } from '../store/schema.ts';
import { canBeArchived, measure, readArchive, writeArchive, type ArchivedFile } from './archive.ts';
import { rowsOf, writeRows } from './rows.ts';
import { TABLE_NAMES } from './tables.ts';
import { ArchiveError } from './tar.ts';

/** What is this large is only ever appended to, or never changed, and need not be copied to stay as it is. */
const LINKED_FROM_BYTES = 1024 * 1024;

/** Folders below the data folder, and the table whose rows have one each. */
export const FOLDERS = { runs: 'run', attempts: 'attempt' } as const;

export type MadeBackup =
  | { readonly ok: true; readonly rows: number; readonly files: number }
  | {
      readonly ok: false;
      readonly code: 'nothing' | 'newer' | 'exists' | 'failed';
      readonly message: string;
    };

/**
 * @param data the data folder
 * @param place the database, see store/database.ts
 * @param file what is written; it must not be there yet
 */
export async function backup(data: string, place: string, file: string): Promise<MadeBackup> {
  if (existsSync(file))
    return { ok: false, code: 'exists', message: `${file} is there already. Choose another name.` };
  if (!isServerPlace(place) && !existsSync(place))
    return {
      ok: false,
      code: 'nothing',
      message: `There is no database ${place}, so there is nothing to save.`,
    };
  const opened = await openDatabase(place);
  if (!opened.ok) return { ...opened, code: 'failed' };
  const staged = join(data, `backup-${randomBytes(6).toString('hex')}`);
  const partial = `${file}.partial`;
  try {
    mkdirSync(join(staged, 'tables'), { recursive: true, mode: 0o700 });
    const saved = await atOneMoment(opened.db, (db) => stageTables(db, staged));
    if ('message' in saved)
      return { ok: false, code: saved.code, message: `${await shownPlace(place)} ${saved.message}` };
    const names = [...saved.names, ...stageFolders(data, staged, saved.ids)];
    const files: ArchivedFile[] = [];
    for (const name of names) files.push({ name, ...(await measure(join(staged, name))) });
    rmSync(partial, { force: true });
    const manifest = { madeAt: new Date().toISOString(), steps: [...saved.steps], files };
    await writeArchive(partial, manifest, (name) => join(staged, name));
    // A backup that cannot be read is none.
    await readArchive(partial, async () => undefined, null);
    renameSync(partial, file);
    return { ok: true, rows: saved.rows, files: names.length - saved.names.length };
  } catch (error) {
    rmSync(partial, { force: true });
    return { ok: false, code: 'failed', message: `The backup was not made: ${whyNot(error, file)}.` };
  } finally {
    rmSync(staged, { recursive: true, force: true });
    await opened.db.destroy();
  }
}

function whyNot(error: unknown, file: string): string {
  if (error instanceof ArchiveError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `${dirname(file)} is no folder`;
  return code === 'ENOSPC' ? 'the disk is full' : message;
}

interface StagedTables {
  readonly steps: readonly string[];
  readonly names: readonly string[];
  readonly rows: number;
  /** Folder below the data folder → ids. */
  readonly ids: Readonly<Record<keyof typeof FOLDERS, readonly string[]>>;
}

async function stageTables(
  db: Kysely<Schema>,
  staged: string,
): Promise<StagedTables | { readonly code: 'nothing' | 'newer'; readonly message: string }> {
  const steps = await stepsTaken(db);
  if (steps.length === 0) return { code: 'nothing', message: 'has no tables, so there is nothing to save.' };
  if (steps.some((step) => !STEPS.includes(step)))
    return {
      code: 'newer',
      message: 'was written by a newer version of Sandtable; make the backup with that one.',
    };
  const existing = await tableNames(db);
  const names: string[] = [];
  let rows = 0;
  // An earlier version has fewer tables.
  for (const table of TABLE_NAMES.filter((name) => existing.includes(name))) {
    names.push(`tables/${table}.jsonl`);
    rows += await writeRows(db, table, join(staged, 'tables', `${table}.jsonl`));
  }
  const idsOf = async (table: string): Promise<string[]> => {
    const ids: string[] = [];
    if (existing.includes(table)) for await (const row of rowsOf(db, table)) ids.push(String(row['id']));
    return ids;
  };
  return { steps, names, rows, ids: { runs: await idsOf('run'), attempts: await idsOf('attempt') } };
}

/** Takes the files of runs and attempts as they are now. @returns their names in the archive */
function stageFolders(data: string, staged: string, ids: StagedTables['ids']): string[] {
  const names: string[] = [];
  for (const folder of Object.keys(FOLDERS) as (keyof typeof FOLDERS)[])
    for (const id of ids[folder]) names.push(...stageFiles(data, staged, `${folder}/${id}`));
  return names;
}

function stageFiles(data: string, staged: string, folder: string): string[] {
  const source = join(data, folder);
  if (!existsSync(source)) return [];
  mkdirSync(join(staged, folder), { recursive: true, mode: 0o700 });
  const names: string[] = [];
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) names.push(...stageFiles(data, staged, name));
    else if (entry.isFile() && canBeArchived(name) && take(join(data, name), join(staged, name)))
      names.push(name);
  }
  return names;
}

/** @returns whether it was still there: old logs are removed while we look */
function take(from: string, to: string): boolean {
  try {
    if (lstatSync(from).size >= LINKED_FROM_BYTES) linkSync(from, to);
    else copyFileSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
