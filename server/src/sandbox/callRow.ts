/**
 * One call as a row of the trace: JSON, made by hand because it is made for every call.
 *
 * Everything that a guest or a policy can make large is cut: texts to `ROW_TEXT_LIMIT` characters with the full length beside
 * (`dataLength`, `resultLength`), lists and objects to {@link MAX_ITEMS} items, depth and number of values likewise.
 */
import type { CallName } from '@sandtable/shared/calls';
import { ROW_TEXT_LIMIT } from '@sandtable/shared/events';
import type { CallArgs, CallRequest, Decision, Outcome, PlainValue } from '@sandtable/shared/policy/model';
import { decodeText } from '@sandtable/shared/text';
import type { Stat } from './vfs/abi.ts';
import type { Native } from './wire/encoder.ts';
import type { HeldBytes } from './wire/asked.ts';

/** Items of a list or an object in a row; a person reads a few, the rest is a number beside them. */
const MAX_ITEMS = 100;
const MAX_DEPTH = 4;

/** Bytes that surely hold `ROW_TEXT_LIMIT` characters. */
const TEXT_BYTES = ROW_TEXT_LIMIT * 4;

/**
 * Bytes that hold as many where nearly each is a character, as in most files. A character that is cut at their end is another text than it would be
 * whole, and lies behind the limit.
 */
const USUAL_TEXT_BYTES = ROW_TEXT_LIMIT + 16;
const CUT_CHARACTER = 3;

export interface RowParts {
  readonly n: number;
  readonly thread: number;
  readonly request: CallRequest;
  readonly held: HeldBytes | null;
  readonly decision: Decision;
  /** The exact form of the guest's answer, where it is the handler's own. */
  readonly native: Native | null;
  readonly bytes: number | null;
  readonly microseconds: number;
}

const CALL_JSON = new Map<CallName, string>();

function callJson(call: CallName): string {
  let json = CALL_JSON.get(call);
  if (json === undefined) {
    json = `,"call":"${call}","args":`;
    CALL_JSON.set(call, json);
  }
  return json;
}

/** The row without its opening brace, `seq` and `t`. */
export function callRow(parts: RowParts): string {
  const { request, decision } = parts;
  const { verdict, seen } = decision;
  let row = `"type":"call","n":${String(parts.n)}`;
  if (parts.thread !== 1) row += `,"thread":${String(parts.thread)}`;
  row += callJson(request.call) + argsJson(request.args, parts.held);
  if (request.path !== undefined && request.path !== request.args['path'])
    row += `,"path":${textJson(request.path)}`;
  if (request.newpath !== undefined && request.newpath !== request.args['newpath'])
    row += `,"newpath":${textJson(request.newpath)}`;
  row += `,"verdict":"${verdict.kind}","rule":${String(verdict.rule)}`;
  if (verdict.reason !== undefined) row += `,"reason":${textJson(verdict.reason)}`;
  if (decision.performed !== undefined) row += performedJson(request, decision.performed, parts.held);
  if (decision.answered !== undefined) row += `,"answered":${outcomeValueJson(decision.answered)}`;
  row += resultJson(seen, parts.native);
  if (parts.bytes !== null) row += `,"bytes":${String(parts.bytes)}`;
  row += `,"us":${String(parts.microseconds)}`;
  return `${decision.would === undefined ? row : row + wouldJson(decision.would)}}`;
}

/** Arguments that were left as they were still know the guest's bytes as they came. */
function performedJson(asked: CallRequest, performed: CallRequest, held: HeldBytes | null): string {
  const { args, path, newpath } = performed;
  let json = `,"performed":${argsJson(args, args === asked.args ? held : null)}`;
  if (path !== undefined && path !== args['path']) json += `,"performedPath":${textJson(path)}`;
  if (newpath !== undefined && newpath !== args['newpath'])
    json += `,"performedNewpath":${textJson(newpath)}`;
  return json;
}

function wouldJson({ verdict, seen }: NonNullable<Decision['would']>): string {
  const reason = verdict.reason === undefined ? '' : `,"reason":${textJson(verdict.reason)}`;
  const error = seen.ok ? '' : 'errno' in seen ? `,"errno":"${seen.errno}"` : ',"raise":"RuntimeError"';
  return `,"would":{"verdict":"${verdict.kind}","rule":${String(verdict.rule)}${reason}${error}}`;
}

