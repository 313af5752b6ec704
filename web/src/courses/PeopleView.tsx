import type { CourseDetail, CourseMember, CoursePeople } from '@sandtable/shared/courseReplies';
import type { RosterRole } from '@sandtable/shared/courseMessages';
import { useState } from 'react';
import { askYes } from '../app/asking.ts';
import { notify } from '../app/notices.ts';
import { useRequest } from '../session/useRequest.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { TableHead } from '../ui/TableHead.tsx';
import { Answer } from './Answer.tsx';
import { plural } from './CourseList.tsx';
import { RosterDialog } from './RosterDialog.tsx';
import { shownTime } from './times.ts';

const ROLES: readonly RosterRole[] = ['student', 'assistant', 'instructor'];

interface PeopleViewProps {
  readonly detail: CourseDetail;
  readonly teaches: boolean;
}

/** Who is in the course, who is expected, and how others come in. */
export function PeopleView({ detail, teaches }: PeopleViewProps) {
  const session = useSession();
  const course = detail.course.id;
  const request = useRequest('course.people', { course });
  const [roster, setRoster] = useState(false);
  const setCode = async (code: 'renew' | 'off') => {
    const done = await session.ask('The code was not changed', 'course.code', { course, code });
    if (done !== null) request.change((people) => ({ ...people, joinCode: done.joinCode }));
  };
  return (
    <Answer request={request}>
      {(people) => (
        <>
          {teaches ? (
            <section aria-label="Coming in" className="course-joining">
              <JoinCode code={people.joinCode} archived={detail.course.archived} onSet={setCode} />
              <Button kind="plain" onClick={() => setRoster(true)}>
                Take in a roster (CSV) …
              </Button>
            </section>
          ) : null}
          <Members people={people} course={course} teaches={teaches} reload={request.reload} />
          <Expected people={people} course={course} teaches={teaches} reload={request.reload} />
          {roster ? (
            <RosterDialog
              course={course}
              onClose={(changed) => {
                setRoster(false);
                if (changed) void request.reload();
              }}
            />
          ) : null}
        </>
      )}
    </Answer>
  );
}

interface JoinCodeProps {
  readonly code: string | null;
  readonly archived: boolean;
  readonly onSet: (code: 'renew' | 'off') => Promise<void>;
}

function JoinCode({ code, archived, onSet }: JoinCodeProps) {
  if (archived) return <p className="dim">An archived course takes nobody in by a code.</p>;
  if (code === null)
    return (
      <p>
        Nobody can join by a code.{' '}
        <Button kind="plain" onClick={() => void onSet('renew')}>
          Make a code
        </Button>
      </p>
    );
  const shown = `${code.slice(0, 4)}-${code.slice(4)}`;
  const link = `${location.origin}${location.pathname}#/join/${code}`;
  return (
    <p>
      Students join with <code className="course-code">{shown}</code>{' '}
      <Button
        kind="plain"
        onClick={() => {
          void navigator.clipboard.writeText(link).then(
            () => notify({ level: 'info', title: 'The link to join is in the clipboard' }),
            () => notify({ level: 'warning', title: 'The link could not be copied', text: link }),
          );
        }}
      >
        Copy the link
      </Button>{' '}
      <Button kind="plain" onClick={() => void onSet('renew')}>
        New code
      </Button>{' '}
      <Button kind="plain" onClick={() => void onSet('off')}>
        Switch it off
      </Button>
    </p>
  );
}

interface ListProps {
  readonly people: CoursePeople;
  readonly course: string;
  readonly teaches: boolean;
  readonly reload: () => Promise<void>;
}

function Members({ people, course, teaches, reload }: ListProps) {
  const session = useSession();
  const setRole = async (person: string, role: RosterRole) => {
    await session.ask('The role was not changed', 'course.role', { course, person, role });
    await reload();
  };
  const dismiss = async ({ id, name }: CourseMember) => {
    const yes = await askYes({
      title: `Take ${name} out of the course?`,
      text: 'What they did stays theirs. They can be taken in again.',
      action: 'Take out',
      danger: true,
    });
    if (!yes) return;
    await session.ask('Nobody was taken out', 'course.dismiss', { course, person: id });
    await reload();
  };
  return (
    <section aria-labelledby="course-members">
      <h2 id="course-members">{plural(people.members.length, 'member')}</h2>
      <div className="course-scroll" tabIndex={0} role="region" aria-label="Members">
        <table className="course-table">
          <TableHead columns={['Name', 'E-mail', 'Role', 'Last seen', ...(teaches ? ['Change'] : [])]} />
          <tbody>
            {people.members.map((member) => (
              <tr key={member.id}>
                <th scope="row">{member.name}</th>
                <td>{member.email ?? ''}</td>
                <td>
                  {teaches ? (
                    <select
                      className="field"
                      aria-label={`Role of ${member.name}`}
                      value={member.role}
                      onChange={(event) => void setRole(member.id, event.target.value as RosterRole)}
                    >
                      {ROLES.map((role) => (
                        <option key={role}>{role}</option>
                      ))}
                    </select>
                  ) : (
                    member.role
                  )}
                </td>
                <td>{member.seenAt === null ? '' : shownTime(member.seenAt)}</td>
                {teaches ? (
                  <td>
                    <Button kind="plain" small onClick={() => void dismiss(member)}>
                      Take out <span className="unseen">{member.name}</span>
                    </Button>
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Expected({ people, course, teaches, reload }: ListProps) {
  const session = useSession();
  if (people.expected.length === 0) return null;
  const dismiss = async (email: string) => {
    await session.ask('The line was not taken out', 'roster.dismiss', { course, email });
    await reload();
  };
  return (
    <section aria-labelledby="course-expected">
      <h2 id="course-expected">
        {plural(people.expected.length, 'person').replace('persons', 'people')} expected
      </h2>
      <p className="dim">Whoever signs in with one of these addresses is a member from then on.</p>
      <div className="course-scroll" tabIndex={0} role="region" aria-label="Expected">
        <table className="course-table">
          <TableHead columns={['Name', 'E-mail', 'Role', ...(teaches ? ['Change'] : [])]} />
          <tbody>
            {people.expected.map(({ email, name, role }) => (
              <tr key={email}>
                <th scope="row">{name}</th>
                <td>{email}</td>
                <td>{role}</td>
                {teaches ? (
                  <td>
                    <Button kind="plain" small onClick={() => void dismiss(email)}>
                      Take out <span className="unseen">{name}</span>
                    </Button>
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
