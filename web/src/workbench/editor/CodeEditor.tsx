import type { Diagnostic } from '@sandtable/shared/protocol';
import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { shownTheme } from '../../app/theme.ts';
import { useSession, useWork } from '../../session/useSession.ts';
import { tokenPixels } from '../../ui/tokenColours.ts';
import { useFocusWish } from '../useFocusWish.ts';
import { view } from '../view.ts';
import { cursorIsIn } from './cursorLine.ts';
import { SLIM_SCROLLBARS } from './editorTheme.ts';
import { useDeniedMarks } from './useDeniedMarks.ts';
import { useMomentMark } from './useMomentMark.ts';
import { useTestMarks } from './useTestMarks.ts';
import type { LoadedEditor } from './loadEditor.ts';
import { PolicyMarks } from './policyMarks.ts';
import type { monaco as Monaco } from './monaco.ts';

type Editor = Monaco.editor.IStandaloneCodeEditor;

/** Where the cursor was and how far one had scrolled, for a tab that is closed and opened again. */
const placesLeft = new Map<string, Monaco.editor.ICodeEditorViewState>();

interface CodeEditorProps {
  readonly loaded: LoadedEditor;
  readonly model: Monaco.editor.ITextModel;
  readonly path: string;
  readonly readOnly: boolean;
}

/** Monaco itself on one file. */
export function CodeEditor({ loaded, model, path, readOnly }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editorOf = useRef<Editor | null>(null);
  const session = useSession();

  useEffect(() => {
    const { monaco } = loaded;
    const editor = monaco.editor.create(host.current!, {
      model,
      ...fontOptions(),
      // Enter ends the line unless the suggestion says something else than what was typed.
      acceptSuggestionOnEnter: 'smart',
      ariaLabel: `${path}. Press Control+M to let Tab leave the editor.`,
      automaticLayout: true,
      fixedOverflowWidgets: true,
      folding: true,
      glyphMargin: false,
      lineDecorationsWidth: 8,
      lineNumbersMinChars: 3,
      minimap: { enabled: false },
      hideCursorInOverviewRuler: true,
      overviewRulerBorder: false,
      padding: { top: 8, bottom: 8 },
      renderFinalNewline: 'on',
      renderLineHighlight: 'all',
      scrollbar: SLIM_SCROLLBARS,
      scrollBeyondLastLine: false,
      smoothScrolling: false,
      stickyScroll: { enabled: false },
      useShadowDOM: false,
      wordBasedSuggestions: 'off',
      // The chips at the ends of a policy's lines stay in view.
      wordWrap: path === 'policy.ts' ? 'on' : 'off',
      wrappingIndent: 'indent',
      unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: false, nonBasicASCII: false },
    });
    editorOf.current = editor;
    const left = placesLeft.get(path);
    if (left !== undefined) editor.restoreViewState(left);
    cursorIsIn(path, editor.getPosition()?.lineNumber ?? 1);
    editor.onDidChangeCursorPosition(({ position }) => cursorIsIn(path, position.lineNumber));
    const blurring = editor.onDidBlurEditorText(() => void session.files?.flush(path));
    return () => {
      const place = editor.saveViewState();
      if (place !== null) placesLeft.set(path, place);
      blurring.dispose();
      editor.dispose();
      editorOf.current = null;
    };
  }, [loaded, model, path, session]);

  useEffect(
    () => editorOf.current?.updateOptions({ readOnly, domReadOnly: readOnly }),
    [loaded, model, readOnly],
  );
  useFonts(editorOf);
  useReveal(editorOf, loaded, path);
  useDiagnostics(loaded, model, path);
  usePolicyMarks(editorOf, loaded, model, path);
  useDeniedMarks(editorOf, loaded, model, path);
  useTestMarks(editorOf, loaded, model, path);
  useMomentMark(editorOf, loaded, model, path);

  return <div ref={host} className="code-editor" />;
}

