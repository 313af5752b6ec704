import type { RunInfo } from '@sandtable/shared/protocol';
import { useEffect, useState } from 'react';
import { useSession, useWork } from '../session/useSession.ts';
import { isLive, openBench } from '../session/workState.ts';
import { Button } from '../ui/Button.tsx';
import { clockTime } from '../ui/numbers.ts';

/**
 * Says that an older run is shown, and leads back. Showing one changes what every page of the bench shows, so each of them has this, also the one on
 * which nobody chose anything.
 */
export function OlderRun() {
  const session = useSession();
  const bench = useWork(openBench);
  const run = useWork((state) => state.run?.run ?? null);
  const live = useWork(isLive);
  const [known, setKnown] = useState<{ readonly run: string; readonly newest: RunInfo | null } | null>(null);

  useEffect(() => {
    if (bench === null || run === null || live) return;
    let asked = true;
    void session.request('run.list', { bench }).then((answer) => {
      // Without the list nothing is said: the run is shown all the same.
      if (!asked || !answer.ok) return;
      const newest = answer.value.reduce<RunInfo | null>(
        (last, each) => (last === null || each.startedAt > last.startedAt ? each : last),
        null,
      );
      setKnown({ run, newest });
    });
    return () => {
      asked = false;
    };
  }, [session, bench, run, live]);

  const newest = known?.run === run ? known?.newest : null;
  if (bench === null || live || newest === null || newest === undefined || newest.id === run) return null;
  const began = session.state.run?.start?.at;
  return (
    <div className="banner" role="status">
      <span className="banner-text">
        You are looking at {began === undefined ? 'an older run' : `the run of ${clockTime(began)}`}. Trace,
        terminal and moments are of that run, for everybody who has this bench open.
      </span>
      <Button
        kind="plain"
        small
        onClick={() => void session.ask('The newest run is not shown', 'run.show', { bench, run: newest.id })}
      >
        Back to the newest run
      </Button>
    </div>
  );
}
