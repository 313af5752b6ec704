/**
 * Decorations on whole lines of a text as it once was (as it ran, say), which stay with their lines while one edits.
 *
 * Monaco moves them along with what is typed. It follows offsets, though: after a paste over everything a mark would stand in the middle
 * of a word. So after each change a mark has to cover its line again: where the line was edited, it does; where the text around it was
 * replaced, it goes to the line that reads as its own did, and is gone as long as there is none.
 */
import type { monaco as Monaco } from './monaco.ts';

type Editor = Monaco.editor.IStandaloneCodeEditor;

export interface LineMark {
  /** In the text that the marks are of. */
  readonly line: number;
  readonly look: Monaco.editor.IModelDecorationOptions;
}

interface Placed extends LineMark {
  /** Where it stands now; null where its line is gone. */
  readonly now: number | null;
  /** What its line last read, without the spaces around it. */
  readonly text: string;
}

export class LineMarks {
  readonly #monaco: typeof Monaco;
  readonly #editor: Editor;
  readonly #collection: Monaco.editor.IEditorDecorationsCollection;
  readonly #changes: Monaco.IDisposable;
  #of: string | null = null;
  #marks: readonly Placed[] = [];
  #waiting = false;

  constructor(monaco: typeof Monaco, editor: Editor) {
    this.#monaco = monaco;
    this.#editor = editor;
    this.#collection = editor.createDecorationsCollection();
    this.#changes = editor.onDidChangeModelContent(() => {
      if (this.#waiting || this.#marks.length === 0) return;
      this.#waiting = true;
      // Before the next picture, and not in the middle of Monaco's own round of listeners.
      queueMicrotask(() => {
        this.#waiting = false;
        if (this.#editor.getModel() !== null) this.#settle();
      });
    });
  }

  /** `of` names the text that the lines are of: as long as it stays the same, a mark stands where editing has taken its line. */
  set(of: string | null, marks: readonly LineMark[]): void {
    const before =
      of === this.#of ? new Map(this.#marks.map((mark) => [mark.line, mark])) : new Map<number, Placed>();
    this.#of = of;
    this.#marks = marks.map((mark) => {
      const known = before.get(mark.line);
      const now = known === undefined ? this.#within(mark.line) : known.now;
      return { ...mark, now, text: known?.text ?? this.#textAt(now) };
    });
    this.#draw();
  }

  /** The line of the text that the marks are of, of the mark that stands at this line now; null where none does. */
  lineOf(now: number): number | null {
    return this.#marks.find((mark) => mark.now === now)?.line ?? null;
  }

  dispose(): void {
    this.#changes.dispose();
    this.#collection.clear();
  }

  #settle(): void {
    const ranges = this.#collection.getRanges();
    let at = 0;
    this.#marks = this.#marks.map((mark) => {
      const range = mark.now === null ? undefined : ranges[at++];
      const now = settled(this.#lines(), mark.text, range ?? null);
      return { ...mark, now, text: now === null ? mark.text : this.#textAt(now) };
    });
    this.#draw();
  }

  #draw(): void {
    const { TrackedRangeStickiness } = this.#monaco.editor;
    this.#collection.set(
      this.#marks.flatMap(({ now, look }) =>
        now === null
          ? []
          : [
              {
                range: new this.#monaco.Range(now, 1, now, (this.#lines()[now - 1] ?? '').length + 1),
                options: {
                  stickiness: TrackedRangeStickiness.AlwaysGrowsWhenTypingAtEdges,
                  showIfCollapsed: true,
                  ...look,
                },
              },
            ],
      ),
    );
  }

  #lines(): readonly string[] {
    return this.#editor.getModel()?.getLinesContent() ?? [];
  }

  #within(line: number): number | null {
    return line >= 1 && line <= this.#lines().length ? line : null;
  }

  #textAt(line: number | null): string {
    return line === null ? '' : (this.#lines()[line - 1] ?? '').trim();
  }
}

/** Lines and columns from 1, as Monaco counts. */
export interface Covered {
  readonly startLineNumber: number;
  readonly startColumn: number;
  readonly endLineNumber: number;
  readonly endColumn: number;
}

/**
 * The line at which a mark stands after a change.
 *
 * @param text what its line read before
 * @param range what the mark covers now; null where it covers nothing any more
 */
export function settled(lines: readonly string[], text: string, range: Covered | null): number | null {
  const reads = (line: number): boolean => lines[line - 1]?.trim() === text;
  if (range !== null) {
    const { startLineNumber: first, endLineNumber: last } = range;
    const whole = range.startColumn === 1 && range.endColumn === (lines[last - 1] ?? '').length + 1;
    for (let line = first; whole && line <= last; line++) if (reads(line)) return line;
    // Somebody types in it; a line that was broken in two counts where it begins.
    if (whole && lines[first - 1]?.trim() !== '') return first;
  }
  if (text === '') return null;
  const near = range?.startLineNumber ?? 1;
  let best: number | null = null;
  for (let line = 1; line <= lines.length; line++)
    if (reads(line) && (best === null || Math.abs(line - near) < Math.abs(best - near))) best = line;
  return best;
}
