import type { CourseAssignment } from '@sandtable/shared/courseReplies';
import type { RegradeChange, RegradeLook, RegradeState } from '@sandtable/shared/regradeReplies';
import { useEffect, useState } from 'react';
import { useRequest } from '../session/useRequest.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TableHead } from '../ui/TableHead.tsx';
import { Answer } from './Answer.tsx';
import { plural } from './CourseList.tsx';
import { shownTime } from './times.ts';

interface RegradeDialogProps {
  readonly assignment: CourseAssignment;
  readonly onClose: (changed: boolean) => void;
}

/** Judges what was handed in again: by which version, how far it is, what would change; then, if one wants it, the change. */
export function RegradeDialog({ assignment, onClose }: RegradeDialogProps) {
  const session = useSession();
  const request = useRequest('regrade.look', { assignment: assignment.id });
  const { change } = request;
  const [refusal, setRefusal] = useState<string | null>(null);
  const [applied, setApplied] = useState<string | null>(null);
  useEffect(() => {
    const forget = session.on('regrade.progress', (state) => {
      if (state.assignment === assignment.id) change((look) => ({ ...look, state }));
    });
    return () => {
      forget();
      void session.request('regrade.leave', { assignment: assignment.id });
    };
  }, [session, assignment.id, change]);
  const start = async (version: string) => {
    const answer = await session.request('regrade.start', { assignment: assignment.id, version });
    setRefusal(answer.ok ? null : answer.error.message);
  };
  const cancel = async () => {
    const answer = await session.request('regrade.cancel', { assignment: assignment.id });
    setRefusal(answer.ok ? null : answer.error.message);
    await request.reload();
  };
  const apply = async () => {
    const answer = await session.request('regrade.apply', { assignment: assignment.id });
    setRefusal(answer.ok ? null : answer.error.message);
    if (!answer.ok) return void request.reload();
    const { judged, newer } = answer.value;
    const done =
      judged === 0
        ? 'Applied. No attempt is another; the assignment has the version that was looked at.'
        : `Applied: ${plural(judged, 'attempt')} judged again. What each was before is kept in the history of the grade.`;
    setApplied(
      newer === 0
        ? done
        : `${done} ${plural(newer, 'attempt')} came in meanwhile and kept the points given then: judge again for these.`,
    );
  };
  const close = () => onClose(applied !== null);
  return (
    <Dialog open onClose={close} title={`Judge “${assignment.title}” again`}>
      {applied === null ? (
        <Answer request={request}>
          {(look) => {
            const { state } = look;
            if (state?.ended === null) return <UnderWay state={state} onCancel={() => void cancel()} />;
            if (state?.ended === 'done')
              return (
                <Found
                  state={state}
                  onApply={() => void apply()}
                  onForget={() => void cancel()}
                  onClose={close}
                />
              );
            return <Begin look={look} onStart={(version) => void start(version)} onClose={close} />;
          }}
        </Answer>
      ) : (
        <>
          <p role="status">{applied}</p>
          <div className="dialog-actions">
            <Button kind="main" onClick={close}>
              Close
            </Button>
          </div>
        </>
      )}
      <p className="asking-complaint" role="alert">
        {refusal ?? ''}
      </p>
    </Dialog>
  );
}

interface BeginProps {
  readonly look: RegradeLook;
  readonly onStart: (version: string) => void;
  readonly onClose: () => void;
}

function Begin({ look, onStart, onClose }: BeginProps) {
  const { attempts, versions, state } = look;
  const [version, setVersion] = useState(versions.at(-1)!.id);
  return (
    <>
      {state === null || state.message === null ? null : (
        <p className={state.ended === 'failed' ? 'asking-complaint' : 'dim'} role="status">
          {state.message}
        </p>
      )}
      <label>
        By the checks of{' '}
        <select className="field" value={version} onChange={(event) => setVersion(event.target.value)}>
          {versions.map(({ id, publishedAt, pinned }) => (
            <option key={id} value={id}>
              {pinned ? 'the version of the assignment' : 'the version of the catalogue'} ({shownVersion(id)},{' '}
              {shownTime(publishedAt)})
            </option>
          ))}
        </select>
      </label>
      <p className="dim">
        {attempts === 0
          ? 'Nobody was judged at this assignment yet.'
          : `${plural(attempts, 'attempt')}: what was handed in, and the newest check of each work. You see what would change before anything does.`}
      </p>
      <div className="dialog-actions">
        <Button kind="plain" onClick={onClose}>
          Close
        </Button>
        <Button kind="main" disabled={attempts === 0} onClick={() => onStart(version)}>
          Judge, and show what would change
        </Button>
      </div>
    </>
  );
}

