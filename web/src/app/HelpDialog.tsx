import { Dialog } from '../ui/Dialog.tsx';
import { Verdict } from '../ui/Verdict.tsx';
import { useCommands } from './commandContext.ts';
import { keysText } from './keys.ts';
import './help.css';

const IN_PLACE: readonly (readonly [string, string])[] = [
  ['Ctrl+M', 'in the editor or the terminal: Tab moves the focus on, or types a tab'],
  ['Escape, then Tab', 'in the terminal: leave it'],
  ['Ctrl+C', 'in the terminal: copy where something is selected, otherwise interrupt'],
  ['Ctrl+Shift+C, Ctrl+Shift+V', 'in the terminal: copy, paste'],
  ['Ctrl+F', 'in the editor or the terminal: find'],
  ['↑ ↓ PageUp PageDown Home End', 'in the trace: move; Enter goes to the detail, Escape back'],
  ['↑ ↓ ← → Enter F2 Delete', 'in the files: move, open, rename, delete'],
];

interface HelpProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

export function HelpDialog({ open, onClose }: HelpProps) {
  const { list } = useCommands();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Help"
      description="Sandtable runs a Python program that can do nothing by itself."
    >
      <div className="help" tabIndex={0} role="region" aria-label="Help">
        <section>
          <h3>What happens here</h3>
          <p>
            The <b>guest</b> is the sandboxed program. Each thing it wants from the outside (to open a file,
            to know the time, to print) is a <b>call</b>, which it cannot make by itself: it asks the{' '}
            <b>controller</b> and waits. Your <b>policy</b> gives the <b>verdict</b>, and every call stands in
            the <b>trace</b>.
          </p>
          <ul className="help-verdicts">
            <li>
              <Verdict kind="allow" /> performed in the virtual world, as asked
            </li>
            <li>
              <Verdict kind="deny" /> not performed; the guest sees an error
            </li>
            <li>
              <Verdict kind="modify" /> performed, but the request or the answer was changed
            </li>
            <li>
              <Verdict kind="fake" /> answered without being performed
            </li>
          </ul>
        </section>
        <section>
          <h3>In a lab</h3>
          <p>
            <b>Check</b> judges what is saved, in the background, and says what holds; failed checks say what
            to look at. <b>Hints</b> come in stages, each with its cost. <b>History</b> has every edit and
            run, to compare and to restore. <b>Hand in</b> is a check that counts, as often as you like until
            the date. Reset all files, and everything else here, can be undone.
          </p>
        </section>
        <section>
          <h3>Short-cuts</h3>
          <table>
            <tbody>
              {list
                .filter((command) => command.keys !== undefined)
                .map((command) => (
                  <tr key={command.id}>
                    <th scope="row">
                      <kbd>{keysText(command.keys!)}</kbd>
                    </th>
                    <td>{command.title}</td>
                  </tr>
                ))}
              {IN_PLACE.map(([keys, what]) => (
                <tr key={keys}>
                  <th scope="row">
                    <kbd>{keys}</kbd>
                  </th>
                  <td>{what}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section>
          <h3>Filter of the trace</h3>
          <p>
            Terms between spaces must all match: <code>verdict:deny call:open path:/tmp/*</code>. A minus
            turns a term round: <code>-group:io</code>. Numbers take <code>us:&gt;100</code> and{' '}
            <code>n:5..9</code>. Anything else is looked for in the whole row. Click a value in the list to
            add it, with Alt to hide it.
          </p>
        </section>
      </div>
    </Dialog>
  );
}
