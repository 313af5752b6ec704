import type { Step } from '@sandtable/shared/replay/compareRuns';
import { comparisonWords, DIFFERENCE_WORDS, judgedWords } from '@sandtable/shared/replay/summary';
import type { RunInfo } from '@sandtable/shared/protocol';
import { useEffect, useState } from 'react';
import { useSession, useWork } from '../../session/useSession.ts';
import { openBench } from '../../session/workState.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { Problem } from './Problem.tsx';
import type { TraceName } from './replayMessages.ts';
import { RowLink } from './RowLink.tsx';
import { useAnswer } from './useReplayDesk.ts';

const LINES = 200;

/** An earlier run of this bench beside the one that is open. */
export function CompareView({ trace }: { readonly trace: TraceName }) {
  const session = useSession();
  const bench = useWork(openBench);
  const [runs, setRuns] = useState<readonly RunInfo[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => {
    if (bench === null) return;
    let current = true;
    void session.request('run.list', { bench }).then((answer) => {
      if (current)
        setRuns(
          answer.ok ? answer.value.filter(({ id, status }) => id !== trace.run && status !== null) : [],
        );
    });
    return () => {
      current = false;
    };
  }, [session, bench, trace.run]);
  const first = chosen ?? runs?.[0]?.id ?? null;
  const { answer, problem, busy } = useAnswer(
    'compare',
    first === null ? null : { type: 'compare', first: { run: first, calls: 0 }, second: trace },
    `${first ?? ''} ${trace.run} ${trace.calls}`,
  );
  if (runs === null)
    return (
      <p className="dim" role="status">
        Looking for earlier runs …
      </p>
    );
  if (first === null)
    return (
      <p className="dim">
        There is no earlier run of this bench. Run once more, and the two can be compared.
      </p>
    );
  return (
    <>
      <div className="replay-bar">
        <label>
          This run beside{' '}
          <select className="field" value={first} onChange={(event) => setChosen(event.target.value)}>
            {runs.map((run) => (
              <option key={run.id} value={run.id}>
                {nameOf(run)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {problem === null ? null : <Problem problem={problem} />}
      {answer === null ? null : (
        <div data-stale={busy || problem !== null}>
          <div role="status">
            <ul className="replay-summary">
              {comparisonWords(answer.value).map((line) => (
                <li key={line}>
                  {line.replace('in the first', 'in the earlier run').replace('in the second', 'in this run')}
                </li>
              ))}
            </ul>
          </div>
          <Steps steps={answer.value.steps} />
        </div>
      )}
    </>
  );
}

function nameOf({ startedAt, mode, status }: RunInfo): string {
  return `the run of ${new Date(startedAt).toLocaleString()} (${mode}, status ${String(status)})`;
}

function Steps({ steps }: { readonly steps: readonly Step[] }) {
  const [shown, setShown] = useState(LINES);
  const noticed = steps.filter((step) => step.kind !== 'differs' || step.in.some((each) => each !== 'rule'));
  if (noticed.length === 0) return null;
  return (
    <>
      <table className="replay-table">
        <caption className="unseen">What the two runs did differently, in order</caption>
        <thead>
          <tr>
            <th scope="col" className="replay-number">
              earlier
            </th>
            <th scope="col" className="replay-number">
              this
            </th>
            <th scope="col">what</th>
            <th scope="col">was</th>
            <th scope="col">is</th>
          </tr>
        </thead>
        <tbody>
          {noticed.slice(0, shown).map((step) => (
            <StepLine key={`${'a' in step ? step.a.n : ''} ${'b' in step ? step.b.n : ''}`} step={step} />
          ))}
        </tbody>
      </table>
      {shown < noticed.length ? (
        <button type="button" className="link" onClick={() => setShown(shown + LINES)}>
          Show more
        </button>
      ) : null}
    </>
  );
}

function StepLine({ step }: { readonly step: Step }) {
  const row = 'b' in step ? step.b : step.a;
  const place = row.path ?? row.args['path'];
  return (
    <tr>
      <td className="replay-number">{'a' in step ? step.a.n : ''}</td>
      <td className="replay-number">{'b' in step ? <RowLink row={step.b} /> : ''}</td>
      <td className="code">{typeof place === 'string' ? `${row.call} ${place}` : row.call}</td>
      <td>
        {'was' in step ? (
          <Verdict kind={step.was.kind} word={judgedWords(step.was)} />
        ) : (
          <span className="dim">not made</span>
        )}
      </td>
      <td>
        {'is' in step ? (
          <Verdict kind={step.is.kind} word={judgedWords(step.is)} />
        ) : (
          <span className="dim">not made</span>
        )}
        {step.kind === 'differs' ? (
          <span className="dim"> {step.in.map((each) => DIFFERENCE_WORDS[each]).join(', ')}</span>
        ) : null}
      </td>
    </tr>
  );
}
