/** Every command once: palette, keys, menus and the help page are made from this list. */
import type { RunHow } from '../session/guest.ts';
import type { Session } from '../session/session.ts';
import type { TimeTravel } from '../session/timeTravel.ts';
import { isLive } from '../session/workState.ts';
import { cursorLine } from '../workbench/editor/cursorLine.ts';
import type { FileActions } from '../workbench/files/fileActions.ts';
import type { TerminalHost } from '../workbench/terminal/terminalHost.ts';
import { scriptToRun } from '../workbench/scriptToRun.ts';
import { editBookmark } from '../workbench/time/rowActions.ts';
import { LIVE_KEYS, STEP_KEYS } from '../workbench/time/stepKeys.ts';
import { terminalUi } from '../workbench/terminal/useTerminal.ts';
import type { TraceView } from '../workbench/trace/traceView.ts';
import {
  closeFile,
  openFile,
  resetLayout,
  showNextPanel,
  showPanel,
  view,
  type PanelName,
} from '../workbench/view.ts';
import { goToPolicyLine } from '../workbench/trace/goTo.ts';
import { askText } from './asking.ts';
import type { DialogName } from './dialogs.ts';
import { notify } from './notices.ts';
import { prefer, preferences, THEMES, type ThemeChoice } from './preferences.ts';
import { goHome, goTo } from './route.ts';

export interface Command {
  readonly id: string;
  readonly group: 'Run' | 'Files' | 'View' | 'Trace' | 'Time' | 'Terminal' | 'Help';
  readonly title: string;
  readonly keys?: string;
  /** False keeps it out of reach while that lasts; absent means always. */
  readonly enabled?: () => boolean;
  readonly run: () => void;
}

export interface CommandParts {
  readonly session: Session;
  readonly terminal: TerminalHost;
  readonly trace: TraceView;
  readonly travel: TimeTravel;
  readonly files: FileActions;
  readonly showDialog: (dialog: DialogName) => void;
}

const THEME_TITLES: Readonly<Record<ThemeChoice, string>> = {
  system: 'Theme: as the system',
  dark: 'Theme: dark',
  light: 'Theme: light',
  contrast: 'Theme: high contrast',
};

const PANELS: readonly (readonly [PanelName, string])[] = [
  ['files', 'Files'],
  ['editor', 'Editor'],
  ['terminal', 'Terminal'],
  ['trace', 'Trace'],
  ['rules', 'Rules'],
  ['moment', 'Moment'],
  ['statistics', 'Statistics'],
  ['replay', 'Replay'],
  ['history', 'History'],
];

const STEP_TITLES = {
  call: 'call',
  denied: 'denied call',
  write: 'change of a file',
  network: 'network call',
} as const;

