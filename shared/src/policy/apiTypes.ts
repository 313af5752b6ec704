/**
 * The types of the module `sandtable`, as the editor and the type checker read them: made from the call table, so that a new
 * call has its completion, its hover text and its check at once.
 */
import { CALL_GROUPS, CALLS, type ArgKind, type CallName, type CallSpec, type ResultKind } from '../calls.ts';
import { ERRNO_NAMES } from '../errno.ts';
import { RUN_LIMITS } from '../limits.ts';
import { API_TEXT } from './apiText.ts';

const ARG_TYPES: { readonly [kind in ArgKind]: string } = {
  fd: 'number',
  dirfd: 'number',
  flags: 'number',
  mode: 'number',
  int: 'number',
  size: 'number',
  offset: 'number',
  seconds: 'number',
  signal: 'number',
  path: 'string',
  data: 'string',
  text: 'string',
  address: 'string',
  struct: 'PlainValue',
};

const RESULT_TYPES: { readonly [kind in ResultKind]: string } = {
  none: 'null',
  never: 'null',
  int: 'number',
  fd: 'number',
  bytes: 'string',
  text: 'string',
  stat: 'Stat',
  statvfs: 'Statvfs',
  names: 'readonly string[]',
  seconds: 'number',
  fdpair: 'readonly [number, number]',
  ready: 'PlainValue',
  struct: 'PlainValue',
};

/** What a call answers with, in words. */
const RESULT_WORDS: { readonly [kind in ResultKind]: string } = {
  none: 'nothing',
  never: 'nothing, because it does not come back',
  int: 'a whole number',
  fd: 'a descriptor',
  bytes: 'bytes, as text',
  text: 'text',
  stat: 'what is known about the file',
  statvfs: 'what is known about the file system',
  names: 'a list of names',
  seconds: 'seconds',
  fdpair: 'two descriptors',
  ready: 'what is ready',
  struct: 'a structure',
};

/** Structures of single arguments, by `call.argument` or by argument alone. */
const ARG_STRUCTS: { readonly [name: string]: string } = {
  times: '{ readonly atime: readonly [number, number]; readonly mtime: readonly [number, number] } | null',
  attributes: 'Termios',
  fds: 'readonly { readonly fd: number; readonly events: number }[]',
  event: '{ readonly events: number; readonly low: number; readonly high: number } | null',
  timer: '{ readonly interval: number; readonly value: number }',
  read: 'readonly number[] | null',
  write: 'readonly number[] | null',
  except: 'readonly number[] | null',
  timeout: 'number | null',
};

const RESULT_STRUCTS: { readonly [call in CallName]?: string } = {
  ll_os_select:
    '{ readonly read: readonly number[]; readonly write: readonly number[]; readonly except: readonly number[] }',
  ll_os_poll: 'readonly { readonly fd: number; readonly events: number }[]',
  ll_os_epoll_wait: 'readonly { readonly events: number; readonly low: number; readonly high: number }[]',
  ll_os_tcgetattr: 'Termios',
  ll_os_getenv: 'string | null',
  ll_os_envitems: 'readonly (readonly [string, string])[]',
  ll_os_uname:
    '{ readonly sysname: string; readonly nodename: string; readonly release: string; readonly version: string; readonly machine: string; readonly domainname?: string }',
  ll_os_getrlimit: '{ readonly cur: number | null; readonly max: number | null }',
  ll_os_getrusage: '{ readonly utime: number; readonly stime: number; readonly maxrss: number }',
  ll_os_times:
    '{ readonly utime: number; readonly stime: number; readonly cutime: number; readonly cstime: number; readonly elapsed: number }',
  ll_os_getloadavg: '{ readonly loads: readonly number[] }',
  ll_os_getitimer: '{ readonly interval: number; readonly value: number }',
  ll_os_setitimer: '{ readonly interval: number; readonly value: number }',
  ll_socket_accept: '{ readonly fd: number; readonly address: string }',
  ll_socket_getsockname: '{ readonly address: string }',
  ll_socket_getpeername: '{ readonly address: string }',
  ll_socket_getsockopt: '{ readonly value: number } | { readonly data: string }',
};

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(' | ');

/** Descriptors that a path is relative to, and flags of the `…at` functions, are there only where they matter. */
function optionalArgs({ args }: CallSpec): string {
  const has = (name: string): boolean => args.some((arg) => arg.name === name);
  if (!has('path')) return '';
  const optional = has('newpath') ? ['dirfd', 'newdirfd', 'flags'] : ['dirfd', 'flags'];
  return optional
    .filter((name) => !has(name))
    .map((name) => ` readonly ${name}?: number;`)
    .join('');
}

function argsType(spec: CallSpec): string {
  const fields = spec.args.map(
    ({ name, kind }) =>
      ` readonly ${name}: ${kind === 'struct' ? (ARG_STRUCTS[name] ?? 'PlainValue') : ARG_TYPES[kind]};`,
  );
  return `{${fields.join('')}${optionalArgs(spec)} }`;
}

function valueType({ name, result }: CallSpec): string {
  return RESULT_STRUCTS[name as CallName] ?? RESULT_TYPES[result];
}

function documentation(spec: CallSpec, indent: string): string {
  const args =
    spec.args.length === 0
      ? 'No arguments'
      : `Arguments: ${spec.args.map((arg) => `\`${arg.name}\``).join(', ')}`;
  return `${indent}/**\n${indent} * ${spec.summary}\n${indent} *\n${indent} * ${args}. Answers with ${RESULT_WORDS[spec.result]}. Group: ${spec.group}.\n${indent} */`;
}

/** Declarations of the module `sandtable`, to be added to the files of a TypeScript language service as they are. */
export function policyTypes(): string {
  const specs = CALLS as readonly CallSpec[];
  const groups = Object.entries(CALL_GROUPS)
    .map(([name, summary]) => `   * - \`${name}\`: ${summary}`)
    .join('\n');
  const calls = specs.map(
    (spec) =>
      `${documentation(spec, '    ')}\n    readonly ${spec.name}: { readonly args: ${argsType(spec)}; readonly value: ${valueType(spec)} };`,
  );
  const functions = specs.map(
    (spec) =>
      `${documentation(spec, '    ')}\n    ${spec.name}?(call: Call<'${spec.name}'>, next: Next<'${spec.name}'>): Result<'${spec.name}'>;`,
  );
  const limits = Object.entries(RUN_LIMITS).map(
    ([name, spec]) =>
      `    /** ${spec.why} Default ${spec.default}, at most ${spec.maximum}. */\n    readonly ${name}?: number;`,
  );
  return API_TEXT.replace('//CALLS', () => calls.join('\n').trimStart())
    .replace('//FUNCTIONS', () => functions.join('\n').trimStart())
    .replace('//LIMITS', () => limits.join('\n').trimStart())
    .replace('//GROUP_LIST', () => groups.trimStart())
    .replace('GROUP_NAMES', () => quoted(Object.keys(CALL_GROUPS)))
    .replace('ERRNO_NAMES', () => quoted(ERRNO_NAMES));
}
