/** What happened to files in a run, for badges and the change set: bounded maps, each event folded in by itself. */
import type { FileEvent, TouchEvent } from './events.ts';

/** Paths kept in each map: more than a person looks through, and a snapshot stays below a megabyte. Later ones are only counted. */
export const PATHS_KEPT = 2_000;

export interface Touched {
  readonly read?: true;
  readonly written?: true;
  readonly denied?: true;
}

export interface Changed {
  /** `create` also for a directory; `write` = an older file with new bytes; `remove` = it was there before the run. */
  readonly change: 'create' | 'write' | 'remove' | 'attributes';
  readonly directory?: true;
  /** Bytes. */
  readonly size?: number;
  /** Where it lay before it was renamed. */
  readonly from?: string;
}

export interface TouchedFiles {
  readonly paths: Readonly<Record<string, Touched>>;
  readonly count: number;
  /** Touches of paths beyond {@link PATHS_KEPT}. */
  readonly more: number;
}

export interface ChangedFiles {
  readonly paths: Readonly<Record<string, Changed>>;
  readonly count: number;
  /** Changes of paths beyond {@link PATHS_KEPT}. */
  readonly more: number;
  /** What the virtual files take up now; null before the first change. */
  readonly quota: FileEvent['quota'] | null;
}

export const NOTHING_TOUCHED: TouchedFiles = { paths: {}, count: 0, more: 0 };
export const NOTHING_CHANGED: ChangedFiles = { paths: {}, count: 0, more: 0, quota: null };

export function touchedAfter(before: TouchedFiles, events: readonly TouchEvent[]): TouchedFiles {
  if (events.length === 0) return before;
  const paths: Record<string, Touched> = { ...before.paths };
  let { count, more } = before;
  for (const { path, how } of events) {
    const known = Object.hasOwn(paths, path) ? paths[path] : undefined;
    if (known === undefined) {
      if (count >= PATHS_KEPT) {
        more += 1;
        continue;
      }
      count += 1;
    }
    paths[path] = { ...known, [how]: true };
  }
  return { paths, count, more };
}

export function changedAfter(before: ChangedFiles, events: readonly FileEvent[]): ChangedFiles {
  if (events.length === 0) return before;
  const map = new BoundedPaths(before);
  for (const event of events) applyChange(map, event);
  return { paths: map.paths, count: map.count, more: map.more, quota: events.at(-1)!.quota };
}

class BoundedPaths {
  readonly paths: Record<string, Changed>;
  count: number;
  more: number;

  constructor(from: ChangedFiles) {
    this.paths = { ...from.paths };
    this.count = from.count;
    this.more = from.more;
  }

  get(path: string): Changed | undefined {
    return Object.hasOwn(this.paths, path) ? this.paths[path] : undefined;
  }

  set(path: string, value: Changed): void {
    if (!Object.hasOwn(this.paths, path)) {
      if (this.count >= PATHS_KEPT) {
        this.more += 1;
        return;
      }
      this.count += 1;
    }
    this.paths[path] = value;
  }

  delete(path: string): void {
    if (!Object.hasOwn(this.paths, path)) return;
    delete this.paths[path];
    this.count -= 1;
  }
}

function applyChange(map: BoundedPaths, event: FileEvent): void {
  const known = map.get(event.path);
  const size = event.size === undefined ? {} : { size: event.size };
  switch (event.change) {
    case 'create':
    case 'mkdir':
      // Removed and made again: to the change set an old file with new bytes.
      if (event.change === 'create' && known?.change === 'remove' && known.directory === undefined)
        map.set(event.path, { change: 'write', ...size });
      else
        map.set(event.path, {
          change: 'create',
          ...(event.change === 'mkdir' ? { directory: true as const } : {}),
          ...size,
        });
      return;
    case 'write':
      map.set(
        event.path,
        known === undefined || known.change === 'attributes'
          ? { change: 'write', ...size }
          : { ...known, ...size },
      );
      return;
    case 'attributes':
      if (known === undefined) map.set(event.path, { change: 'attributes', ...size });
      return;
    case 'remove':
      remove(map, event.path, known);
      return;
    case 'rename':
      if (event.to !== undefined) rename(map, event.path, event.to, known, size);
  }
}

function remove(map: BoundedPaths, path: string, known: Changed | undefined): void {
  if (known?.change === 'create') map.delete(path);
  else map.set(path, { change: 'remove' });
}

function rename(
  map: BoundedPaths,
  path: string,
  to: string,
  known: Changed | undefined,
  size: { size?: number },
): void {
  // What lay below a directory has moved with it.
  const below = `${path}/`;
  for (const [name, entry] of Object.entries(map.paths)) {
    if (!name.startsWith(below) || entry.change === 'remove') continue;
    map.delete(name);
    map.set(`${to}/${name.slice(below.length)}`, entry);
  }
  remove(map, path, known);
  const from = known?.from ?? (known?.change === 'create' ? undefined : path);
  map.set(to, {
    ...(known === undefined || known.change === 'remove' ? {} : known),
    change: 'create',
    ...size,
    ...(from === undefined || from === to ? {} : { from }),
  });
}
