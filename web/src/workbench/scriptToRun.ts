/** Which file of the bench Run means. */
import type { Session } from '../session/session.ts';
import { view } from './view.ts';

/** The script that Run means: the Python file one looks at, or script.py. */
export function scriptToRun(session: Session): string | undefined {
  const { activeFile } = view.getState();
  const { files } = session.state;
  if (activeFile?.endsWith('.py') === true && files[activeFile] !== undefined) return activeFile;
  if (files['script.py'] !== undefined) return undefined;
  return Object.keys(files).find((path) => path.endsWith('.py'));
}
