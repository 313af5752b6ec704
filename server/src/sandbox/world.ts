/** The guest's files as the platform shows them: listing, reading, what changed. */
import type { WorldEntry } from '@sandtable/shared/protocol';
import { guestPath } from './paths.ts';
import type { FileChange, WorldList, WorldRead } from './runHandle.ts';
import type { FileLine, Vfs } from './vfs/index.ts';

const NOT_FOUND = { ok: false, code: 'not-found' } as const;

function originOf(line: FileLine): WorldEntry['origin'] {
  if (line.changed && !line.isMount) return 'guest';
  return line.kind === 'device' || line.kind === 'synthetic' || /^\/(bin|dev|proc)(\/|$)/.test(line.path)
    ? 'synthetic'
    : 'real';
}

function entryOf(line: FileLine): WorldEntry {
  return {
    name: line.name,
    path: line.path,
    kind: line.kind === 'synthetic' ? 'file' : line.kind === 'socket' ? 'device' : line.kind,
    size: line.size,
    origin: originOf(line),
    writable: line.writeMode === 'read-write',
    ...(line.target === undefined ? {} : { target: line.target }),
  };
}

export function listWorld(vfs: Vfs, path: string): WorldList {
  const listed = vfs.trusted.list(guestPath(path));
  if (!listed.ok) return NOT_FOUND;
  return { ok: true, entries: listed.value.filter((line) => !line.hidden).map(entryOf) };
}

export function readWorld(vfs: Vfs, path: string, maxBytes: number): WorldRead {
  const place = guestPath(path);
  const line = vfs.trusted.stat(place);
  if (!line.ok || (line.value.kind !== 'file' && line.value.kind !== 'synthetic')) return NOT_FOUND;
  const data = vfs.trusted.readFile(place, maxBytes);
  if (!data.ok) return NOT_FOUND;
  return { ok: true, data: data.value, size: line.value.size, cut: data.value.length < line.value.size };
}

export function worldChanges(vfs: Vfs): FileChange[] {
  return vfs.trusted.changeSet().changes.map(({ path, after }): FileChange => {
    if (after === null) return { kind: 'removed', path };
    switch (after.kind) {
      case 'file':
        return { kind: 'written', path, data: after.bytes, mode: after.mode };
      case 'directory':
        return { kind: 'directory', path, mode: after.mode };
      default:
        return { kind: 'symlink', path, target: after.target };
    }
  });
}
