/** The arrangement of panels: the one to begin with, and the one that was left last time. */
import type { DockviewApi, SerializedDockview } from 'dockview-react';

/** Work at a lab has an arrangement of its own: its task wants room to be read. */
const keyOf = (work: boolean): string => (work ? 'sandtable.layout.work' : 'sandtable.layout');

/** Grows when panels are added or removed from the code: an older arrangement is then not restored. */
const LAYOUT_VERSION = 4;

const TOOLS: readonly (readonly [string, string])[] = [
  ['files', 'Files'],
  ['terminal', 'Terminal'],
  ['trace', 'Trace'],
  ['rules', 'Rules'],
  ['moment', 'Moment'],
  ['statistics', 'Statistics'],
  ['replay', 'Replay'],
  ['history', 'History'],
];

const TASK = ['task', 'Task'] as const;

const toolsOf = (work: boolean) => (work ? [TASK, ...TOOLS] : TOOLS);

export function panelOfFile(path: string): string {
  return `file:${path}`;
}

export function fileOfPanel(id: string): string | null {
  return id.startsWith('file:') ? id.slice('file:'.length) : null;
}

/** Restores what was left, or lays the panels out anew; then shows exactly these files. */
export function applyLayout(
  api: DockviewApi,
  files: readonly string[],
  active: string | null,
  { work, anew = false }: { readonly work: boolean; readonly anew?: boolean },
): void {
  const left = anew ? null : readLayout(work);
  if (left === null || !restore(api, left, work)) layOut(api, active ?? files[0] ?? null, work);
  for (const path of files) addFilePanel(api, path, true);
  if (active !== null) api.getPanel(panelOfFile(active))?.api.setActive();
  const wanted = new Set(files.map(panelOfFile));
  for (const panel of [...api.panels]) {
    if (fileOfPanel(panel.id) !== null && !wanted.has(panel.id)) api.removePanel(panel);
  }
}

export function rememberLayout(api: DockviewApi, work: boolean): void {
  try {
    localStorage.setItem(keyOf(work), JSON.stringify({ version: LAYOUT_VERSION, layout: api.toJSON() }));
  } catch {
    // Storage is forbidden or full: the arrangement lasts as long as the page.
  }
}

/** Beside the other files; where there are none, above the terminal. */
export function addFilePanel(api: DockviewApi, path: string, inactive = false): void {
  const id = panelOfFile(path);
  if (api.getPanel(id) !== undefined) return;
  const other = api.panels.find((panel) => fileOfPanel(panel.id) !== null);
  const position =
    other !== undefined
      ? { referencePanel: other.id, direction: 'within' as const }
      : api.getPanel('terminal') === undefined
        ? undefined
        : { referencePanel: 'terminal', direction: 'above' as const };
  api.addPanel({
    id,
    component: 'file',
    tabComponent: 'file',
    title: path.slice(path.lastIndexOf('/') + 1),
    params: { path },
    inactive: inactive && other !== undefined,
    ...(position === undefined ? {} : { position }),
  });
}

function readLayout(work: boolean): SerializedDockview | null {
  try {
    const stored = JSON.parse(localStorage.getItem(keyOf(work)) ?? 'null') as {
      version: number;
      layout: SerializedDockview;
    } | null;
    return stored?.version === LAYOUT_VERSION ? stored.layout : null;
  } catch {
    return null;
  }
}

function restore(api: DockviewApi, layout: SerializedDockview, work: boolean): boolean {
  try {
    api.fromJSON(layout);
    return toolsOf(work).every(([id]) => api.getPanel(id) !== undefined);
  } catch {
    return false;
  }
}

function layOut(api: DockviewApi, file: string | null, work: boolean): void {
  api.clear();
  const tool = (id: string, rest: object): void => {
    const title = toolsOf(work).find(([each]) => each === id)![1];
    api.addPanel({ id, component: id, tabComponent: 'tool', title, ...rest });
  };
  const { width, height } = api;
  tool('terminal', {});
  tool('files', {
    position: { referencePanel: 'terminal', direction: 'left' },
    initialWidth: work ? Math.min(440, width * 0.28) : Math.min(230, width * 0.2),
  });
  if (work) {
    tool('task', { position: { referencePanel: 'files', direction: 'within', index: 0 } });
    api.getPanel('task')?.api.setActive();
  }
  tool('trace', {
    position: { referencePanel: 'terminal', direction: 'right' },
    initialWidth: work ? Math.max(340, width * 0.32) : Math.max(380, width * 0.4),
  });
  for (const id of ['rules', 'moment', 'statistics', 'replay', 'history'])
    tool(id, { position: { referencePanel: 'trace', direction: 'within' }, inactive: true });
  if (file !== null) addFilePanel(api, file);
  api.getPanel('terminal')?.api.setSize({ height: height * 0.38 });
}
