/** Links to a row: when the bench and its run are here, the page goes there; a row of a run that is gone is told. */
import type { Session } from '../session/session.ts';
import type { TimeTravel } from '../session/timeTravel.ts';
import { openBench } from '../session/workState.ts';
import { notify } from './notices.ts';
import { leaveRow, route } from './route.ts';

export function followRowLinks(session: Session, travel: TimeTravel): void {
  const follow = (): void => {
    const { bench, row } = route.getState();
    if (bench === null || row === null || openBench(session.state) !== bench) return;
    const { run } = session.state;
    if (run?.run === row.run) {
      if (run.calls > row.n) travel.go(row.n);
    } else {
      leaveRow();
      notify({
        level: 'warning',
        title: 'The link leads to a row of another run',
        text: 'This bench shows a later run now; what the link meant is not kept with it.',
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
    if (before.wanted !== null && wanted !== before.wanted) leaveRow();
  });
}
