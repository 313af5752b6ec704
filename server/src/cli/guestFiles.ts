/** Which file of the machine becomes the guest's script, and where the guest finds it. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { RealFolder, StartFile } from '../sandbox/index.ts';

export type GuestSetup =
  | {
      readonly ok: true;
      readonly script: string | null;
      readonly files: readonly StartFile[];
      readonly folders: readonly RealFolder[];
    }
  | { readonly ok: false; readonly message: string };

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * With a folder for /tmp the script may be named as the guest sees it (`/tmp/a.py`, or `a.py` relative to it); a file of the machine
 * elsewhere is put into /tmp under its own name.
 */
export function guestSetup(script: string | null, tmp: string | null): GuestSetup {
  const folders: RealFolder[] = [];
  if (tmp !== null) {
    if (statSync(tmp, { throwIfNoEntry: false })?.isDirectory() !== true)
      return { ok: false, message: `--tmp: ${tmp} is no folder` };
    folders.push({ at: '/tmp', hostPath: realpathSync(tmp) });
  }
  if (script === null) return { ok: true, script: null, files: [], folders };
  const folder = folders[0]?.hostPath;
  if (folder !== undefined) {
    const inGuest = path.posix.normalize(script.startsWith('/tmp/') ? script.slice('/tmp/'.length) : script);
    if (!path.isAbsolute(inGuest) && !inGuest.startsWith('..') && isFile(path.join(folder, inGuest))) {
      return { ok: true, script: `/tmp/${inGuest}`, files: [], folders };
    }
  }
  if (!isFile(script)) return { ok: false, message: `${script}: there is no such file` };
  const real = realpathSync(script);
  if (folder !== undefined && real.startsWith(`${folder}/`)) {
    return { ok: true, script: `/tmp/${real.slice(folder.length + 1)}`, files: [], folders };
  }
  const place = `/tmp/${path.basename(script)}`;
  try {
    return { ok: true, script: place, files: [{ path: place, data: readFileSync(script) }], folders };
  } catch (error) {
    return { ok: false, message: `${script}: ${(error as Error).message}` };
  }
}
