/** The one desk of the page, and answers to a question that changes while somebody types. */
import { useEffect, useState } from 'react';
import { useWork } from '../../session/useSession.ts';
import { ReplayDesk } from './replayDesk.ts';
import type { Answer, Question } from './replayMessages.ts';
import ReplayWorker from './replayWorker.ts?worker';

const desk = new ReplayDesk(async () => new ReplayWorker());

/** After the last key, so that a word is judged and not its letters. */
const AFTER_TYPING_MS = 150;

/** What takes longer is said to be under way, and a complaint about an earlier text is not shown beside this one. Honest policies are faster. */
const LATE_MS = 1_500;

export interface Asked<T extends Answer['type']> {
  /** The newest answer of this kind; it stays while the next one is on its way, or where the policy cannot be read. */
  readonly answer: Extract<Answer, { type: T }> | null;
  /** What stands in the way of an answer now. */
  readonly problem: Extract<Answer, { type: 'policy' | 'failed' }> | null;
  readonly busy: boolean;
  /** Busy for so long that somebody who waits should be told. */
  readonly late: boolean;
}

/** `key` says when it is another question; null asks nothing. */
export function useAnswer<T extends Answer['type']>(
  type: T,
  question: Question | null,
  key: string,
): Asked<T> {
  const policies = useWork((state) => state.meta?.policies);
  const [asked, setAsked] = useState<Asked<T>>({ answer: null, problem: null, busy: false, late: false });
  useEffect(() => {
    if (policies !== undefined)
      desk.setParts(Object.fromEntries(policies.map(({ name, source }) => [name, source])));
  }, [policies]);
  useEffect(() => {
    if (question === null || policies === undefined) return;
    let current = true;
    setAsked((before) => ({ ...before, busy: true }));
    const late = setTimeout(() => setAsked((before) => ({ ...before, problem: null, late: true })), LATE_MS);
    const timer = setTimeout(() => {
      void desk.ask(question).then((answer) => {
        if (!current || answer === null) return;
        clearTimeout(late);
        if (answer.type === type)
          setAsked({
            answer: answer as Extract<Answer, { type: T }>,
            problem: null,
            busy: false,
            late: false,
          });
        else
          setAsked((before) => ({
            ...before,
            problem: answer as Extract<Answer, { type: 'policy' | 'failed' }>,
            busy: false,
            late: false,
          }));
      });
    }, AFTER_TYPING_MS);
    return () => {
      current = false;
      clearTimeout(timer);
      clearTimeout(late);
    };
    // The key stands for the question.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [type, key, policies]);
  return asked;
}
