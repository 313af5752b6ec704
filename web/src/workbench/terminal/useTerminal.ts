/** Makes the page's terminal when a panel first shows it and joins it to the session. */
import { createContext, useContext } from 'react';
import { createStore } from 'zustand/vanilla';
import { preferences } from '../../app/preferences.ts';
import { shownTheme } from '../../app/theme.ts';
import type { Session } from '../../session/session.ts';
import { isLive } from '../../session/workState.ts';
import { editorPathOf } from '../guestPlaces.ts';
import { openFile } from '../view.ts';
import { TerminalHost } from './terminalHost.ts';

export interface TerminalUi {
  readonly finding: boolean;
  readonly asText: boolean;
  readonly tabLeaves: boolean;
}

export const terminalUi = createStore<TerminalUi>(() => ({
  finding: false,
  asText: false,
  tabLeaves: false,
}));

/** @param typed told when a guest was given something: whoever looked at the past wants to see what comes of it */
export function createTerminal(session: Session, typed: () => void): TerminalHost {
  const host = new TerminalHost(
    {
      onInput: (data) => {
        const taken = session.guest.input(data);
        if (taken) typed();
        return taken;
      },
      onInterrupt: () => void session.guest.interrupt(),
      onResize: (size) => session.guest.resize(size),
      onShown: (chars) => session.guest.shown(chars),
      onLink: (path, line, column) => openFile(path, { line, column, mark: true }),
      onFind: () => terminalUi.setState({ finding: true }),
      onTabMode: (tabLeaves) => terminalUi.setState({ tabLeaves }),
      editorPath: (path) => editorPathOf(path, (each) => session.state.files[each] !== undefined),
      isLive: () => isLive(session.state),
    },
    preferences.getState().terminalReader,
  );
  shownTheme.subscribe(() => host.restyle());
  preferences.subscribe(({ terminalReader }) => {
    host.screenReader = terminalReader;
  });
  void document.fonts.ready.then(() => host.restyle());
  session.guest.connectTerminal(host);
  session.store.subscribe((state, before) => {
    if (isLive(state) !== isLive(before) || state.run?.run !== before.run?.run) host.live = isLive(state);
  });
  return host;
}

const TerminalContext = createContext<TerminalHost | null>(null);

export const TerminalProvider = TerminalContext.Provider;

export function useTerminal(): TerminalHost {
  const host = useContext(TerminalContext);
  if (host === null) throw new Error('useTerminal outside of TerminalProvider');
  return host;
}
