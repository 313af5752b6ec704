/** Which component shows which page. What only some people see is loaded when it is first shown: `lazy(() => import(…))`. */
import { lazy, Suspense, type ComponentType } from 'react';
import { useStore } from 'zustand';
import { InvitationPage, JoinPage } from '../people/CodePages.tsx';
import { SignInPage } from '../people/SignInPage.tsx';
import { Workbench } from '../workbench/Workbench.tsx';
import { linkTo, route, type PageName } from './route.ts';
import { StartPage } from './StartPage.tsx';

const LabsPage = lazy(() => import('../labs/LabsPage.tsx'));
const AuthorPage = lazy(() => import('../author/AuthorPage.tsx'));
const CoursesPage = lazy(() => import('../courses/CoursesPage.tsx'));
const AccountPage = lazy(() => import('../people/AccountPage.tsx'));
const PeoplePage = lazy(() => import('../people/PeoplePage.tsx'));

/** They read `route` themselves. */
const SCREENS: Readonly<Record<PageName, ComponentType>> = {
  start: StartPage,
  bench: Workbench,
  labs: LabsPage,
  courses: CoursesPage,
  author: AuthorPage,
  'sign-in': SignInPage,
  join: JoinPage,
  invitation: InvitationPage,
  account: AccountPage,
  people: PeoplePage,
};

export function Screen() {
  const page = useStore(route, (now) => now.page);
  if (page === null) return <NoSuchPage />;
  const Shown = SCREENS[page];
  return (
    <Suspense fallback={<Loading />}>
      <Shown />
    </Suspense>
  );
}

function Loading() {
  return (
    <main className="start">
      <p className="dim" role="status">
        Loading …
      </p>
    </main>
  );
}

function NoSuchPage() {
  return (
    <main className="start">
      <h1>There is no such page</h1>
      <p role="alert">This address names no page. It may have been typed wrong, or be of another version.</p>
      <p>
        <a href={linkTo('start')}>To the start page</a>
      </p>
    </main>
  );
}
