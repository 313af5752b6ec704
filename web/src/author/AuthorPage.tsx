import { useState } from 'react';
import { goToBench, linkTo } from '../app/route.ts';
import { Answer } from '../courses/Answer.tsx';
import { useRequest } from '../session/useRequest.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { importPack } from './importPack.ts';
import { NewLabDialog } from './NewLabDialog.tsx';
import '../courses/courses.css';
import './author.css';

/** Labs that one writes: those begun, and how to begin another. */
export default function AuthorPage() {
  const session = useSession();
  const request = useRequest('author.list', {});
  const [beginning, setBeginning] = useState(false);
  const [lab, setLab] = useState('');
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const clone = async () => {
    if (lab === '') return;
    const made = await session.ask('Nothing was made', 'author.clone', { lab });
    if (made !== null) goToBench(made.bench);
  };
  const take = async (file: File) => {
    setBusy(true);
    const made = await importPack(file);
    setBusy(false);
    if (made.ok) goToBench(made.bench);
    else setProblems(made.problems);
  };
  return (
    <main className="start course">
      <header className="course-head">
        <nav aria-label="Where you are">
          <a href={linkTo('start')}>Sandtable</a>
        </nav>
        <h1>Write a lab</h1>
        <p className="dim">
          The files of a lab are a bench: what you type is saved, checked as you type, and can be tried as a
          student has it. Nobody sees it before you publish it.
        </p>
      </header>
      <Answer request={request}>
        {({ packs, labs }) => (
          <>
            <section aria-labelledby="author-packs">
              <h2 id="author-packs">Begun</h2>
              {packs.length === 0 ? (
                <p className="dim">
                  None yet. “New lab …” makes a small one that works as it is: a task, a secret to keep, three
                  checks, a solution and two wrong ones. Change one thing after the other, and run its checks.
                </p>
              ) : (
                <ul className="start-list">
                  {packs.map(({ bench, name, updatedAt }) => (
                    <li key={bench}>
                      <a href={linkTo('bench', bench)}>{name}</a>
                      <time className="dim" dateTime={updatedAt}>
                        {new Date(updatedAt).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })}
                      </time>
                    </li>
                  ))}
                </ul>
              )}
            </section>
            <section aria-labelledby="author-new" className="author-new">
              <h2 id="author-new">Begin {packs.length === 0 ? 'one' : 'another'}</h2>
              <p>
                <Button kind="main" onClick={() => setBeginning(true)}>
                  New lab …
                </Button>
              </p>
              <div className="author-row">
                <label>
                  From a lab of the catalogue{' '}
                  <select className="field" value={lab} onChange={(event) => setLab(event.target.value)}>
                    <option value="">Choose a lab …</option>
                    {labs.map(({ id, title }) => (
                      <option key={id} value={id}>
                        {title}
                      </option>
                    ))}
                  </select>
                </label>
                <Button kind="plain" aria-disabled={lab === ''} onClick={() => void clone()}>
                  Make a copy to write
                </Button>
              </div>
              <label>
                From a zip{' '}
                <input
                  className="field"
                  type="file"
                  accept=".zip,application/zip"
                  disabled={busy}
                  onChange={(event) => {
                    const file = event.target.files?.[0];
                    setProblems([]);
                    if (file !== undefined) void take(file);
                  }}
                />
              </label>
              {problems.length > 0 ? (
                <div role="alert" className="start-problem">
                  <p>Nothing was taken in:</p>
                  <ul className="author-problems">
                    {problems.map((each) => (
                      <li key={each}>{each}</li>
                    ))}
                  </ul>
                </div>
              ) : null}
            </section>
          </>
        )}
      </Answer>
      <NewLabDialog open={beginning} onClose={() => setBeginning(false)} />
    </main>
  );
}
