import { useVirtualizer } from '@tanstack/react-virtual';
import { FilePlus, RefreshCw, Upload } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { shownTheme } from '../../app/theme.ts';
import { useLabs, useLabState } from '../../session/useLabs.ts';
import { useSession, useWork } from '../../session/useSession.ts';
import { useTravel, useTravelState } from '../../session/useTravel.ts';
import { IconButton } from '../../ui/Button.tsx';
import { RightMenu, type MenuPart } from '../../ui/Menu.tsx';
import { tokenPixels } from '../../ui/tokenColours.ts';
import { useFocusWish } from '../useFocusWish.ts';
import { showPanel, view } from '../view.ts';
import { QuotaMeter } from './QuotaMeter.tsx';
import { TreeItem } from './TreeItem.tsx';
import { guestPathOf, treeRows, type TreeRow } from './tree.ts';
import { pastRows } from './pastTree.ts';
import { useFiles } from './useFiles.ts';
import './files.css';

/** The virtual filesystem as the guest sees it. */
export function FilesPanel() {
  const { actions, listings } = useFiles();
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  return (
    <div
      className="files"
      data-over={over}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) =>
        event.currentTarget.contains(event.relatedTarget as Node | null) || setOver(false)
      }
      onDrop={(event) => {
        setOver(false);
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        void actions.upload([...event.dataTransfer.files]);
      }}
    >
      <div className="files-bar" role="toolbar" aria-label="Files">
        <IconButton label="New file" small onClick={() => void actions.create()}>
          <FilePlus className="icon" aria-hidden />
        </IconButton>
        <IconButton label="Upload files (or drop them here)" small onClick={() => picker.current?.click()}>
          <Upload className="icon" aria-hidden />
        </IconButton>
        <IconButton label="List anew" small onClick={() => listings.refresh()}>
          <RefreshCw className="icon" aria-hidden />
        </IconButton>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            void actions.upload([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </div>
      <FileTree />
      <QuotaMeter />
    </div>
  );
}

