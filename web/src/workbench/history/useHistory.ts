import type { History } from '@sandtable/shared/historyMessages';
import { useCallback, useEffect, useState } from 'react';
import { useSession, useWork } from '../../session/useSession.ts';

/** Typing saves a few times a second; the list of changes need not follow at once. */
const FOLLOW_MS = 600;

/** The history of the open bench, read anew as it grows. */
export function useHistory(): {
  readonly history: History | null;
  readonly problem: string | null;
  readonly reload: () => void;
} {
  const session = useSession();
  const bench = useWork((state) => (state.bench.status === 'open' ? state.bench.info.id : null));
  const newest = useWork((state) =>
    Object.values(state.files).reduce(
      (most, { version }) => Math.max(most, version ?? 0),
      Object.keys(state.files).length / 1e6,
    ),
  );
  const run = useWork((state) => state.run?.run);
  const online = useWork((state) => state.connection === 'online');
  const [history, setHistory] = useState<History | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const reload = useCallback(() => {
    if (bench === null) return;
    void session.request('history.list', { bench }).then((answer) => {
      if (answer.ok) setHistory(answer.value);
      setProblem(answer.ok ? null : answer.error.message);
    });
  }, [session, bench]);
  useEffect(() => {
    if (!online) return;
    const timer = setTimeout(reload, history === null ? 0 : FOLLOW_MS);
    return () => clearTimeout(timer);
    // What was read is no reason to read again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [reload, newest, run, online]);
  useEffect(() => session.on('history.labelled', reload), [session, reload]);
  return { history, problem, reload };
}
