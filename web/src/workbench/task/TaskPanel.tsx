import type { LabTask } from '@sandtable/shared/labMessages';
import { CheckCheck, Circle, CircleCheck, CircleX, RotateCcw, Send, Square } from 'lucide-react';
import { useRef } from 'react';
import { askYes } from '../../app/asking.ts';
import { goToBench } from '../../app/route.ts';
import { datesText, whatGoes } from '../../labs/assignmentWords.ts';
import { levelWord, pointsText } from '../../labs/labWords.ts';
import { useLabs, useLabState } from '../../session/useLabs.ts';
import { useWork } from '../../session/useSession.ts';
import { Button } from '../../ui/Button.tsx';
import { plural } from '../../ui/numbers.ts';
import { useNow } from '../../ui/useNow.ts';
import { useFocusWish } from '../useFocusWish.ts';
import { Attempts } from './Attempts.tsx';
import { Hints } from './Hints.tsx';
import Markdown, { showHeading } from './Markdown.tsx';
import { Results } from './Results.tsx';
import './task.css';

/** The task of a lab beside its bench: what to do, what holds already, help, handing in. */
export default function TaskPanel() {
  const task = useLabState((state) => state.task);
  const problem = useLabState((state) => state.taskProblem);
  const panel = useRef<HTMLElement>(null);
  useFocusWish('task', null, () => panel.current?.focus());
  if (task === null) {
    return (
      <div className="empty" role={problem === null ? 'status' : 'alert'}>
        <p>{problem ?? 'Reading the task …'}</p>
      </div>
    );
  }
  return (
    <section className="task" ref={panel} tabIndex={-1} aria-label={`Task: ${task.title}`}>
      <Head task={task} />
      <Undo />
      <Progress />
      <Results task={task} />
      <Steps task={task} />
      <Markdown text={withoutTitle(task.text)} script={task.script} />
      <Hints task={task} />
      <HandIn task={task} />
      <Attempts />
    </section>
  );
}

