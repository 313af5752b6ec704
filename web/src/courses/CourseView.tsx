import type { CourseDetail } from '@sandtable/shared/courseReplies';
import { askText, askYes } from '../app/asking.ts';
import { linkTo } from '../app/route.ts';
import { useRequest, type Request } from '../session/useRequest.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { Answer } from './Answer.tsx';
import { AssignmentsView } from './AssignmentsView.tsx';
import { titleComplaint } from './CourseList.tsx';
import { GradesView } from './GradesView.tsx';
import { MatrixView } from './MatrixView.tsx';
import { PageHead } from './PageHead.tsx';
import { PeopleView } from './PeopleView.tsx';

const TABS = [
  ['assignments', 'Assignments'],
  ['people', 'People'],
  ['matrix', 'Progress'],
  ['grades', 'Grades'],
] as const;

/** One course: for students its assignments, for staff everything. */
export function CourseView({ course, tab }: { readonly course: string; readonly tab: string | null }) {
  const request = useRequest('course.get', { course });
  return (
    <main className={tab === 'matrix' ? 'course course-wide' : 'start course'}>
      {request.asked.state === 'ready' ? null : <PageHead title="Course" />}
      <Answer request={request}>{(detail) => <Shown detail={detail} tab={tab} request={request} />}</Answer>
    </main>
  );
}

interface ShownProps {
  readonly detail: CourseDetail;
  readonly tab: string | null;
  readonly request: Request<CourseDetail>;
}

function Shown({ detail, tab, request }: ShownProps) {
  const { course } = detail;
  const staff = course.role !== 'student';
  const teaches = course.role === 'instructor' || course.role === 'administrator';
  const shown = staff ? (TABS.find(([name]) => name === tab)?.[0] ?? 'assignments') : 'assignments';
  return (
    <>
      <PageHead title={course.title}>
        {course.archived ? <span className="course-chip">archived</span> : null}
        {teaches ? <CourseButtons detail={detail} request={request} /> : null}
      </PageHead>
      {staff ? (
        <nav className="course-tabs" aria-label="Parts of the course">
          {TABS.map(([name, title]) => (
            <a
              key={name}
              href={linkTo('courses', course.id, ...(name === 'assignments' ? [] : [name]))}
              {...(name === shown ? { 'aria-current': 'page' as const } : {})}
            >
              {title}
            </a>
          ))}
        </nav>
      ) : null}
      {shown === 'assignments' ? <AssignmentsView detail={detail} request={request} /> : null}
      {shown === 'people' ? <PeopleView detail={detail} teaches={teaches} /> : null}
      {shown === 'matrix' ? <MatrixView detail={detail} /> : null}
      {shown === 'grades' ? <GradesView detail={detail} /> : null}
    </>
  );
}

function CourseButtons({ detail, request }: Omit<ShownProps, 'tab'>) {
  const session = useSession();
  const { course } = detail;
  const rename = async () => {
    const title = await askText({
      title: 'Another title',
      action: 'Rename',
      field: { label: 'Title', initial: course.title, complaint: titleComplaint },
    });
    if (title === null) return;
    await session.ask('The course was not renamed', 'course.rename', { course: course.id, title });
    await request.reload();
  };
  const archive = async () => {
    const archived = !course.archived;
    const yes = await askYes(
      archived
        ? {
            title: `Archive “${course.title}”?`,
            text: 'Nobody can join it any more. People, work and grades stay, and it can be reopened.',
            action: 'Archive',
          }
        : { title: `Reopen “${course.title}”?`, action: 'Reopen' },
    );
    if (!yes) return;
    await session.ask('Nothing was changed', 'course.archive', { course: course.id, archived });
    await request.reload();
  };
  return (
    <>
      <Button kind="plain" small onClick={() => void rename()}>
        Rename …
      </Button>
      <Button kind="plain" small onClick={() => void archive()}>
        {course.archived ? 'Reopen …' : 'Archive …'}
      </Button>
    </>
  );
}
