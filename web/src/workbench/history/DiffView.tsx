import { useEffect, useRef, useState } from 'react';
import { useSession } from '../../session/useSession.ts';
import { tokenPixels } from '../../ui/tokenColours.ts';
import { languageOf } from '../editor/editorModels.ts';
import { SLIM_SCROLLBARS } from '../editor/editorTheme.ts';
import { loadEditor } from '../editor/loadEditor.ts';
import type { monaco as Monaco } from '../editor/monaco.ts';

const TAB_LEAVES = 'Press Control+M to let Tab leave.';

type DiffEditor = Monaco.editor.IDiffEditor;

/** The editor lets go of what it showed a turn later, and until then a comparison under way must find its texts. */
function putAway(model: Monaco.editor.IDiffEditorModel | null | undefined): void {
  setTimeout(() => {
    model?.original.dispose();
    model?.modified.dispose();
  }, 0);
}

/** Two texts of one file, with what differs marked. To read only. */
export default function DiffView({
  path,
  before,
  after,
}: {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}) {
  const session = useSession();
  const host = useRef<HTMLDivElement>(null);
  const shown = useRef<{ readonly editor: DiffEditor; readonly monaco: typeof Monaco } | null>(null);
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');
  useEffect(() => {
    let gone = false;
    void Promise.all([loadEditor(session), import('./diffEditor.ts')]).then(
      ([{ monaco }, { createDiffEditor }]) => {
        if (gone || host.current === null) return;
        const size = tokenPixels('--text-m');
        const editor = createDiffEditor(host.current, {
          automaticLayout: true,
          fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-code'),
          fontLigatures: false,
          fontSize: size,
          lineHeight: Math.round(size * 1.55),
          minimap: { enabled: false },
          originalEditable: false,
          readOnly: true,
          renderOverviewRuler: false,
          renderSideBySide: true,
          useInlineViewWhenSpaceIsLimited: true,
          hideUnchangedRegions: { enabled: true },
          scrollbar: SLIM_SCROLLBARS,
          scrollBeyondLastLine: false,
          useShadowDOM: false,
        });
        // Its own options for this are forgotten at the next change of any other.
        const name = (): void => {
          editor.getOriginalEditor().updateOptions({ ariaLabel: `As it was. ${TAB_LEAVES}` });
          editor.getModifiedEditor().updateOptions({ ariaLabel: `What it became. ${TAB_LEAVES}` });
        };
        name();
        editor.onDidUpdateDiff(name);
        shown.current = { editor, monaco };
        setState('ready');
      },
      () => setState('failed'),
    );
    return () => {
      gone = true;
      const model = shown.current?.editor.getModel();
      shown.current?.editor.dispose();
      putAway(model);
      shown.current = null;
    };
  }, [session]);
  useEffect(() => {
    if (state !== 'ready' || shown.current === null) return;
    const { editor, monaco } = shown.current;
    const old = editor.getModel();
    // As plain words where a language would start a checker that knows nothing of these two.
    const language = languageOf(path) === 'typescript' ? 'plaintext' : languageOf(path);
    editor.setModel({
      original: monaco.editor.createModel(before, language),
      modified: monaco.editor.createModel(after, language),
    });
    putAway(old);
  }, [state, path, before, after]);
  if (state === 'failed')
    return <p role="alert">The differences could not be loaded. Your files are safe; reload the page.</p>;
  return <div ref={host} className="history-diff" />;
}
