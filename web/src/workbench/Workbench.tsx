import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { EngineProblems } from '../app/StartPage.tsx';
import { useSession, useWork } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { goHome } from '../app/route.ts';
import { OlderRun } from './OlderRun.tsx';
import { Dock } from './dock/Dock.tsx';
import { NarrowTabs } from './dock/NarrowTabs.tsx';
import { useRunPolicyTests } from './replay/policyTests.ts';
import { StatusBar } from './status/StatusBar.tsx';
import { TimeBar } from './time/TimeBar.tsx';
import { Toolbar } from './toolbar/Toolbar.tsx';
import { openFile, openFilesOf } from './view.ts';
import './workbench.css';

// Of packs only.
const AuthorBar = lazy(() => import('../author/AuthorBar.tsx'));
// Of works only, and of copies of them.
const CommentsBar = lazy(() => import('../comments/CommentsBar.tsx'));

/** One bench on the screen. */
export function Workbench() {
  const bench = useWork((state) => state.bench);
  return (
    <div className="workbench">
      <Toolbar />
      <Banners />
      {bench.status === 'open' ? (
        <Suspense>
          {bench.info.kind === 'pack' ? (
            <AuthorBar key={`pack ${bench.info.id}`} bench={bench.info.id} />
          ) : null}
          <CommentsBar key={bench.info.id} bench={bench.info.id} />
        </Suspense>
      ) : null}
      <main className="workbench-main">
        {bench.status === 'failed' ? (
          <div className="empty" role="alert">
            <p>{bench.message}</p>
            <Button kind="main" onClick={goHome}>
              All benches
            </Button>
          </div>
        ) : bench.status === 'open' ? (
          <Panels key={bench.info.id} bench={bench.info.id} work={bench.info.kind === 'work'} />
        ) : (
          <div className="empty" role="status">
            Opening the bench …
          </div>
        )}
      </main>
      <TimeBar />
      <StatusBar />
    </div>
  );
}

/** Below this many pixels docks are too small to use; 400 % zoom on a common screen is below it as well. */
const narrow = matchMedia('(max-width: 700px)');

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener);
      return () => narrow.removeEventListener('change', listener);
    },
    () => narrow.matches,
  );
}

function Panels({ bench, work }: { readonly bench: string; readonly work: boolean }) {
  const session = useSession();
  const isNarrow = useNarrow();
  const [ready, setReady] = useState(false);
  useRunPolicyTests();
  useEffect(() => {
    const forget = openFilesOf(bench, Object.keys(session.state.files), work);
    setReady(true);
    return forget;
  }, [bench, session, work]);
  if (!ready) return null;
  return isNarrow ? <NarrowTabs /> : <Dock />;
}

/** What matters for longer than a toast. */
function Banners() {
  const session = useSession();
  const closing = useWork((state) => state.closing);
  const refusal = useWork((state) => state.refusal);
  const first = refusal?.diagnostics[0];
  useEffect(() => {
    if (first !== undefined && session.state.files[first.file] !== undefined) {
      openFile(first.file, { line: first.line, column: first.column });
    }
  }, [first, session]);
  return (
    <>
      <EngineProblems />
      <OlderRun />
      {closing === null ? null : (
        <div className="banner" role="alert">
          <span className="banner-text">{closing}</span>
        </div>
      )}
      {refusal === null ? null : (
        <div className="banner" data-level="error" role="alert">
          <span className="banner-text">
            Not run: {refusal.diagnostics.length > 0 ? 'the policy has an error.' : refusal.message}
            {refusal.diagnostics.length > 0 ? (
              <ul className="workbench-diagnostics">
                {refusal.diagnostics.slice(0, 5).map(({ file, line, column, message }) => (
                  <li key={`${file}:${line}:${column}:${message}`}>
                    <button
                      type="button"
                      className="link code"
                      onClick={() => openFile(file, { line, column })}
                    >
                      {file}:{line}:{column}
                    </button>{' '}
                    {message}
                  </li>
                ))}
              </ul>
            ) : null}
          </span>
          <Button kind="plain" small onClick={() => session.clearRefusal()}>
            Dismiss
          </Button>
        </div>
      )}
    </>
  );
}
