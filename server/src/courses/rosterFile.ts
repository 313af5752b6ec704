/**
 * A roster as spreadsheets write it: CSV with commas, semicolons or tabs, with or without Excel's mark at its beginning. The first line names
 * the columns; those that it does not know are left alone.
 */
import { CsvError, parse } from 'csv-parse/sync';
import type { RosterRole } from '@sandtable/shared/courseMessages';

/** A whole year of a large school; more is another file. */
const MAX_ROSTER_LINES = 5_000;

/** Problems told at once: who mends fifty reads again. */
const MAX_PROBLEMS = 50;

const COLUMNS = {
  name: ['name', 'full name', 'student', 'student name'],
  email: ['email', 'e-mail', 'mail', 'email address', 'e-mail address'],
  role: ['role'],
} as const;
type Column = keyof typeof COLUMNS;

const ROLES: Readonly<Record<string, RosterRole>> = {
  '': 'student',
  student: 'student',
  learner: 'student',
  assistant: 'assistant',
  ta: 'assistant',
  tutor: 'assistant',
  instructor: 'instructor',
  teacher: 'instructor',
};

export interface RosterEntry {
  /** Of the file, from 1. */
  readonly line: number;
  readonly name: string;
  /** In lower case. */
  readonly email: string;
  readonly role: RosterRole;
}

/** Line and column count from 1; the column is that of the table. */
export interface RosterProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type RosterFile =
  | { readonly ok: true; readonly entries: readonly RosterEntry[] }
  | { readonly ok: false; readonly problems: readonly RosterProblem[] };

export function readRoster(text: string): RosterFile {
  const plain = text.replace(/^\uFEFF/, '');
  const one = (line: number, column: number, message: string): RosterFile => ({
    ok: false,
    problems: [{ line, column, message }],
  });
  let records: readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
  try {
    records = parse(plain, {
      delimiter: separatorOf(plain),
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      info: true,
      max_record_size: 10_000,
      to: MAX_ROSTER_LINES + 2,
    }) as unknown as typeof records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines, column } = error as CsvError & { lines?: number; column?: unknown };
    return one(lines ?? 1, typeof column === 'number' ? column + 1 : 1, csvMessage(error.code));
  }
  const [head, ...lines] = records;
  if (head === undefined) return one(1, 1, 'The file is empty. It needs a first line: name,email,role.');
  const places = columnsOf(head.record);
  for (const column of ['name', 'email'] as const)
    if (places[column] === undefined)
      return one(
        head.info.lines,
        1,
        `No column is named “${column}”. The first line names the columns: name,email,role.`,
      );
  if (lines.length > MAX_ROSTER_LINES)
    return one(
      MAX_ROSTER_LINES + 2,
      1,
      `A roster may have ${String(MAX_ROSTER_LINES)} lines. Take it in parts.`,
    );
  const problems: RosterProblem[] = [];
  const entries: RosterEntry[] = [];
  const seen = new Map<string, number>();
  for (const { record, info } of lines) {
    const cell = (column: Column): string => {
      const at = places[column];
      return at === undefined ? '' : (record[at] ?? '').trim();
    };
    const wrong = (column: Column, message: string): void => {
      problems.push({ line: info.lines, column: (places[column] ?? 0) + 1, message });
    };
    const email = cell('email').toLowerCase();
    const name = cell('name');
    const role = Object.hasOwn(ROLES, cell('role').toLowerCase())
      ? ROLES[cell('role').toLowerCase()]
      : undefined;
    if (name === '') wrong('name', 'There is no name.');
    else if (name.length > 120) wrong('name', 'The name has more than 120 characters.');
    if (!/^[^\s@,;]{1,64}@[^\s@,;]{1,190}$/.test(email))
      wrong(
        'email',
        email === '' ? 'There is no e-mail address.' : `“${shortened(email)}” is no e-mail address.`,
      );
    else if (seen.has(email)) wrong('email', `${email} stands in line ${String(seen.get(email))} already.`);
    else seen.set(email, info.lines);
    if (role === undefined)
      wrong('role', `“${shortened(cell('role'))}” is no role: student, assistant or instructor.`);
    else entries.push({ line: info.lines, name, email, role });
  }
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) };
  if (entries.length === 0) return one(head.info.lines + 1, 1, 'There is nobody in the file.');
  return { ok: true, entries };
}

/** The one that parts the first line most often. */
function separatorOf(text: string): string {
  const [line = ''] = text.split(/\r?\n/, 1);
  const [best] = [',', ';', '\t']
    .map((separator) => [separator, line.split(separator).length] as const)
    .sort(([, a], [, b]) => b - a);
  return best![0];
}

function columnsOf(head: readonly string[]): Partial<Record<Column, number>> {
  const found: Partial<Record<Column, number>> = {};
  for (const [at, title] of head.entries()) {
    const plain = title.trim().toLowerCase();
    for (const column of Object.keys(COLUMNS) as Column[])
      if (found[column] === undefined && (COLUMNS[column] as readonly string[]).includes(plain))
        found[column] = at;
  }
  return found;
}

function csvMessage(code: string): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'A quotation mark that is opened here is never closed.';
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'A quotation mark stands in the middle of a cell. Inside quotation marks it is written twice.';
    case 'CSV_MAX_RECORD_SIZE':
      return 'This line is longer than any line of a roster.';
    default:
      return 'This line cannot be read as CSV.';
  }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
