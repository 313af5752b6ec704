/** The thread that turns an uploaded trace into the log of a run, so that a large file holds up nobody. */
import type { RunEvent } from '@sandtable/shared/events';
import type { SessionState } from '@sandtable/shared/session';
import { MAX_TRACE_LINE, TraceImport, type TraceProblem } from '@sandtable/shared/traceImport';
import { fileLines } from './fileLines.ts';
import { finishedState } from './logRepair.ts';
import { callLine } from './logFormat.ts';
import { LogWriter } from './logWriter.ts';
import { answerQuestions } from './thread.ts';

export type Imported =
  | { readonly ok: true; readonly state: SessionState }
  | { readonly ok: false; readonly problems: readonly TraceProblem[] };

const questions = {
  /** Reads the file and writes the log of `run` into `folder`, which is made. What is wrong with the file is told; then there is no log. */
  import(file: string, folder: string, run: string): Imported {
    const reader = new TraceImport(run);
    const writer = new LogWriter(folder);
    const write = (event: RunEvent): void => writer.append(lineOf(event), event.type === 'call');
    // A line that is too long is given cut, so that it is refused.
    for (const { text } of fileLines(file, MAX_TRACE_LINE + 1)) {
      const event = reader.line(text);
      if (event !== null && reader.problems.length === 0) write(event);
      if (reader.hopeless) break;
    }
    const end = reader.end();
    if (end !== null) write(end);
    writer.close();
    if (reader.problems.length > 0) return { ok: false, problems: reader.problems };
    if (writer.failure !== null)
      return {
        ok: false,
        problems: [{ line: 0, message: `It could not be stored: ${writer.failure.message}.` }],
      };
    const state = finishedState(folder, run);
    if (state === null) throw new Error('import: a log without a state');
    return { ok: true, state };
  },
};

export type ImportQuestions = typeof questions;

/** Lines of calls begin as every reader of logs expects. */
function lineOf(event: RunEvent): string {
  if (event.type !== 'call') return JSON.stringify(event);
  const { seq, t, type, n, ...rest } = event;
  return callLine(seq, t, `"type":"${type}","n":${n},${JSON.stringify(rest).slice(1)}`);
}

answerQuestions(questions);
