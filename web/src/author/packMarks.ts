/** What is wrong with a pack, drawn into the editors of its files, also into those that are opened later. */
import type { AuthorProblem } from '@sandtable/shared/authorReplies';
import type { Session } from '../session/session.ts';
import { loadEditor } from '../workbench/editor/loadEditor.ts';
import type { monaco as Monaco } from '../workbench/editor/monaco.ts';

const OWNER = 'pack';

/** @returns the disposer. */
export function markProblems(session: Session, problems: readonly AuthorProblem[]): () => void {
  let gone = false;
  let dispose = (): void => {
    gone = true;
  };
  void loadEditor(session).then(({ monaco }) => {
    if (gone) return;
    const mark = (model: Monaco.editor.ITextModel): void => {
      const path = decodeURIComponent(model.uri.path).replace(/^\/bench\//, '');
      monaco.editor.setModelMarkers(
        model,
        OWNER,
        problems.filter(({ file }) => file === path).map((problem) => markerOf(monaco, model, problem)),
      );
    };
    for (const model of monaco.editor.getModels()) mark(model);
    const later = monaco.editor.onDidCreateModel(mark);
    dispose = () => {
      later.dispose();
      for (const model of monaco.editor.getModels()) monaco.editor.setModelMarkers(model, OWNER, []);
    };
  });
  return () => dispose();
}

function markerOf(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  { line, column, field, message }: AuthorProblem,
): Monaco.editor.IMarkerData {
  const at = Math.min(Math.max(1, line), model.getLineCount());
  return {
    severity: monaco.MarkerSeverity.Error,
    message: field === '' ? message : `${field} ${message}`,
    startLineNumber: at,
    startColumn: Math.max(1, column),
    endLineNumber: at,
    endColumn: model.getLineMaxColumn(at),
  };
}
