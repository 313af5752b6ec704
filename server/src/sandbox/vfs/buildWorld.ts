/** Makes the tree of a virtual world from its declaration. A declaration that makes no sense throws a `DeclarationError`. */
import { byteLength, encodeText } from '@sandtable/shared/text';
import type { GuestPath } from '../paths.ts';
import type { TimeSpec } from './abi.ts';
import { FileContent } from './content.ts';
import { deviceNumber } from './devices.ts';
import { hostDirectory } from './hostTree.ts';
import {
  DeviceInode,
  DirectoryInode,
  Entry,
  LinkInode,
  SyntheticInode,
  coveredBy,
  isDirectory,
  type Attributes,
  type DirectoryEntry,
  type Inode,
  type Volume,
  type WriteMode,
} from './inode.ts';
import type { Ledger } from './limits.ts';
import { Namespace } from './namespace.ts';
import type { InitialEntry, InitialTree, Mount, Owner } from './worldSpec.ts';

/** What is wrong with a declaration, in words for whoever wrote it. */
export class DeclarationError extends Error {}

const ROOT: Owner = { uid: 0, gid: 0 };

/** First st_dev; 0 would look like an error to some programs. */
const FIRST_DEV = 1;

/** The tree with all mounts in place, those nearer the root first. */
export function buildWorld(mounts: readonly Mount[], ledger: Ledger, clock: () => TimeSpec): Namespace {
  const sorted = mounts
    .map((mount) => ({ mount, names: splitAbsolute(mount.at) }))
    .sort((a, b) => a.names.length - b.names.length);
  const base: Mount =
    sorted[0]?.names.length === 0
      ? sorted.shift()!.mount
      : { at: '/' as GuestPath, kind: 'memory', writeMode: 'read-only' };
  let dev = FIRST_DEV;
  const space = new Namespace(ledger, clock, (takeInos) =>
    volumeRoot(base, dev, takeInos, base.changed ?? clock(), null),
  );
  populate(space, space.root, base);
  for (const { mount, names } of sorted) {
    dev += 1;
    const point = makeWay(space, names, mount.at);
    const root = volumeRoot(mount, dev, (count) => space.takeInos(count), mount.changed ?? clock(), point);
    if (point.mounted !== null) throw new DeclarationError(`two mounts at ${mount.at}`);
    point.mounted = root;
    point.hidden = mount.hidden === true;
    populate(space, root, mount);
  }
  return space;
}

function volumeRoot(
  mount: Mount,
  dev: number,
  takeInos: (count: number) => number,
  time: TimeSpec,
  mountPoint: Entry | null,
): DirectoryEntry {
  const owner = mount.owner ?? ROOT;
  const attributes: Attributes = { mode: mount.mode ?? 0o755, uid: owner.uid, gid: owner.gid, time };
  const inode =
    mount.kind === 'memory'
      ? new DirectoryInode(dev, takeInos(1), attributes)
      : hostDirectory(
          { folder: mount.folder, dev, owner, takeInos, keepModes: mount.kind === 'overlay' },
          attributes,
          [],
        );
  const writeMode: WriteMode =
    mount.kind === 'host' && mount.writeMode === 'read-write' ? 'read-only' : mount.writeMode;
  const volume: Volume = { dev, origin: mount.kind, writeMode, mountPoint };
  return new Entry('', null, inode, volume) as DirectoryEntry;
}

function populate(space: Namespace, root: DirectoryEntry, mount: Mount): void {
  if (mount.kind !== 'memory' || mount.entries === undefined) return;
  const pending: { into: DirectoryEntry; entries: InitialTree }[] = [{ into: root, entries: mount.entries }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const [name, initial] of Object.entries(next.entries)) {
      checkName(name, mount.at);
      const entry = space.attach(
        next.into,
        name,
        makeInode(space, root.inode.dev, initial, mount.owner ?? ROOT),
      );
      if (initial.kind === 'directory' && initial.entries !== undefined && isDirectory(entry)) {
        pending.push({ into: entry, entries: initial.entries });
      }
    }
  }
}

function makeInode(space: Namespace, dev: number, initial: InitialEntry, mountOwner: Owner): Inode {
  const owner = initial.owner ?? mountOwner;
  const attributes = (mode: number): Attributes => ({
    mode: (initial.mode ?? mode) & 0o7777,
    uid: owner.uid,
    gid: owner.gid,
    time: space.clock(),
  });
  switch (initial.kind) {
    case 'file': {
      const bytes = typeof initial.content === 'string' ? encodeText(initial.content) : initial.content;
      const inode = space.makeFile(dev, attributes(0o644), FileContent.of(bytes));
      space.ledger.addBytes(bytes.length);
      inode.charged = bytes.length;
      return inode;
    }
    case 'directory':
      return space.makeDirectory(dev, attributes(0o755));
    case 'symlink':
      return new LinkInode(
        dev,
        space.nextIno(),
        attributes(0o777),
        initial.target,
        byteLength(initial.target),
      );
    case 'device':
      return new DeviceInode(
        dev,
        space.nextIno(),
        attributes(0o666),
        initial.device,
        deviceNumber(initial.device),
      );
    case 'synthetic':
      return new SyntheticInode(dev, space.nextIno(), attributes(0o444), initial.generate);
  }
}

/** The directory at a path of plain names, made where it is missing. */
function makeWay(space: Namespace, names: readonly string[], at: GuestPath): DirectoryEntry {
  let here: DirectoryEntry = space.root;
  for (const name of names) {
    let next = here.inode.child(name);
    if (typeof next === 'string') throw new DeclarationError(`cannot mount at ${at}: ${next}`);
    if (next === undefined) {
      const attributes: Attributes = { mode: 0o755, ...ROOT, time: space.clock() };
      next = space.attach(here, name, space.makeDirectory(here.inode.dev, attributes));
    }
    next = next.mounted ?? next;
    if (!isDirectory(next)) throw new DeclarationError(`cannot mount at ${at}: ${name} is not a directory`);
    here = next;
  }
  return coveredBy(here) as DirectoryEntry;
}

function splitAbsolute(path: GuestPath): string[] {
  if (!path.startsWith('/')) throw new DeclarationError(`a mount needs an absolute path: ${path}`);
  const names = path.split('/').filter((name) => name !== '');
  for (const name of names) checkName(name, path);
  return names;
}

function checkName(name: string, where: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new DeclarationError(`not a file name: ${JSON.stringify(name)} in ${where}`);
  }
  if (byteLength(name) > 255) throw new DeclarationError(`name too long in ${where}`);
}
