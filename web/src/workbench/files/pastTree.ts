/** The tree of a moment of the past, in the form that the present one is drawn from. */
import type { WorldEntry } from '@sandtable/shared/protocol';
import type { SessionState } from '@sandtable/shared/session';
import type { RunPoint } from '@sandtable/shared/travelMessages';
import { treeRows, type TreeRow } from './tree.ts';

export function pastRows(point: RunPoint, opened: ReadonlySet<string>): readonly TreeRow[] {
  const listings = new Map([['/', new Map()]]);
  const put = (entry: WorldEntry): void => {
    const parent = entry.path.slice(0, Math.max(1, entry.path.lastIndexOf('/')));
    let entries = listings.get(parent);
    if (entries === undefined) {
      listings.set(parent, (entries = new Map()));
      // A directory that no row is about, above something that is there.
      put({ ...directory(parent), origin: 'real' });
    }
    if (!entries.has(entry.name) || entry.kind !== 'directory') entries.set(entry.name, entry);
  };
  for (const { path, kind, size, start, changed, target } of point.files) {
    put({
      name: path.slice(path.lastIndexOf('/') + 1),
      path,
      kind,
      size: size ?? 0,
      origin: changed === null || (start && kind === 'directory') ? 'real' : 'guest',
      writable: true,
      ...(target === undefined ? {} : { target }),
    });
    if (kind === 'directory' && !listings.has(path)) listings.set(path, new Map());
  }
  return treeRows({
    files: {},
    listings: new Map([...listings].map(([path, entries]) => [path, [...entries.values()]])),
    opened,
    run: withRemoved(point),
  });
}

/** Names that had gone by then; as long as a run goes on nothing counts as left over. */
function withRemoved({ state, removed }: RunPoint): SessionState {
  const paths = Object.fromEntries(removed.map(({ path }) => [path, { change: 'remove' as const }]));
  return { ...state, phase: 'running', changed: { ...state.changed, paths } };
}

function directory(path: string): Omit<WorldEntry, 'origin'> {
  return { name: path.slice(path.lastIndexOf('/') + 1), path, kind: 'directory', size: 0, writable: true };
}
