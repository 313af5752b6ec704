import type { LabTask, TaskHint } from '@sandtable/shared/labMessages';
import { Lightbulb } from 'lucide-react';
import { askYes } from '../../app/asking.ts';
import { pointsText } from '../../labs/labWords.ts';
import { useLabs } from '../../session/useLabs.ts';
import { Button } from '../../ui/Button.tsx';
import Markdown from './Markdown.tsx';

/** Help in stages: of each step the hints that were taken, and the next one with what it costs. */
export function Hints({ task }: { readonly task: LabTask }) {
  const steps = [...new Set(task.hints.map(({ step }) => step))].sort((a, b) => a - b);
  if (steps.length === 0) return null;
  return (
    <section className="task-hints" aria-labelledby="task-hints">
      <h3 id="task-hints">Hints</h3>
      {steps.map((step) => (
        <StepHints key={step} task={task} step={step} />
      ))}
    </section>
  );
}

function StepHints({ task, step }: { readonly task: LabTask; readonly step: number }) {
  const desk = useLabs();
  const hints = task.hints.filter((hint) => hint.step === step);
  const taken = hints.filter(({ text }) => text !== null);
  const next = hints.find(({ text }) => text === null);
  const title = task.steps[step]?.title ?? 'The lab';
  const take = async (hint: TaskHint) => {
    const yes =
      hint.cost === 0 ||
      (await askYes({
        title: `Take a hint for “${title}”?`,
        text: `It costs ${pointsText(hint.cost)} % of the points (${pointsText((task.points * hint.cost) / 100)} of ${pointsText(task.points)}) and cannot be given back.`,
        action: 'Take the hint',
      }));
    if (yes) await desk.takeHint(hint.index);
  };
  return (
    <div className="task-step-hints">
      <h4>{title}</h4>
      <ol aria-live="polite">
        {taken.map(({ index, text, cost }) => (
          <li key={index}>
            <Markdown text={text ?? ''} />
            {cost === 0 ? null : <span className="dim">cost {pointsText(cost)} %</span>}
          </li>
        ))}
      </ol>
      {next === undefined ? (
        <p className="dim">There are no more hints for this step.</p>
      ) : (
        <Button kind="plain" small onClick={() => void take(next)}>
          <Lightbulb className="icon icon-s" aria-hidden />
          {taken.length === 0 ? 'Take a hint' : 'Take another hint'}
          {next.cost === 0 ? ', free' : `, ${pointsText(next.cost)} %`}
          <span className="unseen"> for {title}</span>
        </Button>
      )}
    </div>
  );
}
