/**
 * Where in a script calls of the run were denied, drawn into its editor: a bar in the margin and a chip at the line's end; a click on
 * either shows those rows.
 *
 * The lines are those of the script that ran; the marks are decorations, which Monaco moves along with the text.
 */
import type { monaco as Monaco } from './monaco.ts';
import { deniedText, type DeniedLine } from './deniedLines.ts';

type Editor = Monaco.editor.IStandaloneCodeEditor;

const CHIP = 'denied-chip';
const BAR = 'denied-bar';

export class DeniedMarks {
  readonly #monaco: typeof Monaco;
  readonly #editor: Editor;
  readonly #collection: Monaco.editor.IEditorDecorationsCollection;
  readonly #clicks: Monaco.IDisposable;
  #run: string | null = null;
  /** Lines as they ran, in the order of the decorations. */
  #lines: readonly number[] = [];

  /** `show` is given the line as it ran. */
  constructor(monaco: typeof Monaco, editor: Editor, show: (line: number) => void) {
    this.#monaco = monaco;
    this.#editor = editor;
    this.#collection = editor.createDecorationsCollection();
    this.#clicks = editor.onMouseDown(({ target }) => {
      const marked =
        target.element?.classList.contains(CHIP) === true || target.element?.classList.contains(BAR) === true;
      const line = marked ? this.#ranAs(target.position?.lineNumber ?? 0) : null;
      if (line !== null) show(line);
    });
  }

  set(run: string | null, lines: readonly DeniedLine[]): void {
    const moved = new Map<number, number>();
    if (run === this.#run)
      this.#lines.forEach((line, at) => {
        const range = this.#collection.getRange(at);
        if (range !== null) moved.set(line, range.startLineNumber);
      });
    const count = this.#editor.getModel()?.getLineCount() ?? 0;
    const shown = lines.filter(({ line }) => (moved.get(line) ?? line) <= count);
    this.#run = run;
    this.#lines = shown.map(({ line }) => line);
    this.#collection.set(shown.map((each) => this.#mark(each, moved.get(each.line) ?? each.line)));
  }

  dispose(): void {
    this.#clicks.dispose();
    this.#collection.clear();
  }

  /** The line that ran, of the one that stands there now. */
  #ranAs(now: number): number | null {
    const at = this.#collection.getRanges().findIndex((range) => range.startLineNumber === now);
    return this.#lines[at] ?? null;
  }

  #mark({ denied }: DeniedLine, line: number): Monaco.editor.IModelDeltaDecoration {
    const monaco = this.#monaco;
    const words = `${deniedText(denied)} in this run. Click to see ${denied === 1 ? 'it' : 'them'} in the trace.`;
    const end = this.#editor.getModel()?.getLineMaxColumn(line) ?? 1;
    return {
      range: new monaco.Range(line, 1, line, end),
      options: {
        linesDecorationsClassName: BAR,
        linesDecorationsTooltip: words,
        stickiness: monaco.editor.TrackedRangeStickiness.AlwaysGrowsWhenTypingAtEdges,
        showIfCollapsed: true,
        hoverMessage: { value: words },
        after: {
          content: ` ${deniedText(denied)} `.replaceAll(' ', '\u00a0'),
          inlineClassName: CHIP,
          inlineClassNameAffectsLetterSpacing: true,
          cursorStops: monaco.editor.InjectedTextCursorStops.None,
        },
      },
    };
  }
}
