import type { AuthorAnnouncements, AuthorProblem, AuthorState } from '@sandtable/shared/authorReplies';
import { useEffect, useState } from 'react';
import { askYes } from '../app/asking.ts';
import { notify } from '../app/notices.ts';
import { goToBench } from '../app/route.ts';
import { useSession, useWork } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { openFile } from '../workbench/view.ts';
import { markProblems } from './packMarks.ts';
import './author.css';

/** What is saved is looked at this long after the last change: soon enough to be "as you type". */
const CHECK_AFTER_MS = 250;

type Progress = AuthorAnnouncements['author.progress'];

/** Above the files of a pack: what is wrong with it, and what one does with one that is right. */
export default function AuthorBar({ bench }: { readonly bench: string }) {
  const session = useSession();
  const state = useValidation(bench);
  const [progress, setProgress] = useState<Progress | null>(null);
  useEffect(
    () =>
      session.on('author.progress', (told) => {
        if (told.bench === bench) setProgress(told);
      }),
    [session, bench],
  );
  const problems = state?.problems ?? [];
  const lab = state?.lab ?? null;
  const running = progress !== null && progress.ended === null;
  const preview = async () => {
    const opened = await session.ask('The preview was not opened', 'author.preview', { bench });
    if (opened !== null) goToBench(opened.bench);
  };
  const publish = async () => {
    if (lab === null) return;
    const yes = await askYes({
      title: `Publish “${lab.title}”?`,
      text: 'The catalogue offers it from then on. Assignments and works that were begun keep the version that they have.',
      action: 'Publish',
    });
    if (!yes) return;
    const done = await session.ask('The lab was not published', 'author.publish', { bench });
    if (done !== null) notify({ level: 'info', title: `“${lab.title}” is in the catalogue` });
    await state?.again();
  };
  return (
    <section className="author" aria-label="The lab">
      <div className="author-row">
        <span role="status">
          {state === null
            ? 'Looking at the pack …'
            : problems.length > 0
              ? `${String(problems.length)} ${problems.length === 1 ? 'problem' : 'problems'}`
              : `The pack is well-formed${lab?.published === true ? ', and published as it is' : ''}.`}
        </span>
        <Button kind="plain" small disabled={lab === null} onClick={() => void preview()}>
          Try it as a student
        </Button>
        {running ? (
          <Button kind="plain" small onClick={() => void session.ask('', 'author.cancel', { bench })}>
            Cancel the checks
          </Button>
        ) : (
          <Button
            kind="plain"
            small
            disabled={lab === null}
            onClick={() => void session.ask('The checks were not run', 'author.run', { bench })}
          >
            Run the checks
          </Button>
        )}
        <Button
          kind={lab === null || lab.published ? 'plain' : 'main'}
          small
          disabled={lab === null || lab.published}
          onClick={() => void publish()}
        >
          Publish …
        </Button>
        <a
          className="button button-plain button-s"
          href={`/api/benches/${encodeURIComponent(bench)}/pack.zip`}
          download
        >
          Export as a zip
        </a>
      </div>
      {problems.length > 0 ? <Problems problems={problems} /> : null}
      {progress === null ? null : <Report progress={progress} onClose={() => setProgress(null)} />}
    </section>
  );
}

function Problems({ problems }: { readonly problems: readonly AuthorProblem[] }) {
  const session = useSession();
  return (
    <ul className="author-problems" tabIndex={0} aria-label="Problems of the pack">
      {problems.map(({ file, line, column, field, message }) => {
        const place = line === 0 ? file : `${file}:${String(line)}:${String(column)}`;
        return (
          <li key={`${place} ${field} ${message}`}>
            {session.state.files[file] === undefined ? (
              place
            ) : (
              <button
                type="button"
                className="link code"
                onClick={() => openFile(file, { line: Math.max(1, line), column: Math.max(1, column) })}
              >
                {place}
              </button>
            )}{' '}
            {field === '' ? '' : <code>{field}</code>} {message}
          </li>
        );
      })}
    </ul>
  );
}

function Report({ progress, onClose }: { readonly progress: Progress; readonly onClose: () => void }) {
  const { submissions, of, ended, problems } = progress;
  const wrong = problems.length + submissions.filter(({ complaints }) => complaints.length > 0).length;
  const words =
    ended === null
      ? `Judging: ${String(submissions.length)} of ${String(of)} submissions …`
      : ended === 'cancelled'
        ? 'The checks were cancelled.'
        : ended === 'failed'
          ? 'The server made a mistake while it judged; it has been logged.'
          : wrong === 0
            ? 'The checks do what they promise.'
            : 'The checks do not do what they promise.';
  return (
    <div className="author-report">
      <p role="status">
        {words}{' '}
        {ended === null ? null : (
          <Button small onClick={onClose}>
            Close
          </Button>
        )}
      </p>
      <ul className="author-problems" tabIndex={0} aria-label="What the checks say">
        {submissions.map(({ name, points, max, complaints }) => (
          <li key={name}>
            {complaints.length === 0 ? '✓ as it should be' : '✕ not as it should be'}: <code>{name}</code>,{' '}
            {points} of {max} points
            {complaints.length > 0 ? (
              <ul>
                {complaints.map((each) => (
                  <li key={each}>{each}</li>
                ))}
              </ul>
            ) : null}
          </li>
        ))}
        {problems.map(({ file, line, message }) => (
          <li key={`${file}:${String(line)} ${message}`}>
            ✕ <code>{`${file}:${String(line)}`}</code> {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What the server says of the pack as it is saved; null until it has. */
function useValidation(bench: string): (AuthorState & { readonly again: () => Promise<void> }) | null {
  const session = useSession();
  // Grows with every change that is saved, here or on another page.
  const saved = useWork((work) =>
    Object.values(work.files).reduce((key, file) => key + (file.version ?? 0) + 1, 0),
  );
  const [state, setState] = useState<AuthorState | null>(null);
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      void session.request('author.check', { bench }).then((answer) => {
        if (!gone && answer.ok) setState(answer.value);
      });
    }, CHECK_AFTER_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [session, bench, saved]);
  useEffect(() => (state === null ? undefined : markProblems(session, state.problems)), [session, state]);
  if (state === null) return null;
  return {
    ...state,
    again: async () => {
      const answer = await session.request('author.check', { bench });
      if (answer.ok) setState(answer.value);
    },
  };
}
