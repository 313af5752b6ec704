/** Rows as files for other programs: CSV, or the JSONL of a part of the trace. In portions, so that no run is too long. */
import type { CallEvent, RunEvent } from '@sandtable/shared/events';
import type { Matches } from './matches.ts';
import { rowsAt } from './rowReader.ts';
import type { RunIndex } from './runIndex.ts';
import { pointAt } from './travel.ts';
import { oneLineJson } from '@sandtable/shared/printable';

/** Rows in a portion: some hundred kilobytes of text. */
export const EXPORT_ROWS = 1_000;

export type ExportFormat = 'jsonl' | 'csv';

const COLUMNS = [
  'n',
  't',
  'thread',
  'call',
  'args',
  'path',
  'newpath',
  'verdict',
  'rule',
  'reason',
  'result',
  'errno',
  'bytes',
  'us',
] as const;

/** What stands before the rows: the names of the columns, or the events that say what run this is. */
export function exportHead(index: RunIndex, format: ExportFormat): string {
  if (format === 'csv') return `${COLUMNS.join(',')}\r\n`;
  // The state at the end knows the rules that came late as well.
  const { start, rules } = pointAt(index, Infinity).state;
  if (start === null) return '';
  const events: RunEvent[] = [
    start,
    ...rules.map((rule, at): RunEvent => ({ seq: at + 2, t: start.t, type: 'rule', rule })),
  ];
  return events.map((event) => `${oneLineJson(JSON.stringify(event))}\n`).join('');
}

/** Matches from the `from`-th on, as text; empty behind the last. */
export function exportPart(index: RunIndex, matches: Matches, format: ExportFormat, from: number): string {
  let part = '';
  for (const row of rowsAt(index, matches.numbers(from, EXPORT_ROWS)))
    part += format === 'csv' ? csvLine(row) : `${oneLineJson(JSON.stringify(row))}\n`;
  return part;
}

function csvLine(row: CallEvent): string {
  const values: { readonly [K in (typeof COLUMNS)[number]]: unknown } = {
    n: row.n,
    t: row.t,
    thread: row.thread ?? 1,
    call: row.call,
    args: JSON.stringify(row.args),
    path: row.path ?? row.args['path'],
    newpath: row.newpath ?? row.args['newpath'],
    verdict: row.verdict,
    rule: row.rule,
    reason: row.reason,
    result: row.result === undefined ? undefined : JSON.stringify(row.result),
    errno: row.errno ?? row.raise,
    bytes: row.bytes,
    us: row.us,
  };
  return `${COLUMNS.map((column) => csvCell(values[column])).join(',')}\r\n`;
}

/** As RFC 4180 has it. A guest chooses paths: what a spreadsheet would take for a formula is made text by an apostrophe. */
export function csvCell(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return '';
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
