/** How a lab is begun from nothing: its title, the id that follows from it, its level. */
import { authorRequests } from '@sandtable/shared/authorMessages';
import { useState } from 'react';
import { goToBench } from '../app/route.ts';
import { idOfTitle, LEVELS } from '../labs/labWords.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TextField } from '../ui/TextField.tsx';

interface NewLabDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

export function NewLabDialog({ open, onClose }: NewLabDialogProps) {
  return (
    <Dialog
      open={open}
      small
      onClose={onClose}
      title="A new lab"
      description="It begins as a small one that works; all of this can be changed later in lab.yaml."
    >
      <Beginning onClose={onClose} />
    </Dialog>
  );
}

function Beginning({ onClose }: Pick<NewLabDialogProps, 'onClose'>) {
  const session = useSession();
  const [title, setTitle] = useState('');
  /** Null: as the title has it. */
  const [typedId, setTypedId] = useState<string | null>(null);
  const [level, setLevel] = useState(1);
  const [refusal, setRefusal] = useState<string | null>(null);
  const id = typedId ?? idOfTitle(title);
  const asked = authorRequests['author.begin'].safeParse({ id, title, level });
  const issue = asked.error?.issues[0];
  const complaint = issue === undefined ? null : `The ${String(issue.path[0])} ${issue.message}.`;
  // Nobody is told off for what they have not typed yet.
  const shown = refusal ?? (title === '' && typedId === null ? null : complaint);
  const begin = async () => {
    if (!asked.success) return setRefusal(complaint);
    const made = await session.request('author.begin', asked.data);
    if (made.ok) goToBench(made.value.bench);
    else setRefusal(made.error.message);
  };
  return (
    <form
      className="course-form"
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
    >
      <TextField
        label="Title"
        value={title}
        maxLength={200}
        autoFocus
        onType={(value) => {
          setTitle(value);
          setRefusal(null);
        }}
      />
      <TextField
        label="Id (names the lab in addresses and folders)"
        value={id}
        maxLength={64}
        spellCheck={false}
        autoCapitalize="none"
        aria-invalid={issue?.path[0] === 'id' && shown !== null}
        onType={(value) => {
          setTypedId(value);
          setRefusal(null);
        }}
      />
      <label>
        Level
        <select className="field" value={level} onChange={(event) => setLevel(Number(event.target.value))}>
          {LEVELS.map((words, at) => (
            <option key={words} value={at + 1}>
              {at + 1}: {words}
            </option>
          ))}
        </select>
      </label>
      <p className="asking-complaint" role="alert">
        {shown ?? ''}
      </p>
      <div className="dialog-actions">
        <Button kind="plain" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" kind="main" aria-disabled={!asked.success}>
          Begin the lab
        </Button>
      </div>
    </form>
  );
}