function FileTree() {
  const session = useSession();
  const { actions, listings } = useFiles();
  const labs = useLabs();
  const isWork = useLabState((state) => state.task !== null);
  const files = useWork((state) => state.files);
  const touched = useWork((state) => state.run?.touched);
  const changed = useWork((state) => state.run?.changed);
  const phase = useWork((state) => state.run?.phase);
  const { entries, opened } = useStore(listings.store);
  const travel = useTravel();
  const point = useTravelState((state) => state.point);
  const rows = useMemo(() => {
    if (point !== null) return pastRows(point, opened);
    // The run has more parts than these, but only these concern the tree.
    void touched;
    void changed;
    void phase;
    return treeRows({ files, listings: entries, opened, run: session.state.run });
  }, [files, entries, opened, session, touched, changed, phase, point]);
  const active = useStore(view, (state) => state.activeFile);
  const [at, setAt] = useState<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  // Projector mode and a person's own type size change it.
  useStore(shownTheme, (shown) => shown.projector);
  const rowHeight = tokenPixels('--row');
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  useEffect(() => virtual.measure(), [virtual, rowHeight]);
  useFocusWish('files', null, () => scroller.current?.focus());

  const here = rows.findIndex((row) => row.path === at);
  const current = rows[here];
  const select = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setAt(row.path);
    virtual.scrollToIndex(rows.indexOf(row));
  };
  const activate = (row: TreeRow) => {
    setAt(row.path);
    if (row.kind === 'directory') listings.toggle(row.path);
    else if (point === null) actions.open(row);
    else if (!row.removed && row.origin !== 'denied') {
      travel.look(row.path);
      showPanel('moment');
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case 'ArrowDown':
        select(here + 1);
        break;
      case 'ArrowUp':
        select(here < 0 ? rows.length - 1 : here - 1);
        break;
      case 'Home':
        select(0);
        break;
      case 'End':
        select(rows.length - 1);
        break;
      case 'ArrowRight':
        if (current?.kind === 'directory' && !current.open) listings.toggle(current.path, true);
        else if (current?.open === true) select(here + 1);
        break;
      case 'ArrowLeft':
        if (current?.open === true) listings.toggle(current.path, false);
        else if (current !== undefined) select(parentOf(rows, here));
        break;
      case 'Enter':
      case ' ':
        if (current !== undefined) activate(current);
        break;
      case 'F2':
        if (typeof current?.bench === 'string') void actions.rename(current.bench);
        break;
      case 'Delete':
        if (typeof current?.bench === 'string') void actions.remove(current.bench);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const menu: MenuPart[] =
    current === undefined
      ? ['Nothing is selected']
      : point === null
        ? menuOf(current, actions, isWork ? (path) => void labs.reset(path) : null)
        : [
            current.path,
            { id: 'open', title: 'Look at it', keys: 'Enter', onSelect: () => activate(current) },
          ];
  return (
    <RightMenu
      parts={menu}
      trigger={
        <div
          ref={scroller}
          className="files-tree"
          role="tree"
          aria-label="Files as the guest sees them"
          aria-activedescendant={current === undefined ? undefined : `${id}-${here}`}
          tabIndex={0}
          onFocus={() => {
            if (current === undefined)
              select(
                Math.max(
                  0,
                  rows.findIndex((row) => active !== null && row.path === guestPathOf(active)),
                ),
              );
          }}
          onKeyDown={onKeyDown}
          onContextMenu={(event) => {
            const index = (event.target as HTMLElement).closest<HTMLElement>('[role=treeitem]')?.dataset[
              'at'
            ];
            if (index !== undefined) setAt(rows[Number(index)]?.path ?? null);
          }}
        >
          <div role="presentation" className="files-rows" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const row = rows[index]!;
              return (
                <TreeItem
                  key={row.path}
                  id={`${id}-${index}`}
                  index={index}
                  row={row}
                  top={start}
                  selected={row.path === at}
                  inEditor={active !== null && (row.bench ?? row.path) === active}
                  unsaved={row.bench !== null && files[row.bench]?.draft !== null}
                  locked={row.bench !== null && files[row.bench]?.readOnly === true}
                  onActivate={activate}
                />
              );
            })}
          </div>
        </div>
      }
    />
  );
}

function parentOf(rows: readonly TreeRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at--)
    if (rows[at]!.depth < depth && rows[at]!.kind === 'directory') return at;
  return index;
}

function menuOf(
  row: TreeRow,
  actions: ReturnType<typeof useFiles>['actions'],
  /** At a work: makes a file what the lab began with. It can be undone, so nobody is asked first. */
  reset: ((path: string) => void) | null,
): MenuPart[] {
  const { bench } = row;
  const directory =
    row.kind === 'directory' && row.path.startsWith('/tmp') ? row.path.slice('/tmp/'.length) : null;
  return [
    row.path,
    ...(row.kind === 'directory'
      ? []
      : [
          {
            id: 'open',
            title: 'Open',
            keys: 'Enter',
            disabled: row.removed || row.origin === 'denied',
            onSelect: () => actions.open(row),
          },
          {
            id: 'download',
            title: 'Download',
            disabled: row.removed || row.origin === 'denied' || row.kind === 'device',
            onSelect: () => void actions.download(row),
          },
        ]),
    ...(directory === null
      ? []
      : [{ id: 'new', title: 'New file here', onSelect: () => void actions.create(directory) }]),
    ...(bench === null
      ? []
      : [
          { id: 'rename', title: 'Rename', keys: 'F2', onSelect: () => void actions.rename(bench) },
          { id: 'delete', title: 'Delete', keys: 'Delete', onSelect: () => void actions.remove(bench) },
          ...(reset === null
            ? []
            : [{ id: 'reset', title: 'Reset to what the lab began with', onSelect: () => reset(bench) }]),
        ]),
    ...(row.origin === 'guest' && row.kind === 'file' && row.path.startsWith('/tmp/')
      ? [
          {
            id: 'keep',
            title: 'Keep it in the bench',
            note: 'as the guest left it',
            onSelect: () => void actions.keep(row.path),
          },
        ]
      : []),
  ];
}
