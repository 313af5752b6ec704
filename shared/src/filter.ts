/**
 * The trace filter: `verdict:deny call:ll_os_open path:/tmp/* errno:EPERM thread:2 -path:"/tmp/my file" some text`.
 *
 * Terms stand between spaces; a row must match all of them. A term is a field with values between commas, one of which must
 * match, or free text that must occur somewhere in the row. `-` before a term turns it round. `"…"` holds spaces, commas and
 * colons together. Values of text are patterns (`wildcard.ts`); numbers take `5`, `>5`, `>=5`, `<5`, `<=5`, `5..9`. The same
 * function judges on the page and on the server, so that both find the same rows.
 */
import { lineOf, shortLine } from './callOrigin.ts';
import { CALL_GROUPS, callSpec } from './calls.ts';
import type { CallEvent } from './events.ts';
import { literalOf, literalParts, literalPattern, wildcard } from './wildcard.ts';
import { VERDICT_KINDS } from './verdicts.ts';

/** What each field looks at, in the words of the completion list. */
export const FILTER_FIELDS = {
  verdict: 'what was decided: allow, deny, modify, fake',
  call: 'name of the call: ll_os_open, or open for short',
  group: 'group of the call: files, io, network…',
  path: 'where it really acted, or the name that was asked for',
  line: 'line of the program that made the call, as far as the trace tells: script.py:12',
  errno: 'the error that the guest saw: EPERM, RuntimeError, * for any',
  rule: 'number of the rule that decided',
  reason: 'the reason given for the verdict',
  thread: 'thread of the guest; 1 is the main one',
  n: 'number of the row',
  us: 'microseconds from request to reply',
  bytes: 'bytes moved',
} as const;

export type FilterField = keyof typeof FILTER_FIELDS;

export interface FilterTerm {
  readonly field: FilterField | 'text';
  /** Patterns, or numbers as text. At least one. */
  readonly values: readonly string[];
  readonly negated: boolean;
}

export type Filter = readonly FilterTerm[];

export interface FilterError {
  readonly code: 'unknown-field' | 'empty-value' | 'unclosed-quote' | 'bad-value';
  /** Place in the text, in characters. */
  readonly at: number;
  readonly length: number;
  readonly message: string;
}

export type ParsedFilter =
  { readonly ok: true; readonly filter: Filter } | { readonly ok: false; readonly error: FilterError };

type RowTest = (row: CallEvent) => boolean;

const NUMERIC: ReadonlySet<string> = new Set<FilterField>(['rule', 'thread', 'n', 'us', 'bytes']);
/** Names of files tell small letters from capitals. */
const CASED: ReadonlySet<string> = new Set(['path', 'line']);
const CLOSED: Readonly<Partial<Record<FilterField | 'text', readonly string[]>>> = {
  verdict: VERDICT_KINDS,
  group: Object.keys(CALL_GROUPS),
};

/** Reads a filter. Empty text is the filter that every row matches. */
export function parseFilter(text: string): ParsedFilter {
  const terms: FilterTerm[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === ' ' || text[at] === '\t') {
      at += 1;
      continue;
    }
    const term = parseTerm(text, at);
    if (!term.ok) return term;
    terms.push(term.term);
    at = term.end;
  }
  return { ok: true, filter: terms };
}

/** The test that a filter stands for. */
export function filterTest(filter: Filter): RowTest {
  const tests = filter.map(termTest);
  if (tests.length === 1) return tests[0]!;
  return (row) => tests.every((test) => test(row));
}

/**
 * Whether one text of a row (its verdict, call, group, reason, error, line, or one of its paths) is among the values of the term. For
 * whoever has rows as columns; `negated` is theirs to apply.
 */
export function textTest({ field, values }: FilterTerm): (text: string) => boolean {
  const tests = values.map((value) => wildcard(value, !CASED.has(field)));
  if (field === 'call') return (name) => tests.some((test) => test(name) || test(shortName(name)));
  if (field === 'line') return (line) => tests.some((test) => test(line) || test(shortLine(line)));
  return tests.length === 1 ? tests[0]! : (text) => tests.some((test) => test(text));
}

/** The same for the numbers of a row. */
export function numbersTest({ values }: FilterTerm): (number: number) => boolean {
  const tests = values.map((value) => numberTest(value) ?? (() => false));
  return tests.length === 1 ? tests[0]! : (number) => tests.some((test) => test(number));
}

