/** Marks the line of a file at which the moment of the run stands, and keeps it in view: where the call came from, or what decided it. */
import { useEffect, type RefObject } from 'react';
import { useMomentPlaces } from '../time/momentPlaces.ts';
import type { LoadedEditor } from './loadEditor.ts';
import type { monaco as Monaco } from './monaco.ts';

export function useMomentMark(
  editorOf: RefObject<Monaco.editor.IStandaloneCodeEditor | null>,
  { monaco }: LoadedEditor,
  model: Monaco.editor.ITextModel,
  path: string,
): void {
  const { caller, policy } = useMomentPlaces();
  const wanted = path === 'policy.ts' ? policy : caller?.path === path ? caller.line : null;
  useEffect(() => {
    const editor = editorOf.current;
    if (editor === null || wanted === null) return;
    const line = Math.min(wanted, model.getLineCount());
    const mark = editor.createDecorationsCollection([
      {
        range: new monaco.Range(line, 1, line, 1),
        options: { isWholeLine: true, className: 'line-of-moment' },
      },
    ]);
    editor.revealLineInCenterIfOutsideViewport(line);
    return () => mark.clear();
  }, [editorOf, monaco, model, wanted]);
}
