import { useStore } from 'zustand';
import { linkTo, route } from '../app/route.ts';
import { AccountMenu } from './AccountMenu.tsx';
import { AuditView } from './AuditView.tsx';
import { entry } from './entry.ts';
import { InvitationsView } from './InvitationsView.tsx';
import { PeopleView } from './PeopleView.tsx';
import { NoAccounts } from './SignInPage.tsx';
import './people.css';

const VIEWS = [
  { id: '', title: 'People', View: PeopleView },
  { id: 'invitations', title: 'Invitations', View: InvitationsView },
  { id: 'log', title: 'Log', View: AuditView },
] as const;

/** For administrators: who is here, who is invited, and who did what. */
export default function PeoplePage() {
  const view = useStore(route, (now) => now.rest[0] ?? '');
  const info = useStore(entry, (now) => now.info);
  if (info?.accounts === false) return <NoAccounts />;
  const shown = VIEWS.find(({ id }) => id === view) ?? VIEWS[0];
  return (
    <main className="start">
      <header className="people-head">
        <h1>People</h1>
        <a href={linkTo('start')}>To the start page</a>
        <AccountMenu />
      </header>
      {info?.person?.role === 'administrator' ? (
        <>
          <nav className="people-tabs" aria-label="Views">
            {VIEWS.map(({ id, title }) => (
              <a
                key={id}
                href={id === '' ? linkTo('people') : linkTo('people', id)}
                aria-current={id === shown.id ? 'page' : undefined}
              >
                {title}
              </a>
            ))}
          </nav>
          <shown.View />
        </>
      ) : (
        <p role="alert">Only administrators see this page. Yours is not that role.</p>
      )}
    </main>
  );
}
