import type { CourseDetail } from '@sandtable/shared/courseReplies';
import type { GradeRow } from '@sandtable/shared/progressReplies';
import { useMemo, useState } from 'react';
import { useRequest } from '../session/useRequest.ts';
import { Answer } from './Answer.tsx';
import { WorkDialog, type WorkAt } from './WorkDialog.tsx';

/** What everybody has got so far; a grade opens to how it came to be. */
export function GradesView({ detail }: { readonly detail: CourseDetail }) {
  const course = detail.course.id;
  const request = useRequest('grade.book', { course });
  const [open, setOpen] = useState<WorkAt | null>(null);
  const { asked } = request;
  const grades = useMemo(() => {
    const rows = asked.state === 'ready' ? asked.value.grades : [];
    return new Map<string, GradeRow>(rows.map((row) => [`${row.assignment} ${row.person}`, row]));
  }, [asked]);
  return (
    <Answer request={request}>
      {({ assignments, people }) => (
        <section aria-label="Grades">
          <p>
            <a
              className="button button-plain"
              href={`/api/courses/${encodeURIComponent(course)}/grades.csv`}
              download
            >
              Download as CSV
            </a>
          </p>
          {people.length === 0 || assignments.length === 0 ? (
            <p className="dim">Grades appear here when there are students and assignments.</p>
          ) : (
            <div className="course-scroll" tabIndex={0} role="region" aria-label="Gradebook">
              <table className="course-table">
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    {assignments.map(({ id, title, max }) => (
                      <th key={id} scope="col">
                        {title} <span className="dim">of {max}</span>
                      </th>
                    ))}
                    <th scope="col">Total</th>
                  </tr>
                </thead>
                <tbody>
                  {people.map((person) => {
                    const own = assignments.map(({ id }) => grades.get(`${id} ${person.id}`));
                    return (
                      <tr key={person.id}>
                        <th scope="row">
                          {person.name}
                          {person.role === 'student' ? '' : ' (tries it)'}
                        </th>
                        {assignments.map(({ id, title }, at) => (
                          <td key={id}>
                            <button
                              type="button"
                              className="link"
                              onClick={() =>
                                setOpen({ person: person.id, assignment: id, bench: own[at]?.bench ?? null })
                              }
                            >
                              {own[at]?.points ?? '–'}
                              {own[at]?.overridden === true ? ' (set by hand)' : ''}
                              <span className="unseen">
                                {' '}
                                {person.name}, {title}
                              </span>
                            </button>
                          </td>
                        ))}
                        <td>
                          {Math.round(own.reduce((sum, row) => sum + (row?.points ?? 0), 0) * 1000) / 1000}
                        </td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
          )}
          {open === null ? null : (
            <WorkDialog
              detail={detail}
              work={open}
              onClose={(changed) => {
                setOpen(null);
                if (changed) void request.reload();
              }}
            />
          )}
        </section>
      )}
    </Answer>
  );
}
