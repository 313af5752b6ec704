import { picked, type Choice, type LearnedRule } from '@sandtable/shared/replay/learn';
import { FLAG_WORDS, learnedSource, NO_PROOF } from '@sandtable/shared/replay/learnedSource';
import { useState } from 'react';
import { notify } from '../../app/notices.ts';
import { useSession } from '../../session/useSession.ts';
import { plural } from '../../ui/numbers.ts';
import { Button } from '../../ui/Button.tsx';
import { TableHead } from '../../ui/TableHead.tsx';
import { openFile, showPanel } from '../view.ts';
import { useTraceView } from '../trace/useTrace.ts';
import { Problem } from './Problem.tsx';
import type { Learned, TraceName } from './replayMessages.ts';
import { useAnswer } from './useReplayDesk.ts';

type Picks = Readonly<Record<number, Choice['key']>>;

/** The least policy that allows what the run did, with wider choices. */
export function LearnView({ trace }: { readonly trace: TraceName }) {
  const [picks, setPicks] = useState<Picks>({});
  const { answer, problem } = useAnswer('learn', { type: 'learn', trace }, `${trace.run} ${trace.calls}`);
  return (
    <>
      {problem === null ? null : <Problem problem={problem} />}
      {answer === null ? (
        problem === null ? (
          <p className="dim" role="status">
            Learning …
          </p>
        ) : null
      ) : (
        <Proposed
          learned={answer.value}
          picks={picks}
          onPick={(id, key) => setPicks({ ...picks, [id]: key })}
        />
      )}
    </>
  );
}

interface ProposedProps {
  readonly learned: Learned;
  readonly picks: Picks;
  readonly onPick: (id: number, key: Choice['key']) => void;
}

function Proposed({ learned: { proposal, what }, picks, onPick }: ProposedProps) {
  const session = useSession();
  const take = () => {
    session.files?.replace('policy.ts', learnedSource(proposal, { picks, what }));
    openFile('policy.ts');
    notify({
      level: 'info',
      title: 'The proposal stands in policy.ts',
      text: 'Undo in the editor brings back what was there.',
    });
  };
  return (
    <>
      <p className="replay-proof">{NO_PROOF.join(' ')}</p>
      <div className="replay-bar">
        <Button kind="main" small onClick={take}>
          Put into policy.ts
        </Button>
        <span className="dim">
          {plural(proposal.rules.length, 'rule')} from {plural(proposal.calls, 'call')}
          {proposal.denied.count > 0
            ? `; ${plural(proposal.denied.count, 'call')} ${proposal.denied.count === 1 ? 'was denied and stays' : 'were denied and stay'} denied`
            : ''}
        </span>
      </div>
      <table className="replay-table">
        <caption className="unseen">The proposed rules</caption>
        <TableHead columns={['rule', 'how wide', 'from calls']} />
        <tbody>
          {proposal.fakes.map(({ call, rows }) => (
            <tr key={call}>
              <td className="code">fake {call}</td>
              <td className="dim">the answer that it got</td>
              <td>
                <Rows rows={rows} count={rows.length} />
              </td>
            </tr>
          ))}
          {proposal.rules.map((rule) => (
            <Rule
              key={rule.id}
              rule={rule}
              choice={picked(rule, picks)}
              onPick={(key) => onPick(rule.id, key)}
            />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Rule({
  rule,
  choice,
  onPick,
}: {
  readonly rule: LearnedRule;
  readonly choice: Choice;
  readonly onPick: (key: Choice['key']) => void;
}) {
  return (
    <tr>
      <td className="code">
        {choice.select.join(' ')}
        {choice.mode === undefined ? null : <span className="dim"> to {choice.mode}</span>}
        {choice.paths === undefined ? null : (
          <ul className="replay-paths">
            {choice.paths.slice(0, 8).map((path) => (
              <li key={path}>{path}</li>
            ))}
            {choice.paths.length > 8 ? <li className="dim">and {choice.paths.length - 8} more</li> : null}
          </ul>
        )}
      </td>
      <td>
        {rule.choices.length === 1 ? (
          choice.says
        ) : (
          <select
            className="field"
            aria-label={`How wide rule ${rule.id + 1} is`}
            value={choice.key}
            onChange={(event) => onPick(event.target.value as Choice['key'])}
          >
            {rule.choices.map(({ key, says }) => (
              <option key={key} value={key}>
                {says}
              </option>
            ))}
          </select>
        )}
        {choice.flags.map((flag) => (
          <p key={flag} className="replay-flag">
            Broad: {FLAG_WORDS[flag]}.
          </p>
        ))}
      </td>
      <td>
        <Rows rows={rule.rows} count={rule.count} />
      </td>
    </tr>
  );
}

/** Numbers of calls; each shows its row. */
function Rows({ rows, count }: { readonly rows: readonly number[]; readonly count: number }) {
  const trace = useTraceView();
  return (
    <>
      {rows.map((n) => (
        <button
          key={n}
          type="button"
          className="link replay-row"
          aria-label={`Show call ${n} in the trace`}
          onClick={() => {
            trace.select(n);
            showPanel('trace');
          }}
        >
          {n}
        </button>
      ))}
      {count > rows.length ? <span className="dim"> and {count - rows.length} more</span> : null}
    </>
  );
}
