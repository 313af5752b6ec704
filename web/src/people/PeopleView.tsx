/** The list of people: role, and whether they may sign in. */
import { ROLES, type PersonRole } from '@sandtable/shared/httpMessages';
import { PEOPLE_PER_PAGE, type PersonInfo } from '@sandtable/shared/peopleMessages';
import { Ellipsis } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { askYes } from '../app/asking.ts';
import { notify } from '../app/notices.ts';
import { goTo } from '../app/route.ts';
import { useSession } from '../session/useSession.ts';
import { Button, IconButton } from '../ui/Button.tsx';
import { Menu } from '../ui/Menu.tsx';
import { TextField } from '../ui/TextField.tsx';
import { entry } from './entry.ts';
import { EraseDialog } from './EraseDialog.tsx';
import { NewLink, type ShownLink } from './NewLink.tsx';
import { takeExport } from './takeExport.ts';
import { When } from './When.tsx';

/** Somebody types a word; then the server is asked. */
const TYPING_MS = 200;

export function PeopleView() {
  const session = useSession();
  const own = useStore(entry, (now) => now.info?.person?.id);
  const [search, setSearch] = useState('');
  const [found, setFound] = useState<{ people: readonly PersonInfo[]; total: number } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [link, setLink] = useState<ShownLink | null>(null);
  const [erasing, setErasing] = useState<PersonInfo | null>(null);

  const load = useCallback(
    async (from: number) => {
      const answer = await session.request('people.list', { search, from, count: PEOPLE_PER_PAGE });
      if (!answer.ok) return setProblem(answer.error.message);
      setProblem(null);
      const { people, total } = answer.value;
      setFound((before) => ({
        total,
        people: from === 0 ? people : [...(before?.people ?? []).slice(0, from), ...people],
      }));
    },
    [session, search],
  );
  useEffect(() => {
    const timer = setTimeout(() => void load(0), TYPING_MS);
    return () => clearTimeout(timer);
  }, [load]);

  const change = async (person: PersonInfo, to: { role?: PersonRole; disabled?: boolean }) => {
    const answer = await session.request('people.change', { person: person.id, ...to });
    if (!answer.ok)
      notify({ level: 'error', title: `${person.name} was not changed`, text: answer.error.message });
    else if (to.role !== undefined) notify({ level: 'info', title: `${person.name}: ${to.role}` });
    return load(0);
  };
  const disable = async (person: PersonInfo) => {
    const yes = await askYes({
      title: `Disable ${person.name}?`,
      text: 'They are signed out everywhere and cannot sign in. What they made stays; enabling them gives it back.',
      action: 'Disable',
      danger: true,
    });
    if (yes) await change(person, { disabled: true });
  };
  const password = async (person: PersonInfo) => {
    const made = await session.ask('The link was not made', 'people.new-password', { person: person.id });
    if (made !== null) setLink({ ...made, title: `A new password for ${person.name}` });
  };

  return (
    <>
      <div className="people-bar">
        <TextField
          label="Search by name, sign-in name or e-mail"
          type="search"
          value={search}
          maxLength={120}
          onType={setSearch}
        />
        <Button kind="main" onClick={() => goTo('people', 'invitations')}>
          Invite
        </Button>
      </div>
      <NewLink link={link} onClose={() => setLink(null)} />
      <EraseDialog person={erasing} onClose={() => setErasing(null)} onErased={() => void load(0)} />
      {problem === null ? null : <p role="alert">{problem}</p>}
      {found === null ? (
        problem === null && (
          <p className="dim" role="status">
            Asking the server …
          </p>
        )
      ) : (
        <>
          <p className="dim" role="status">
            {found.total === 0
              ? 'Nobody is called that.'
              : `${found.people.length} of ${found.total} ${found.total === 1 ? 'person' : 'people'}`}
          </p>
          {found.total === 0 ? null : (
            <div className="people-scroll" tabIndex={0} role="region" aria-label="The list of people">
              <table className="people-table">
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Signs in as</th>
                    <th scope="col">E-mail</th>
                    <th scope="col">Role</th>
                    <th scope="col">Last seen</th>
                    <th scope="col">
                      <span className="unseen">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {found.people.map((person) => (
                    <tr key={person.id} data-disabled={person.disabled}>
                      <td>
                        {person.name}
                        {person.id === own ? ' (you)' : ''} {person.disabled ? <b>disabled</b> : null}
                      </td>
                      <td>
                        {[person.signInName, person.elsewhere ? 'another site' : null]
                          .filter(Boolean)
                          .join(', ')}
                      </td>
                      <td>{person.email}</td>
                      <td>
                        <select
                          className="field"
                          aria-label={`Role of ${person.name}`}
                          value={person.role}
                          onChange={(event) =>
                            void change(person, { role: event.target.value as PersonRole })
                          }
                        >
                          {ROLES.map((role) => (
                            <option key={role}>{role}</option>
                          ))}
                        </select>
                      </td>
                      <td>{person.seenAt === null ? 'never' : <When at={person.seenAt} />}</td>
                      <td>
                        <Menu
                          align="end"
                          trigger={
                            <IconButton label={`More about ${person.name}`} small>
                              <Ellipsis className="icon icon-s" aria-hidden />
                            </IconButton>
                          }
                          parts={[
                            {
                              id: 'password',
                              title: 'Link for a new password',
                              onSelect: () => void password(person),
                            },
                            {
                              id: 'log',
                              title: 'What the log says',
                              onSelect: () => (location.hash = `#/people/log?person=${person.id}`),
                            },
                            {
                              id: 'export',
                              title: 'Export what is kept of them',
                              onSelect: () => void takeExport(person.id, person.name),
                            },
                            null,
                            person.disabled
                              ? {
                                  id: 'enable',
                                  title: 'Enable',
                                  onSelect: () => void change(person, { disabled: false }),
                                }
                              : { id: 'disable', title: 'Disable', onSelect: () => void disable(person) },
                            { id: 'erase', title: 'Erase …', onSelect: () => setErasing(person) },
                          ]}
                        />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          {found.people.length < found.total ? (
            <p>
              <Button kind="plain" onClick={() => void load(found.people.length)}>
                Show more
              </Button>
            </p>
          ) : null}
        </>
      )}
    </>
  );
}
