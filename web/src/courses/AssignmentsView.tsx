import type { CourseAssignment, CourseDetail } from '@sandtable/shared/courseReplies';
import { timeOf } from '@sandtable/shared/labs/dates';
import { useState } from 'react';
import { askYes } from '../app/asking.ts';
import { goToBench } from '../app/route.ts';
import type { Request } from '../session/useRequest.ts';
import { datesText, whatGoes } from '../labs/assignmentWords.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { useNow } from '../ui/useNow.ts';
import { AssignmentDialog } from './AssignmentDialog.tsx';
import { plural } from './CourseList.tsx';
import { RegradeDialog } from './RegradeDialog.tsx';
import { UpgradeDialog } from './UpgradeDialog.tsx';

type Open =
  | { readonly what: 'make' }
  | { readonly what: 'change' | 'upgrade' | 'regrade'; readonly of: CourseAssignment };

export function AssignmentsView({
  detail,
  request,
}: {
  readonly detail: CourseDetail;
  readonly request: Request<CourseDetail>;
}) {
  const [open, setOpen] = useState<Open | null>(null);
  const { course, assignments } = detail;
  const teaches = course.role === 'instructor' || course.role === 'administrator';
  const close = (changed: boolean) => {
    setOpen(null);
    if (changed) void request.reload();
  };
  return (
    <section aria-label="Assignments">
      {assignments.length === 0 ? (
        <p className="dim">
          {teaches
            ? 'No assignment yet. One is made from a lab of the catalogue.'
            : 'Nothing is assigned yet. What is appears here, with its dates.'}
        </p>
      ) : (
        <ul className="assignments">
          {assignments.map((each) => (
            <Assignment
              key={each.id}
              assignment={each}
              staff={course.role !== 'student'}
              teaches={teaches}
              onOpen={setOpen}
              onChanged={() => void request.reload()}
            />
          ))}
        </ul>
      )}
      {teaches ? (
        <p>
          <Button kind="main" onClick={() => setOpen({ what: 'make' })}>
            New assignment …
          </Button>
        </p>
      ) : null}
      {open?.what === 'make' ? <AssignmentDialog course={course.id} onClose={close} /> : null}
      {open?.what === 'change' ? (
        <AssignmentDialog course={course.id} assignment={open.of} onClose={close} />
      ) : null}
      {open?.what === 'regrade' ? <RegradeDialog assignment={open.of} onClose={close} /> : null}
      {open?.what === 'upgrade' ? <UpgradeDialog assignment={open.of} onClose={close} /> : null}
    </section>
  );
}

interface AssignmentProps {
  readonly assignment: CourseAssignment;
  readonly staff: boolean;
  readonly teaches: boolean;
  readonly onOpen: (open: Open) => void;
  readonly onChanged: () => void;
}

function Assignment({ assignment, staff, teaches, onOpen, onChanged }: AssignmentProps) {
  const session = useSession();
  const { id, title, labTitle, work, max } = assignment;
  const now = useNow();
  const goes = staff ? null : whatGoes(assignment, work, now);
  const before = timeOf(assignment, now) === 'before';
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    const opened = await session.ask('The work was not opened', 'lab.open', { assignment: id });
    setBusy(false);
    if (opened !== null) goToBench(opened.bench);
  };
  const remove = async () => {
    const yes = await askYes({
      title: `Remove “${title}”?`,
      text: 'Benches that were opened for it stay with their owners. This cannot be undone.',
      action: 'Remove',
      danger: true,
    });
    if (!yes) return;
    await session.ask('The assignment was not removed', 'assignment.remove', { assignment: id });
    onChanged();
  };
  return (
    <li className="assignment">
      <div>
        <h2>{title}</h2>
        <p className="dim">
          {title === labTitle ? '' : `${labTitle} · `}
          {plural(max, 'point')} · {datesText(assignment, now)} · the {assignment.counts} hand-in counts
        </p>
        <p>
          {work === null
            ? 'Not begun.'
            : work.points === null
              ? 'Begun, nothing handed in.'
              : `${work.handedIn ? 'Handed in' : 'Grade'}: ${String(work.points)} of ${String(max)} points.`}
          {goes === null ? '' : ` ${goes}`}
          {staff ? (
            <span className="dim">
              {' '}
              {plural(assignment.begun, 'work')},{' '}
              {plural(assignment.handedIn, 'person').replace('persons', 'people')} handed in.
            </span>
          ) : null}
        </p>
      </div>
      <div className="assignment-actions">
        {before && work === null && !staff ? null : (
          <Button kind="main" disabled={busy} onClick={() => void start()}>
            {work === null ? (staff ? 'Try it' : 'Begin') : 'Open your work'}
          </Button>
        )}
        {teaches ? (
          <>
            {assignment.outdated ? (
              <Button kind="plain" onClick={() => onOpen({ what: 'upgrade', of: assignment })}>
                New version of the lab …
              </Button>
            ) : null}
            <Button kind="plain" onClick={() => onOpen({ what: 'regrade', of: assignment })}>
              Judge again …
            </Button>
            <Button kind="plain" onClick={() => onOpen({ what: 'change', of: assignment })}>
              Change …
            </Button>
            <Button kind="plain" onClick={() => void remove()}>
              Remove …
            </Button>
          </>
        ) : null}
      </div>
    </li>
  );
}