/**
 * What a free text looks for in {@link rowText}. `exact`: a row matches where this occurs; else this is a part of what has to occur, in
 * small letters, or empty.
 */
export function wantedText(value: string): { readonly text: string; readonly exact: boolean } {
  const exact = literalOf(value);
  if (exact !== null) return { text: exact.toLowerCase(), exact: true };
  const parts = literalParts(value.toLowerCase());
  return {
    text: parts.reduce((longest, part) => (part.length > longest.length ? part : longest), ''),
    exact: false,
  };
}

/** The text of a filter; `parseFilter` gives the same filter back. */
export function formatFilter(filter: Filter): string {
  return filter.map(formatTerm).join(' ');
}

/**
 * The filter text after a click on a cell: rows with this value only, or (`negated`) rows without it. A term that says so
 * already is not repeated, and one that says the opposite is taken out. Text that is no filter yet is replaced.
 */
export function clickFilter(
  text: string,
  field: FilterField,
  value: string | number,
  negated = false,
): string {
  const parsed = parseFilter(text);
  const values = [NUMERIC.has(field) ? String(value) : literalPattern(String(value))];
  const added: FilterTerm = { field, values, negated };
  const key = formatTerm({ ...added, negated: false });
  const others = parsed.ok
    ? parsed.filter.filter((term) => formatTerm({ ...term, negated: false }) !== key)
    : [];
  return formatFilter([...others, added]);
}

type ParsedTerm =
  | { readonly ok: true; readonly term: FilterTerm; readonly end: number }
  | { readonly ok: false; readonly error: FilterError };

function parseTerm(text: string, start: number): ParsedTerm {
  const negated = text[start] === '-';
  const from = start + (negated ? 1 : 0);
  const head = /^([A-Za-z_]+):/.exec(text.slice(from));
  if (head === null) {
    const value = parseValue(text, from, '');
    if (!value.ok) return value;
    if (value.value === '')
      return fail(
        'empty-value',
        start,
        1,
        negated ? 'After “-” comes what a row must not have.' : 'Empty text matches nothing.',
      );
    return { ok: true, term: { field: 'text', values: [value.value], negated }, end: value.end };
  }
  const field = head[1]!.toLowerCase();
  if (!Object.hasOwn(FILTER_FIELDS, field)) {
    return fail(
      'unknown-field',
      from,
      field.length,
      `There is no field “${head[1]!}”. Fields are ${Object.keys(FILTER_FIELDS).join(', ')}; put text with a colon in quotes.`,
    );
  }
  const values: string[] = [];
  let at = from + head[0].length;
  for (;;) {
    const value = parseValue(text, at, ',');
    if (!value.ok) return value;
    if (value.value === '')
      return fail('empty-value', from, Math.max(1, value.end - from), `“${field}:” needs a value.`);
    const wrong = complaint(field as FilterField, value.value);
    if (wrong !== null) return fail('bad-value', at, value.end - at, wrong);
    values.push(value.value);
    at = value.end;
    if (text[at] !== ',') break;
    at += 1;
  }
  return { ok: true, term: { field: field as FilterField, values, negated }, end: at };
}

/** A value up to a space, the end or one of `stops`; quotes may open and close anywhere in it. Backslashes stay for the pattern. */
function parseValue(
  text: string,
  start: number,
  stops: string,
): { ok: true; value: string; end: number } | { ok: false; error: FilterError } {
  let value = '';
  let quotedFrom = -1;
  let at = start;
  for (; at < text.length; at++) {
    const char = text[at]!;
    // A backslash at the very end stands for itself; doubled, it cannot swallow what is written behind it later.
    if (char === '\\') value += char + (text[++at] ?? char);
    else if (char === '"') quotedFrom = quotedFrom < 0 ? at : -1;
    else if (quotedFrom < 0 && (char === ' ' || char === '\t' || stops.includes(char))) break;
    else value += char;
  }
  if (quotedFrom >= 0)
    return fail('unclosed-quote', quotedFrom, text.length - quotedFrom, 'This quote is never closed.');
  return { ok: true, value, end: Math.min(at, text.length) };
}

function fail(
  code: FilterError['code'],
  at: number,
  length: number,
  message: string,
): { ok: false; error: FilterError } {
  return { ok: false, error: { code, at, length, message } };
}

