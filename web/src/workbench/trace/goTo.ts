/** From a row to the line of the policy that decided it. */
import type { CallEvent } from '@sandtable/shared/events';
import { ruleOf } from '@sandtable/shared/session';
import type { SourcePosition } from '@sandtable/shared/verdicts';
import { notify } from '../../app/notices.ts';
import type { Session } from '../../session/session.ts';
import { openFile } from '../view.ts';
import { LAYER_WORDS } from './describe.ts';

/** The place in policy.ts that decided the row, or null where it was not decided there. */
export function policyPlace(session: Session, row: CallEvent): SourcePosition | null {
  const run = session.state.run;
  const rule = run === null ? undefined : ruleOf(run, row.rule);
  return rule?.layer === 'student' ? (rule.at ?? null) : null;
}

/** @returns whether there is such a line; where there is none the person is told who decided. */
export function goToPolicyLine(session: Session, row: CallEvent): boolean {
  const place = policyPlace(session, row);
  if (place !== null && session.state.files['policy.ts'] !== undefined) {
    openFile('policy.ts', { ...place, mark: true });
    return true;
  }
  const run = session.state.run;
  const rule = run === null ? undefined : ruleOf(run, row.rule);
  notify({
    level: 'info',
    title: 'No line of your policy decided this call',
    text:
      rule === undefined
        ? 'The trace does not say who did.'
        : `It was decided by ${LAYER_WORDS[rule.layer]}: ${rule.label}.`,
  });
  return false;
}
