import { Tooltip } from 'radix-ui';
import { lazy, Suspense, useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import { LabProvider } from '../session/useLabs.ts';
import { SessionProvider, useWork } from '../session/useSession.ts';
import { TravelProvider } from '../session/useTravel.ts';
import { FilesProvider } from '../workbench/files/useFiles.ts';
import { HoleSearchProvider } from '../workbench/search/useHoleSearch.ts';
import { TerminalProvider } from '../workbench/terminal/useTerminal.ts';
import { TraceProvider } from '../workbench/trace/useTrace.ts';
import { Asking } from './Asking.tsx';
import { CommandPalette } from './CommandPalette.tsx';
import { CommandProvider, runCommand, type Commands } from './commandContext.ts';
import { makeCommands } from './commands.ts';
import { closeDialog, dialogs, openDialog } from './dialogs.ts';
import { HelpDialog } from './HelpDialog.tsx';
import { matchesKeys } from './keys.ts';
import { Notices } from './Notices.tsx';
import type { PageParts } from './page.ts';
import { prefer } from './preferences.ts';
import { route } from './route.ts';
import { Screen } from './screens.tsx';

// Its code comes when somebody searches.
const SearchDialog = lazy(() => import('../workbench/search/SearchDialog.tsx'));

/** The whole page around the parts that live as long as it. */
export function App({ parts }: { readonly parts: PageParts }) {
  const { session, terminal, trace, travel, files, listings, search, labs } = parts;
  const overlay = useStore(dialogs, ({ open }) => open);
  const commands = useMemo<Commands>(() => {
    const list = makeCommands({
      session,
      terminal,
      trace,
      travel,
      files,
      showDialog: openDialog,
    });
    return { list, run: (id) => runCommand(list, id) };
  }, [session, terminal, trace, travel, files]);
  useCommandKeys(commands);
  const bench = useStore(route, (now) => now.bench);
  useEffect(() => {
    void session.open(bench);
    if (bench !== null) prefer({ lastBench: bench });
  }, [session, bench]);
  const filesUi = useMemo(() => ({ actions: files, listings }), [files, listings]);
  return (
    <SessionProvider value={session}>
      <TerminalProvider value={terminal}>
        <TraceProvider value={trace}>
          <TravelProvider value={travel}>
            <FilesProvider value={filesUi}>
              <HoleSearchProvider value={search}>
                <LabProvider value={labs}>
                  <CommandProvider value={commands}>
                    <Tooltip.Provider delayDuration={500}>
                      <Title />
                      <Screen />
                      <CommandPalette open={overlay === 'palette'} onClose={closeDialog} />
                      <HelpDialog open={overlay === 'help'} onClose={closeDialog} />
                      {overlay === 'search' ? (
                        <Suspense>
                          <SearchDialog open onClose={closeDialog} />
                        </Suspense>
                      ) : null}
                      <Asking />
                      <Notices />
                    </Tooltip.Provider>
                  </CommandProvider>
                </LabProvider>
              </HoleSearchProvider>
            </FilesProvider>
          </TravelProvider>
        </TraceProvider>
      </TerminalProvider>
    </SessionProvider>
  );
}

function Title() {
  const name = useWork((state) => (state.bench.status === 'open' ? state.bench.info.name : null));
  return <title>{name === null ? 'Sandtable' : `${name} · Sandtable`}</title>;
}

/** Before editor and terminal see a key, because both know these combinations too. */
function useCommandKeys({ list }: Commands) {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const command = list.find((each) => each.keys !== undefined && matchesKeys(event, each.keys));
      if (command === undefined) return;
      // Saving and help are never the browser's here, even where there is nothing to save.
      event.preventDefault();
      event.stopPropagation();
      if (command.enabled?.() !== false) command.run();
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [list]);
}
