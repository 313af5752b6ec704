import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../../ui/Button.tsx';
import { terminalUi, useTerminal } from './useTerminal.ts';

/** Finds text in the scroll-back. Enter goes up, Shift+Enter down, Escape closes. */
export function TerminalSearch() {
  const terminal = useTerminal();
  const [text, setText] = useState('');
  const [missing, setMissing] = useState(false);
  useEffect(() => () => terminal.endFind(), [terminal]);
  const find = (direction: 'next' | 'previous', wanted = text, incremental = false) => {
    setMissing(wanted !== '' && !terminal.find(wanted, direction, incremental));
  };
  const close = () => {
    terminalUi.setState({ finding: false });
    terminal.focus();
  };
  return (
    <div className="terminal-search" role="search" aria-label="Terminal">
      <input
        className="field"
        autoFocus
        aria-label="Find in the terminal"
        aria-invalid={missing}
        placeholder="Find"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          find('previous', event.target.value, true);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') find(event.shiftKey ? 'next' : 'previous');
          if (event.key === 'Escape') close();
        }}
      />
      <span role="status" className="dim">
        {missing ? 'Not found' : ''}
      </span>
      <IconButton label="Previous" keys="Enter" small onClick={() => find('previous')}>
        <ArrowUp className="icon" aria-hidden />
      </IconButton>
      <IconButton label="Next" keys="Shift+Enter" small onClick={() => find('next')}>
        <ArrowDown className="icon" aria-hidden />
      </IconButton>
      <IconButton label="Close search" keys="Escape" small onClick={close}>
        <X className="icon" aria-hidden />
      </IconButton>
    </div>
  );
}
