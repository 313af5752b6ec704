import type { ChangedRow, Judged, ReplayResult } from '@sandtable/shared/replay/replay';
import { DOUBT_WORDS, judgedWords, replayWords } from '@sandtable/shared/replay/summary';
import { useState } from 'react';
import { useCommands } from '../../app/commandContext.ts';
import { textOf } from '../../session/workFile.ts';
import { useWork } from '../../session/useSession.ts';
import { plural } from '../../ui/numbers.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { openFile } from '../view.ts';
import { useOtherPolicies, usePolicySource } from './otherPolicies.ts';
import { Problem } from './Problem.tsx';
import type { TraceName } from './replayMessages.ts';
import { RowLink } from './RowLink.tsx';
import { useAnswer } from './useReplayDesk.ts';

/** Lines shown at first, and with each click on "more". */
const LINES = 100;

/** What the policy in the editor would have done, as one types. */
export function ReplayView({ trace }: { readonly trace: TraceName }) {
  const { run } = useCommands();
  const file = useWork((state) => state.files['policy.ts']);
  const policies = useWork((state) => state.meta?.policies) ?? [];
  const audit = useWork((state) => state.run?.start?.audit === true);
  const [against, setAgainst] = useState('');
  const source =
    (file === undefined ? undefined : textOf(file)) ??
    policies.find(({ name }) => name === 'standard')?.source;
  const others = useOtherPolicies();
  const chosen = others.find(({ key }) => key === against) ?? null;
  const other = usePolicySource(chosen);
  const { answer, problem, busy, late } = useAnswer(
    'replay',
    source === undefined || (chosen !== null && other.source === null)
      ? null
      : { type: 'replay', trace, source, against: other.source },
    `${trace.run} ${trace.calls}\n${other.source ?? ''}\n${source ?? ''}`,
  );
  return (
    <>
      <div className="replay-bar">
        <label>
          policy.ts against{' '}
          <select
            className="field"
            value={chosen === null ? '' : against}
            onChange={(event) => setAgainst(event.target.value)}
          >
            <option value="">{audit ? 'what really happened' : 'the verdicts of the run'}</option>
            {others.map(({ key, title }) => (
              <option key={key} value={key}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          className="button button-s"
          title="The policy only records what it would have said; the platform alone decides."
          onClick={() => run('run.audit')}
        >
          Run in audit mode
        </button>
      </div>
      {problem === null ? null : <Problem problem={problem} />}
      {other.problem === null ? null : (
        <p className="replay-problem" role="alert">
          {chosen?.title} cannot be read: {other.problem}
        </p>
      )}
      {late || (answer === null && problem === null) ? (
        <p className="dim" role="status">
          Judging …{answer === null ? '' : ' What stands below is of the policy before.'}
        </p>
      ) : null}
      {answer === null ? null : (
        <div data-stale={busy || problem !== null}>
          <Summary result={answer.value.result} ms={answer.value.ms} />
          <Changes result={answer.value.result} />
        </div>
      )}
    </>
  );
}

function Summary({ result, ms }: { readonly result: ReplayResult; readonly ms: number }) {
  const { lines, guest } = replayWords(result);
  return (
    <div role="status" data-changed={guest}>
      <ul className="replay-summary">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
        <li className="dim">
          Judged in {ms < 1 ? 'less than a millisecond' : `${Math.round(ms)} ms`}, here in the page.
        </li>
      </ul>
    </div>
  );
}

function Changes({ result }: { readonly result: ReplayResult }) {
  const [shown, setShown] = useState(LINES);
  const changes = result.changes.filter(({ change }) => change !== 'place');
  const { errno, kind, seen } = result.byChange;
  if (changes.length + result.doubts.length === 0) return null;
  return (
    <>
      <table className="replay-table">
        <caption className="unseen">Calls that would have gone otherwise, what is let through first</caption>
        <thead>
          <tr>
            <th scope="col" className="replay-number">
              call
            </th>
            <th scope="col">what</th>
            <th scope="col">was</th>
            <th scope="col">would be</th>
            <th scope="col">because of</th>
          </tr>
        </thead>
        <tbody>
          {changes.slice(0, shown).map((change) => (
            <Change key={change.row.n} change={change} />
          ))}
          {result.doubts.slice(0, shown).map(({ row, before, doubt }) => (
            <tr key={`doubt ${row.n}`} data-guess>
              <td className="replay-number">
                <RowLink row={row} />
              </td>
              <td className="code">{what(row)}</td>
              <td>
                <Verdict kind={before.kind} word={judgedWords(before)} />
              </td>
              <td colSpan={2}>cannot be judged: {DOUBT_WORDS[doubt]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown < changes.length || shown < result.doubts.length ? (
        <button type="button" className="link" onClick={() => setShown(shown + LINES)}>
          Show more
        </button>
      ) : kind + errno + seen > changes.length ? (
        <p className="dim">The first {plural(changes.length, 'change')}; sandtable replay lists more.</p>
      ) : null}
    </>
  );
}

function Change({ change: { row, before, after, guess } }: { readonly change: ChangedRow }) {
  return (
    <tr
      data-guess={guess || undefined}
      data-opened={before.kind === 'deny' && after.kind === 'allow' ? true : undefined}
    >
      <td className="replay-number">
        <RowLink row={row} />
      </td>
      <td className="code">{what(row)}</td>
      <td>
        <Verdict kind={before.kind} word={judgedWords(before)} />
      </td>
      <td>
        <Verdict kind={after.kind} word={judgedWords(after)} />
        {guess ? (
          <span
            className="replay-guess"
            title="Behind the first call that would have gone otherwise: the program might have gone another way."
          >
            {' '}
            guess
          </span>
        ) : null}
      </td>
      <td>
        <Place judged={after} />
      </td>
    </tr>
  );
}

function Place({ judged: { rule } }: { readonly judged: Judged }) {
  if (rule === null) return null;
  const { at, layer, label } = rule;
  if (layer !== 'student' || at === undefined)
    return <span className="dim">{layer === 'ceiling' ? `the platform: ${label}` : label}</span>;
  return (
    <button
      type="button"
      className="link"
      title={label}
      onClick={() => openFile('policy.ts', { ...at, mark: true })}
    >
      policy.ts:{at.line}
    </button>
  );
}

function what({ call, path, args }: ChangedRow['row']): string {
  const place = path ?? args['path'];
  return typeof place === 'string' ? `${call} ${place}` : call;
}
