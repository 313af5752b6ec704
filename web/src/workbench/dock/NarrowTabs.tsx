import { useEffect, useId, useRef } from 'react';
import { useStore } from 'zustand';
import { useWork } from '../../session/useSession.ts';
import { EditorPanel } from '../editor/EditorPanel.tsx';
import { FilesPanel } from '../files/FilesPanel.tsx';
import { RulesPanel } from '../policy/RulesPanel.tsx';
import { TerminalPanel } from '../terminal/TerminalPanel.tsx';
import { TracePanel } from '../trace/TracePanel.tsx';
import { openFile, showPanel, view, type PanelName } from '../view.ts';
import { HistoryPanel, MomentPanel, ReplayPanel, StatisticsPanel, TaskPanel } from './latePanels.tsx';
import './dock.css';

interface Tab {
  readonly key: string;
  readonly title: string;
  readonly panel: PanelName;
  readonly file: string | null;
}

/**
 * The panels in a narrow window or at high zoom: one at a time, as tabs. Whoever runs sees the terminal; a policy that is refused
 * brings its file to the front, as everywhere.
 */
export function NarrowTabs() {
  const openFiles = useStore(view, (state) => state.openFiles);
  const activeFile = useStore(view, (state) => state.activeFile);
  const panel = useStore(view, (state) => state.panel);
  const work = useStore(view, (state) => state.work);
  const id = useId();
  const content = useRef<HTMLDivElement>(null);
  useTerminalInFront(content);
  const tabs: Tab[] = [
    ...(work ? [{ key: 'task', title: 'Task', panel: 'task' as const, file: null }] : []),
    { key: 'files', title: 'Files', panel: 'files', file: null },
    ...openFiles.map((path) => ({
      key: `file:${path}`,
      title: path.slice(path.lastIndexOf('/') + 1),
      panel: 'editor' as const,
      file: path,
    })),
    { key: 'terminal', title: 'Terminal', panel: 'terminal', file: null },
    { key: 'trace', title: 'Trace', panel: 'trace', file: null },
    { key: 'rules', title: 'Rules', panel: 'rules', file: null },
    { key: 'moment', title: 'Moment', panel: 'moment', file: null },
    { key: 'statistics', title: 'Statistics', panel: 'statistics', file: null },
    { key: 'replay', title: 'Replay', panel: 'replay', file: null },
    { key: 'history', title: 'History', panel: 'history', file: null },
  ];
  const shown =
    tabs.find((tab) => tab.panel === panel && (tab.file === null || tab.file === activeFile)) ?? tabs[0]!;
  const show = (tab: Tab) => (tab.file === null ? showPanel(tab.panel) : openFile(tab.file));
  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = tabs.indexOf(shown);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const tab = tabs[(next + tabs.length) % tabs.length]!;
    // Without moving the focus into the panel: one goes on along the tabs.
    view.setState({ panel: tab.panel, ...(tab.file === null ? {} : { activeFile: tab.file }) });
    document.getElementById(`${id}-${tab.key}`)?.focus();
  };
  return (
    <div className="narrow">
      <div className="narrow-tabs" role="tablist" aria-label="Panels">
        {tabs.map((tab) => (
          <button
            key={tab.key}
            id={`${id}-${tab.key}`}
            type="button"
            role="tab"
            className="narrow-tab"
            aria-selected={tab === shown}
            aria-controls={`${id}-panel`}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => show(tab)}
            onKeyDown={onKeyDown}
          >
            {tab.title}
          </button>
        ))}
      </div>
      <div
        ref={content}
        id={`${id}-panel`}
        className="narrow-panel"
        role="tabpanel"
        aria-labelledby={`${id}-${shown.key}`}
      >
        <Panel tab={shown} />
      </div>
    </div>
  );
}

/** From the moment that somebody presses Run: the guest is to begin with the size that its terminal has here. */
function useTerminalInFront(content: React.RefObject<HTMLDivElement | null>): void {
  const starting = useWork((state) => state.starting);
  useEffect(() => {
    if (!starting) return;
    // Where the focus was on what goes now, it has to go with it; a button keeps it, and a phone its screen without keys.
    if (content.current?.contains(document.activeElement) === true) showPanel('terminal');
    else view.setState({ panel: 'terminal' });
  }, [starting, content]);
}

function Panel({ tab }: { readonly tab: Tab }) {
  switch (tab.panel) {
    case 'task':
      return <TaskPanel />;
    case 'history':
      return <HistoryPanel />;
    case 'files':
      return <FilesPanel />;
    case 'terminal':
      return <TerminalPanel />;
    case 'trace':
      return <TracePanel />;
    case 'rules':
      return <RulesPanel />;
    case 'moment':
      return <MomentPanel />;
    case 'statistics':
      return <StatisticsPanel />;
    case 'replay':
      return <ReplayPanel />;
    case 'editor':
      return tab.file === null ? null : <EditorPanel key={tab.file} path={tab.file} />;
  }
}
