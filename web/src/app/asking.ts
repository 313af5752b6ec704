/** Short questions to the person, asked from anywhere: a text, or yes or no. One at a time. */
import { createStore } from 'zustand/vanilla';

export interface Question {
  readonly title: string;
  readonly text?: string;
  /** What the button that does it says. */
  readonly action: string;
  readonly danger?: boolean;
  /** A question for a text: its label and what stands there at first. */
  readonly field?: {
    readonly label: string;
    readonly initial: string;
    readonly complaint?: (text: string) => string | null;
  };
}

interface Asked {
  readonly question: Question;
  readonly answer: (text: string | null) => void;
}

export const asked = createStore<{ readonly now: Asked | null }>(() => ({ now: null }));

function ask(question: Question): Promise<string | null> {
  asked.getState().now?.answer(null);
  return new Promise((resolve) => {
    const answer = (text: string | null): void => {
      asked.setState({ now: null });
      resolve(text);
    };
    asked.setState({ now: { question, answer } });
  });
}

/** @returns the text, or null where the person thought better of it. */
export function askText(question: Question & Required<Pick<Question, 'field'>>): Promise<string | null> {
  return ask(question);
}

export async function askYes(question: Omit<Question, 'field'>): Promise<boolean> {
  return (await ask(question)) !== null;
}
