/** The parts of the page that live as long as it does, whatever is on the screen. */
import type { Meta } from '@sandtable/shared/protocol';
import { meta } from '@sandtable/shared/serverMessages';
import { connect } from '../session/connection.ts';
import { HoleSearch, type Ended } from '../session/holeSearch.ts';
import { LabDesk } from '../session/labDesk.ts';
import { Session } from '../session/session.ts';
import { TimeTravel } from '../session/timeTravel.ts';
import { FileActions } from '../workbench/files/fileActions.ts';
import { WorldListings } from '../workbench/files/worldListings.ts';
import type { TerminalHost } from '../workbench/terminal/terminalHost.ts';
import { createTerminal } from '../workbench/terminal/useTerminal.ts';
import { followCaller, momentPlaces } from '../workbench/time/momentPlaces.ts';
import { TraceView } from '../workbench/trace/traceView.ts';
import { dialogs } from './dialogs.ts';
import { notify } from './notices.ts';
import { preferences } from './preferences.ts';
import { followRowLinks } from './rowLinks.ts';

export interface PageParts {
  readonly session: Session;
  readonly terminal: TerminalHost;
  readonly trace: TraceView;
  readonly files: FileActions;
  readonly listings: WorldListings;
  readonly travel: TimeTravel;
  readonly labs: LabDesk;
  readonly search: HoleSearch;
}

/** @param cutOff told that the server lets nobody in without a sign-in, and how to connect again */
export function makePage(cutOff: (again: () => void) => void): PageParts {
  const session = new Session({ connection: connect(cutOff), storage: browserStorage(), notify, fetchMeta });
  // A phone may put the page away without ever unloading it.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) session.leaving();
  });
  window.addEventListener('pagehide', () => session.leaving());
  const trace = new TraceView(session, preferences.getState().showBoot);
  const travel = new TimeTravel({
    session,
    notify,
    lowest: () => (preferences.getState().showBoot ? 0 : (session.state.run?.bootCalls ?? 0)),
  });
  const terminal = createTerminal(session, () => travel.live());
  travel.store.subscribe(({ point }, before) => {
    if (point === before.point) return;
    session.guest.showTerminal(point?.state.terminal ?? null);
    if (point?.row !== undefined && point.row !== null) trace.reveal(point.row);
    followCaller(momentPlaces(session, point));
  });
  followRowLinks(session, travel);
  return {
    session,
    terminal,
    trace,
    travel,
    search: new HoleSearch(session, tellSearch),
    files: new FileActions(session),
    listings: new WorldListings(session),
    labs: new LabDesk({ session, notify }),
  };
}

/** Where the dialog is closed nobody sees how the search ended. */
function tellSearch({ end }: Ended): void {
  if (dialogs.getState().open === 'search') return;
  notify({
    level: end.kind === 'hole' ? 'warning' : 'info',
    title: end.kind === 'hole' ? 'The search found a hole' : 'The search has ended',
    text:
      end.kind === 'hole'
        ? `${end.hole.words}. “Search for a hole” shows it.`
        : '“Search for a hole” says how.',
  });
}

async function fetchMeta(): Promise<Meta> {
  const response = await fetch('/api/meta', { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`/api/meta: ${response.status}`);
  return meta.parse(await response.json());
}

function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
