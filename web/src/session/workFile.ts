/** One file of a bench as the page has it: what the server holds, what was typed since, and how the two become one. Pure. */
import type { BenchFile, FileContent } from '@sandtable/shared/protocol';
import type { Draft } from './drafts.ts';
import { mergeText } from './mergeText.ts';

export type SaveStatus = 'saved' | 'waiting' | 'saving' | 'offline' | 'refused' | 'conflict';

export interface WorkFile {
  readonly path: string;
  /** Version that the server holds; null where it has none yet. */
  readonly version: number | null;
  /** Bytes, as the server counted them. */
  readonly size: number;
  readonly savedAt: string | null;
  /** It belongs to the lab: the server refuses changes. */
  readonly readOnly: boolean;
  /** What the server holds, where this page knows it. */
  readonly content: FileContent | null;
  /** What was typed since; null where it is what the server holds. */
  readonly draft: string | null;
  readonly status: SaveStatus;
  /** Why a write was refused. */
  readonly problem: string | null;
  /** In a conflict: what somebody else saved meanwhile. */
  readonly theirs: BenchFile | null;
}

export type WorkFiles = Readonly<Record<string, WorkFile>>;

/** What an editor shows of a file, or null for binary content and for text that was not fetched yet. */
export function textOf(file: WorkFile): string | null {
  return file.draft ?? (file.content?.encoding === 'utf8' ? file.content.text : null);
}

/** A file that the server does not have yet. */
export function newFile(path: string): WorkFile {
  return {
    path,
    version: null,
    size: 0,
    savedAt: null,
    readOnly: false,
    content: null,
    draft: null,
    status: 'saved',
    problem: null,
    theirs: null,
  };
}

/** What a page takes over of a file as the server holds it. */
export function known(
  file: BenchFile,
): Pick<WorkFile, 'version' | 'size' | 'savedAt' | 'readOnly' | 'content'> {
  const { version, size, savedAt, readOnly = false, content = null } = file;
  return { version, size, savedAt, readOnly, content };
}

export function fileOf(file: BenchFile): WorkFile {
  return { ...newFile(file.path), ...known(file) };
}

/** The file as the server holds it, as far as this page knows. */
export function serverSide(file: WorkFile): BenchFile {
  return {
    path: file.path,
    version: file.version ?? 0,
    size: file.size,
    savedAt: file.savedAt ?? '',
    ...(file.content === null ? {} : { content: file.content }),
  };
}

/** A file with an edit from the browser's storage, on the version that the edit was made on. */
export function asDrafted(file: WorkFile, draft: Draft): WorkFile {
  const content: FileContent | null =
    draft.baseText === undefined ? null : { encoding: 'utf8', text: draft.baseText };
  return { ...file, version: draft.base, content, draft: draft.text, status: 'waiting' };
}

/**
 * The file after somebody else saved `theirs`, where `draft` was made on `file.content`: merged by lines and to be saved, or equal
 * to theirs and saved, or in `conflict`.
 */
export function reconciled(file: WorkFile, draft: string, theirs: BenchFile, online: boolean): WorkFile {
  const now = theirs.content?.encoding === 'utf8' ? theirs.content.text : null;
  const base = file.content?.encoding === 'utf8' ? file.content.text : null;
  const merged =
    now === null ? null : now === draft ? draft : base === null ? null : mergeText(base, draft, now);
  if (merged === null) return { ...file, draft, status: 'conflict', theirs, problem: null };
  const same = merged === now;
  return {
    ...file,
    ...known(theirs),
    draft: same ? null : merged,
    status: same ? 'saved' : online ? 'waiting' : 'offline',
    theirs: null,
    problem: null,
  };
}
