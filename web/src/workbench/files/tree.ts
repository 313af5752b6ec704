/**
 * The tree of files as the guest sees it, as flat rows to draw: directories that were opened, each entry with where it comes
 * from and what happened to it in this run.
 *
 * What the server lists of the virtual filesystem is merged with the files of the bench (which lie in /tmp, and are there
 * before the first listing arrives) and with `policy.ts`, which the guest never sees and which therefore stands above the root.
 */
import type { WorldEntry } from '@sandtable/shared/protocol';
import type { SessionState, Touched } from '@sandtable/shared/session';
import type { WorkFiles } from '../../session/workFile.ts';

/** Where bench files lie in the guest. */
const BENCH_ROOT = '/tmp';

/** Bench files that the guest does not see. */
const UNSEEN_FILES: readonly string[] = ['policy.ts'];

export interface TreeRow {
  /** Guest path; `policy.ts` and the like have their bench path. */
  readonly path: string;
  readonly name: string;
  readonly kind: WorldEntry['kind'];
  /** 0 for the root's entries. */
  readonly depth: number;
  readonly size: number;
  readonly origin: WorldEntry['origin'] | 'unseen' | 'denied';
  /** Bench path where it is a file of the bench. */
  readonly bench: string | null;
  readonly target: string | null;
  readonly open: boolean;
  readonly touched: Touched;
  readonly removed: boolean;
  /** For directories: whether the listing is still awaited. */
  readonly loading: boolean;
}

export interface TreeInput {
  readonly files: WorkFiles;
  readonly listings: ReadonlyMap<string, readonly WorldEntry[]>;
  readonly opened: ReadonlySet<string>;
  readonly run: SessionState | null;
}

const NO_TOUCH: Touched = {};

export function treeRows(input: TreeInput): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  for (const path of UNSEEN_FILES) {
    const file = input.files[path];
    if (file === undefined) continue;
    rows.push(leaf(path, path, 0, { size: file.size, origin: 'unseen', bench: path }));
  }
  addDirectory(rows, input, '/', 0);
  return rows;
}

/** Bench path of a guest path below /tmp, or null. */
function benchPathIn(path: string): string | null {
  return path.startsWith(`${BENCH_ROOT}/`) ? path.slice(BENCH_ROOT.length + 1) : null;
}

export function guestPathOf(benchPath: string): string {
  return UNSEEN_FILES.includes(benchPath) ? benchPath : `${BENCH_ROOT}/${benchPath}`;
}

function addDirectory(rows: TreeRow[], input: TreeInput, path: string, depth: number): void {
  const entries = new Map<string, WorldEntry>();
  for (const entry of input.listings.get(path) ?? []) {
    if (!isLeftOver(entry, input)) entries.set(entry.name, entry);
  }
  addBenchEntries(entries, input.files, path, input.listings.has(path), input.run);
  const sorted = [...entries.values()].sort(
    (a, b) =>
      Number(b.kind === 'directory') - Number(a.kind === 'directory') ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
  for (const entry of sorted) {
    const open = entry.kind === 'directory' && input.opened.has(entry.path);
    const bench = benchPathIn(entry.path);
    rows.push({
      path: entry.path,
      name: entry.name,
      kind: entry.kind,
      depth,
      size: entry.size,
      origin: entry.origin,
      bench: bench !== null && input.files[bench] !== undefined ? bench : null,
      target: entry.target ?? null,
      open,
      touched: touchOf(input.run, entry.path),
      removed: false,
      loading: open && !input.listings.has(entry.path),
    });
    if (open) addDirectory(rows, input, entry.path, depth + 1);
  }
  for (const ghost of ghostsIn(input, path, entries)) rows.push({ ...ghost, depth });
}

/** The world of a run that has ended stays as it was; a bench file that was deleted since is not in it any more. */
function isLeftOver({ kind, origin, path }: WorldEntry, { files, run }: TreeInput): boolean {
  const bench = benchPathIn(path);
  return (
    kind === 'file' &&
    origin === 'real' &&
    bench !== null &&
    files[bench] === undefined &&
    run?.phase === 'ended'
  );
}

/** Bench files below a directory of the guest; a run may have removed one, so a listing has the last word on names. */
function addBenchEntries(
  entries: Map<string, WorldEntry>,
  files: WorkFiles,
  path: string,
  listed: boolean,
  run: SessionState | null,
): void {
  if (path === '/' && !listed) {
    entries.set('tmp', {
      name: 'tmp',
      path: BENCH_ROOT,
      kind: 'directory',
      size: 0,
      origin: 'real',
      writable: true,
    });
  }
  for (const file of Object.values(files)) {
    if (UNSEEN_FILES.includes(file.path)) continue;
    const guestPath = guestPathOf(file.path);
    if (!guestPath.startsWith(path === '/' ? '/' : `${path}/`)) continue;
    const rest = guestPath.slice(path === '/' ? 1 : path.length + 1);
    const slash = rest.indexOf('/');
    const name = slash < 0 ? rest : rest.slice(0, slash);
    if (entries.has(name) || hasProperty(run?.changed.paths, `${path === '/' ? '' : path}/${name}`, 'remove'))
      continue;
    const here = path === '/' ? `/${name}` : `${path}/${name}`;
    entries.set(name, {
      name,
      path: here,
      kind: slash < 0 ? 'file' : 'directory',
      size: slash < 0 ? file.size : 0,
      origin: 'real',
      writable: true,
    });
  }
}

function hasProperty(
  paths: SessionState['changed']['paths'] | undefined,
  path: string,
  change: string,
): boolean {
  return paths !== undefined && Object.hasOwn(paths, path) && paths[path]!.change === change;
}

/** Names that are not there, but that the run was denied or has removed: one wants to see them where they would be. */
function ghostsIn(
  { run }: TreeInput,
  directory: string,
  entries: ReadonlyMap<string, WorldEntry>,
): readonly TreeRow[] {
  if (run === null) return [];
  const prefix = directory === '/' ? '/' : `${directory}/`;
  const ghosts = new Map<string, TreeRow>();
  const add = (path: string, touched: Touched, removed: boolean): void => {
    const name = path.slice(prefix.length);
    if (!path.startsWith(prefix) || name === '' || name.includes('/') || entries.has(name)) return;
    ghosts.set(name, {
      ...leaf(path, name, 0, { size: 0, origin: 'denied', bench: null }),
      touched,
      removed,
    });
  };
  for (const [path, touched] of Object.entries(run.touched.paths))
    if (touched.denied === true) add(path, touched, false);
  for (const [path, { change }] of Object.entries(run.changed.paths)) {
    if (change === 'remove') add(path, touchOf(run, path), true);
  }
  return [...ghosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function touchOf(run: SessionState | null, path: string): Touched {
  if (run === null || !Object.hasOwn(run.touched.paths, path)) return NO_TOUCH;
  return run.touched.paths[path]!;
}

function leaf(
  path: string,
  name: string,
  depth: number,
  rest: Pick<TreeRow, 'size' | 'origin' | 'bench'>,
): TreeRow {
  return {
    path,
    name,
    kind: 'file',
    depth,
    target: null,
    open: false,
    touched: NO_TOUCH,
    removed: false,
    loading: false,
    ...rest,
  };
}
