/**
 * The virtual world of one run: the interpreter's library, devices, what the policy mounts, and the files to begin with.
 *
 * `os.listdir('/')` shows what the classic sandbox shows: bin, dev, tmp. Whatever else is there is hidden from listings.
 */
import type { FileEvent } from '@sandtable/shared/events';
import type { WorldSpec } from '@sandtable/shared/policy/model';
import { guestPath, hostPath, type HostPath } from './paths.ts';
import type { GuestIdentity } from './guestIdentity.ts';
import type { RealFolder, StartFile } from './runHandle.ts';
import {
  BYTECODE,
  interpreterFiles,
  type ClassicLibrary,
  type HostedLibrary,
  type InterpreterFiles,
} from './interpreterFiles.ts';
import {
  HostFolder,
  Vfs,
  type DeviceDriver,
  type GuestFiles,
  type InitialTree,
  type LimitHit,
  type Mount,
  type Owner,
  type Result,
} from './vfs/index.ts';
import { MAX_VFS_LIMITS, resolveLimits } from './vfs/limits.ts';

export { GUEST_PROGRAM } from './interpreterFiles.ts';

/** What the classic controller did not show of a real folder. */
const LECTURE_EXCLUDES = ['.*', ...BYTECODE];

interface WorldOptions {
  readonly world: WorldSpec;
  readonly identity: GuestIdentity;
  readonly files: readonly StartFile[];
  readonly folders: readonly RealFolder[];
  readonly openTerminal: DeviceDriver;
  readonly memoryBytes: number;
  readonly onLimit: (hit: LimitHit) => void;
  readonly onChange: () => void;
}

export type GuestWorldOptions = WorldOptions & (HostedLibrary | ClassicLibrary);

export interface GuestWorld {
  readonly vfs: Vfs;
  readonly files: GuestFiles;
  /** What the files of the policy, the person and the guest take, and may take; the platform's own and the lab's do not count. */
  usage(): Required<FileEvent['quota']>;
  /** Closes folders that were opened for this run alone. */
  dispose(): void;
}

export type GuestWorldResult =
  | { readonly ok: true; readonly world: GuestWorld }
  | { readonly ok: false; readonly code: 'host'; readonly message: string }
  /** What the run begins with is more than the policy's quotas allow. */
  | {
      readonly ok: false;
      readonly code: 'quota';
      readonly limit: QuotaName;
      readonly value: number;
      readonly message: string;
    };

type QuotaName = 'files' | 'totalBytes' | 'fileBytes';

export function buildGuestWorld(options: GuestWorldOptions): GuestWorldResult {
  const interpreter = interpreterFiles(options);
  if (typeof interpreter === 'string') return hostFault(interpreter);
  const owner: Owner = { uid: options.identity.uid, gid: options.identity.gid };
  const opened: HostFolder[] = [];
  const folders = new Map<string, HostFolder>();
  for (const { at, hostPath: path } of options.folders) {
    const isLecture = options.world.mounts.some((mount) => mount.at === at && mount.mode === 'lecture');
    const folder = openFolder(path, isLecture ? LECTURE_EXCLUDES : []);
    if (folder === null) return hostFault(`The folder cannot be read: ${path}`);
    opened.push(folder);
    folders.set(at, folder);
  }
  const platform = [...interpreter.mounts, ...platformMounts(options.memoryBytes)];
  const ours = freeShare(
    interpreter,
    [...platform, ...policyMounts(bare(options.world), folders, owner)],
    options.files.filter(({ ofLab }) => ofLab === true),
  );
  const quotas = resolveLimits(options.world.quotas);
  let begun = false;
  let hitFirst: LimitHit | null = null;
  const made = Vfs.create({
    mounts: [...platform, ...policyMounts(options.world, folders, owner)],
    limits: {
      ...quotas,
      totalBytes: quotas.totalBytes + ours.totalBytes,
      files: quotas.files + ours.files,
    },
    owner,
    devices: { tty: options.openTerminal },
    onLimit: (hit) => {
      const shown =
        hit.limit === 'files' || hit.limit === 'totalBytes'
          ? { ...hit, value: hit.value - ours[hit.limit] }
          : hit;
      if (begun) options.onLimit(shown);
      else hitFirst ??= shown;
    },
    onChange: options.onChange,
    baseline: 'later',
  });
  if (!made.ok) return hostFault(`The guest's world cannot be made: ${made.message}`);
  const { vfs } = made;
  const failed = fillIn(vfs, options.files);
  if (failed !== null) return quotaFault(options, hitFirst) ?? hostFault(failed);
  begun = true;
  vfs.markBaseline();
  vfs.takeChanges();
  const guest = enter(vfs, owner);
  if (!guest.ok) return hostFault(`The guest cannot enter its world: ${guest.errno}`);
  const world: GuestWorld = {
    vfs,
    files: guest.value,
    usage: () => {
      const { bytes, files, limits } = vfs.usage();
      return {
        bytes: Math.max(0, bytes - ours.totalBytes),
        maxBytes: limits.totalBytes - ours.totalBytes,
        files: Math.max(0, files - ours.files),
        maxFiles: limits.files - ours.files,
      };
    },
    dispose: () => {
      for (const folder of opened) folder.close();
    },
  };
  return { ok: true, world };
}

