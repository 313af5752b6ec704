/** What is asked of a person in their courses: until when, how far they are, what they can still do. */
import type { OwnAssignment } from '@sandtable/shared/labMessages';
import { timeOf } from '@sandtable/shared/labs/dates';
import { linkTo } from '../app/route.ts';
import { useNow } from '../ui/useNow.ts';
import { byUrgency, datesText, whatGoes } from './assignmentWords.ts';
import { OpenButton, Progress } from './LabProgress.tsx';
import './labs.css';

interface AssignmentListProps {
  readonly assignments: readonly OwnAssignment[];
  /** Those that are most pressing, where there are more. */
  readonly atMost?: number;
}

export function AssignmentList({ assignments, atMost }: AssignmentListProps) {
  const now = useNow();
  return (
    <ul className="labs-assignments">
      {byUrgency(assignments, now)
        .slice(0, atMost)
        .map((each) => (
          <Assignment key={each.id} assignment={each} now={now} />
        ))}
    </ul>
  );
}

function Assignment({ assignment, now }: { readonly assignment: OwnAssignment; readonly now: number }) {
  const { id, title, course, lab, points, staff, work } = assignment;
  const before = timeOf(assignment, now) === 'before';
  const goes = staff ? null : whatGoes(assignment, work, now);
  return (
    <li>
      <div>
        <strong>{title}</strong>
        <p className="dim">
          <a href={linkTo('courses', course.id)}>{course.title}</a>
          {staff ? ', of whose staff you are' : ''}
          {lab === title ? '' : ` · ${lab}`}
        </p>
        <p>
          {datesText(assignment, now)}
          {goes === null ? '' : `. ${goes}`}
        </p>
      </div>
      <Progress work={work} points={points} />
      {before && work === null && !staff ? null : (
        <OpenButton wanted={{ assignment: id }} title={title} begun={work !== null} />
      )}
    </li>
  );
}
