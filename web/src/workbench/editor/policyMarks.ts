/**
 * What a run says about the policy, drawn into its editor: a chip with the number of calls at each line that decided, and lines that
 * decided nothing dimmed. The lines are those of the policy that the run began with.
 */
import type { SessionState } from '@sandtable/shared/session';
import { LineMarks, type LineMark } from './lineMarks.ts';
import type { monaco as Monaco } from './monaco.ts';
import { callsByLine, chipText, type LineCount } from './ruleChips.ts';

export class PolicyMarks {
  readonly #monaco: typeof Monaco;
  readonly #marks: LineMarks;
  #shown = '';

  constructor(monaco: typeof Monaco, editor: Monaco.editor.IStandaloneCodeEditor) {
    this.#monaco = monaco;
    this.#marks = new LineMarks(monaco, editor);
  }

  show(run: SessionState | null): void {
    const counts = run === null ? [] : callsByLine(run);
    const shown = `${run?.run ?? ''} ${counts.map(({ line, calls }) => `${line}:${calls}`).join(' ')}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#marks.set(
      run?.run ?? null,
      counts.map((count) => this.#chip(count)),
    );
  }

  dispose(): void {
    this.#marks.dispose();
  }

  #chip({ line, calls }: LineCount): LineMark {
    return {
      line,
      look: {
        ...(calls === 0 ? { inlineClassName: 'rule-idle' } : {}),
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
