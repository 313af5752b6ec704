/**
 * What a run says about the policy, drawn into its editor: a chip with the number of calls at each line that decided, and lines that
 * decided nothing dimmed.
 *
 * The lines are those of the policy that the run began with. The chips are decorations, which Monaco moves along with the
 * text, so while one edits during a run each stays with its rule.
 */
import type { SessionState } from '@sandtable/shared/session';
import type { monaco as Monaco } from './monaco.ts';
import { callsByLine, chipText, type LineCount } from './ruleChips.ts';

type Editor = Monaco.editor.IStandaloneCodeEditor;

export class PolicyMarks {
  readonly #monaco: typeof Monaco;
  readonly #editor: Editor;
  readonly #collection: Monaco.editor.IEditorDecorationsCollection;
  #run: string | null = null;
  #lines: readonly number[] = [];
  #shown = '';

  constructor(monaco: typeof Monaco, editor: Editor) {
    this.#monaco = monaco;
    this.#editor = editor;
    this.#collection = editor.createDecorationsCollection();
  }

  show(run: SessionState | null): void {
    const counts = run === null ? [] : callsByLine(run);
    const shown = `${run?.run ?? ''} ${counts.map(({ line, calls }) => `${line}:${calls}`).join(' ')}`;
    if (shown === this.#shown) return;
    const sameRun = run?.run === this.#run;
    const places = new Map<number, number>();
    if (sameRun) {
      this.#lines.forEach((line, at) => {
        const range = this.#collection.getRange(at);
        if (range !== null) places.set(line, range.startLineNumber);
      });
    }
    this.#shown = shown;
    this.#run = run?.run ?? null;
    this.#lines = counts.map(({ line }) => line);
    this.#collection.set(counts.map((count) => this.#chip(count, places.get(count.line) ?? count.line)));
  }

  #chip({ calls }: LineCount, at: number): Monaco.editor.IModelDeltaDecoration {
    const model = this.#editor.getModel();
    const line = Math.min(at, model?.getLineCount() ?? 1);
    const end = model?.getLineMaxColumn(line) ?? 1;
    return {
      range: new this.#monaco.Range(line, 1, line, end),
      options: {
        ...(calls === 0 ? { inlineClassName: 'rule-idle' } : {}),
        stickiness: this.#monaco.editor.TrackedRangeStickiness.AlwaysGrowsWhenTypingAtEdges,
        showIfCollapsed: true,
        hoverMessage: { value: `In this run this line decided ${chipText(calls)}.` },
        after: {
          // Hard spaces: a wrapped line never breaks inside the chip.
          content: ` ${chipText(calls)} `.replaceAll(' ', '\u00a0'),
          inlineClassName: calls === 0 ? 'rule-chip rule-chip-idle' : 'rule-chip',
          inlineClassNameAffectsLetterSpacing: true,
          cursorStops: this.#monaco.editor.InjectedTextCursorStops.None,
        },
      },
    };
  }
}