export function makeCommands(parts: CommandParts): readonly Command[] {
  const { session, terminal, trace, travel, files } = parts;
  const open = (): boolean => session.state.bench.status === 'open';
  const live = (): boolean => isLive(session.state);
  const run = (mode: 'script' | 'repl', how: RunHow = {}) => {
    const lines = preferences.getState().traceLines ? { lines: true } : {};
    void session.guest.run(mode, mode === 'script' ? scriptToRun(session) : undefined, { ...lines, ...how });
    if (mode === 'repl') showPanel('terminal');
  };
  return [
    {
      id: 'run.script',
      group: 'Run',
      title: 'Run the script',
      keys: 'mod+Enter',
      enabled: open,
      run: () => run('script'),
    },
    {
      id: 'run.repl',
      group: 'Run',
      title: 'Start the interactive prompt (REPL)',
      keys: 'mod+shift+Enter',
      enabled: open,
      run: () => run('repl'),
    },
    {
      id: 'run.cold',
      group: 'Run',
      title: 'Run the script from a cold start, with every call of the interpreter’s own start',
      enabled: open,
      run: () => run('script', { cold: true }),
    },
    {
      id: 'run.audit',
      group: 'Run',
      title: 'Run the script in audit mode: the policy only records what it would have said',
      enabled: open,
      run: () => run('script', { audit: true }),
    },
    {
      id: 'run.lines',
      group: 'Run',
      title: 'Run the script and trace lines: each row says which line made the call',
      enabled: open,
      run: () => run('script', { lines: true }),
    },
    {
      id: 'run.traceLines',
      group: 'Run',
      title: 'Trace lines in every run, on or off',
      run: () => prefer({ traceLines: !preferences.getState().traceLines }),
    },
    {
      id: 'run.search',
      group: 'Run',
      title: 'Search for a hole in the policy: state what must never happen, and let attacks be tried',
      enabled: open,
      run: () => parts.showDialog('search'),
    },
    {
      id: 'run.stop',
      group: 'Run',
      title: 'Stop the guest',
      keys: 'shift+F5',
      enabled: live,
      run: () => void session.guest.stop(),
    },
    {
      id: 'run.interrupt',
      group: 'Run',
      title: 'Interrupt the guest (Ctrl-C)',
      enabled: live,
      run: () => void session.guest.interrupt(),
    },
    {
      id: 'file.save',
      group: 'Files',
      title: 'Save now',
      keys: 'mod+s',
      enabled: open,
      run: () => void session.files?.flush(),
    },
    { id: 'file.new', group: 'Files', title: 'New file', enabled: open, run: () => void files.create() },
    {
      id: 'file.close',
      group: 'Files',
      title: 'Close this file',
      keys: 'alt+w',
      enabled: () => view.getState().activeFile !== null,
      run: () => {
        const { activeFile } = view.getState();
        if (activeFile !== null) closeFile(activeFile);
      },
    },
    {
      id: 'file.line',
      group: 'Files',
      title: 'Go to a line of this file',
      keys: 'ctrl+g',
      enabled: () => view.getState().activeFile !== null,
      run: () => void goToLine(),
    },
    {
      id: 'file.script',
      group: 'Files',
      title: 'Open script.py',
      enabled: open,
      run: () => openFile(scriptToRun(session) ?? 'script.py'),
    },
    {
      id: 'file.policy',
      group: 'Files',
      title: 'Open policy.ts',
      enabled: open,
      run: () => openFile('policy.ts'),
    },
    {
      id: 'trace.denied',
      group: 'Trace',
      title: 'Show denied calls only',
      enabled: open,
      run: () => {
        trace.setFilter('verdict:deny');
        showPanel('trace');
      },
    },
    {
      id: 'trace.line',
      group: 'Trace',
      title: 'Show the calls that the line of the cursor made',
      enabled: () => view.getState().activeFile?.endsWith('.py') === true,
      run: () => {
        const { activeFile } = view.getState();
        const line = activeFile === null ? null : cursorLine(activeFile);
        if (line === null) return;
        trace.setFilter(`line:"${activeFile}:${line}"`);
        showPanel('trace');
      },
    },
    { id: 'trace.clear', group: 'Trace', title: 'Clear the filter', run: () => trace.setFilter('') },
    {
      id: 'trace.follow',
      group: 'Trace',
      title: 'Pause or follow the trace',
      run: () => trace.setFollow(!trace.get().follow),
    },
    {
      id: 'trace.policy',
      group: 'Trace',
      title: 'Go to the policy line of the selected row',
      keys: 'mod+j',
      enabled: () => trace.get().selectedRow !== null,
      run: () => {
        const row = trace.get().selectedRow;
        if (row !== null) goToPolicyLine(session, row);
      },
    },
    ...(['call', 'denied', 'write', 'network'] as const).flatMap((step) =>
      (['next', 'previous'] as const).map((direction): Command => ({
        id: `time.${direction}.${step}`,
        group: 'Time',
        title: `Step to the ${direction} ${STEP_TITLES[step]}`,
        keys: STEP_KEYS[step][direction],
        enabled: () => session.state.run !== null,
        run: () => void travel.step(step, direction),
      })),
    ),
    {
      id: 'time.live',
      group: 'Time',
      title: 'Back to the present',
      keys: LIVE_KEYS,
      enabled: () => travel.state.wanted !== null,
      run: () => travel.live(),
    },
    {
      id: 'time.row',
      group: 'Time',
      title: 'Go to the moment of the selected row',
      enabled: () => trace.get().selected !== null,
      run: () => {
        const n = trace.get().selected;
        if (n !== null) travel.go(n);
      },
    },
    {
      id: 'time.bookmark',
      group: 'Time',
      title: 'Bookmark this moment',
      enabled: () => travel.state.wanted !== null,
      run: () => {
        const { wanted } = travel.state;
        if (wanted !== null) void editBookmark(travel, wanted);
      },
    },
    { id: 'terminal.clear', group: 'Terminal', title: 'Clear the terminal', run: () => terminal.clear() },
    {
      id: 'terminal.find',
      group: 'Terminal',
      title: 'Find in the terminal',
      run: () => {
        showPanel('terminal');
        terminalUi.setState({ finding: true });
      },
    },
    {
      id: 'terminal.place',
      group: 'Terminal',
      title: 'Go to the last place that the terminal names (the end of a traceback)',
      enabled: open,
      run: () => {
        if (!terminal.followLastLink())
          notify({
            level: 'info',
            title: 'The terminal names no place in a file',
            text: 'A traceback does, and so does script.py:5.',
          });
      },
    },
    {
      id: 'terminal.copy',
      group: 'Terminal',
      title: 'Copy what is selected in the terminal',
      run: () => terminal.copy(),
    },
    {
      id: 'terminal.paste',
      group: 'Terminal',
      title: 'Paste into the terminal',
      enabled: live,
      run: () =>
        void terminal.paste().catch(() =>
          notify({
            level: 'warning',
            title: 'Not pasted',
            text: 'The browser did not give the clipboard away; press Ctrl+V in the terminal.',
          }),
        ),
    },
    {
      id: 'terminal.text',
      group: 'Terminal',
      title: 'Show the terminal’s output as text',
      run: () => terminalUi.setState({ asText: true }),
    },
    {
      id: 'terminal.reader',
      group: 'Terminal',
      title: 'Screen-reader mode of the terminal, on or off',
      run: () => {
        const terminalReader = !preferences.getState().terminalReader;
        prefer({ terminalReader });
        notify({
          level: 'info',
          title: `Screen-reader mode of the terminal is ${terminalReader ? 'on' : 'off'}`,
        });
      },
    },
    {
      id: 'terminal.tab',
      group: 'Terminal',
      title: 'Tab leaves the terminal, on or off (Ctrl+M in it)',
      run: () => terminal.toggleTabMode(),
    },
    ...PANELS.map(([panel, name], at): Command => ({
      id: `view.${panel}`,
      group: 'View',
      title: `Go to ${name}`,
      keys: `alt+${at + 1}`,
      enabled: open,
      run: () => showPanel(panel),
    })),
    {
      id: 'view.task',
      group: 'View',
      title: 'Go to the task of the lab',
      keys: 'alt+0',
      enabled: () => view.getState().work,
      run: () => showPanel('task'),
    },
    { id: 'view.labs', group: 'View', title: 'All labs', run: () => goTo('labs') },
    ...THEMES.map((theme): Command => ({
      id: `theme.${theme}`,
      group: 'View',
      title: THEME_TITLES[theme],
      run: () => prefer({ theme }),
    })),
    {
      id: 'view.projector',
      group: 'View',
      title: 'Projector mode: large type, on or off',
      run: () => prefer({ projector: !preferences.getState().projector }),
    },
    {
      id: 'view.next',
      group: 'View',
      title: 'Next panel',
      keys: 'F6',
      enabled: open,
      run: () => showNextPanel(1),
    },
    {
      id: 'view.previous',
      group: 'View',
      title: 'Previous panel',
      keys: 'shift+F6',
      enabled: open,
      run: () => showNextPanel(-1),
    },
    { id: 'view.reset', group: 'View', title: 'Reset the layout', enabled: open, run: resetLayout },
    { id: 'view.home', group: 'View', title: 'All benches and examples', run: goHome },
    {
      id: 'help.palette',
      group: 'Help',
      title: 'All commands',
      keys: 'mod+k',
      run: () => parts.showDialog('palette'),
    },
    {
      id: 'help.keys',
      group: 'Help',
      title: 'Help and short-cuts',
      keys: 'F1',
      run: () => parts.showDialog('help'),
    },
  ];
}

async function goToLine(): Promise<void> {
  const { activeFile } = view.getState();
  if (activeFile === null) return;
  const complaint = (text: string) =>
    /^\s*[1-9]\d{0,8}\s*$/.test(text) ? null : 'A number, please: lines count from 1.';
  const line = await askText({
    title: `Go to a line of ${activeFile}`,
    action: 'Go',
    field: { label: 'Line', initial: '', complaint },
  });
  if (line !== null) openFile(activeFile, { line: Number(line), mark: true });
}
