import type { CatalogueLab } from '@sandtable/shared/labMessages';
import { Clock } from 'lucide-react';
import { useEffect, useState } from 'react';
import { linkTo } from '../app/route.ts';
import { useWork } from '../session/useSession.ts';
import { useLabs, useLabState } from '../session/useLabs.ts';
import { plural } from '../ui/numbers.ts';
import { AssignmentList } from './AssignmentList.tsx';
import { levelWord } from './labWords.ts';
import { OpenButton, Progress } from './LabProgress.tsx';
import './labs.css';

/** The labs on offer, and what is asked of the person in courses. */
export default function LabsPage() {
  const desk = useLabs();
  const catalogue = useLabState((state) => state.catalogue);
  const problem = useLabState((state) => state.catalogueProblem);
  const online = useWork((state) => state.connection === 'online');
  const [words, setWords] = useState('');
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (online) void desk.loadCatalogue();
  }, [desk, online]);
  const labs = catalogue?.labs ?? [];
  const levels = [...new Set(labs.map((lab) => lab.level))].sort();
  const shown = labs.filter((lab) => (level === 0 || lab.level === level) && mentions(lab, words));
  return (
    <main className="start labs">
      <header>
        <p>
          <a href={linkTo('start')}>Sandtable</a> <span aria-hidden>▸</span>
        </p>
        <h1>Labs</h1>
        <p className="dim">
          Each lab has a task beside a bench of its own. Checks say what holds and what does not; your work is
          kept.
        </p>
      </header>
      {catalogue === null ? (
        <p
          className={problem === null ? 'dim' : 'start-problem'}
          role={problem === null ? 'status' : 'alert'}
        >
          {problem ?? 'Asking the server …'}
        </p>
      ) : null}
      {catalogue === null || catalogue.assignments.length === 0 ? null : (
        <section aria-labelledby="labs-assignments">
          <h2 id="labs-assignments">Your assignments</h2>
          <AssignmentList assignments={catalogue.assignments} />
        </section>
      )}
      {catalogue === null ? null : (
        <section aria-labelledby="labs-all">
          <h2 id="labs-all">All labs</h2>
          {labs.length === 0 ? (
            <p className="dim">
              This server has no labs yet. Whoever runs it puts them into its folder{' '}
              <span className="code">labs</span>.
            </p>
          ) : (
            <>
              <div className="labs-filter" role="search">
                <label>
                  <span className="unseen">Search the labs</span>
                  <input
                    className="field"
                    type="search"
                    placeholder="Search"
                    value={words}
                    onChange={(event) => setWords(event.target.value)}
                  />
                </label>
                <label>
                  <span className="unseen">Level</span>
                  <select
                    className="field"
                    value={level}
                    onChange={(event) => setLevel(Number(event.target.value))}
                  >
                    <option value={0}>All levels</option>
                    {levels.map((each) => (
                      <option key={each} value={each}>
                        {levelWord(each)}
                      </option>
                    ))}
                  </select>
                </label>
                <p className="dim" role="status">
                  {shown.length === labs.length
                    ? ''
                    : `${String(shown.length)} of ${plural(labs.length, 'lab')}`}
                </p>
              </div>
              {shown.length === 0 ? (
                <p>
                  No lab fits.{' '}
                  <button
                    type="button"
                    className="link"
                    onClick={() => {
                      setWords('');
                      setLevel(0);
                    }}
                  >
                    Show all
                  </button>
                </p>
              ) : null}
              <ul className="labs-cards">
                {shown.map((lab) => (
                  <LabCard key={lab.id} lab={lab} />
                ))}
              </ul>
            </>
          )}
        </section>
      )}
    </main>
  );
}

function mentions(lab: CatalogueLab, words: string): boolean {
  const text = [lab.title, lab.summary, ...lab.goals].join(' ').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function LabCard({ lab }: { readonly lab: CatalogueLab }) {
  const { title, summary, level, minutes, goals, requires, points, work } = lab;
  const missing = requires.filter(({ done }) => !done);
  return (
    <li className="labs-card">
      <h3>{title}</h3>
      <p className="labs-facts dim">
        <span>{levelWord(level)}</span>
        <span>
          <Clock className="icon icon-s" aria-hidden /> {minutes} min
        </span>
        <span>{plural(points, 'point')}</span>
      </p>
      <p>{summary}</p>
      {goals.length === 0 ? null : (
        <ul className="labs-goals" aria-label="Goals">
          {goals.map((goal) => (
            <li key={goal}>{goal}</li>
          ))}
        </ul>
      )}
      {missing.length === 0 ? null : (
        <p className="dim">Best after: {missing.map((each) => each.title).join(', ')}</p>
      )}
      <div className="labs-foot">
        <Progress work={work} points={points} />
        <OpenButton wanted={{ lab: lab.id }} title={title} begun={work !== null} />
      </div>
    </li>
  );
}
