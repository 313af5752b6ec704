import type { Attempt } from '@sandtable/shared/labMessages';
import { useState } from 'react';
import { dateText } from '../../labs/labWords.ts';
import { useLabs, useLabState } from '../../session/useLabs.ts';
import { Button } from '../../ui/Button.tsx';
import { showHistoryAt } from '../history/historyView.ts';
import { ResultList, scoreWords } from './Results.tsx';

const STATES = {
  waiting: 'waiting',
  running: 'under way',
  done: '',
  cancelled: 'cancelled',
  failed: 'failed',
} as const;

/** Every attempt with its result; asked for when somebody wants to see them. */
export function Attempts() {
  const desk = useLabs();
  const attempts = useLabState((state) => state.attempts);
  if (attempts === null) {
    return (
      <p>
        <Button small onClick={() => void desk.loadAttempts()}>
          Show all attempts
        </Button>
      </p>
    );
  }
  return (
    <section aria-labelledby="task-attempts">
      <h3 id="task-attempts">Attempts</h3>
      {attempts.length === 0 ? <p className="dim">Nothing was checked yet.</p> : null}
      <ul className="task-attempts">
        {attempts.map((attempt) => (
          <AttemptLine key={attempt.id} attempt={attempt} />
        ))}
      </ul>
    </section>
  );
}

function AttemptLine({ attempt }: { readonly attempt: Attempt }) {
  const [open, setOpen] = useState(false);
  const { kind, startedAt, state, message, revision, regraded } = attempt;
  return (
    <li>
      <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {kind === 'hand-in' ? 'Handed in' : 'Check'}, {dateText(startedAt)}
      </button>{' '}
      <span className="dim">{state === 'done' ? scoreWords(attempt) : STATES[state]}</span>
      {open ? (
        <div className="task-attempt">
          {message === null ? null : <p>{message}</p>}
          {regraded === null ? null : (
            <p>
              Judged again on {dateText(regraded.at)}; until then it had {regraded.points ?? 0} of{' '}
              {regraded.max ?? 0} points, before hints.
            </p>
          )}
          <Button small onClick={() => showHistoryAt(revision)}>
            Show the code of this attempt
          </Button>
          <ResultList attempt={attempt} />
        </div>
      ) : null}
    </li>
  );
}