function complaint(field: FilterField, value: string): string | null {
  const allowed = CLOSED[field];
  if (allowed !== undefined && !allowed.includes(value.toLowerCase()))
    return `“${field}” is one of ${allowed.join(', ')}.`;
  if (NUMERIC.has(field) && numberTest(value) === null)
    return `“${field}” takes a number: 5, >5, <=5 or 5..9.`;
  return null;
}

function numberTest(value: string): ((number: number) => boolean) | null {
  const m = /^(?:(>=|<=|>|<)?(\d{1,15})|(\d{1,15})\.\.(\d{1,15}))$/.exec(value);
  if (m === null) return null;
  if (m[3] !== undefined) {
    const [low, high] = [Number(m[3]), Number(m[4])];
    return (number) => number >= low && number <= high;
  }
  const limit = Number(m[2]);
  if (m[1] === '>') return (number) => number > limit;
  if (m[1] === '<') return (number) => number < limit;
  if (m[1] === '>=') return (number) => number >= limit;
  if (m[1] === '<=') return (number) => number <= limit;
  return (number) => number === limit;
}

function termTest(term: FilterTerm): RowTest {
  const tests = term.values.map((value) => valueTest(term.field, value));
  if (term.negated) return (row) => !tests.some((test) => test(row));
  return tests.length === 1 ? tests[0]! : (row) => tests.some((test) => test(row));
}

function valueTest(field: FilterTerm['field'], value: string): RowTest {
  if (NUMERIC.has(field)) {
    const test = numberTest(value) ?? (() => false);
    return (row) => {
      const number = numberOf(row, field as 'rule' | 'thread' | 'n' | 'us' | 'bytes');
      return number !== undefined && test(number);
    };
  }
  if (field === 'text') {
    const exact = literalOf(value);
    if (exact !== null) {
      const wanted = exact.toLowerCase();
      return (row) => rowText(row).includes(wanted);
    }
    const test = wildcard(`*${value}*`, true);
    return (row) => test(rowText(row));
  }
  const test = wildcard(value, !CASED.has(field));
  switch (field) {
    case 'verdict':
      return (row) => test(row.verdict);
    case 'call':
      return (row) => test(row.call) || test(shortName(row.call));
    case 'group':
      return (row) => test(callSpec(row.call)?.group ?? '');
    case 'errno':
      return (row) =>
        (row.errno !== undefined && test(row.errno)) || (row.raise !== undefined && test(row.raise));
    case 'reason':
      return (row) => row.reason !== undefined && test(row.reason);
    case 'line':
      return (row) => {
        const line = lineOf(row);
        return line !== undefined && (test(line) || test(shortLine(line)));
      };
    default:
      return (row) => pathsOf(row).some(test);
  }
}

function numberOf(row: CallEvent, field: 'rule' | 'thread' | 'n' | 'us' | 'bytes'): number | undefined {
  return field === 'thread' ? (row.thread ?? 1) : row[field];
}

/** `ll_os_open` → `open`, `ll_time_sleep` → `sleep`. */
function shortName(call: string): string {
  return call.replace(/^ll_(?:(?:os|time|socket)_(?=.))?/, '');
}

function pathsOf(row: CallEvent): string[] {
  return [row.path, row.newpath, row.args['path'], row.args['newpath']].filter(
    (path) => typeof path === 'string',
  );
}

/** What a free text has to occur in, in small letters. */
export function rowText(row: CallEvent): string {
  const seen =
    row.result === undefined ? '' : typeof row.result === 'string' ? row.result : JSON.stringify(row.result);
  const args = Object.values(row.args).map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)));
  return [
    row.call,
    row.verdict,
    row.path ?? '',
    row.newpath ?? '',
    ...args,
    row.errno ?? '',
    row.raise ?? '',
    seen,
    row.reason ?? '',
  ]
    .join('\n')
    .toLowerCase();
}

function formatTerm(term: FilterTerm): string {
  const sign = term.negated ? '-' : '';
  if (term.field === 'text') return sign + quoted(term.values[0]!, /[\s":]|^-/);
  return `${sign}${term.field}:${term.values.map((value) => quoted(value, /[\s",]/)).join(',')}`;
}

/** Quotes where needed; a backslash before a character keeps both, so only bare quotes need one. */
function quoted(value: string, special: RegExp): string {
  if (!special.test(value)) return value;
  return `"${value.replaceAll(/\\[^]|"/g, (part) => (part === '"' ? '\\"' : part))}"`;
}
