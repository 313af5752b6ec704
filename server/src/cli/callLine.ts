/** One call as a line for `--verbose`. */
import type { CallEvent } from '@sandtable/shared/events';
import type { CallArgs, PlainValue } from '@sandtable/shared/policy/model';

/** Characters of one value; a line is for the eye, the trace has the rest. */
const VALUE_CHARS = 80;

function short(value: PlainValue): string {
  const text = JSON.stringify(value);
  return text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS - 1)}…` : text;
}

function args(values: CallArgs): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${short(value)}`)
    .join(', ');
}

function outcome(row: CallEvent): string {
  if (row.errno !== undefined) return row.errno;
  if (row.raise !== undefined) return row.raise;
  return short(row.result ?? null);
}

/** `ll_os_open(path="/tmp/a", flags=0, mode=0) = 3`, with the verdict where it is not a plain allow. */
export function callLine(row: CallEvent): string {
  const verdict =
    row.verdict === 'allow' ? '' : `  [${row.verdict}${row.reason === undefined ? '' : `: ${row.reason}`}]`;
  return `${row.call}(${args(row.args)}) = ${outcome(row)}${verdict}`;
}
