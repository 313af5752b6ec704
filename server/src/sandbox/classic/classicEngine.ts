/**
 * Which classic sandbox a run uses, and whether it can: the executable, its library, what confines it.
 *
 * NEVER start an executable that is no translated sandbox: an ordinary interpreter would run the guest's program with all the rights of
 * the guest's user. So the file is searched for the names of the wire, which every translated sandbox holds.
 */
import { constants, type Stats } from 'node:fs';
import { access, open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { EngineProblem } from '../hostCommand.ts';
import { confinement, type Confinement } from './confinement.ts';

/** What the first names of the wire begin with, as they lie in the executable. */
const MARK = Buffer.from('ll_os.ll_os_');

const SEARCH_BYTES = 1024 * 1024;

/** A build has its library beside the executable or a few folders above it. */
const LIBRARY_LEVELS = 6;

export interface ClassicEngine {
  /** Absolute, links followed. */
  readonly executable: string;
  /** For the `start` event and the page. */
  readonly name: string;
  /** Folder that holds `lib-python` and `lib_pypy`. */
  readonly library: string;
  readonly confinement: Confinement;
}

export type ClassicState =
  | { readonly ok: true; readonly engine: ClassicEngine }
  | { readonly ok: false; readonly problems: readonly EngineProblem[] };

const known = new Map<string, Promise<ClassicState>>();

/** Looks at an executable once; `again` looks anew. */
export function classicState(executable: string, again = false): Promise<ClassicState> {
  let state = again ? undefined : known.get(executable);
  if (state === undefined) {
    state = lookUp(executable, again);
    known.set(executable, state);
  }
  return state;
}

async function lookUp(named: string, again: boolean): Promise<ClassicState> {
  if (!path.isAbsolute(named))
    return no(
      'classic-path',
      `The classic sandbox is named by ${named}, which is no absolute path.`,
      'Name it whole.',
    );
  let executable: string;
  let found: Stats;
  try {
    executable = await realpath(named);
    found = await stat(executable);
    await access(executable, constants.R_OK | constants.X_OK);
  } catch {
    return no(
      'classic-missing',
      `There is no classic sandbox ${named}.`,
      'Name a pypy-c-sandbox that can be read and executed.',
    );
  }
  if (!found.isFile()) return no('classic-missing', `${named} is no file.`, 'Name the executable itself.');
  if (!(await holdsMark(executable)))
    return no(
      'classic-unfit',
      `${named} is no sandbox: the names of the calls that a sandbox asks are not in it.`,
      'Name a PyPy that was translated with --sandbox. An ordinary one would run programs with no sandbox at all.',
    );
  const library = await libraryOf(executable);
  if (library === null)
    return no(
      'classic-library',
      `Neither beside ${named} nor above it are lib-python and lib_pypy.`,
      'Put the two folders of its source beside it.',
    );
  if (process.geteuid?.() === 0 && !(await isOpenToAll(executable, found)))
    return no(
      'classic-closed',
      `Guests run as users of their own, and those cannot execute ${named}.`,
      'Let others read and execute the file, and enter the folders on the way to it.',
    );
  return {
    ok: true,
    engine: {
      executable,
      name: `PyPy, classic sandbox${await languageOf(library)}`,
      library,
      confinement: await confinement(again),
    },
  };
}

function no(code: string, message: string, cure: string): ClassicState {
  return { ok: false, problems: [{ code, message, cure }] };
}

async function holdsMark(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const bytes = Buffer.alloc(MARK.length + SEARCH_BYTES);
    // The end of one piece stands before the next: the mark may lie across both.
    for (let kept = 0; ;) {
      const { bytesRead } = await handle.read(bytes, kept, SEARCH_BYTES);
      if (bytesRead === 0) return false;
      const have = kept + bytesRead;
      if (bytes.subarray(0, have).includes(MARK)) return true;
      kept = Math.min(MARK.length - 1, have);
      bytes.copy(bytes, 0, have - kept, have);
    }
  } finally {
    await handle.close();
  }
}

async function libraryOf(executable: string): Promise<string | null> {
  let folder = path.dirname(executable);
  for (let level = 0; level < LIBRARY_LEVELS; level++) {
    const parts = await Promise.all(
      ['lib-python', 'lib_pypy'].map((part) => isFolder(path.join(folder, part))),
    );
    if (parts.every(Boolean)) return folder;
    folder = path.dirname(folder);
  }
  return null;
}

async function isFolder(place: string): Promise<boolean> {
  try {
    return (await stat(place)).isDirectory();
  } catch {
    return false;
  }
}

/** Python's version by the folder of its library. */
async function languageOf(library: string): Promise<string> {
  const names = await readdir(path.join(library, 'lib-python'));
  const version = names.filter((name) => /^\d[\d.]*$/.test(name)).sort()[0];
  return version === undefined ? '' : `, Python ${version}`;
}

const OTHERS_EXECUTE = 0o001;
const OTHERS_READ = 0o004;

async function isOpenToAll(executable: string, found: Stats): Promise<boolean> {
  const wanted = OTHERS_READ | OTHERS_EXECUTE;
  if ((found.mode & wanted) !== wanted) return false;
  for (let folder = path.dirname(executable); ; folder = path.dirname(folder)) {
    if (((await stat(folder)).mode & OTHERS_EXECUTE) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}
