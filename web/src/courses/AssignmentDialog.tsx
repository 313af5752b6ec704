import type { CourseAssignment } from '@sandtable/shared/courseReplies';
import { useState } from 'react';
import { useRequest } from '../session/useRequest.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TextField } from '../ui/TextField.tsx';
import { Answer } from './Answer.tsx';
import { fieldTime, timeOfField } from './times.ts';

interface AssignmentDialogProps {
  readonly course: string;
  /** The one to change; left out: a new one. */
  readonly assignment?: CourseAssignment;
  readonly onClose: (changed: boolean) => void;
}

/** Makes an assignment from a lab, or changes one. */
export function AssignmentDialog({ course, assignment, onClose }: AssignmentDialogProps) {
  const session = useSession();
  const catalogue = useRequest('lab.list', {});
  const [lab, setLab] = useState(assignment?.lab ?? '');
  const [title, setTitle] = useState(assignment?.title ?? '');
  const [opens, setOpens] = useState(fieldTime(assignment?.opensAt ?? null));
  const [due, setDue] = useState(fieldTime(assignment?.dueForAll ?? null));
  const [refusal, setRefusal] = useState<string | null>(null);
  const [counts, setCounts] = useState<'best' | 'last'>(assignment?.counts ?? 'best');
  const opensAt = timeOfField(opens);
  const dueAt = timeOfField(due);
  const complaint =
    lab === ''
      ? 'Choose a lab.'
      : title.trim() === ''
        ? 'It needs a title.'
        : opensAt !== null && dueAt !== null && dueAt <= opensAt
          ? 'It would be due before it opens.'
          : null;
  const save = async () => {
    if (complaint !== null) return;
    const dates = { title: title.trim(), opensAt, dueAt, counts };
    const saved =
      assignment === undefined
        ? await session.request('assignment.make', { course, lab, ...dates })
        : await session.request('assignment.change', { assignment: assignment.id, ...dates });
    if (saved.ok) onClose(true);
    else setRefusal(saved.error.message);
  };
  return (
    <Dialog
      open
      small
      onClose={() => onClose(false)}
      title={assignment === undefined ? 'A new assignment' : 'Change the assignment'}
      description="Times are in your time zone. The version of the lab stays the same until you choose a new one."
    >
      <form
        className="course-form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {assignment === undefined ? (
          <Answer request={catalogue}>
            {({ labs }) => (
              <label>
                Lab
                <select
                  className="field"
                  value={lab}
                  onChange={({ target }) => {
                    const chosen = labs.find(({ id }) => id === target.value);
                    setLab(target.value);
                    if (chosen !== undefined) setTitle(chosen.title);
                  }}
                >
                  <option value="">Choose a lab …</option>
                  {labs.map((each) => (
                    <option key={each.id} value={each.id}>
                      {each.title}
                    </option>
                  ))}
                </select>
              </label>
            )}
          </Answer>
        ) : null}
        <TextField label="Title" value={title} maxLength={120} onType={setTitle} />
        <TextField label="Opens (empty: at once)" type="datetime-local" value={opens} onType={setOpens} />
        <TextField label="Due (empty: no date)" type="datetime-local" value={due} onType={setDue} />
        <label>
          Of what is handed in, counts
          <select
            className="field"
            value={counts}
            onChange={(event) => setCounts(event.target.value === 'last' ? 'last' : 'best')}
          >
            <option value="best">the best</option>
            <option value="last">the last</option>
          </select>
        </label>
        <p className="asking-complaint" role="alert">
          {refusal ?? ''}
        </p>
        <div className="dialog-actions">
          <Button kind="plain" onClick={() => onClose(false)}>
            Cancel
          </Button>
          <Button type="submit" kind="main" aria-disabled={complaint !== null} title={complaint ?? undefined}>
            {assignment === undefined ? 'Make the assignment' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
