import { MAX_ROSTER_CHARS } from '@sandtable/shared/courseMessages';
import type { RosterPreview } from '@sandtable/shared/courseReplies';
import { useState } from 'react';
import { notify } from '../app/notices.ts';
import { useSession } from '../session/useSession.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TableHead } from '../ui/TableHead.tsx';
import { plural } from './CourseList.tsx';

const BECOMES = {
  joins: 'joins now',
  expected: 'is expected',
  changes: 'gets this role',
  same: 'stays as it is',
} as const;

/** Lines shown; the sums say the rest. */
const LINES_SHOWN = 200;

interface RosterDialogProps {
  readonly course: string;
  readonly onClose: (changed: boolean) => void;
}

/** Takes a roster in: a file is looked at first, and nothing is changed before one has seen what it does. */
export function RosterDialog({ course, onClose }: RosterDialogProps) {
  const session = useSession();
  const [text, setText] = useState('');
  const [preview, setPreview] = useState<RosterPreview | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const check = async (wanted: string) => {
    setText(wanted);
    setPreview(null);
    if (wanted.length > MAX_ROSTER_CHARS)
      return setRefusal('The file is larger than any roster. Take it in parts.');
    const answer = await session.request('roster.check', { course, text: wanted });
    setRefusal(answer.ok ? null : answer.error.message);
    if (answer.ok) setPreview(answer.value);
  };
  const apply = async () => {
    const answer = await session.request('roster.apply', { course, text });
    if (!answer.ok) return setRefusal(answer.error.message);
    const { joined, expected, changed } = answer.value;
    notify({
      level: 'info',
      title: 'The roster was taken in',
      text: `${String(joined)} joined, ${String(expected)} expected, ${String(changed)} changed.`,
    });
    onClose(true);
  };
  const good = preview !== null && preview.problems.length === 0;
  return (
    <Dialog
      open
      onClose={() => onClose(false)}
      title="Take in a roster"
      description="A CSV file whose first line names the columns name, email and, if you like, role. Nobody is taken out by it."
    >
      <label>
        File
        <input
          className="field"
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file !== undefined) void file.arrayBuffer().then((bytes) => check(textOf(bytes)));
          }}
        />
      </label>
      <label>
        Or its text
        <textarea
          className="field course-text"
          rows={5}
          value={text}
          spellCheck={false}
          placeholder={'name,email,role\nAda Lovelace,ada@example.org,student'}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <p className="asking-complaint" role="alert">
        {refusal ?? ''}
      </p>
      {preview === null ? null : <Preview preview={preview} />}
      <div className="dialog-actions">
        <Button kind="plain" onClick={() => onClose(false)}>
          Cancel
        </Button>
        {good ? (
          <Button kind="main" onClick={() => void apply()}>
            Take in {plural(preview.lines.length, 'line')}
          </Button>
        ) : (
          <Button kind="main" aria-disabled={text.trim() === ''} onClick={() => void check(text)}>
            See what it does
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Preview({ preview: { problems, lines } }: { readonly preview: RosterPreview }) {
  if (problems.length > 0)
    return (
      <div role="alert">
        <p>Nothing is taken in before this is mended:</p>
        <ul className="course-differences">
          {problems.map(({ line, column, message }) => (
            <li key={`${String(line)}:${String(column)}`}>
              Line {line}, column {column}: {message}
            </li>
          ))}
        </ul>
      </div>
    );
  return (
    <div
      className="course-scroll course-preview"
      tabIndex={0}
      role="region"
      aria-label="What the roster does"
    >
      <table className="course-table">
        <TableHead columns={['Name', 'E-mail', 'Role', 'What happens']} />
        <tbody>
          {lines.slice(0, LINES_SHOWN).map(({ line, name, email, role, becomes }) => (
            <tr key={line}>
              <th scope="row">{name}</th>
              <td>{email}</td>
              <td>{role}</td>
              <td>{BECOMES[becomes]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {lines.length > LINES_SHOWN ? <p className="dim">And {lines.length - LINES_SHOWN} more.</p> : null}
    </div>
  );
}

/** UTF-8 as most programs write it; else what Excel writes on a Western Windows. */
function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
