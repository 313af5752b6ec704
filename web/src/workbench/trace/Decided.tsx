import type { CallEvent } from '@sandtable/shared/events';
import { explain, type Explained, type NearMiss } from '@sandtable/shared/policy/explain';
import { recordedCall } from '@sandtable/shared/replay/recordedCall';
import type { RuleInfo } from '@sandtable/shared/verdicts';
import { ArrowRight } from 'lucide-react';
import { useSession, useWork } from '../../session/useSession.ts';
import { Button } from '../../ui/Button.tsx';
import { Verdict } from '../../ui/Verdict.tsx';
import { openFile } from '../view.ts';
import { LAYER_WORDS } from './describe.ts';
import { FilterButton } from './FilterButton.tsx';
import { goToPolicyLine } from './goTo.ts';

/** Why a row was decided as it was: by whom, in which line, in one sentence, and which rules nearly fitted. */
export function Decided({ row }: { readonly row: CallEvent }) {
  const session = useSession();
  const rules = useWork((state) => state.run?.rules);
  const { request, performed, cutPath } = recordedCall(row);
  const explanation = explain(rules ?? [], performed ?? request, said(row));
  if (explanation === null)
    return <span className="dim">Rule {row.rule}; the trace has more rules than the page keeps.</span>;
  const { decider, layer, sentence, nearly, more } = explanation;
  return (
    <>
      <div>
        <Verdict kind={row.verdict} /> by {LAYER_WORDS[layer]}:{' '}
        <span className="code detail-value">{decider.label}</span>
        <FilterButton field="rule" value={row.rule} />
      </div>
      {row.reason === undefined ? null : <div>“{row.reason}”</div>}
      <div>{sentence}</div>
      {layer === 'student' && decider.at !== undefined ? (
        <Button kind="plain" small onClick={() => goToPolicyLine(session, row)}>
          policy.ts:{decider.at.line}:{decider.at.column}{' '}
          <ArrowRight className="icon icon-s" aria-label="go to the line" />
        </Button>
      ) : null}
      {nearly.length === 0 || cutPath ? null : <Nearly nearly={nearly} more={more} />}
    </>
  );
}

function said({ verdict, rule, errno, raise }: CallEvent): Explained {
  return { kind: verdict, rule, error: raise ?? errno };
}

function Nearly({ nearly, more }: { readonly nearly: readonly NearMiss[]; readonly more: number }) {
  return (
    <div className="detail-nearly">
      Rules before it that nearly fitted:
      <ul aria-label="Rules that nearly fitted">
        {nearly.map(({ rule, text, differs }) => (
          <li key={rule.id} data-differs={differs}>
            <span className="code detail-value">{rule.label}</span> <PolicyLine rule={rule} />
            <span className="dim">{text}.</span>
          </li>
        ))}
      </ul>
      {more === 0 ? null : <span className="dim">And {more} more.</span>}
    </div>
  );
}

function PolicyLine({ rule }: { readonly rule: RuleInfo }) {
  const session = useSession();
  if (rule.layer !== 'student' || rule.at === undefined || session.state.files['policy.ts'] === undefined)
    return null;
  return (
    <>
      <button
        type="button"
        className="link"
        onClick={() => openFile('policy.ts', { ...rule.at!, mark: true })}
      >
        policy.ts:{rule.at.line}
      </button>{' '}
    </>
  );
}