/** The panel has the title above the text already. */
function withoutTitle(text: string): string {
  return text.replace(/^\s*# [^\n]*\n/, '');
}

function Head({ task }: { readonly task: LabTask }) {
  const desk = useLabs();
  const busy = useLabState((state) => state.progress !== null);
  const online = useWork((state) => state.connection === 'online');
  const startAgain = async () => {
    const bench = await desk.open({ lab: task.lab });
    if (bench !== null) goToBench(bench);
  };
  const reset = async () => {
    const yes = await askYes({
      title: 'Reset all files?',
      text: 'Every file becomes what the lab began with, and files of your own go. You can undo it, here or in History.',
      action: 'Reset all files',
    });
    if (yes) await desk.reset();
  };
  return (
    <header className="task-head">
      <h2>{task.title}</h2>
      <p className="dim">
        {levelWord(task.level)} · {task.minutes} min · {plural(task.points, 'point')}
      </p>
      {task.outdated ? (
        <p className="dim">
          There is a newer version of this lab; your work stays with the one that you began with.{' '}
          {task.dates === null ? (
            <button type="button" className="link" onClick={() => void startAgain()}>
              Back to the catalogue’s
            </button>
          ) : null}
        </p>
      ) : null}
      <div className="task-buttons">
        {busy ? null : (
          <Button kind="main" disabled={!online} onClick={() => void desk.check('check')}>
            <CheckCheck className="icon" aria-hidden /> Check
          </Button>
        )}
        <Button onClick={() => void reset()} disabled={!online}>
          <RotateCcw className="icon icon-s" aria-hidden /> Reset all files
        </Button>
      </div>
    </header>
  );
}

/** Files were changed all at once: the way back stands here until it is not wanted. */
function Undo() {
  const desk = useLabs();
  const undo = useLabState((state) => state.undo);
  if (undo === null) return null;
  return (
    <div className="banner" role="status">
      <span className="banner-text">{undo.words}</span>
      <Button kind="plain" small onClick={() => void desk.undo()}>
        Undo
      </Button>
      <Button small onClick={() => desk.forgetUndo()}>
        Keep
      </Button>
    </div>
  );
}

/** A check that waits or is under way, and what became of one that did not end as it should. */
function Progress() {
  const desk = useLabs();
  const progress = useLabState((state) => state.progress);
  const ended = useLabState((state) => state.ended);
  if (progress === null) {
    if (ended === null || ended.state === 'done') return null;
    return (
      <p className="task-ended" role="alert">
        {ended.state === 'cancelled' ? 'The check was cancelled; nothing was judged.' : ended.message}
      </p>
    );
  }
  const { before, done, of, title } = progress;
  const words =
    before === null
      ? `Checking: ${String(done)} of ${plural(of, 'check')} done${title === null ? '' : `, now “${title}”`}`
      : before === 0
        ? 'Waiting to be checked; you are next'
        : `Waiting to be checked; ${plural(before, 'check')} before yours`;
  return (
    <div className="task-progress">
      <progress
        max={Math.max(1, of)}
        {...(before === null ? { value: done } : {})}
        aria-label="Progress of the check"
      />
      <p>{words} …</p>
      <Button small kind="plain" onClick={() => void desk.cancel()}>
        <Square className="icon icon-s" aria-hidden /> Cancel
      </Button>
      {/* Said at the turns of a check, not at each of its steps. */}
      <span className="unseen" role="status">
        {before === null ? 'The check is under way' : words}
      </span>
    </div>
  );
}

function Steps({ task }: { readonly task: LabTask }) {
  const { steps } = task;
  if (steps.length === 0) return null;
  const ticked = steps.filter(({ done }) => done === true).length;
  return (
    <nav className="task-steps" aria-label="Steps">
      <p>
        <progress max={steps.length} value={ticked} aria-hidden />{' '}
        <span role="status">
          {ticked} of {plural(steps.length, 'step')} done
        </span>
      </p>
      <ol>
        {steps.map(({ title, anchor, done, checks }) => (
          <li key={title} data-done={done === true}>
            <StepIcon done={checks.length === 0 ? null : done} />
            {anchor === null ? (
              title
            ) : (
              <button type="button" className="link" onClick={() => showHeading(anchor)}>
                {title}
              </button>
            )}
            <span className="unseen">
              {done === true ? ', done' : done === false ? ', not done yet' : ''}
            </span>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function StepIcon({ done }: { readonly done: boolean | null }) {
  const Icon = done === true ? CircleCheck : done === false ? CircleX : Circle;
  return <Icon className="icon icon-s task-mark" data-done={done ?? 'unknown'} aria-hidden />;
}

function HandIn({ task }: { readonly task: LabTask }) {
  const desk = useLabs();
  const now = useNow();
  const busy = useLabState((state) => state.progress !== null);
  const online = useWork((state) => state.connection === 'online');
  const { dates, grade, gradeReason, points, hintCost } = task;
  const goes = dates === null ? null : whatGoes(dates, { handedIn: grade !== null }, now);
  return (
    <section className="task-hand-in" aria-labelledby="task-hand-in">
      <h3 id="task-hand-in">Hand in</h3>
      {dates === null ? (
        <p className="dim">
          Checks once more and keeps the result. Hand in as often as you like; the best counts.
        </p>
      ) : (
        <p>
          {dates.course.title}: {dates.title}. {datesText(dates, now)}. The {dates.counts} that you hand in
          counts.
        </p>
      )}
      {hintCost === 0 ? null : <p className="dim">Hints cost {pointsText(hintCost)} % of the points.</p>}
      {grade === null ? null : (
        <p>
          <strong>
            {gradeReason === null ? 'Handed in' : 'Grade, set by hand'}: {pointsText(grade)} of{' '}
            {pointsText(points)} points
          </strong>
          {gradeReason === null ? '' : ` (${gradeReason})`}
        </p>
      )}
      {goes === null ? null : <p role="status">{goes}</p>}
      {goes === null ? (
        <Button kind="plain" disabled={busy || !online} onClick={() => void desk.check('hand-in')}>
          <Send className="icon icon-s" aria-hidden /> {grade === null ? 'Hand in' : 'Hand in again'}
        </Button>
      ) : null}
    </section>
  );
}
