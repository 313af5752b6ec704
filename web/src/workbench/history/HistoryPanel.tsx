import type { History, HistoryMark, Revision } from '@sandtable/shared/historyMessages';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { askText } from '../../app/asking.ts';
import { goToBench } from '../../app/route.ts';
import { dateText } from '../../labs/labWords.ts';
import { useLabs, useLabState } from '../../session/useLabs.ts';
import { useSession, useWork } from '../../session/useSession.ts';
import { textOf } from '../../session/workFile.ts';
import { Button } from '../../ui/Button.tsx';
import { plural } from '../../ui/numbers.ts';
import { useFocusWish } from '../useFocusWish.ts';
import { showPanel } from '../view.ts';
import { historyView } from './historyView.ts';
import { useHistory } from './useHistory.ts';
import './history.css';

const DiffView = lazy(() => import('./DiffView.tsx'));

const MARK_WORDS = { run: 'Run', check: 'Check', 'hand-in': 'Handed in' } as const;

/** What the bench was: a slider over everything that was saved, what changed, and the way back to it. */
export default function HistoryPanel() {
  const { history, problem } = useHistory();
  const slider = useRef<HTMLInputElement>(null);
  useFocusWish('history', null, () => slider.current?.focus());
  if (history === null || history.revisions.length === 0) {
    return (
      <div className="empty" role={problem === null ? 'status' : 'alert'}>
        <p>
          {problem ?? (history === null ? 'Reading the history …' : 'Nothing was saved on this bench yet.')}
        </p>
      </div>
    );
  }
  return <Moments history={history} slider={slider} />;
}

function Moments({
  history,
  slider,
}: {
  readonly history: History;
  readonly slider: React.RefObject<HTMLInputElement | null>;
}) {
  const { revisions, marks } = history;
  const wanted = useStore(historyView, (state) => state.wanted);
  /** Number of the revision that is looked at; null: the newest. */
  const [n, setN] = useState<number | null>(wanted?.n ?? null);
  useEffect(() => {
    if (wanted !== null) setN(wanted.n);
  }, [wanted]);
  const at =
    n === null
      ? revisions.length - 1
      : Math.max(
          0,
          revisions.findLastIndex((each) => each.n <= n),
        );
  const revision = revisions[at]!;
  const go = (index: number) => setN(index >= revisions.length - 1 ? null : (revisions[index]?.n ?? null));
  return (
    <section className="history" aria-label="History of this bench">
      <div className="history-bar">
        <input
          ref={slider}
          type="range"
          className="history-range"
          min={0}
          max={revisions.length - 1}
          value={at}
          aria-label="Moment"
          aria-valuetext={momentWords(revision, at, revisions.length)}
          onChange={(event) => go(Number(event.target.value))}
        />
        <Button small disabled={at === 0} onClick={() => go(at - 1)}>
          Earlier
        </Button>
        <Button small disabled={at === revisions.length - 1} onClick={() => go(at + 1)}>
          Later
        </Button>
        <JumpTo history={history} onGo={setN} />
      </div>
      <p className="history-moment">{momentWords(revision, at, revisions.length)}</p>
      <Marks marks={marks.filter((mark) => covers(revisions, at, mark.n))} />
      <Moment revision={revision} previous={revisions[at - 1] ?? null} newest={at === revisions.length - 1} />
    </section>
  );
}

/** Whether a mark's revision is the one at this place: what lay between was thinned out, or the mark is between two. */
function covers(revisions: readonly Revision[], at: number, n: number): boolean {
  return revisions[at]!.n <= n && n < (revisions[at + 1]?.n ?? Infinity);
}

function momentWords({ at: time, label, changed, removed }: Revision, index: number, count: number): string {
  const place = index === count - 1 ? 'Now' : `Moment ${String(index + 1)} of ${String(count)}`;
  const what = [...changed, ...removed.map((path) => `${path} (removed)`)];
  const shown = what.length > 3 ? plural(what.length, 'file') : what.join(', ');
  return `${place}, ${dateText(time)}: ${shown}${label === null ? '' : `, “${label}”`}`;
}

