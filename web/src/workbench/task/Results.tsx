import type { Attempt, LabTask } from '@sandtable/shared/labMessages';
import type { CheckResult, Finding } from '@sandtable/shared/labs/checkResult';
import { CircleAlert, CircleCheck, CircleX } from 'lucide-react';
import { rowLink } from '../../app/route.ts';
import { pointsText } from '../../labs/labWords.ts';
import { useLabs } from '../../session/useLabs.ts';
import { clockTime } from '../../ui/numbers.ts';
import { openFile, showPanel } from '../view.ts';
import Markdown from './Markdown.tsx';

const OUTCOMES = {
  passed: { Icon: CircleCheck, word: 'passed' },
  failed: { Icon: CircleX, word: 'not yet' },
  error: { Icon: CircleAlert, word: 'could not be judged' },
} as const;

/** What the newest check found. */
export function Results({ task }: { readonly task: LabTask }) {
  const { last, bench } = task;
  if (last === null) return null;
  return (
    <section className="task-results" aria-labelledby="task-results">
      <h3 id="task-results">
        {last.kind === 'hand-in' ? 'Handed in' : 'Checked'} at {clockTime(last.endedAt ?? last.startedAt)}
      </h3>
      <p role="status">{scoreWords(last)}</p>
      <ResultList attempt={last} bench={bench} />
    </section>
  );
}

export function scoreWords({ points, max, hints, results }: Attempt): string {
  if (points === null || max === null || results === null) return '';
  const passed = results.filter((each) => each.passed).length;
  const cost = hints === 0 ? '' : `, ${pointsText(hints)} of them for hints`;
  return `${String(passed)} of ${String(results.length)} checks passed: ${pointsText(points)} of ${pointsText(max)} points${cost}`;
}

export function ResultList({ attempt, bench }: { readonly attempt: Attempt; readonly bench: string }) {
  return (
    <ul className="task-checks">
      {attempt.results?.map((result) => (
        <Result key={result.id} result={result} attempt={attempt.id} bench={bench} />
      ))}
    </ul>
  );
}

function Result({
  result,
  attempt,
  bench,
}: {
  readonly result: CheckResult;
  readonly attempt: string;
  readonly bench: string;
}) {
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
              {finding.text} <FindingLinks finding={finding} attempt={attempt} bench={bench} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function FindingLinks({
  finding,
  attempt,
  bench,
}: {
  readonly finding: Finding;
  readonly attempt: string;
  readonly bench: string;
}) {
  const desk = useLabs();
  const { run, row, file, line } = finding;
  const showRow = async () => {
    if (run === undefined) return;
    const shown = await desk.showEvidence(attempt, run);
    if (shown === null) return;
    if (row !== undefined) location.href = rowLink(bench, shown, row);
    showPanel('trace');
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
