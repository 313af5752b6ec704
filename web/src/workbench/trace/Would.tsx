import type { CallEvent, WouldVerdict } from '@sandtable/shared/events';
import { ruleOf } from '@sandtable/shared/session';
import { useWork } from '../../session/useSession.ts';
import { Verdict } from '../../ui/Verdict.tsx';
import { openFile } from '../view.ts';
import { LAYER_WORDS } from './describe.ts';

interface WouldProps {
  readonly row: CallEvent;
  readonly would: WouldVerdict;
}

/** Of an audited run: what the policy would have said in place of what happened. */
export function Would({ row, would }: WouldProps) {
  const rule = useWork(({ run }) => (run === null ? undefined : ruleOf(run, would.rule)));
  const hasPolicy = useWork(({ files }) => files['policy.ts'] !== undefined);
  const seen = would.raise ?? would.errno;
  return (
    <>
      <div>
        The policy would have said <Verdict kind={would.verdict} />
        {seen === undefined ? null : <span className="code"> {seen}</span>}
        {rule === undefined ? null : (
          <>
            , by {LAYER_WORDS[rule.layer]}: <span className="code detail-value">{rule.label}</span>
            {rule.layer === 'student' && rule.at !== undefined && hasPolicy ? (
              <>
                {' '}
                <button
                  type="button"
                  className="link code"
                  onClick={() => openFile('policy.ts', { ...rule.at!, mark: true })}
                >
                  policy.ts:{rule.at.line}
                </button>
              </>
            ) : null}
          </>
        )}
      </div>
      {would.reason === undefined ? null : <div>“{would.reason}”</div>}
      <div className="dim">
        {would.verdict === row.verdict && seen === (row.raise ?? row.errno)
          ? 'That is what happened.'
          : 'In audit mode it only records this: what happened stands above and below.'}
      </div>
    </>
  );
}
