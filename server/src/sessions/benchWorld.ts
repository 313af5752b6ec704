/** The guest's files before a bench has run: what a guest would find if it started now. */
import type { WorldEntry } from '@sandtable/shared/protocol';
import type { WorldList, WorldRead } from '../sandbox/index.ts';
import type { StoredFile } from '../store/fileStore.ts';

/** Decides, and is not seen by the guest. */
export const POLICY_FILE = 'policy.ts';

/** Where the files of a bench lie for the guest. */
export const GUEST_FOLDER = '/tmp';

/** Files of the bench by the names that the guest knows them by. */
export function guestFiles(
  files: readonly StoredFile[],
): readonly { readonly path: string; readonly data: Uint8Array }[] {
  return files
    .filter((file) => file.path !== POLICY_FILE)
    .map((file) => ({ path: `${GUEST_FOLDER}/${file.path}`, data: file.content }));
}

export function listBench(files: readonly StoredFile[], path: string): WorldList {
  const folder = path === '/' ? '' : path.replace(/\/+$/, '');
  if (folder === '')
    return {
      ok: true,
      entries: ['bin', 'dev', 'tmp'].map((name) => directory(`/${name}`, 'synthetic', name === 'tmp')),
    };
  const entries = new Map<string, WorldEntry>();
  for (const file of guestFiles(files)) {
    if (!file.path.startsWith(`${folder}/`)) continue;
    const [name, ...below] = file.path.slice(folder.length + 1).split('/');
    const entry = `${folder}/${name!}`;
    if (entries.has(name!)) continue;
    entries.set(
      name!,
      below.length > 0
        ? directory(entry, 'real', true)
        : { name: name!, path: entry, kind: 'file', size: file.data.length, origin: 'real', writable: true },
    );
  }
  const known = entries.size > 0 || folder === GUEST_FOLDER || folder === '/bin' || folder === '/dev';
  if (!known) return { ok: false, code: 'not-found' };
  return { ok: true, entries: [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

export function readBench(files: readonly StoredFile[], path: string, maxBytes: number): WorldRead {
  const file = guestFiles(files).find((each) => each.path === path);
  if (file === undefined) return { ok: false, code: 'not-found' };
  return {
    ok: true,
    data: file.data.subarray(0, maxBytes),
    size: file.data.length,
    cut: file.data.length > maxBytes,
  };
}

function directory(path: string, origin: WorldEntry['origin'], writable: boolean): WorldEntry {
  return { name: path.slice(path.lastIndexOf('/') + 1), path, kind: 'directory', size: 0, origin, writable };
}
