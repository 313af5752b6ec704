/** What a guest finds below /bin: its interpreter, which is a name only, and the interpreter's library. */
import { statSync } from 'node:fs';
import { encodeText } from '@sandtable/shared/text';
import { guestPath, hostPath } from './paths.ts';
import { siteBytecode, type Bytecode } from './siteBytecode.ts';
import { START_FILE } from './siteCustomize.ts';
import {
  AddedFolder,
  type AddedFile,
  HostFolder,
  type InitialTree,
  type Mount,
  type ReadableFolder,
  type TimeSpec,
} from './vfs/index.ts';

/** Where the guest finds its interpreter; PyPy looks for its library beside it. */
export const GUEST_PROGRAM = '/bin/pypy3';

/** The same of a classic sandbox. */
export const CLASSIC_PROGRAM = '/bin/pypy-c';

/** The machine's own additions to the library: ours takes their place. */
const LIBRARY_EXCLUDES = ['sitecustomize.py', 'usercustomize.py'];

/** What the classic controller left out of every folder: bytecode that some other build may have written. */
export const BYTECODE = ['*.pyc', '*.pyo'];

/** One for the whole process: its listings and bytes are shared by all runs. */
const libraries = new Map<string, HostFolder>();

/** The distribution's PyPy under our host. */
export interface HostedLibrary {
  /** The interpreter's library on the machine. */
  readonly stdlib: string;
  readonly siteCustomize: string;
  /** What {@link START_FILE} holds. */
  readonly startText: string;
}

/** A classic sandbox; nothing is added to its library. */
export interface ClassicLibrary {
  /** The folder of the machine that holds `lib-python` and `lib_pypy`. */
  readonly classicLibrary: string;
}

export interface InterpreterFiles {
  readonly mounts: readonly Mount[];
  /** Bytes of those of their files that are held in memory. */
  readonly bytes: number;
}

/** The files of an interpreter, or what of it cannot be read. */
export function interpreterFiles(of: HostedLibrary | ClassicLibrary): InterpreterFiles | string {
  if ('classicLibrary' in of) {
    const mounts: Mount[] = [program(CLASSIC_PROGRAM)];
    for (const part of ['lib-python', 'lib_pypy']) {
      const folder = library(`${of.classicLibrary}/${part}`, BYTECODE);
      if (folder === null) return `The library of PyPy cannot be read: ${of.classicLibrary}/${part}`;
      mounts.push({ at: guestPath(`/bin/${part}`), kind: 'host', writeMode: 'read-only', folder });
    }
    return { mounts, bytes: 0 };
  }
  const found = completeLibrary(of);
  if (found === null) return `The library of PyPy cannot be read: ${of.stdlib}`;
  const text = encodeText(of.startText);
  return {
    mounts: [
      program(GUEST_PROGRAM, {
        lib: {
          kind: 'directory',
          entries: { [basename(START_FILE)]: { kind: 'file', content: text, mode: 0o444 } },
        },
      }),
      // An overlay shows modes as they are.
      {
        at: guestPath(`/bin/lib/${basename(of.stdlib)}`),
        kind: 'overlay',
        writeMode: 'read-only',
        ...found.library,
      },
    ],
    bytes: text.length,
  };
}

function program(path: string, beside: InitialTree = {}): Mount {
  return {
    at: guestPath('/bin'),
    kind: 'memory',
    writeMode: 'read-only',
    entries: { [basename(path)]: { kind: 'file', content: '', mode: 0o755 }, ...beside },
  };
}

/** Texts of `sitecustomize` whose library is kept: one for each list of modules that policies ask for. */
const MAX_COMPLETE = 16;
const complete = new Map<string, Complete>();

interface Complete {
  /** `changed`: a library that looks changed would be listed anew by an interpreter that started in another world. */
  readonly library: { readonly folder: ReadableFolder; readonly changed: TimeSpec };
  readonly bytecode: Bytecode | null;
}

/** The library with the platform's own module in it; null where it cannot be read. */
function completeLibrary({ stdlib, siteCustomize }: HostedLibrary): Complete | null {
  const key = `${stdlib}\n${siteCustomize}`;
  const bytecode = siteBytecode(siteCustomize);
  const known = complete.get(key);
  if (known?.bytecode === bytecode) return known;
  const base = library(stdlib, LIBRARY_EXCLUDES);
  if (base === null) return null;
  const added: AddedFile[] = [{ segments: ['sitecustomize.py'], data: encodeText(siteCustomize) }];
  if (bytecode !== null) added.push({ segments: ['__pycache__', bytecode.name], data: bytecode.data });
  const changed = { sec: Math.floor(statSync(stdlib).mtimeMs / 1000), nsec: 0 };
  const made = { library: { folder: new AddedFolder(base, added), changed }, bytecode };
  if (complete.size >= MAX_COMPLETE) complete.clear();
  complete.set(key, made);
  return made;
}

function library(path: string, exclude: readonly string[]): HostFolder | null {
  const known = libraries.get(path);
  if (known !== undefined) return known;
  const opened = HostFolder.open(hostPath(path), { exclude });
  if (!opened.ok) return null;
  libraries.set(path, opened.folder);
  return opened.folder;
}

function basename(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}
