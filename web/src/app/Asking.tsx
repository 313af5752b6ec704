import { useId, useState } from 'react';
import { useStore } from 'zustand';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { asked, type Question } from './asking.ts';

/** The question that is open, if one is. */
export function Asking() {
  const now = useStore(asked, (state) => state.now);
  return (
    <Dialog
      open={now !== null}
      onClose={() => now?.answer(null)}
      title={now?.question.title ?? ''}
      description={now?.question.text}
      small
    >
      {now === null ? null : <Form key={now.question.title} question={now.question} onAnswer={now.answer} />}
    </Dialog>
  );
}

interface FormProps {
  readonly question: Question;
  readonly onAnswer: (text: string | null) => void;
}

function Form({ question, onAnswer }: FormProps) {
  const { field, action, danger } = question;
  const [text, setText] = useState(field?.initial ?? '');
  const complaintId = useId();
  const complaint = field?.complaint?.(text) ?? null;
  const changed = text !== field?.initial;
  return (
    <form
      className="asking"
      onSubmit={(event) => {
        event.preventDefault();
        if (field === undefined) onAnswer('');
        else if (complaint === null && text.trim() !== '') onAnswer(text.trim());
      }}
    >
      {field === undefined ? null : (
        <label>
          {field.label}
          <input
            className="field"
            value={text}
            autoFocus
            spellCheck={false}
            aria-invalid={changed && complaint !== null}
            aria-describedby={complaintId}
            onFocus={(event) => selectName(event.target)}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
      )}
      <p id={complaintId} className="asking-complaint" role="alert">
        {changed ? complaint : ''}
      </p>
      <div className="dialog-actions">
        <Button kind="plain" onClick={() => onAnswer(null)}>
          Cancel
        </Button>
        <Button
          type="submit"
          kind={danger === true ? 'danger' : 'main'}
          aria-disabled={field !== undefined && (complaint !== null || text.trim() === '')}
        >
          {action}
        </Button>
      </div>
    </form>
  );
}

/** Selects the name without its ending, which one rarely wants to change. */
function selectName(input: HTMLInputElement): void {
  const from = input.value.lastIndexOf('/') + 1;
  const dot = input.value.lastIndexOf('.');
  input.setSelectionRange(from, dot > from ? dot : input.value.length);
}
