import type { CourseDetail } from '@sandtable/shared/courseReplies';
import type { GradeHistory } from '@sandtable/shared/progressReplies';
import { useState } from 'react';
import { notify } from '../app/notices.ts';
import { goToBench, linkTo } from '../app/route.ts';
import { useRequest } from '../session/useRequest.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TableHead } from '../ui/TableHead.tsx';
import { TextField } from '../ui/TextField.tsx';
import { Answer } from './Answer.tsx';
import { fieldTime, shownTime, timeOfField } from './times.ts';

export interface WorkAt {
  readonly person: string;
  readonly assignment: string;
  /** Null where the person has not begun. */
  readonly bench: string | null;
}

interface WorkDialogProps {
  readonly detail: CourseDetail;
  readonly work: WorkAt;
  readonly onClose: (changed: boolean) => void;
}

/** One person at one assignment: look into the work, how the grade came to be, another grade, a later date. */
export function WorkDialog({ detail, work, onClose }: WorkDialogProps) {
  const { assignment, person } = work;
  const request = useRequest('grade.history', { assignment, person });
  const [changed, setChanged] = useState(false);
  const title = detail.assignments.find(({ id }) => id === assignment)?.title ?? 'Assignment';
  const teaches = detail.course.role === 'instructor' || detail.course.role === 'administrator';
  const after = () => {
    setChanged(true);
    void request.reload();
  };
  return (
    <Dialog open onClose={() => onClose(changed)} title={title}>
      <Answer request={request}>
        {(history) => (
          <>
            <p>{history.person}</p>
            <Attempts history={history} bench={work.bench} />
            {history.overrides.length > 0 ? (
              <ul className="course-differences" aria-label="Grades set by hand">
                {history.overrides.map(({ points, reason, by, at }) => (
                  <li key={at}>
                    {points === null ? 'Taken back' : `${String(points)} points`} by {by}, {shownTime(at)}:{' '}
                    {reason}
                  </li>
                ))}
              </ul>
            ) : null}
            {teaches ? (
              <>
                <OverrideForm
                  work={work}
                  set={typeof history.overrides.at(-1)?.points === 'number'}
                  onDone={after}
                />
                <ExtensionForm work={work} onDone={after} />
              </>
            ) : null}
          </>
        )}
      </Answer>
    </Dialog>
  );
}

function Attempts({ history, bench }: { readonly history: GradeHistory; readonly bench: string | null }) {
  const session = useSession();
  const copy = async (attempt?: string) => {
    if (bench === null) return;
    const made = await session.ask('No copy was made', 'work.copy', {
      bench,
      ...(attempt === undefined ? {} : { attempt }),
    });
    if (made !== null) goToBench(made.bench);
  };
  if (bench === null && history.attempts.length === 0) return <p className="dim">Not begun.</p>;
  return (
    <>
      {bench === null ? null : (
        <p>
          <Button kind="main" onClick={() => void copy()}>
            Open the work as it is, as a copy
          </Button>{' '}
          <a className="button button-plain" href={linkTo('bench', bench)}>
            Look at the work itself
          </a>
        </p>
      )}
      {history.attempts.length === 0 ? (
        <p className="dim">Nothing was checked yet.</p>
      ) : (
        <div className="course-scroll course-preview" tabIndex={0} role="region" aria-label="Attempts">
          <table className="course-table">
            <TableHead columns={['When', 'What', 'Points', 'Files then']} />
            <tbody>
              {history.attempts.map(({ id, at, kind, points, max, counts, replaced, regraded }) => (
                <tr key={id}>
                  <th scope="row">{shownTime(at)}</th>
                  <td>
                    {kind === 'hand-in' ? 'handed in' : 'checked'}
                    {counts ? ', counts' : ''}
                    {replaced ? ', as it was before it was judged again' : ''}
                    {regraded === null ? '' : `, judged again by ${regraded.by}, ${shownTime(regraded.at)}`}
                  </td>
                  <td>
                    {points} of {max}
                  </td>
                  <td>
                    {bench === null ? null : (
                      <Button kind="plain" small onClick={() => void copy(id)}>
                        Open a copy
                        <span className="unseen"> of {shownTime(at)}</span>
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

interface FormProps {
  readonly work: WorkAt;
  readonly onDone: () => void;
}

function OverrideForm({ work, set, onDone }: FormProps & { readonly set: boolean }) {
  const session = useSession();
  const [points, setPoints] = useState('');
  const [reason, setReason] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const number = Number(points.replace(',', '.'));
  const good = points.trim() !== '' && Number.isFinite(number) && number >= 0 && reason.trim() !== '';
  const send = async (to: number | null) => {
    const { person, assignment } = work;
    const answer = await session.request('grade.override', {
      assignment,
      person,
      points: to,
      reason: reason.trim(),
    });
    setRefusal(answer.ok ? null : answer.error.message);
    if (!answer.ok) return;
    setPoints('');
    setReason('');
    onDone();
  };
  return (
    <form
      className="course-form course-inline"
      aria-label="Set the grade by hand"
      onSubmit={(event) => {
        event.preventDefault();
        if (good) void send(number);
      }}
    >
      <TextField label="Points" inputMode="decimal" value={points} onType={setPoints} />
      <TextField label="Reason (the student reads it)" value={reason} maxLength={500} onType={setReason} />
      <Button type="submit" kind="plain" aria-disabled={!good}>
        Set the grade
      </Button>
      {set ? (
        <Button
          kind="plain"
          aria-disabled={reason.trim() === ''}
          onClick={() => reason.trim() !== '' && void send(null)}
        >
          Take it back
        </Button>
      ) : null}
      <p className="asking-complaint" role="alert">
        {refusal ?? ''}
      </p>
    </form>
  );
}

function ExtensionForm({ work, onDone }: FormProps) {
  const session = useSession();
  const [due, setDue] = useState(fieldTime(null));
  const [reason, setReason] = useState('');
  const dueAt = timeOfField(due);
  const good = dueAt !== null && reason.trim() !== '';
  const extend = async () => {
    if (!good) return;
    const { person, assignment } = work;
    const answer = await session.request('assignment.extend', {
      assignment,
      person,
      dueAt,
      reason: reason.trim(),
    });
    if (answer.ok) notify({ level: 'info', title: `More time, until ${shownTime(dueAt)}` });
    else notify({ level: 'error', title: 'No extension was given', text: answer.error.message });
    onDone();
  };
  return (
    <form
      className="course-form course-inline"
      aria-label="Give more time"
      onSubmit={(event) => {
        event.preventDefault();
        void extend();
      }}
    >
      <TextField label="Due for this person" type="datetime-local" value={due} onType={setDue} />
      <TextField label="Reason" value={reason} maxLength={500} onType={setReason} />
      <Button type="submit" kind="plain" aria-disabled={!good}>
        Give more time
      </Button>
    </form>
  );
}
