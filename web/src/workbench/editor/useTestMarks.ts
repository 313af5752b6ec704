/** Shows at each test of policy.ts whether it passes: a mark at its line's end, and a failing one underlined with what came instead. */
import type { TestResult } from '@sandtable/shared/policy/policyTests';
import { useEffect, type RefObject } from 'react';
import { policyTests } from '../replay/policyTests.ts';
import { LineMarks, type LineMark } from './lineMarks.ts';
import type { LoadedEditor } from './loadEditor.ts';
import type { monaco as Monaco } from './monaco.ts';

const OWNER = 'tests';

export function useTestMarks(
  editorOf: RefObject<Monaco.editor.IStandaloneCodeEditor | null>,
  { monaco }: LoadedEditor,
  model: Monaco.editor.ITextModel,
  path: string,
): void {
  useEffect(() => {
    const editor = editorOf.current;
    if (path !== 'policy.ts' || editor === null) return;
    const marks = new LineMarks(monaco, editor);
    let turn = 0;
    const show = ({ results }: { readonly results: readonly TestResult[] }): void => {
      // Each answer is of the text as it is: marks do not stay from the one before.
      turn += 1;
      marks.set(
        `${turn}`,
        byLine(results).map(([line, tests]) => markOf(monaco, line, tests)),
      );
      monaco.editor.setModelMarkers(
        model,
        OWNER,
        results.flatMap(({ test, passed, message }) =>
          passed || test.at === null || test.at.line > model.getLineCount()
            ? []
            : [
                {
                  severity: monaco.MarkerSeverity.Warning,
                  startLineNumber: test.at.line,
                  startColumn: test.at.column,
                  endLineNumber: test.at.line,
                  endColumn: model.getLineMaxColumn(test.at.line),
                  message,
                  source: OWNER,
                },
              ],
        ),
      );
    };
    show(policyTests.getState());
    const unsubscribe = policyTests.subscribe(show);
    return () => {
      unsubscribe();
      marks.dispose();
      if (!model.isDisposed()) monaco.editor.setModelMarkers(model, OWNER, []);
    };
  }, [editorOf, monaco, model, path]);
}

function byLine(results: readonly TestResult[]): readonly (readonly [number, readonly TestResult[]])[] {
  return [...Map.groupBy(results, ({ test }) => test.at?.line ?? 0)].filter(([line]) => line > 0);
}

function markOf(monaco: typeof Monaco, line: number, tests: readonly TestResult[]): LineMark {
  const failed = tests.filter(({ passed }) => !passed);
  const words = failed.length === 0 ? '✓ passes' : '✕ fails';
  return {
    line,
    look: {
      hoverMessage: {
        value: failed.length === 0 ? 'This test passes.' : failed.map(({ message }) => message).join(' '),
      },
      after: {
        content: ` ${words} `.replaceAll(' ', '\u00a0'),
        inlineClassName: failed.length === 0 ? 'test-chip' : 'test-chip test-chip-failed',
        inlineClassNameAffectsLetterSpacing: true,
        cursorStops: monaco.editor.InjectedTextCursorStops.None,
      },
    },
  };
}
