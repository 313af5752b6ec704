/**
 * The files of a lab pack, wherever they come from: a folder, a zip that was taken apart, the database.
 *
 * NEVER does a file of the machine that lies outside the folder become one of the pack: symbolic links are refused, not followed, also where one
 * takes the place of a file while it is read.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { packPathProblem } from '@sandtable/shared/labs/packPath';

/** Files of one pack; the largest of ours has a tenth of that. */
const MAX_PACK_FILES = 500;

/** One file: a trace or a table of data at most. */
const MAX_PACK_FILE_BYTES = 4 * 1024 * 1024;

/** All files together: a version of a lab is kept for ever, and sent whole when it is exported. */
const MAX_PACK_BYTES = 16 * 1024 * 1024;

/** Path below the folder of the pack, with slashes → content. */
export type PackFiles = ReadonlyMap<string, Uint8Array>;

/** What is wrong with a pack, for its author. Line and column count from 1; 0 where a whole file is meant. */
export interface PackProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `checks[2].expect.output`; '' where no field is meant. */
  readonly field: string;
  /** A whole sentence. */
  readonly message: string;
}

/** A problem of a whole file. */
export function fileProblem(file: string, message: string): PackProblem {
  return { file, line: 0, column: 0, field: '', message };
}

/** `lab.yaml:12:5: checks[0].weight takes a number.` */
export function problemLine({ file, line, column, field, message }: PackProblem): string {
  const place = line === 0 ? file : `${file}:${String(line)}:${String(column)}`;
  return `${place}: ${field === '' ? message : `${field} ${message}`}`;
}

/** What editors, version control and interpreters leave behind: no part of a pack, and nobody's mistake. */
export function isLeftover(name: string): boolean {
  return (
    (name.startsWith('.') && name !== '.' && name !== '..') ||
    name === '__pycache__' ||
    name === '__MACOSX' ||
    name.endsWith('~')
  );
}

/** Names and sizes that no pack may have; before anything is read of them. */
export function packLimitProblems(
  files: Iterable<readonly [path: string, bytes: number]>,
): readonly PackProblem[] {
  const problems: PackProblem[] = [];
  const folded = new Map<string, string>();
  let count = 0;
  let total = 0;
  for (const [name, bytes] of files) {
    count += 1;
    total += bytes;
    const wrong = packPathProblem(name);
    if (wrong !== null)
      problems.push(fileProblem(name, `This is no name for a file of a pack: a path ${wrong}.`));
    if (bytes > MAX_PACK_FILE_BYTES)
      problems.push(
        fileProblem(name, `A file of a pack may have ${String(MAX_PACK_FILE_BYTES / 2 ** 20)} MiB at most.`),
      );
    const same = folded.get(name.toLowerCase());
    if (same !== undefined)
      problems.push(fileProblem(name, `This differs from ${same} only in small and capital letters.`));
    folded.set(name.toLowerCase(), name);
  }
  if (count > MAX_PACK_FILES)
    problems.push(fileProblem('', `A pack may have ${String(MAX_PACK_FILES)} files at most.`));
  if (total > MAX_PACK_BYTES)
    problems.push(fileProblem('', `A pack may have ${String(MAX_PACK_BYTES / 2 ** 20)} MiB at most.`));
  return problems.slice(0, 50);
}

export type PackFilesResult =
  | { readonly ok: true; readonly files: PackFiles }
  | { readonly ok: false; readonly problems: readonly PackProblem[] };

/** Reads a folder of the machine. */
export async function packFilesOf(folder: string): Promise<PackFilesResult> {
  const problems: PackProblem[] = [];
  const files = new Map<string, Uint8Array>();
  let bytes = 0;
  const walk = async (below: string): Promise<void> => {
    let entries;
    try {
      entries = await readdir(path.join(folder, below), { withFileTypes: true });
    } catch (error) {
      problems.push(fileProblem(below, `This folder cannot be read: ${(error as Error).message}.`));
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (isLeftover(entry.name)) continue;
      if (files.size > MAX_PACK_FILES || bytes > MAX_PACK_BYTES || problems.length > 50) return;
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await walk(name);
      else if (!entry.isFile())
        problems.push(
          fileProblem(name, 'Only files and folders belong into a pack, no links and nothing else.'),
        );
      else {
        const content = await readPlain(path.join(folder, name));
        if (typeof content === 'string') problems.push(fileProblem(name, content));
        else {
          files.set(name, content);
          bytes += content.length;
        }
      }
    }
  };
  await walk('');
  problems.push(...packLimitProblems([...files].map(([name, content]) => [name, content.length])));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, files };
}

async function readPlain(file: string): Promise<Uint8Array | string> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size } = await handle.stat();
    if (size > MAX_PACK_FILE_BYTES)
      return `A file of a pack may have ${String(MAX_PACK_FILE_BYTES / 2 ** 20)} MiB at most.`;
    return new Uint8Array(await handle.readFile());
  } catch (error) {
    return `This file cannot be read: ${(error as Error).message}.`;
  } finally {
    await handle?.close();
  }
}

/** Id of a version: the same files give the same id, whatever they came in. 32 digits, hexadecimal. */
export function packVersion(files: PackFiles): string {
  const whole = createHash('sha256');
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    whole.update(`${name}\0${createHash('sha256').update(content).digest('hex')}\n`);
  return whole.digest('hex').slice(0, 32);
}
