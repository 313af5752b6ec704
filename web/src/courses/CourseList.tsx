import { askText } from '../app/asking.ts';
import { goTo, linkTo } from '../app/route.ts';
import { useRequest } from '../session/useRequest.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { Answer } from './Answer.tsx';
import { PageHead } from './PageHead.tsx';

/** The courses that one is in, and for those who teach a way to make another. */
export function CourseList() {
  const session = useSession();
  const request = useRequest('course.list', {});
  const make = async () => {
    const title = await askText({
      title: 'A new course',
      text: 'You teach it, and can take in others from a roster or by a code.',
      action: 'Make the course',
      field: { label: 'Title', initial: '', complaint: titleComplaint },
    });
    if (title === null) return;
    const made = await session.ask('The course was not made', 'course.make', { title });
    if (made !== null) goTo('courses', made.id);
  };
  return (
    <main className="start course">
      <PageHead title="Courses" />
      <Answer request={request}>
        {({ courses, mayMake }) => (
          <>
            {courses.length === 0 ? (
              <p className="dim">
                {mayMake
                  ? 'None yet. A course has people, assignments made from labs, and their grades.'
                  : 'You are in no course. Whoever teaches yours can take you in, or give you a code to join by.'}
              </p>
            ) : (
              <ul className="start-list">
                {courses.map((course) => (
                  <li key={course.id}>
                    <a href={linkTo('courses', course.id)}>{course.title}</a>
                    <span className="dim">
                      {course.archived ? 'archived · ' : ''}
                      {course.role} · {plural(course.students, 'student')} ·{' '}
                      {plural(course.assignments, 'assignment')}
                    </span>
                  </li>
                ))}
              </ul>
            )}
            {mayMake ? (
              <p>
                <Button kind="main" onClick={() => void make()}>
                  New course …
                </Button>{' '}
                <a className="button button-plain" href={linkTo('author')}>
                  Write a lab
                </a>
              </p>
            ) : null}
          </>
        )}
      </Answer>
    </main>
  );
}

export function titleComplaint(text: string): string | null {
  if (text.trim() === '') return 'It needs a title.';
  return text.trim().length > 120 ? 'A title has at most 120 characters.' : null;
}

export function plural(n: number, what: string): string {
  return `${n.toLocaleString()} ${what}${n === 1 ? '' : 's'}`;
}
