import type { ReactNode } from 'react';
import { linkTo } from '../app/route.ts';
import { useWork } from '../session/useSession.ts';

/** The way back and what this is. */
export function PageHead({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  const offline = useWork((state) => state.connection === 'offline');
  return (
    <header className="course-head">
      <nav aria-label="Where you are">
        <a href={linkTo('start')}>Sandtable</a> / <a href={linkTo('courses')}>Courses</a>
      </nav>
      <div className="course-title">
        <h1>{title}</h1>
        {children}
      </div>
      {offline ? (
        <p className="start-problem" role="alert">
          There is no connection to the server. What is shown may be old; the page tries again by itself.
        </p>
      ) : null}
    </header>
  );
}