function hostFault(message: string): GuestWorldResult {
  return { ok: false, code: 'host', message };
}

/** Why what the run begins with does not fit, in the words of the policy; null where no quota is the reason. */
function quotaFault({ world, files }: WorldOptions, hit: LimitHit | null): GuestWorldResult | null {
  if (hit === null) return null;
  const { limit, value, detail } = hit;
  if (limit !== 'files' && limit !== 'totalBytes' && limit !== 'fileBytes') return null;
  const begins = world.mounts
    .filter((mount) => Object.keys(mount.files ?? {}).length > 0)
    .map(({ at }) => `the files of its mount ${at}`);
  if (files.some(({ ofLab }) => ofLab !== true)) begins.push('the script and the files beside it');
  // What came too late may be the platform's own, which nobody has heard of.
  const late = files.some(({ path }) => path === detail) ? ` ${detail} does not fit.` : '';
  return {
    ok: false,
    code: 'quota',
    limit,
    value,
    message: `The policy's quotas.${limit} (${String(value)}) is too small for what the guest's world begins with: ${begins.join(', ')}.${late} Nothing was run.`,
  };
}

/**
 * What a world holds before the policy and its people have put anything into it, the lab's files with it: a quota is what its author means
 * by it, whatever platform and lab need beside that.
 */
function freeShare(
  interpreter: InterpreterFiles,
  mounts: readonly Mount[],
  ofLab: readonly StartFile[],
): Share {
  // All that the sizes depend on, real folders aside: those are a command line's, which starts one guest.
  const key = JSON.stringify([
    mounts.map(({ at, kind, writeMode }) => [at, kind, writeMode]),
    interpreter.bytes,
    ofLab.map(({ path, data }) => [path, data.length]),
  ]);
  const known = shares.get(key);
  if (known !== undefined) return known;
  const share = measureShare(mounts, ofLab);
  if (shares.size >= MAX_SHARES) shares.clear();
  shares.set(key, share);
  return share;
}

interface Share {
  readonly totalBytes: number;
  readonly files: number;
}

/** Worlds whose share is known, so that a start does not make two worlds; they differ in their mounts and the length of their arguments. */
const MAX_SHARES = 64;
const shares = new Map<string, Share>();

function measureShare(mounts: readonly Mount[], ofLab: readonly StartFile[]): Share {
  const made = Vfs.create({ mounts, limits: MAX_VFS_LIMITS, baseline: 'later' });
  // What is wrong with them is said where the world itself is made.
  if (!made.ok) return { totalBytes: 0, files: 0 };
  fillIn(made.vfs, ofLab);
  const { bytes, files } = made.vfs.usage();
  return { totalBytes: bytes, files };
}

/** The world without the files that the policy begins with. */
function bare(world: WorldSpec): WorldSpec {
  return { ...world, mounts: world.mounts.map(({ at, mode }) => ({ at, mode })) };
}

function openFolder(path: string, exclude: readonly string[]): HostFolder | null {
  let place: HostPath;
  try {
    place = hostPath(path);
  } catch {
    return null;
  }
  const opened = HostFolder.open(place, { exclude });
  return opened.ok ? opened.folder : null;
}

