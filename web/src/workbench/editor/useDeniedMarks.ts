/** Keeps the marks of denied calls in an editor equal to the run: asked of the server, which knows all rows, at a calm pace. */
import { useEffect, type RefObject } from 'react';
import type { Session } from '../../session/session.ts';
import { isLive } from '../../session/workState.ts';
import { useSession } from '../../session/useSession.ts';
import { useTraceView } from '../trace/useTrace.ts';
import { showPanel } from '../view.ts';
import { deniedLinesOf, type DeniedLine } from './deniedLines.ts';
import { DeniedMarks } from './deniedMarks.ts';
import type { LoadedEditor } from './loadEditor.ts';
import type { monaco as Monaco } from './monaco.ts';

type Editor = Monaco.editor.IStandaloneCodeEditor;

/** While a run goes on its marks follow at this pace. */
const REFRESH_MS = 1_000;

/** The lines, or null where the server has not read the whole run yet, or does not answer. */
async function askDeniedLines(
  session: Session,
  run: string,
  path: string,
): Promise<{ readonly lines: readonly DeniedLine[]; readonly whole: boolean } | null> {
  const answer = await session.request('run.statistics', {
    run,
    filter: 'verdict:deny',
    lowest: 0,
    by: 'line',
  });
  if (!answer.ok) return null;
  const whole = answer.value.searched >= (session.state.run?.calls ?? 0);
  return { lines: deniedLinesOf(answer.value, path), whole };
}

export function useDeniedMarks(
  editorOf: RefObject<Editor | null>,
  { monaco }: LoadedEditor,
  model: Monaco.editor.ITextModel,
  path: string,
): void {
  const session = useSession();
  const trace = useTraceView();
  useEffect(() => {
    const editor = editorOf.current;
    if (!path.endsWith('.py') || editor === null) return;
    const marks = new DeniedMarks(monaco, editor, (line) => {
      trace.setFilter(`verdict:deny line:"${path}:${line}"`);
      showPanel('trace');
    });
    let timer: ReturnType<typeof setTimeout> | null = null;
    let gone = false;
    let shown = '';
    const look = async (): Promise<void> => {
      const { run } = session.state;
      const denied = run?.byVerdict.deny ?? 0;
      const now = `${run?.run ?? ''} ${denied}`;
      if (now === shown) return;
      if (run === null || denied === 0) {
        shown = now;
        marks.set(run?.run ?? null, []);
        return;
      }
      const answer = await askDeniedLines(session, run.run, path);
      if (gone || session.state.run?.run !== run.run) return;
      if (answer !== null) marks.set(run.run, answer.lines);
      if (answer?.whole === true) shown = now;
      else soon(REFRESH_MS);
    };
    const soon = (ms: number): void => {
      timer ??= setTimeout(() => {
        timer = null;
        void look();
      }, ms);
    };
    void look();
    const unsubscribe = session.store.subscribe((state, before) => {
      if (state.run === before.run) return;
      // The end is looked at once more, and soon; a live run when its second is over.
      soon(isLive(state) ? REFRESH_MS : 50);
    });
    return () => {
      gone = true;
      unsubscribe();
      if (timer !== null) clearTimeout(timer);
      marks.dispose();
    };
  }, [editorOf, monaco, model, path, session, trace]);
}
