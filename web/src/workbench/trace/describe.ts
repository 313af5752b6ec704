/** Calls in words: arguments, results and errors as a person reads them. */
import { originOf } from '@sandtable/shared/callOrigin';
import { callSpec } from '@sandtable/shared/calls';
import { errnoNumber, strerror } from '@sandtable/shared/errno';
import type { CallEvent } from '@sandtable/shared/events';
import type { PlainValue } from '@sandtable/shared/policy/model';
import type { Layer } from '@sandtable/shared/verdicts';

/** Characters of an argument in a row; the detail has it all. */
const ARGUMENT_CHARS = 96;

/** Text as Python writes it: quotes, and escapes for what does not print. Undecodable bytes are `\x80`–`\xff`. */
export function quoted(text: string, limit = Infinity): string {
  const cut = text.length > limit ? text.slice(0, limit) : text;
  const shown = cut.replace(/[\\'\x00-\x1f\x7f\u{dc80}-\u{dcff}]/gu, (char) => {
    if (char === '\\' || char === "'") return `\\${char}`;
    if (char === '\n') return '\\n';
    if (char === '\r') return '\\r';
    if (char === '\t') return '\\t';
    return `\\x${(char.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`;
  });
  return `'${shown}'${cut === text ? '' : '…'}`;
}

export function valueText(value: PlainValue, limit = Infinity): string {
  if (typeof value === 'string') return quoted(value, limit);
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  const text = isList(value)
    ? `[${value.map((each) => valueText(each, limit)).join(', ')}]`
    : `{${Object.entries(value)
        .map(([name, each]) => `${name}: ${valueText(each, limit)}`)
        .join(', ')}}`;
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value);
}

const ACCESS_MODES = ['O_RDONLY', 'O_WRONLY', 'O_RDWR'] as const;
const OPEN_FLAGS: readonly (readonly [number, string])[] = [
  [0o100, 'O_CREAT'],
  [0o200, 'O_EXCL'],
  [0o400, 'O_NOCTTY'],
  [0o1000, 'O_TRUNC'],
  [0o2000, 'O_APPEND'],
  [0o4000, 'O_NONBLOCK'],
  [0o200000, 'O_DIRECTORY'],
  [0o400000, 'O_NOFOLLOW'],
  [0o2000000, 'O_CLOEXEC'],
];

/** Flags of open by their names: `O_WRONLY|O_CREAT|O_TRUNC`. */
export function openFlags(flags: number): string {
  const names: string[] = [ACCESS_MODES[flags & 3] ?? '3'];
  let rest = flags & ~3;
  // O_LARGEFILE says nothing on a 64-bit machine.
  rest &= ~0o100000;
  for (const [bit, name] of OPEN_FLAGS) {
    if ((rest & bit) === 0) continue;
    if (name !== 'O_CLOEXEC') names.push(name);
    rest &= ~bit;
  }
  if (rest !== 0) names.push(`0o${rest.toString(8)}`);
  return names.join('|');
}

/** One argument as shown, by what it means. */
export function argumentText(row: CallEvent, name: string, value: PlainValue, limit = Infinity): string {
  const kind = callSpec(row.call)?.args.find((arg) => arg.name === name)?.kind;
  if (typeof value === 'number') {
    if (kind === 'flags' && row.call === 'll_os_open') return openFlags(value);
    if (kind === 'mode') return `0o${value.toString(8)}`;
  }
  return valueText(value, limit);
}

/** The arguments in the order of the call table, short: `'/tmp/x', O_RDONLY, 0o666`. */
export function argumentsText(row: CallEvent): string {
  const order = callSpec(row.call)?.args.map((arg) => arg.name) ?? [];
  const names = [
    ...order.filter((name) => name in row.args),
    ...Object.keys(row.args).filter((name) => !order.includes(name)),
  ];
  return names.map((name) => argumentText(row, name, row.args[name]!, ARGUMENT_CHARS)).join(', ');
}

/** The path that a row is about, where it has one: where it acted, or else what was asked for. */
export function pathOf(row: CallEvent): string | null {
  if (row.path !== undefined) return row.path;
  const asked = row.args['path'];
  return typeof asked === 'string' ? asked : null;
}

/** The line of the program's own that made the call, or led to it: `script.py:12`. */
export function originText(row: CallEvent): string | null {
  const frame = originOf(row);
  return frame === undefined ? null : `${frame.file.replace(/^.*\//, '')}:${frame.line}`;
}

/** What the guest saw, short. */
export function outcomeText(row: CallEvent): string {
  if (row.raise !== undefined) return row.raise;
  if (row.errno !== undefined) return row.errno;
  if (row.result === undefined || row.result === null)
    return row.bytes === undefined ? 'done' : `${row.bytes} B`;
  if (row.bytes !== undefined && typeof row.result === 'string') return `${row.bytes} B`;
  const stat = callSpec(row.call)?.result === 'stat' ? statText(row.result) : null;
  if (stat !== null) return stat;
  return valueText(row.result, 48);
}

const FILE_KINDS: Readonly<Record<number, string>> = {
  0o010000: 'pipe',
  0o020000: 'device',
  0o040000: 'directory',
  0o100000: 'file',
  0o120000: 'link',
  0o140000: 'socket',
};

/** What one wants to know of a file at a glance: `file, 77 B`. */
function statText(value: PlainValue): string | null {
  if (typeof value !== 'object' || value === null || isList(value)) return null;
  const { mode, size } = value;
  if (typeof mode !== 'number') return null;
  const kind = FILE_KINDS[mode & 0o170000] ?? 'file';
  return kind === 'file' && typeof size === 'number' ? `${kind}, ${size} B` : kind;
}

/** What the guest saw, in full. */
export function outcomeSentence(row: CallEvent): string {
  if (row.raise !== undefined) return 'RuntimeError is raised in the guest';
  if (row.errno !== undefined) return `${row.errno} (${errnoNumber(row.errno)}): ${strerror(row.errno)}`;
  if (row.result === undefined || row.result === null) return 'done';
  return valueText(row.result);
}

export const LAYER_WORDS: Readonly<Record<Layer, string>> = {
  ceiling: 'the platform’s ceiling',
  lab: 'the lab',
  student: 'your policy',
};
