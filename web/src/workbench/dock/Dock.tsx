import {
  DockviewReact,
  type DockviewApi,
  type IDockviewPanelHeaderProps,
  type IDockviewPanelProps,
} from 'dockview-react';
import 'dockview-react/dist/styles/dockview.css';
import { X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useWork } from '../../session/useSession.ts';
import { EditorPanel } from '../editor/EditorPanel.tsx';
import { FilesPanel } from '../files/FilesPanel.tsx';
import { RulesPanel } from '../policy/RulesPanel.tsx';
import { TerminalPanel } from '../terminal/TerminalPanel.tsx';
import { TracePanel } from '../trace/TracePanel.tsx';
import { closeFile, view, type PanelName } from '../view.ts';
import { addFilePanel, applyLayout, fileOfPanel, panelOfFile, rememberLayout } from './layout.ts';
import { HistoryPanel, MomentPanel, ReplayPanel, StatisticsPanel, TaskPanel } from './latePanels.tsx';
import './dock.css';

const COMPONENTS = {
  task: () => <TaskPanel />,
  files: () => <FilesPanel />,
  terminal: () => <TerminalPanel />,
  trace: () => <TracePanel />,
  rules: () => <RulesPanel />,
  moment: () => <MomentPanel />,
  statistics: () => <StatisticsPanel />,
  replay: () => <ReplayPanel />,
  history: () => <HistoryPanel />,
  file: FileContent,
};

const TABS = { tool: ToolTab, file: FileTab };

const THEME = {
  name: 'sandtable',
  className: 'dock-theme',
  dndTabIndicator: 'line' as const,
  tabGroupIndicator: 'none' as const,
};

/** A file that was never looked at loads nothing: the policy's tab stands there from the start, its language does not. */
function FileContent({ api, params }: IDockviewPanelProps<{ path: string }>) {
  const [seen, setSeen] = useState(api.isVisible);
  useEffect(() => {
    const changing = api.onDidVisibilityChange(({ isVisible }) => {
      if (isVisible) setSeen(true);
    });
    if (api.isVisible) setSeen(true);
    return () => changing.dispose();
  }, [api]);
  return seen ? <EditorPanel path={params.path} /> : null;
}

/** The panels in a wide window: docked, resized and moved as one likes, and remembered. */
export function Dock() {
  const [api, setApi] = useState<DockviewApi | null>(null);
  return (
    <>
      <DockviewReact
        className="dock"
        theme={THEME}
        components={COMPONENTS}
        tabComponents={TABS}
        disableFloatingGroups
        getTabContextMenuItems={() => []}
        onReady={({ api: ready }) => {
          const { openFiles, activeFile, work } = view.getState();
          applyLayout(ready, openFiles, activeFile, { work });
          setApi(ready);
        }}
      />
      {api === null ? null : <DockSync api={api} />}
    </>
  );
}

/** Keeps the dock and the view state equal, in both directions. */
function DockSync({ api }: { readonly api: DockviewApi }) {
  const openFiles = useStore(view, (state) => state.openFiles);
  const activeFile = useStore(view, (state) => state.activeFile);
  const wish = useStore(view, (state) => state.wish);
  const resetTurn = useStore(view, (state) => state.resetTurn);

  useEffect(() => {
    const { openFiles: files, activeFile: active, work } = view.getState();
    if (resetTurn > 0) applyLayout(api, files, active, { work, anew: true });
  }, [api, resetTurn]);

  useEffect(() => {
    const wanted = new Set(openFiles);
    for (const path of openFiles) if (api.getPanel(panelOfFile(path)) === undefined) addFilePanel(api, path);
    for (const each of [...api.panels]) {
      const path = fileOfPanel(each.id);
      if (path !== null && !wanted.has(path)) api.removePanel(each);
    }
  }, [api, openFiles]);

  useEffect(() => {
    const panel = activeFile === null ? undefined : api.getPanel(panelOfFile(activeFile));
    // Who wishes to be there says so; who only follows a run through its lines stays where the focus is.
    panel?.group.model.openPanel(panel, { skipSetGroupActive: true });
  }, [api, activeFile]);

  useEffect(() => {
    if (wish.turn === 0) return;
    const id = wish.panel === 'editor' ? (wish.path === null ? null : panelOfFile(wish.path)) : wish.panel;
    if (id !== null) bringForward(api, id);
  }, [api, wish]);

  useEffect(() => {
    const disposables = [
      api.onDidRemovePanel(({ id }) => {
        const path = fileOfPanel(id);
        if (path !== null) closeFile(path);
      }),
      api.onDidActivePanelChange((event) => {
        const id = event?.panel?.id;
        if (id === undefined) return;
        const path = fileOfPanel(id);
        const panel = path === null ? (id as PanelName) : 'editor';
        // Where the focus is, without asking for it.
        if (panel !== view.getState().panel) view.setState({ panel });
        if (path !== null && path !== view.getState().activeFile) view.setState({ activeFile: path });
      }),
      api.onDidLayoutChange(() => rememberLayout(api, view.getState().work)),
    ];
    return () => {
      for (const each of disposables) each.dispose();
    };
  }, [api]);

  return null;
}

function bringForward(api: DockviewApi, id: string): void {
  const panel = api.getPanel(id);
  if (panel !== undefined && !panel.api.isActive) panel.api.setActive();
}

function ToolTab({ api }: IDockviewPanelHeaderProps) {
  return <span className="dock-tab">{api.title}</span>;
}

function FileTab({ api, params }: IDockviewPanelHeaderProps<{ path: string }>) {
  const unsaved = useWork((state) => (state.files[params.path]?.draft ?? null) !== null);
  return (
    <span className="dock-tab" title={params.path}>
      <span className="dock-tab-name">{api.title}</span>
      {unsaved ? (
        <span className="dock-tab-unsaved" title="not saved yet">
          ●
        </span>
      ) : null}
      {/* For the pointer only: a tab cannot hold a button. By keyboard there is Alt+W. */}
      <span
        className="dock-tab-close"
        aria-hidden
        title="Close (Alt+W)"
        onPointerDown={(event) => event.stopPropagation()}
        onClick={(event) => {
          event.stopPropagation();
          api.close();
        }}
      >
        <X className="icon icon-s" />
      </span>
    </span>
  );
}
