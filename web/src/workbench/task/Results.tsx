import type { Attempt, LabTask } from '@sandtable/shared/labMessages';
import type { CheckResult, Finding } from '@sandtable/shared/labs/checkResult';
import { CircleAlert, CircleCheck, CircleX } from 'lucide-react';
import { pointsText } from '../../labs/labWords.ts';
import { useLabs } from '../../session/useLabs.ts';
import { useSession } from '../../session/useSession.ts';
import { clockTime } from '../../ui/numbers.ts';
import { useTraceView } from '../trace/useTrace.ts';
import { openFile, showPanel } from '../view.ts';
import Markdown from './Markdown.tsx';

const OUTCOMES = {
  passed: { Icon: CircleCheck, word: 'passed' },
  failed: { Icon: CircleX, word: 'not yet' },
  error: { Icon: CircleAlert, word: 'could not be judged' },
} as const;

/** What the newest check found. */
export function Results({ task }: { readonly task: LabTask }) {
  const { last } = task;
  if (last === null) return null;
  return (
    <section className="task-results" aria-labelledby="task-results">
      <h3 id="task-results">
        {last.kind === 'hand-in' ? 'Handed in' : 'Checked'} at {clockTime(last.endedAt ?? last.startedAt)}
      </h3>
      <p role="status">{scoreWords(last)}</p>
      <ResultList attempt={last} />
    </section>
  );
}

export function scoreWords({ points, max, hints, results }: Attempt): string {
  if (points === null || max === null || results === null) return '';
  const passed = results.filter((each) => each.passed).length;
  const cost = hints === 0 ? '' : `, ${pointsText(hints)} of them for hints`;
  return `${String(passed)} of ${String(results.length)} checks passed: ${pointsText(points)} of ${pointsText(max)} points${cost}`;
}

export function ResultList({ attempt }: { readonly attempt: Attempt }) {
  return (
    <ul className="task-checks">
      {attempt.results?.map((result) => (
        <Result key={result.id} result={result} attempt={attempt.id} />
      ))}
    </ul>
  );
}

function Result({ result, attempt }: { readonly result: CheckResult; readonly attempt: string }) {
  const { Icon, word } = OUTCOMES[result.outcome];
  return (
    <li data-outcome={result.outcome}>
      <p className="task-check-title">
        <Icon className="icon icon-s task-mark" aria-hidden />
        <span>{result.title}</span>
        <span className="task-check-points">
          {word} · {pointsText(result.points)}/{pointsText(result.max)}
        </span>
      </p>
      {result.message === '' ? null : <Markdown text={result.message} />}
      {result.findings.length === 0 ? null : (
        <ul className="task-findings">
          {result.findings.map((finding, index) => (
            // Findings of one result never change their order.
            <li key={index}>
              {finding.text} <FindingLinks finding={finding} attempt={attempt} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function FindingLinks({ finding, attempt }: { readonly finding: Finding; readonly attempt: string }) {
  const desk = useLabs();
  const session = useSession();
  const trace = useTraceView();
  const { run, row, file, line } = finding;
  const showRow = async () => {
    if (run === undefined) return;
    const shown = await desk.showEvidence(attempt, run);
    if (shown === null) return;
    showPanel('trace');
    if (row === undefined) return;
    const answer = await session.request('run.rows', { run: shown, from: row, count: 1 });
    const [call] = answer.ok ? answer.value : [];
    if (call === undefined) return;
    trace.setFilter('');
    trace.reveal(call);
  };
  return (
    <>
      {run === undefined ? null : (
        <button type="button" className="link" onClick={() => void showRow()}>
          {row === undefined ? 'Show the trace' : `Show row ${String(row)}`}
        </button>
      )}{' '}
      {file === undefined ? null : (
        <button
          type="button"
          className="link code"
          onClick={() => openFile(file, line === undefined ? undefined : { line, mark: true })}
        >
          {line === undefined ? file : `${file}:${String(line)}`}
        </button>
      )}
    </>
  );
}
