/**
 * Links to a row: when the bench and its run are here, the page goes there. A run that is not the one on the bench is fetched from those that
 * are kept; where that cannot be, the person is told what is gone and what can still be done.
 */
import type { RequestFailure } from '../session/connection.ts';
import type { Session } from '../session/session.ts';
import type { TimeTravel } from '../session/timeTravel.ts';
import { isLive, openBench } from '../session/workState.ts';
import type { Notice } from '../session/askOrTell.ts';
import { clockTime } from '../ui/numbers.ts';
import { notify } from './notices.ts';
import { leaveRow, route } from './route.ts';

export function followRowLinks(session: Session, travel: TimeTravel): void {
  /** The run that was asked for and has not come yet. */
  let fetching: string | null = null;

  const fetchRun = async (bench: string, run: string): Promise<void> => {
    if (fetching === run) return;
    fetching = run;
    const answer = await session.request('run.show', { bench, run });
    fetching = null;
    if (route.getState().row?.run !== run || openBench(session.state) !== bench) return;
    if (answer.ok) {
      const at = session.state.run?.run === run ? session.state.run.start?.at : undefined;
      notify({
        level: 'info',
        title: 'The link leads to an earlier run, which is shown now',
        text: `${at === undefined ? '' : `It began at ${clockTime(at)}. `}Files stand as they are today; the run keeps its own in “Moment”.`,
      });
      follow();
    } else {
      leaveRow();
      notify(whyNot(answer.error));
    }
  };

  const follow = (): void => {
    const { bench, row } = route.getState();
    if (bench === null || row === null || openBench(session.state) !== bench) return;
    const { run } = session.state;
    if (run?.run !== row.run) void fetchRun(bench, row.run);
    else if (run.calls > row.n) travel.go(row.n);
    else if (!isLive(session.state)) {
      leaveRow();
      notify({
        level: 'warning',
        title: `The run of this link has no row ${row.n}`,
        text: `It made ${run.calls} calls. Its trace is shown from the end.`,
      });
    }
  };
  route.subscribe(({ row }, before) => {
    if (row !== before.row) follow();
  });
  session.store.subscribe((state, before) => {
    const opened = openBench(state) !== openBench(before) || state.run?.run !== before.run?.run;
    // A bench is open a moment before its run is known.
    if (opened) setTimeout(follow, 0);
  });
  travel.store.subscribe(({ wanted }, before) => {
    // Another run on the bench ends the travel in the one before; the link that asked for it stays.
    if (fetching === null && before.wanted !== null && wanted !== before.wanted) leaveRow();
  });
}

function whyNot({ code, message }: RequestFailure): Notice {
  switch (code) {
    case 'busy':
      return {
        level: 'warning',
        title: 'The link leads to an earlier run, and a guest is running now',
        text: 'Stop it, or wait until it has ended, and open the link again. That run is kept.',
      };
    case 'not-found':
      return {
        level: 'warning',
        title: 'The run of this link is gone',
        text: 'A bench keeps the traces of its newest runs, and that one is no longer among them: its rows, its terminal and its files of that time cannot be shown. What is here is the bench as it is now. Run again for a new trace; or, where that run was exported, import its file in “Trace”.',
      };
    case 'bad-request':
      return {
        level: 'warning',
        title: 'The link names no run',
        text: 'It is not complete, or was changed on its way. What is here is the bench as it is now. Ask for the link once more.',
      };
    default:
      return { level: 'error', title: 'The run of this link could not be shown', text: message };
  }
}