function JumpTo({ history, onGo }: { readonly history: History; readonly onGo: (n: number) => void }) {
  const named = history.revisions.filter(({ label }) => label !== null);
  const { marks } = history;
  if (named.length === 0 && marks.length === 0) return null;
  return (
    <label>
      <span className="unseen">Go to a moment</span>
      <select
        className="field history-jump"
        value=""
        onChange={(event) => {
          if (event.target.value !== '') onGo(Number(event.target.value));
        }}
      >
        <option value="">Go to …</option>
        {named.length === 0 ? null : (
          <optgroup label="Names">
            {named.map(({ n, label }) => (
              <option key={n} value={n}>
                {label}
              </option>
            ))}
          </optgroup>
        )}
        <optgroup label="Runs and checks">
          {marks.map(({ kind, id, n, at }) => (
            <option key={id} value={n}>
              {MARK_WORDS[kind]}, {dateText(at)}
            </option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}

/** Runs and checks of this moment; the trace of a run that is kept can be shown again. */
function Marks({ marks }: { readonly marks: readonly HistoryMark[] }) {
  const session = useSession();
  const bench = useWork((state) => (state.bench.status === 'open' ? state.bench.info.id : null));
  const shown = useWork((state) => state.run?.run ?? null);
  if (marks.length === 0 || bench === null) return null;
  const show = async (run: string) => {
    if ((await session.request('run.show', { bench, run })).ok) showPanel('trace');
    else await session.ask('The run is not shown', 'run.show', { bench, run });
  };
  return (
    <ul className="history-marks" aria-label="What was done with these files">
      {marks.map(({ kind, id, at }) => (
        <li key={id}>
          {MARK_WORDS[kind]}, {dateText(at)}{' '}
          {kind !== 'run' ? null : id === shown ? (
            <span className="dim">its trace is shown</span>
          ) : (
            <button type="button" className="link" onClick={() => void show(id)}>
              Show its trace
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function Moment({
  revision,
  previous,
  newest,
}: {
  readonly revision: Revision;
  readonly previous: Revision | null;
  readonly newest: boolean;
}) {
  const session = useSession();
  const desk = useLabs();
  const undo = useLabState((state) => state.undo);
  const bench = useWork((state) => (state.bench.status === 'open' ? state.bench.info.id : ''));
  const [against, setAgainst] = useState<'now' | 'before'>('now');
  const [chosen, setChosen] = useState<string | null>(null);
  const files = useFilesAt(bench, revision.n);
  const paths = [...new Set([...revision.removed, ...files])].sort();
  const first = [...revision.changed, ...revision.removed].find((path) => paths.includes(path));
  const path = chosen !== null && paths.includes(chosen) ? chosen : (first ?? paths[0] ?? null);
  const compared = newest ? 'before' : against;
  const name = async () => {
    const label = await askText({
      title: 'Name this moment',
      text: 'A named moment is never thinned out.',
      action: 'Name it',
      field: { label: 'Name', initial: revision.label ?? '' },
    });
    if (label === null) return;
    const text = label.trim();
    await session.ask('The moment has no name', 'history.label', {
      bench,
      n: revision.n,
      label: text === '' ? null : text,
    });
  };
  const copy = async () => {
    const made = await session.ask('No copy was made', 'history.copy', { bench, n: revision.n });
    if (made !== null) goToBench(made.id);
  };
  return (
    <>
      <div className="history-actions">
        {newest ? null : (
          <>
            <Button
              small
              kind="plain"
              disabled={path === null}
              onClick={() => void desk.restore(revision.n, path!)}
            >
              Restore {path}
            </Button>
            <Button small kind="plain" onClick={() => void desk.restore(revision.n)}>
              Restore all files
            </Button>
          </>
        )}
        <Button small onClick={() => void name()}>
          {revision.label === null ? 'Name this moment' : 'Change its name'}
        </Button>
        <Button small onClick={() => void copy()}>
          Open as a copy
        </Button>
      </div>
      {undo === null ? null : (
        <div className="banner" role="status">
          <span className="banner-text">{undo.words}</span>
          <Button kind="plain" small onClick={() => void desk.undo()}>
            Undo
          </Button>
        </div>
      )}
      <div className="history-choice">
        <label>
          File{' '}
          <select className="field" value={path ?? ''} onChange={(event) => setChosen(event.target.value)}>
            {paths.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
        {newest ? null : (
          <label>
            Compare with{' '}
            <select
              className="field"
              value={against}
              onChange={(event) => setAgainst(event.target.value as 'now' | 'before')}
            >
              <option value="now">what it is now</option>
              <option value="before">the moment before</option>
            </select>
          </label>
        )}
      </div>
      {path === null ? null : (
        <Comparison
          key={`${bench} ${path}`}
          bench={bench}
          path={path}
          left={compared === 'now' ? revision.n : (previous?.n ?? null)}
          right={compared === 'now' ? 'now' : revision.n}
        />
      )}
    </>
  );
}

function useFilesAt(bench: string, n: number): readonly string[] {
  const session = useSession();
  const [files, setFiles] = useState<readonly string[]>([]);
  useEffect(() => {
    let gone = false;
    void session.request('history.at', { bench, n }).then((answer) => {
      if (!gone && answer.ok) setFiles(answer.value.files.map(({ path }) => path));
    });
    return () => {
      gone = true;
    };
  }, [session, bench, n]);
  return files;
}

/** Text of a file at a revision: '' where it was not there, null where it is none or not here yet. */
function usePastText(bench: string, path: string, n: number | 'now' | null): string | null {
  const session = useSession();
  const now = useWork((state) => state.files[path]);
  const [read, setRead] = useState<{ readonly n: number; readonly text: string | null } | null>(null);
  useEffect(() => {
    if (typeof n !== 'number') return;
    let gone = false;
    void session.request('history.read', { bench, n, path }).then((answer) => {
      if (gone) return;
      const text = answer.ok
        ? answer.value.content.encoding === 'utf8'
          ? answer.value.content.text
          : null
        : '';
      setRead({ n, text });
    });
    return () => {
      gone = true;
    };
  }, [session, bench, path, n]);
  if (n === null) return '';
  if (n === 'now') return now === undefined ? '' : textOf(now);
  // The moment before stays on the screen until this one is here: a slider that is dragged must not flicker.
  return read === null ? null : read.text;
}

function Comparison({
  bench,
  path,
  left,
  right,
}: {
  readonly bench: string;
  readonly path: string;
  readonly left: number | null;
  readonly right: number | 'now';
}) {
  const before = usePastText(bench, path, left);
  const after = usePastText(bench, path, right);
  if (before === null || after === null) {
    return <p className="dim history-none">{path} has no text to compare here.</p>;
  }
  return (
    <>
      <p className="dim history-sides">
        {left === null ? 'Nothing' : right === 'now' ? 'Then' : 'The moment before'} →{' '}
        {right === 'now' ? 'now' : 'then'}
        {before === after ? ': the same' : ''}
      </p>
      <Suspense fallback={<p role="status">Loading …</p>}>
        <DiffView path={path} before={before} after={after} />
      </Suspense>
    </>
  );
}