function UnderWay({ state, onCancel }: { readonly state: RegradeState; readonly onCancel: () => void }) {
  const { done, of } = state;
  return (
    <>
      <Versions state={state} />
      <p>
        <progress max={Math.max(1, of)} value={done} aria-label="Progress of judging again" /> {String(done)}{' '}
        of {plural(of, 'attempt')}. It goes on when you close this.
      </p>
      <span className="unseen" role="status">
        Judging again is under way
      </span>
      <div className="dialog-actions">
        <Button kind="plain" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </>
  );
}

interface FoundProps {
  readonly state: RegradeState;
  readonly onApply: () => void;
  readonly onForget: () => void;
  readonly onClose: () => void;
}

function Found({ state, onApply, onForget, onClose }: FoundProps) {
  const { changes, of, from, to } = state;
  const same = of - changes.length;
  const nothing = changes.length === 0 && from === to;
  return (
    <>
      <Versions state={state} />
      <p role="status">
        {changes.length === 0
          ? `Nobody's points or checks change: ${plural(of, 'attempt')} come to what they were.`
          : `${plural(changes.length, 'attempt')} would change, ${String(same)} would not.`}
      </p>
      {changes.length === 0 ? null : <Changes changes={changes} />}
      <div className="dialog-actions">
        <Button kind="plain" onClick={onForget}>
          Forget this
        </Button>
        <Button kind={nothing ? 'main' : 'plain'} onClick={onClose}>
          Close
        </Button>
        {nothing ? null : (
          <Button kind="main" onClick={onApply}>
            {from === to ? 'Apply' : 'Apply, and use this version'}
          </Button>
        )}
      </div>
    </>
  );
}

function Versions({ state: { from, to } }: { readonly state: RegradeState }) {
  return (
    <p>
      {from === to
        ? `By the version that the assignment has, ${shownVersion(to)}.`
        : `By version ${shownVersion(to)}; the assignment has ${shownVersion(from)} now.`}
    </p>
  );
}

const OUTCOMES = { passed: 'passed', failed: 'failed', error: 'could not be judged' } as const;

function Changes({ changes }: { readonly changes: readonly RegradeChange[] }) {
  return (
    <div className="course-scroll course-preview" tabIndex={0} role="region" aria-label="What would change">
      <table className="course-table">
        <TableHead columns={['Name', 'Attempt', 'Points', 'Grade', 'Checks']} />
        <tbody>
          {changes.map(({ attempt, name, kind, at, before, after, max, grade, byHand, checks }) => (
            <tr key={attempt}>
              <th scope="row">{name}</th>
              <td>
                {kind === 'hand-in' ? 'handed in' : 'checked'} {shownTime(at)}
              </td>
              <td>
                {before} → {after} of {max}
              </td>
              <td>
                {grade.before === null && grade.after === null
                  ? 'none'
                  : `${String(grade.before ?? 'none')} → ${String(grade.after ?? 'none')}`}
                {byHand ? ', but set by hand, and stays' : ''}
              </td>
              <td>
                {checks.length === 0
                  ? 'Points only'
                  : checks.map(({ id, title, before: was, after: is }) => (
                      <div key={id}>
                        {title}: {was === null ? 'not there' : OUTCOMES[was]} →{' '}
                        {is === null ? 'not there' : OUTCOMES[is]}
                      </div>
                    ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Enough of a hash to tell two apart. */
function shownVersion(version: string): string {
  return version.slice(0, 8);
}