function platformMounts(memoryBytes: number): Mount[] {
  const device = (device: string): { readonly kind: 'device'; readonly device: string } => ({
    kind: 'device',
    device,
  });
  const kilobytes = Math.floor(memoryBytes / 1024);
  const synthetic = (content: string): InitialTree[string] => ({
    kind: 'synthetic',
    generate: () => content,
  });
  return [
    {
      at: guestPath('/dev'),
      kind: 'memory',
      writeMode: 'read-only',
      entries: {
        null: device('null'),
        zero: device('zero'),
        full: device('full'),
        random: device('random'),
        urandom: device('urandom'),
        tty: device('tty'),
      },
    },
    {
      at: guestPath('/proc'),
      kind: 'memory',
      writeMode: 'read-only',
      hidden: true,
      entries: {
        // PyPy sizes its young generation by the line "cache size".
        cpuinfo: synthetic(
          'processor\t: 0\nvendor_id\t: virtual\nmodel name\t: virtual\ncache size\t: 4096 KB\nflags\t\t: fpu sse sse2\n\n',
        ),
        meminfo: synthetic(
          `MemTotal:       ${String(kilobytes)} kB\nMemFree:        ${String(kilobytes)} kB\nMemAvailable:   ${String(kilobytes)} kB\n`,
        ),
      },
    },
  ];
}

/** Mounts of the policy; /tmp is there whatever it says. */
function policyMounts(world: WorldSpec, folders: ReadonlyMap<string, HostFolder>, owner: Owner): Mount[] {
  const mounts = new Map<string, Mount>();
  const add = (
    at: string,
    writeMode: Mount['writeMode'],
    files: { readonly [path: string]: string } | undefined,
  ): void => {
    const folder = folders.get(at);
    const common = { at: guestPath(at), writeMode, owner, mode: at === '/tmp' ? 0o1777 : 0o755 } as const;
    mounts.set(
      at,
      folder === undefined
        ? { ...common, kind: 'memory', entries: treeOf(files ?? {}) }
        : { ...common, kind: 'overlay', folder },
    );
  };
  for (const { at, mode, files } of world.mounts) {
    if (!isReserved(at)) add(at, mode, files);
  }
  if (!mounts.has('/tmp')) add('/tmp', 'read-write', undefined);
  for (const at of folders.keys()) if (!mounts.has(at)) add(at, 'read-only', undefined);
  return [...mounts.values()];
}

/** Places that the platform itself fills. */
function isReserved(at: string): boolean {
  return ['/', '/bin', '/dev', '/proc'].includes(at) || /^\/(bin|dev|proc)\//.test(at) || !at.startsWith('/');
}

type MutableTree = { [name: string]: InitialTree[string] };

/** Without prototype: a policy may call a file `__proto__`. */
function emptyTree(): MutableTree {
  return Object.create(null) as MutableTree;
}

function treeOf(files: { readonly [path: string]: string }): InitialTree {
  const root = emptyTree();
  for (const [path, content] of Object.entries(files)) {
    const names = path.split('/').filter((name) => name !== '' && name !== '.' && name !== '..');
    const last = names.pop();
    if (last === undefined) continue;
    let here = root;
    for (const name of names) {
      const next = here[name];
      const entries = Object.assign(emptyTree(), next?.kind === 'directory' ? next.entries : {});
      here[name] = { kind: 'directory', entries };
      here = entries;
    }
    here[last] = { kind: 'file', content };
  }
  return root;
}

/** Writes what the run begins with; the reason where something does not fit. */
function fillIn(vfs: Vfs, files: readonly StartFile[]): string | null {
  for (const { path, data, mode, ofLab } of files) {
    const { trusted } = vfs;
    const written =
      ofLab === true
        ? trusted.admitFile(guestPath(path), data, mode)
        : trusted.writeFile(guestPath(path), data, mode);
    if (!written.ok) return `${path} cannot be put into the guest's world: ${written.errno}`;
  }
  return null;
}

function enter(vfs: Vfs, owner: Owner): Result<GuestFiles> {
  const inTmp = vfs.guest({ ...owner, cwd: guestPath('/tmp') });
  return inTmp.ok ? inTmp : vfs.guest(owner);
}
