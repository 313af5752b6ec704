/** The question before somebody is erased: what goes, what stays, and their name typed, because nothing brings them back. */
import type { PersonInfo } from '@sandtable/shared/peopleMessages';
import { useState } from 'react';
import { notify } from '../app/notices.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { takeExport } from './takeExport.ts';

interface EraseDialogProps {
  /** Null: not asked. */
  readonly person: PersonInfo | null;
  readonly onClose: () => void;
  readonly onErased: () => void;
}

const GOES = [
  'the person, ways to sign in, places in courses, lines of rosters, invitations to them',
  'their benches with files, history, runs and attempts; comments and grades that they got',
  'copies that others made of their work, and what they wrote on the work of others',
];

const STAYS = [
  'courses and assignments that they made, labs that they published, grades that they gave, without a name',
  'the log of acts, with a number in place of the name',
  'backups that were made before: let them expire',
];

export function EraseDialog({ person, onClose, onErased }: EraseDialogProps) {
  return (
    <Dialog
      open={person !== null}
      onClose={onClose}
      title={`Erase ${person?.name ?? ''} for ever?`}
      description="Nothing brings them or their work back. The database is rewritten, and while that takes (seconds for a large one) the server answers nobody: do it when no class is on."
    >
      {person === null ? null : (
        <Question key={person.id} person={person} onClose={onClose} onErased={onErased} />
      )}
    </Dialog>
  );
}

function Question({ person, onClose, onErased }: EraseDialogProps & { readonly person: PersonInfo }) {
  const session = useSession();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const isThem = typed.trim() === person.name.trim();
  const erase = async () => {
    if (!isThem || busy) return;
    setBusy(true);
    const answer = await session.request('people.erase', { person: person.id, name: typed });
    setBusy(false);
    onErased();
    if (!answer.ok)
      return notify({
        level: 'error',
        title: `${person.name} was not erased`,
        text: answer.error.message,
      });
    notify({ level: 'info', title: `${person.name} was erased` });
    onClose();
  };
  return (
    <form
      className="erase"
      onSubmit={(event) => {
        event.preventDefault();
        void erase();
      }}
    >
      <div className="erase-lists">
        <Part title="Goes" things={GOES} />
        <Part title="Stays" things={STAYS} />
      </div>
      <p>
        Somebody may want their data first:{' '}
        <Button kind="plain" small onClick={() => void takeExport(person.id, person.name)}>
          Export as a zip
        </Button>
      </p>
      <label>
        Type “{person.name}” to go on
        <input
          className="field"
          value={typed}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <div className="dialog-actions">
        <Button kind="plain" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" kind="danger" disabled={!isThem || busy}>
          {busy ? 'Erasing …' : 'Erase for ever'}
        </Button>
      </div>
    </form>
  );
}

function Part({ title, things }: { readonly title: string; readonly things: readonly string[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {things.map((thing) => (
          <li key={thing}>{thing}</li>
        ))}
      </ul>
    </section>
  );
}