function fontOptions() {
  const size = tokenPixels('--text-m');
  return {
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-code'),
    fontLigatures: false,
    fontSize: size,
    lineHeight: Math.round(size * 1.55),
  };
}

function useFonts(editor: React.RefObject<Editor | null>) {
  const projector = useStore(shownTheme, (shown) => shown.projector);
  useEffect(() => editor.current?.updateOptions(fontOptions()), [editor, projector]);
}

/** Takes the cursor to where somebody was sent, and marks the line until the cursor moves on. */
function useReveal(editorOf: React.RefObject<Editor | null>, { monaco }: LoadedEditor, path: string) {
  const reveal = useStore(view, (state) => (state.reveal?.path === path ? state.reveal : null));
  useFocusWish('editor', path, () => editorOf.current?.focus());
  useEffect(() => {
    const editor = editorOf.current;
    const model = editor?.getModel();
    if (reveal === null || editor === null || model === undefined || model === null) return;
    const line = Math.min(Math.max(1, reveal.line), model.getLineCount());
    const position = model.validatePosition({ lineNumber: line, column: reveal.column });
    editor.setPosition(position);
    editor.revealLineInCenter(line);
    if (!reveal.mark) return;
    const marks = editor.createDecorationsCollection([
      {
        range: new monaco.Range(line, 1, line, 1),
        options: { isWholeLine: true, className: 'line-asked-for' },
      },
    ]);
    const moving = editor.onDidChangeCursorPosition(({ position: now }) => {
      if (now.lineNumber !== line) marks.clear();
    });
    return () => {
      marks.clear();
      moving.dispose();
    };
  }, [editorOf, monaco, reveal]);
}

/** What the server said of a refused run, until the file is edited. */
function useDiagnostics({ monaco }: LoadedEditor, model: Monaco.editor.ITextModel, path: string) {
  const refusal = useWork((state) => state.refusal);
  useEffect(() => {
    const mine = refusal?.diagnostics.filter((each) => each.file === path) ?? [];
    monaco.editor.setModelMarkers(
      model,
      'run',
      mine.map((each) => markerOf(monaco, model, each)),
    );
    if (mine.length === 0) return;
    const editing = model.onDidChangeContent(() => monaco.editor.setModelMarkers(model, 'run', []));
    return () => editing.dispose();
  }, [monaco, model, path, refusal]);
}

function markerOf(monaco: typeof Monaco, model: Monaco.editor.ITextModel, diagnostic: Diagnostic) {
  const { line, column, endLine = line, severity, code, message } = diagnostic;
  const word =
    model.isDisposed() || line > model.getLineCount()
      ? null
      : model.getWordAtPosition({ lineNumber: line, column });
  return {
    severity: severity === 'error' ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
    startLineNumber: line,
    startColumn: column,
    endLineNumber: endLine,
    endColumn: diagnostic.endColumn ?? word?.endColumn ?? column + 1,
    code,
    message,
    source: 'run',
  };
}

function usePolicyMarks(
  editorOf: React.RefObject<Editor | null>,
  { monaco }: LoadedEditor,
  model: Monaco.editor.ITextModel,
  path: string,
) {
  const session = useSession();
  useEffect(() => {
    const editor = editorOf.current;
    if (path !== 'policy.ts' || editor === null) return;
    const marks = new PolicyMarks(monaco, editor);
    marks.show(session.state.run);
    // Counts move with every batch; ten times a second is as fast as one can read them.
    let timer: ReturnType<typeof setTimeout> | null = null;
    const unsubscribe = session.store.subscribe((state, before) => {
      if (state.run === before.run) return;
      timer ??= setTimeout(() => {
        timer = null;
        marks.show(session.state.run);
      }, 100);
    });
    return () => {
      unsubscribe();
      if (timer !== null) clearTimeout(timer);
      marks.dispose();
    };
  }, [editorOf, monaco, model, path, session]);
}
