/** `sandtable backup`, `restore` and `person`: what an operator does with what must survive. */
import { createInterface } from 'node:readline/promises';
import { resolve } from 'node:path';
import { backup } from '../keeping/backup.ts';
import { erasePerson } from '../keeping/erasePerson.ts';
import { exportPerson } from '../keeping/exportPerson.ts';
import { findPerson } from '../keeping/person.ts';
import { restore } from '../keeping/restore.ts';
import { THE_SERVER } from '../store/auditStore.ts';
import { openDatabase } from '../store/database.ts';
import { STEPS, stepsTaken } from '../store/migrate.ts';
import type { Store } from '../store/store.ts';
import { parseWords } from './commandWords.ts';
import { complain, say } from './complain.ts';
import { BACKUP_HELP, PERSON_HELP, RESTORE_HELP } from './keepingHelp.ts';
import { isMissing, placeOf, refuse, withOwnStore, type Place } from './ownStore.ts';

export async function backupCommand(words: readonly string[]): Promise<number> {
  const parsed = parseWords(words, [], ['--help', '-h']);
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable backup --help'.`);
  if (parsed.flags.size > 0) return help(BACKUP_HELP);
  const [file, ...more] = parsed.files;
  if (file === undefined || more.length > 0)
    return complain("backup takes the name of one new file\nTry 'sandtable backup --help'.");
  const { data, place } = placeOf(process.env);
  const made = await backup(data, place, resolve(file));
  if (!made.ok) return refuse(made.message);
  say(`${file}: ${count(made.rows, 'row')} and ${count(made.files, 'file')} of runs and checks`);
  return 0;
}

export async function restoreCommand(words: readonly string[]): Promise<number> {
  const parsed = parseWords(words, [], ['--replace', '--help', '-h']);
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable restore --help'.`);
  if (parsed.flags.has('--help') || parsed.flags.has('-h')) return help(RESTORE_HELP);
  const [file, ...more] = parsed.files;
  if (file === undefined || more.length > 0)
    return complain("restore takes one backup\nTry 'sandtable restore --help'.");
  const { data, place } = placeOf(process.env);
  const restored = await restore(data, place, resolve(file), { replace: parsed.flags.has('--replace') });
  if (!restored.ok) return refuse(restored.message);
  say(`restored ${count(restored.rows, 'row')} as they were at ${restored.madeAt}, into ${data}`);
  if (restored.before !== null) say(`what was there before is in ${restored.before}`);
  return 0;
}

export async function personCommand(words: readonly string[]): Promise<number> {
  const parsed = parseWords(words, [], ['--yes', '--help', '-h']);
  if (!parsed.ok) return complain(`${parsed.message}\nTry 'sandtable person --help'.`);
  if (parsed.flags.has('--help') || parsed.flags.has('-h')) return help(PERSON_HELP);
  const [what, asked, file, ...more] = parsed.files;
  const place = placeOf(process.env);
  if (what === 'export' && asked !== undefined && file !== undefined && more.length === 0)
    return exportCommand(place, asked, file);
  if (what === 'erase' && asked !== undefined && file === undefined)
    return eraseCommand(place, asked, parsed.flags.has('--yes'));
  return complain("person takes 'export PERSON FILE' or 'erase PERSON'\nTry 'sandtable person --help'.");
}

async function exportCommand(at: Place, asked: string, file: string): Promise<number> {
  const { data, place } = at;
  if (isMissing(at)) return refuse(`There is no database ${place}.`);
  const opened = await openDatabase(place);
  if (!opened.ok) return refuse(opened.message);
  const { db } = opened;
  try {
    // A server may be at work: its tables are not changed below it.
    if ((await stepsTaken(db)).join() !== STEPS.join())
      return refuse(
        'The database is of another version of Sandtable. Start a server of this version once, or use that one.',
      );
    const found = await findPerson(db, asked);
    if (!found.ok) return refuse(found.message);
    const exported = await exportPerson(db, data, found.person, resolve(file));
    if (!exported.ok) return refuse(exported.message);
    say(
      `${file}: ${count(exported.rows, 'row')} and ${count(exported.files, 'file')} of ${found.person.name}`,
    );
    return 0;
  } finally {
    await db.destroy();
  }
}

async function eraseCommand(at: Place, asked: string, sure: boolean): Promise<number> {
  return withOwnStore(at, (store) => erase(store, at.data, asked, sure));
}

async function erase({ db }: Store, data: string, asked: string, sure: boolean): Promise<number> {
  const found = await findPerson(db, asked);
  if (!found.ok) return refuse(found.message);
  const { name, id } = found.person;
  if (!sure && !(await isMeant(name, id))) return refuse('Nothing was changed.');
  const erased = await erasePerson(db, data, found.person, THE_SERVER);
  if (!erased.ok) return refuse(erased.message);
  const { rows, work } = erased;
  say(
    `${name} is erased: ${count(rows, 'row')}, ${count(work.runs.length, 'run')}. Backups made before still have them.`,
  );
  return 0;
}

async function isMeant(name: string, id: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    complain('there is nobody to ask; --yes erases without asking');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    `This removes ${name} (${id}) with all their work, for ever. Type the id to go on: `,
  );
  terminal.close();
  return answer.trim() === id;
}

function help(text: string): number {
  process.stdout.write(text);
  return 0;
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}