function resultJson(seen: Outcome, native: Native | null): string {
  if (!seen.ok) return 'errno' in seen ? `,"errno":"${seen.errno}"` : ',"raise":"RuntimeError"';
  if (native !== null) return nativeJson(native);
  return valueJson('result', seen.value);
}

function outcomeValueJson(outcome: Outcome): string {
  if (outcome.ok) return plainJson(outcome.value, 0);
  return 'errno' in outcome ? `{"errno":"${outcome.errno}"}` : '{"raise":"RuntimeError"}';
}

function nativeJson(native: Native): string {
  switch (native.kind) {
    case 'bytes':
      return `,"result":${bytesJson(native.bytes)}${lengthBeside('result', native.bytes.length)}`;
    case 'stat':
      return `,"result":${statJson(native.stat)}`;
    default: {
      const { lines } = native;
      const shown = lines
        .slice(0, MAX_ITEMS)
        .map((line) => textJson(line.name))
        .join(',');
      return `,"result":[${shown}]${lines.length > MAX_ITEMS ? `,"resultLength":${String(lines.length)}` : ''}`;
    }
  }
}

function statJson(stat: Stat): string {
  return (
    `{"mode":${String(stat.mode)},"ino":${String(stat.ino)},"dev":${String(stat.dev)},"nlink":${String(stat.nlink)},"uid":${String(stat.uid)},` +
    `"gid":${String(stat.gid)},"size":${String(stat.size)},"atime":${String(stat.atimeSec)},"mtime":${String(stat.mtimeSec)},"ctime":${String(stat.ctimeSec)}}`
  );
}

function argsJson(args: CallArgs, held: HeldBytes | null): string {
  let json = '';
  for (const key in args) {
    json += json === '' ? '{' : ',';
    if (held !== null && key === 'data')
      json += `"data":${bytesJson(held.bytes)}${lengthBeside('data', held.bytes.length)}`;
    else json += namedJson(key, args[key]!);
  }
  return json === '' ? '{}' : `${json}}`;
}

function namedJson(key: string, value: PlainValue): string {
  if (typeof value === 'number') return `"${key}":${numberJson(value)}`;
  const json = `${JSON.stringify(key.slice(0, ROW_TEXT_LIMIT))}:${plainJson(value, 0)}`;
  return typeof value === 'string' && value.length > ROW_TEXT_LIMIT
    ? json + lengthBeside(key, value.length)
    : json;
}

function valueJson(key: string, value: PlainValue): string {
  const json = `,"${key}":${plainJson(value, 0)}`;
  if (typeof value === 'string' && value.length > ROW_TEXT_LIMIT)
    return json + lengthBeside(key, value.length);
  return Array.isArray(value) && value.length > MAX_ITEMS
    ? `${json},"${key}Length":${String(value.length)}`
    : json;
}

function lengthBeside(key: string, length: number): string {
  return length > ROW_TEXT_LIMIT ? `,${JSON.stringify(`${key}Length`)}:${String(length)}` : '';
}

function bytesJson(bytes: Uint8Array): string {
  if (bytes.length > USUAL_TEXT_BYTES) {
    const text = decodeText(bytes.subarray(0, USUAL_TEXT_BYTES));
    if (text.length >= ROW_TEXT_LIMIT + CUT_CHARACTER) return textJson(text);
  }
  return textJson(decodeText(bytes.length > TEXT_BYTES ? bytes.subarray(0, TEXT_BYTES) : bytes));
}

function textJson(text: string): string {
  return JSON.stringify(text.length > ROW_TEXT_LIMIT ? text.slice(0, ROW_TEXT_LIMIT) : text);
}

function numberJson(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}

function plainJson(value: PlainValue, depth: number): string {
  switch (typeof value) {
    case 'string':
      return textJson(value);
    case 'number':
      return numberJson(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      break;
    default:
      return 'null';
  }
  if (value === null) return 'null';
  if (depth >= MAX_DEPTH) return '"…"';
  if (Array.isArray(value)) {
    return `[${(value as readonly PlainValue[])
      .slice(0, itemsAt(depth))
      .map((item) => plainJson(item, depth + 1))
      .join(',')}]`;
  }
  const entries = Object.entries(value).slice(0, itemsAt(depth));
  return `{${entries.map(([key, item]) => `${textJson(key)}:${plainJson(item, depth + 1)}`).join(',')}}`;
}

/** Fewer items the deeper they lie, so that no nesting makes a row large. */
function itemsAt(depth: number): number {
  return depth === 0 ? MAX_ITEMS : depth === 1 ? 16 : 4;
}
