import { Play } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { useCommands } from '../../app/commandContext.ts';
import { useWork } from '../../session/useSession.ts';
import { runMood } from '../../session/workState.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { moodOf } from '../status/mood.ts';
import { useFocusWish } from '../useFocusWish.ts';
import { TerminalSearch } from './TerminalSearch.tsx';
import { terminalUi, useTerminal } from './useTerminal.ts';
import './terminal.css';

/** The guest's terminal, with a line below it that says in words how the run stands. */
export function TerminalPanel() {
  const terminal = useTerminal();
  const host = useRef<HTMLDivElement>(null);
  const finding = useStore(terminalUi, (state) => state.finding);
  const asText = useStore(terminalUi, (state) => state.asText);
  useEffect(() => terminal.mount(host.current!), [terminal]);
  useFocusWish('terminal', null, () => terminal.focus());
  return (
    <div className="terminal-panel">
      {finding ? <TerminalSearch /> : null}
      <div className="terminal-area">
        <div ref={host} className="terminal-mount" />
        <EmptyTerminal />
      </div>
      <TerminalLine />
      <Dialog
        open={asText}
        onClose={() => terminalUi.setState({ asText: false })}
        title="Terminal as text"
        description="What stands in the terminal now, to read and copy at leisure."
      >
        <textarea
          className="field terminal-text"
          readOnly
          rows={20}
          aria-label="Output"
          value={asText ? terminal.text() : ''}
        />
      </Dialog>
    </div>
  );
}

function EmptyTerminal() {
  const empty = useWork((state) => state.run === null && !state.starting);
  const { run } = useCommands();
  if (!empty) return null;
  return (
    <div className="terminal-empty empty">
      <p>Nothing has run on this bench yet.</p>
      <Button kind="main" onClick={() => run('run.script')}>
        <Play className="icon" aria-hidden /> Press Run
      </Button>
      <p>
        or <kbd>Ctrl</kbd>+<kbd>Enter</kbd>. The guest’s output appears here, and you can type to it.
      </p>
    </div>
  );
}

function TerminalLine() {
  const mood = useWork(runMood);
  const exit = useWork((state) => state.run?.exit ?? null);
  const tabLeaves = useStore(terminalUi, (state) => state.tabLeaves);
  const { text } = moodOf(mood, exit);
  if (mood === 'none') return null;
  return (
    <div className="terminal-line" data-mood={mood}>
      <span role="status">{text}</span>
      {tabLeaves ? <span className="dim">Tab leaves the terminal (Ctrl+M)</span> : null}
    </div>
  );
}
