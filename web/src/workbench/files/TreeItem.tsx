import {
  BookOpen,
  ChevronDown,
  ChevronRight,
  Cpu,
  Eye,
  FileCode,
  FileLock,
  FileSymlink,
  FileText,
  Folder,
  FolderOpen,
  Lock,
  PencilLine,
  Shield,
  Sparkles,
  X,
} from 'lucide-react';
import { byteSize } from '../../ui/numbers.ts';
import type { TreeRow } from './tree.ts';

interface TreeItemProps {
  readonly id: string;
  readonly index: number;
  readonly row: TreeRow;
  readonly top: number;
  readonly selected: boolean;
  readonly inEditor: boolean;
  readonly unsaved: boolean;
  /** It belongs to the lab and cannot be changed. */
  readonly locked: boolean;
  readonly onActivate: (row: TreeRow) => void;
}

const ORIGINS: Readonly<Record<TreeRow['origin'], string>> = {
  real: 'from the bench',
  synthetic: 'made by the sandbox',
  guest: 'made or changed by the guest in this run',
  unseen: 'the guest does not see it',
  denied: 'denied to the guest; it may not exist',
};

export function TreeItem({
  id,
  index,
  row,
  top,
  selected,
  inEditor,
  unsaved,
  locked,
  onActivate,
}: TreeItemProps) {
  const directory = row.kind === 'directory';
  const origin = row.removed ? 'removed by the guest in this run' : ORIGINS[row.origin];
  const title = [
    row.path,
    row.target === null ? '' : `→ ${row.target}`,
    directory ? '' : byteSize(row.size),
    origin,
  ]
    .filter(Boolean)
    .join(' · ');
  return (
    <div
      id={id}
      role="treeitem"
      data-at={index}
      aria-level={row.depth + 1}
      aria-selected={selected}
      aria-expanded={directory ? row.open : undefined}
      aria-busy={row.loading}
      className="files-row"
      data-origin={row.origin}
      data-removed={row.removed}
      data-in-editor={inEditor}
      title={title}
      style={{ transform: `translateY(${top}px)`, '--depth': row.depth } as React.CSSProperties}
      onClick={() => onActivate(row)}
    >
      <span className="files-arrow" aria-hidden>
        {directory ? (
          row.open ? (
            <ChevronDown className="icon icon-s" />
          ) : (
            <ChevronRight className="icon icon-s" />
          )
        ) : null}
      </span>
      <Icon row={row} />
      <span className="files-name">
        {row.name}
        {unsaved ? (
          <span className="files-unsaved" title="not saved yet">
            {' '}
            ●
          </span>
        ) : null}
      </span>
      {locked ? <Badge kind="read" word="lab" Icon={Lock} title="belongs to the lab: read-only" /> : null}
      <span className="unseen">, {origin}</span>
      <Badges row={row} />
    </div>
  );
}

function Icon({ row }: { readonly row: TreeRow }) {
  const Kind = kindIcon(row);
  return <Kind className="icon icon-s files-icon" aria-hidden />;
}

function kindIcon(row: TreeRow) {
  if (row.kind === 'directory') return row.open ? FolderOpen : Folder;
  if (row.kind === 'symlink') return FileSymlink;
  if (row.kind === 'device') return Cpu;
  if (row.origin === 'unseen') return Shield;
  if (row.origin === 'denied') return FileLock;
  return row.name.endsWith('.py') ? FileCode : FileText;
}

/** What happened in this run: icon and word. */
function Badges({ row }: { readonly row: TreeRow }) {
  const { read, written, denied } = row.touched;
  return (
    <span className="files-badges">
      {row.origin === 'guest' ? (
        <Badge kind="guest" word="guest" Icon={Sparkles} title="made or changed by the guest" />
      ) : null}
      {row.removed ? (
        <Badge kind="denied" word="gone" Icon={X} title="removed by the guest in this run" />
      ) : null}
      {read === true ? (
        <Badge
          kind="read"
          word="r"
          Icon={row.kind === 'directory' ? Eye : BookOpen}
          title="read in this run"
        />
      ) : null}
      {written === true ? (
        <Badge kind="written" word="w" Icon={PencilLine} title="written in this run" />
      ) : null}
      {denied === true ? <Badge kind="denied" word="denied" Icon={X} title="denied in this run" /> : null}
    </span>
  );
}

interface BadgeProps {
  readonly kind: 'read' | 'written' | 'denied' | 'guest';
  readonly word: string;
  readonly title: string;
  readonly Icon: typeof X;
}

function Badge({ kind, word, title, Icon }: BadgeProps) {
  return (
    <span className="files-badge" data-kind={kind} title={title}>
      <Icon className="icon files-badge-icon" aria-hidden />
      <span aria-hidden>{word}</span>
      <span className="unseen">, {title}</span>
    </span>
  );
}
