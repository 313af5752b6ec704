/**
 * Where in a script calls of the run were denied, drawn into its editor: a bar in the margin and a chip at the line's end; a click on
 * either shows those rows. The lines are those of the script that ran.
 */
import { deniedText, type DeniedLine } from './deniedLines.ts';
import { LineMarks, type LineMark } from './lineMarks.ts';
import type { monaco as Monaco } from './monaco.ts';

const CHIP = 'denied-chip';
const BAR = 'denied-bar';

export class DeniedMarks {
  readonly #monaco: typeof Monaco;
  readonly #marks: LineMarks;
  readonly #clicks: Monaco.IDisposable;

  /** `show` is given the line as it ran. */
  constructor(
    monaco: typeof Monaco,
    editor: Monaco.editor.IStandaloneCodeEditor,
    show: (line: number) => void,
  ) {
    this.#monaco = monaco;
    this.#marks = new LineMarks(monaco, editor);
    this.#clicks = editor.onMouseDown(({ target }) => {
      const marked =
        target.element?.classList.contains(CHIP) === true || target.element?.classList.contains(BAR) === true;
      const line = marked ? this.#marks.lineOf(target.position?.lineNumber ?? 0) : null;
      if (line !== null) show(line);
    });
  }

  set(run: string | null, lines: readonly DeniedLine[]): void {
    this.#marks.set(
      run,
      lines.map((each) => this.#mark(each)),
    );
  }

  dispose(): void {
    this.#clicks.dispose();
    this.#marks.dispose();
  }

  #mark({ line, denied }: DeniedLine): LineMark {
    const words = `${deniedText(denied)} in this run. Click to see ${denied === 1 ? 'it' : 'them'} in the trace.`;
    return {
      line,
      look: {
        linesDecorationsClassName: BAR,
        linesDecorationsTooltip: words,
        hoverMessage: { value: words },
        after: {
          content: ` ${deniedText(denied)} `.replaceAll(' ', '\u00a0'),
          inlineClassName: CHIP,
          inlineClassNameAffectsLetterSpacing: true,
          cursorStops: this.#monaco.editor.InjectedTextCursorStops.None,
        },
      },
    };
  }
}
