/** What a guest finds below /bin: its interpreter, which is a name only, and the interpreter's library. */
import { statSync } from 'node:fs';
import { guestPath, hostPath, type GuestPath } from './paths.ts';
import { siteBytecode } from './siteBytecode.ts';
import { START_FILE } from './siteCustomize.ts';
import { HostFolder, type Mount } from './vfs/index.ts';

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
  /** The platform's own files in the library. */
  readonly own: readonly (readonly [path: GuestPath, content: string | Uint8Array])[];
  /** When the library last changed on the machine, which those do not change; null where there are none. */
  readonly changed: { readonly at: GuestPath; readonly seconds: number } | null;
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
    return { mounts, own: [], changed: null };
  }
  const folder = library(of.stdlib, LIBRARY_EXCLUDES);
  if (folder === null) return `The library of PyPy cannot be read: ${of.stdlib}`;
  const place = guestPath(`/bin/lib/${basename(of.stdlib)}`);
  const bytecode = siteBytecode(of.siteCustomize);
  return {
    // An overlay, so that the controller can add its own module; guests write nothing there.
    mounts: [program(GUEST_PROGRAM), { at: place, kind: 'overlay', writeMode: 'read-only', folder }],
    own: [
      [guestPath(`${place}/sitecustomize.py`), of.siteCustomize],
      ...(bytecode === null
        ? []
        : [[guestPath(`${place}/__pycache__/${bytecode.name}`), bytecode.data] as const]),
      [guestPath(START_FILE), of.startText],
    ],
    changed: { at: place, seconds: Math.floor(statSync(of.stdlib).mtimeMs / 1000) },
  };
}

function program(path: string): Mount {
  const name = path.slice('/bin/'.length);
  return {
    at: guestPath('/bin'),
    kind: 'memory',
    writeMode: 'read-only',
    entries: { [name]: { kind: 'file', content: '', mode: 0o755 } },
  };
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
