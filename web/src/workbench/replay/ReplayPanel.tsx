import { useState } from 'react';
import { useWork } from '../../session/useSession.ts';
import { isLive } from '../../session/workState.ts';
import { CompareView } from './CompareView.tsx';
import { LearnView } from './LearnView.tsx';
import { PolicyTests } from './PolicyTests.tsx';
import { ReplayView } from './ReplayView.tsx';
import './replay.css';

const VIEWS = [
  ['replay', 'What would it have done?'],
  ['compare', 'Compare runs'],
  ['learn', 'Learn a policy'],
] as const;

type View = (typeof VIEWS)[number][0];

/** A recorded run and policies: judged again, compared with another, learned from. */
export default function ReplayPanel() {
  const run = useWork((state) => state.run?.run ?? null);
  const live = useWork(isLive);
  const calls = useWork((state) => state.run?.calls ?? 0);
  const [view, setView] = useState<View>('replay');
  // While a run goes on its trace is judged as far as it was when somebody looked.
  const [looked, setLooked] = useState({ run, calls });
  if (looked.run !== run || (!live && looked.calls !== calls)) setLooked({ run, calls });
  if (run === null || calls === 0) {
    return (
      <div className="replay" tabIndex={0} role="region" aria-label="Replay of this run">
        <PolicyTests />
        <div className="empty">
          <p>Run something. Then change policy.ts, and here stands what it would have done in that run.</p>
        </div>
      </div>
    );
  }
  const trace = { run, calls: looked.calls };
  return (
    <div className="replay" tabIndex={0} role="region" aria-label="Replay of this run">
      <div className="replay-bar" role="group" aria-label="What to ask">
        {VIEWS.map(([key, title]) => (
          <button
            key={key}
            type="button"
            className="button button-s"
            aria-pressed={view === key}
            onClick={() => setView(key)}
          >
            {title}
          </button>
        ))}
        {live && calls > looked.calls ? (
          <button type="button" className="link" onClick={() => setLooked({ run, calls })}>
            Look at the calls made since
          </button>
        ) : null}
      </div>
      {view === 'replay' ? (
        <>
          <PolicyTests />
          <ReplayView key={run} trace={trace} />
        </>
      ) : view === 'compare' ? (
        <CompareView key={run} trace={trace} />
      ) : (
        <LearnView key={run} trace={trace} />
      )}
    </div>
  );
}
