import type { CourseDetail } from '@sandtable/shared/courseReplies';
import { useEffect, useMemo, useState } from 'react';
import { useRequest } from '../session/useRequest.ts';
import { useSession } from '../session/useSession.ts';
import type { Matrix } from '@sandtable/shared/progressReplies';
import { Answer } from './Answer.tsx';
import { plural } from './CourseList.tsx';
import { MatrixTable } from './MatrixTable.tsx';
import { arranged, peopleOf, STUCK_AFTER, withChange, type Order } from './matrixRows.ts';
import { WorkDialog, type WorkAt } from './WorkDialog.tsx';

/** Everybody and every check, as it is now. */
export function MatrixView({ detail }: { readonly detail: CourseDetail }) {
  const session = useSession();
  const course = detail.course.id;
  const request = useRequest('matrix.get', { course });
  const { change, reload } = request;
  useEffect(() => {
    const forget = session.on('matrix.changed', (changed) => {
      if (changed.course === course) change((matrix) => withChange(matrix, changed));
    });
    const forgetAnew = session.on('matrix.anew', (changed) => {
      if (changed.course === course) void reload();
    });
    return () => {
      forget();
      forgetAnew();
      void session.request('matrix.leave', { course });
    };
  }, [session, course, change, reload]);
  return <Answer request={request}>{(matrix) => <Shown matrix={matrix} detail={detail} />}</Answer>;
}

function Shown({ matrix, detail }: { readonly matrix: Matrix; readonly detail: CourseDetail }) {
  const [order, setOrder] = useState<Order>('name');
  const [onlyStuck, setOnlyStuck] = useState(false);
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState<WorkAt | null>(null);
  const people = useMemo(() => peopleOf(matrix), [matrix]);
  const shown = useMemo(
    () => arranged(people, { order, onlyStuck, search }),
    [people, order, onlyStuck, search],
  );
  if (matrix.assignments.length === 0)
    return <p className="dim">There is no assignment yet. Progress is shown by assignment and check.</p>;
  if (people.length === 0)
    return (
      <p className="dim">No student is here yet. “People” takes in a roster, or gives a code to join by.</p>
    );
  return (
    <>
      <div className="matrix-bar" role="group" aria-label="What is shown">
        <label>
          Look for{' '}
          <input
            className="field"
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </label>
        <label>
          Order{' '}
          <select className="field" value={order} onChange={(event) => setOrder(event.target.value as Order)}>
            <option value="name">by name</option>
            <option value="points">fewest points first</option>
            <option value="seen">longest away first</option>
          </select>
        </label>
        <label className="matrix-check">
          <input
            type="checkbox"
            checked={onlyStuck}
            onChange={(event) => setOnlyStuck(event.target.checked)}
          />{' '}
          Only who is stuck ({STUCK_AFTER} attempts or more, and a check still fails)
        </label>
        <span className="dim" role="status">
          {shown.length === people.length
            ? plural(people.length, 'row')
            : `${shown.length.toLocaleString()} of ${plural(people.length, 'row')}`}
        </span>
      </div>
      <MatrixTable
        assignments={matrix.assignments}
        people={shown}
        onOpen={(person, assignment, bench) => setOpen({ person, assignment, bench })}
      />
      <p className="dim matrix-legend">
        <span aria-hidden>✓</span> passed · <span aria-hidden>✕</span> failed · <span aria-hidden>!</span>{' '}
        could not be judged · <span aria-hidden>–</span> not tried · <span aria-hidden>⋯</span> is being
        checked
      </p>
      {open === null ? null : <WorkDialog detail={detail} work={open} onClose={() => setOpen(null)} />}
    </>
  );
}
