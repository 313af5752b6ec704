/** What of the workbench is in front: open files, the one looked at, the place to show in it, the panel in a narrow window. */
import { createStore } from 'zustand/vanilla';

export type PanelName =
  | 'task'
  | 'files'
  | 'editor'
  | 'terminal'
  | 'trace'
  | 'rules'
  | 'moment'
  | 'statistics'
  | 'replay'
  | 'history';

export interface Reveal {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** Lines that somebody was sent to are marked until they move on. */
  readonly mark: boolean;
  /** Tells two wishes for the same place apart. */
  readonly turn: number;
}

export interface FocusWish {
  readonly panel: PanelName;
  /** In the editor: which file. */
  readonly path: string | null;
  /** Tells one wish from the next; 0 before the first. */
  readonly turn: number;
}

export interface ViewState {
  /** Whether the bench is work at a lab: then there is a task. */
  readonly work: boolean;
  /** Bench paths, in the order of their tabs. */
  readonly openFiles: readonly string[];
  readonly activeFile: string | null;
  readonly reveal: Reveal | null;
  /** The panel that has the window in narrow mode, and the focus in wide mode. */
  readonly panel: PanelName;
  /** The newest wish that a panel take the focus. */
  readonly wish: FocusWish;
  readonly resetTurn: number;
}

export const view = createStore<ViewState>(() => ({
  work: false,
  openFiles: [],
  activeFile: null,
  reveal: null,
  panel: 'editor',
  wish: { panel: 'editor', path: null, turn: 0 },
  resetTurn: 0,
}));

/** Shows a file in the editor, at a place where one is given. */
export function openFile(path: string, at?: { line: number; column?: number; mark?: boolean }): void {
  const { openFiles, wish, reveal } = view.getState();
  view.setState({
    openFiles: openFiles.includes(path) ? openFiles : [...openFiles, path],
    activeFile: path,
    panel: 'editor',
    wish: { panel: 'editor', path, turn: wish.turn + 1 },
    reveal:
      at === undefined
        ? null
        : {
            path,
            line: at.line,
            column: at.column ?? 1,
            mark: at.mark ?? false,
            turn: (reveal?.turn ?? 0) + 1,
          },
  });
}

/** Brings a file to the front of the editor, and leaves focus and panels where they are. */
export function bringFile(path: string): void {
  const { openFiles } = view.getState();
  view.setState({
    openFiles: openFiles.includes(path) ? openFiles : [...openFiles, path],
    activeFile: path,
  });
}

export function closeFile(path: string): void {
  const { openFiles, activeFile } = view.getState();
  const rest = openFiles.filter((each) => each !== path);
  if (rest.length === openFiles.length) return;
  const at = openFiles.indexOf(path);
  const next = rest[Math.min(at, rest.length - 1)] ?? null;
  view.setState({ openFiles: rest, activeFile: activeFile === path ? next : activeFile });
}

/** A file has another name; its tab stays where it is. */
export function renameOpenFile(from: string, to: string): void {
  const { openFiles, activeFile } = view.getState();
  view.setState({
    openFiles: openFiles.map((path) => (path === from ? to : path)),
    activeFile: activeFile === from ? to : activeFile,
  });
}

/** Shows a panel and puts the focus into it. */
export function showPanel(panel: PanelName): void {
  const { wish, activeFile } = view.getState();
  view.setState({
    panel,
    wish: { panel, path: panel === 'editor' ? activeFile : null, turn: wish.turn + 1 },
  });
}

const ORDER: readonly PanelName[] = [
  'task',
  'files',
  'editor',
  'terminal',
  'trace',
  'rules',
  'moment',
  'statistics',
  'replay',
  'history',
];

/** Goes round the panels by keyboard. */
export function showNextPanel(step: 1 | -1): void {
  const { panel, work } = view.getState();
  const there = ORDER.filter((each) => each !== 'task' || work);
  const at = there.indexOf(panel);
  showPanel(there[(at + step + there.length) % there.length]!);
}

export function resetLayout(): void {
  view.setState({ resetTurn: view.getState().resetTurn + 1 });
}

const openFilesKey = (bench: string): string => `sandtable.open.${bench}`;

/** Shows the files of a bench that were open last time, at first its script and its policy; remembers them from now on. */
export function openFilesOf(bench: string, paths: readonly string[], work: boolean): () => void {
  view.setState({ work });
  if (!restoreOpenFiles(bench, paths)) openAtFirst(paths);
  return view.subscribe(({ openFiles, activeFile }, before) => {
    if (openFiles === before.openFiles && activeFile === before.activeFile) return;
    try {
      localStorage.setItem(openFilesKey(bench), JSON.stringify({ openFiles, activeFile }));
    } catch {
      // Storage is forbidden: the tabs last as long as the page.
    }
  });
}

function restoreOpenFiles(bench: string, paths: readonly string[]): boolean {
  try {
    const left = JSON.parse(localStorage.getItem(openFilesKey(bench)) ?? 'null') as Partial<
      Record<string, unknown>
    > | null;
    if (!Array.isArray(left?.['openFiles'])) return false;
    const known = (path: unknown): path is string =>
      typeof path === 'string' && (path.startsWith('/') || paths.includes(path));
    const openFiles = left['openFiles'].filter(known);
    if (openFiles.length === 0) return false;
    const activeFile = openFiles.find((path) => path === left['activeFile']) ?? openFiles[0]!;
    view.setState({ openFiles, activeFile, reveal: null });
    return true;
  } catch {
    return false;
  }
}

function openAtFirst(paths: readonly string[]): void {
  const script = paths.find((path) => path === 'script.py') ?? paths.find((path) => path.endsWith('.py'));
  const policy = paths.find((path) => path === 'policy.ts');
  const open = [script, policy].filter((path) => path !== undefined);
  view.setState({ openFiles: open, activeFile: script ?? policy ?? null, reveal: null });
}
