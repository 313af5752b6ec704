/** A trace from a file, or from standard input (`-`). */
import { createReadStream } from 'node:fs';
import { printable } from '@sandtable/shared/printable';
import { TraceReader, type RecordedRun } from '@sandtable/shared/replay/recordedRun';

/** A command may take its time: what a page could not hold, it looks at. */
const MAX_ROWS = 2_000_000;

export type OpenedTrace =
  { readonly ok: true; readonly run: RecordedRun } | { readonly ok: false; readonly message: string };

export async function openTrace(file: string): Promise<OpenedTrace> {
  const reader = new TraceReader(MAX_ROWS);
  try {
    const stream = file === '-' ? process.stdin : createReadStream(file);
    stream.setEncoding('utf8');
    for await (const piece of stream) reader.push(piece as string);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, message: code === 'EISDIR' ? `${file} is a folder, not a trace` : message };
  }
  const read = reader.finish();
  return read.ok
    ? read
    : { ok: false, message: `${file}:${String(read.line)}:1: error: ${read.message} (${read.code})` };
}

/** On standard error: what is said of a run is said of its beginning only. */
export function sayWhereCut(file: string, { exit, rows }: RecordedRun): void {
  if (exit !== null) return;
  const last = rows.at(-1)?.n ?? 0;
  process.stderr.write(
    `${printable(`${file}: the trace does not say how the run ended; it is known up to call ${String(last)}`)}\n`,
  );
}
