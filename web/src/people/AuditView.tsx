/** The log of acts, newest first. */
import { PEOPLE_PER_PAGE, type AuditEntry } from '@sandtable/shared/peopleMessages';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { linkTo, route } from '../app/route.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { TableHead } from '../ui/TableHead.tsx';
import { When } from './When.tsx';

/** Beginnings of the names of acts. */
const AREAS: readonly (readonly [string, string])[] = [
  ['', 'Everything'],
  ['sign-in', 'Signing in and out'],
  ['person', 'People'],
  ['invitation', 'Invitations'],
  ['course', 'Courses'],
  ['assignment', 'Assignments'],
  ['grade', 'Grades'],
  ['lab', 'Labs'],
];

export function AuditView() {
  const session = useSession();
  const person = useStore(route, (now) => now.query['person'] ?? '');
  const [act, setAct] = useState('');
  const [entries, setEntries] = useState<readonly AuditEntry[] | null>(null);
  const [more, setMore] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const load = useCallback(
    async (before: string | null) => {
      const answer = await session.request('people.audit', { act, person, before, count: PEOPLE_PER_PAGE });
      if (!answer.ok) return setProblem(answer.error.message);
      setProblem(null);
      setMore(answer.value.length === PEOPLE_PER_PAGE);
      setEntries((known) => (before === null ? answer.value : [...(known ?? []), ...answer.value]));
    },
    [session, act, person],
  );
  useEffect(() => void load(null), [load]);
  return (
    <>
      <div className="people-bar">
        <label>
          Show
          <select className="field" value={act} onChange={(event) => setAct(event.target.value)}>
            {AREAS.map(([id, title]) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {person === '' ? null : <a href={linkTo('people', 'log')}>Of everybody</a>}
      </div>
      {problem === null ? null : <p role="alert">{problem}</p>}
      {entries === null ? (
        problem === null && (
          <p className="dim" role="status">
            Asking the server …
          </p>
        )
      ) : entries.length === 0 ? (
        <p className="dim">Nothing of that kind has happened.</p>
      ) : (
        <div className="people-scroll" tabIndex={0} role="region" aria-label="The log">
          <table className="people-table">
            <TableHead columns={['When', 'Who', 'Did', 'To', 'What else is known']} />
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.id}>
                  <td>
                    <When at={entry.at} />
                  </td>
                  <td>{entry.actorName ?? entry.actor}</td>
                  <td>
                    <code>{entry.act}</code>
                  </td>
                  <td>{entry.objectName ?? shortened(entry.object)}</td>
                  <td>
                    {Object.entries(entry.detail)
                      .filter(([, value]) => value !== null)
                      .map(([name, value]) => `${name}: ${String(value)}`)
                      .join(', ')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more ? (
        <p>
          <Button kind="plain" onClick={() => void load(entries?.at(-1)?.at ?? null)}>
            Show older ones
          </Button>
        </p>
      ) : null}
    </>
  );
}

/** Hashes say nothing to a reader but that they are the same. */
function shortened(object: string): string {
  return object.length > 30 ? `${object.slice(0, 8)}…` : object;
}
