import type { CallEvent, StackFrame } from '@sandtable/shared/events';
import { useWork } from '../../session/useSession.ts';
import { editorPathOf } from '../guestPlaces.ts';
import { openFile } from '../view.ts';

/** Where in the program the call came from, innermost first; each line of a file, the bench's or the guest's own, is a link to it. */
export function Stack({ stack }: { readonly stack: NonNullable<CallEvent['stack']> }) {
  return (
    <ol className="detail-args" aria-label="Python stack, the innermost call first">
      {stack.map((frame, at) => (
        <li key={at}>
          <Place frame={frame} /> <span className="code dim">{frame.function}</span>
        </li>
      ))}
    </ol>
  );
}

function Place({ frame: { file, line } }: { readonly frame: StackFrame }) {
  const files = useWork((state) => state.files);
  const path = editorPathOf(file, (each) => files[each] !== undefined);
  if (path === null)
    return (
      <span className="code dim">
        {file}:{line}
      </span>
    );
  return (
    <button type="button" className="link code" onClick={() => openFile(path, { line, mark: true })}>
      {path}:{line}
    </button>
  );
}
