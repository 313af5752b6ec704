import type { CatalogueLab, OwnAssignment, WorkProgress } from '@sandtable/shared/labMessages';
import { Check, Clock } from 'lucide-react';
import { useEffect, useState } from 'react';
import { goToBench, linkTo } from '../app/route.ts';
import { useWork } from '../session/useSession.ts';
import { useLabs, useLabState } from '../session/useLabs.ts';
import { Button } from '../ui/Button.tsx';
import { plural } from '../ui/numbers.ts';
import { dateText, levelWord, pointsText, timeLeft } from './labWords.ts';
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
          <ul className="labs-assignments">
            {catalogue.assignments.map((each) => (
              <Assignment key={each.id} assignment={each} />
            ))}
          </ul>
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

function Assignment({ assignment }: { readonly assignment: OwnAssignment }) {
  const { id, title, course, lab, opensAt, dueAt, points, work } = assignment;
  const [now] = useState(Date.now);
  const before = opensAt !== null && Date.parse(opensAt) > now;
  return (
    <li>
      <div>
        <strong>{title}</strong>
        <p className="dim">
          {course.title} · {lab}
          {before ? ` · opens ${dateText(opensAt)}` : ''}
          {dueAt === null ? '' : ` · due ${dateText(dueAt)} (${timeLeft(dueAt, now)})`}
        </p>
      </div>
      <Progress work={work} points={points} />
      {before ? null : <OpenButton wanted={{ assignment: id }} title={title} begun={work !== null} />}
    </li>
  );
}

/** How far one is with it: a bar and words. */
function Progress({ work, points }: { readonly work: WorkProgress | null; readonly points: number }) {
  if (work === null) return <span className="labs-progress dim">Not begun</span>;
  const done = work.passed === work.checks;
  return (
    <span className="labs-progress">
      <progress max={Math.max(1, work.checks)} value={work.passed} aria-hidden />
      <span>
        {done ? <Check className="icon icon-s labs-done" aria-hidden /> : null} {work.passed} of{' '}
        {plural(work.checks, 'check')}
        {work.points === null ? '' : `, ${pointsText(work.points)} of ${pointsText(points)} points`}
        {work.handedIn ? ', handed in' : ''}
      </span>
    </span>
  );
}

function OpenButton({
  wanted,
  title,
  begun,
}: {
  readonly wanted: { readonly lab: string } | { readonly assignment: string };
  readonly title: string;
  readonly begun: boolean;
}) {
  const desk = useLabs();
  const [opening, setOpening] = useState(false);
  const open = async () => {
    setOpening(true);
    const bench = await desk.open(wanted);
    setOpening(false);
    if (bench !== null) goToBench(bench);
  };
  return (
    <Button kind={begun ? 'plain' : 'main'} disabled={opening} onClick={() => void open()}>
      {begun ? 'Continue' : 'Begin'}
      <span className="unseen">: {title}</span>
    </Button>
  );
}
