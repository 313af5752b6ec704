/** The one desk of the page, and answers to a question that changes while somebody types. */
import { useEffect, useState } from 'react';
import { useWork } from '../../session/useSession.ts';
import { ReplayDesk } from './replayDesk.ts';
import type { Answer, Question } from './replayMessages.ts';
import ReplayWorker from './replayWorker.ts?worker';

const desk = new ReplayDesk(async () => new ReplayWorker());

/** After the last key, so that a word is judged and not its letters. */
const AFTER_TYPING_MS = 150;

export interface Asked<T extends Answer['type']> {
  /** The newest answer of this kind; it stays while the next one is on its way, or where the policy cannot be read. */
  readonly answer: Extract<Answer, { type: T }> | null;
  /** What stands in the way of an answer now. */
  readonly problem: Extract<Answer, { type: 'policy' | 'failed' }> | null;
  readonly busy: boolean;
}

/** `key` says when it is another question; null asks nothing. */
export function useAnswer<T extends Answer['type']>(
  type: T,
  question: Question | null,
  key: string,
): Asked<T> {
  const policies = useWork((state) => state.meta?.policies);
  const [asked, setAsked] = useState<Asked<T>>({ answer: null, problem: null, busy: false });
  useEffect(() => {
    if (policies !== undefined)
      desk.setParts(Object.fromEntries(policies.map(({ name, source }) => [name, source])));
  }, [policies]);
  useEffect(() => {
    if (question === null || policies === undefined) return;
    let current = true;
    setAsked((before) => ({ ...before, busy: true }));
    const timer = setTimeout(() => {
      void desk.ask(question).then((answer) => {
        if (!current || answer === null) return;
        if (answer.type === type)
          setAsked({ answer: answer as Extract<Answer, { type: T }>, problem: null, busy: false });
        else
          setAsked((before) => ({
            ...before,
            problem: answer as Extract<Answer, { type: 'policy' | 'failed' }>,
            busy: false,
          }));
      });
    }, AFTER_TYPING_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
    // The key stands for the question.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [type, key, policies]);
  return asked;
}
