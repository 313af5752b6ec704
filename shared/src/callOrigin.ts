/** Where in a person's program a call came from: one line of a stack that may be deep in the library. */
import type { CallEvent, StackFrame } from './events.ts';

/** Where the files of a bench lie for the guest. */
const OWN = '/tmp/';

/** The innermost line of the program's own, or the innermost of all; undefined where the row has no stack. */
export function originOf({ stack }: CallEvent): StackFrame | undefined {
  return stack?.find(({ file }) => file.startsWith(OWN)) ?? stack?.[0];
}

/** The same as the filter's field `line` has it: `/tmp/script.py:12`. */
export function lineOf(row: CallEvent): string | undefined {
  const frame = originOf(row);
  return frame === undefined ? undefined : `${frame.file}:${frame.line}`;
}

/** The line as one writes it: the program's own files go by their short names. */
export function shortLine(line: string): string {
  return line.startsWith(OWN) ? line.slice(OWN.length) : line;
}
