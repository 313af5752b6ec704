/**
 * The platform ceiling: what no policy can allow, what no policy needs to allow, and what no policy can forbid.
 *
 * | calls                                            | ceiling                | why                                            |
 * |--------------------------------------------------|------------------------|------------------------------------------------|
 * | files, io, terminal, time, identity, random      | as the policy says     | they act on the virtual world only             |
 * | process                                          | RuntimeError           | there is one process in this world             |
 * | `ll_os_kill`                                     | as the policy says     | the controller delivers it to the guest alone  |
 * | alarms and timers, `ll_os_pause`                 | as the policy says     | they wake the guest alone                      |
 * | `ll_os_waitpid`                                  | as the policy says     | there is nobody to wait for: ECHILD            |
 * | network                                          | as the policy says     | sockets reach what the run's own network has   |
 * | library: dlopen, dlsym                           | ENOSYS                 | native code would run past the interpreter     |
 * | `ll_mmap` of a file                              | ENODEV                 | virtual files are no memory of the kernel's    |
 * | `ll_unknown`, and calls the table does not have  | ENOSYS                 | what is unknown is refused                     |
 * | `ll_os__exit`, `ll_fatal`                        | always                 | they tell of an end that comes anyway          |
 * | `ll_os_strerror`                                 | always                 | without the words for an error an interpreter ends |
 *
 * Before the guest's own code runs (phase `boot`): the interpreter looks up names, reads its library, and asks for clocks, identity, the
 * terminal and random bytes, whatever the policy says; that it tries to keep bytecode beside its library is no policy's matter either, the
 * world is read-only there and says so itself. Later, reading below the library stays allowed (`runtime`), unless a
 * policy wants to judge that too.
 *
 * NEVER let a policy's allow reach the handler without {@link ceilingDenial} having said null.
 */
import { CALLS, type CallGroup, type CallName } from '../calls.ts';
import type { Denial } from '../verdicts.ts';
import type { CallRequest } from './model.ts';

export interface CeilingDenial {
  readonly denial: Denial;
  readonly why: string;
}

const GROUPS: { readonly [group in CallGroup]?: CeilingDenial } = {
  process: { denial: { raise: 'RuntimeError' }, why: 'A guest can start no other process.' },
  library: { denial: { errno: 'ENOSYS' }, why: 'A guest can load no native code.' },
};

/** Null: left to the policy. */
const CALLS_APART: { readonly [call in CallName]?: CeilingDenial | null } = {
  ll_os_kill: null,
  ll_os_waitpid: null,
  ll_os_alarm: null,
  ll_os_setitimer: null,
  ll_os_getitimer: null,
  ll_os_pause: null,
  ll_mmap: { denial: { errno: 'ENODEV' }, why: 'A virtual file cannot be seen as memory.' },
  ll_unknown: { denial: { errno: 'ENOSYS' }, why: 'The sandbox does not offer this function.' },
};

const NOT_IN_TABLE: CeilingDenial = {
  denial: { errno: 'ENOSYS' },
  why: 'The sandbox does not know this call.',
};

const DENIALS: ReadonlyMap<string, CeilingDenial | null> = new Map(
  CALLS.map(({ name, group }) => [
    name,
    CALLS_APART[name] !== undefined ? CALLS_APART[name] : (GROUPS[group] ?? null),
  ]),
);

/** Every distinct refusal of the ceiling, for the list of rules. */
export const CEILING_DENIALS: readonly CeilingDenial[] = [
  ...new Set([...DENIALS.values(), NOT_IN_TABLE]),
].filter((denial) => denial !== null);

/** Why the platform never performs the call, or null where it leaves the choice to the policy. */
export function ceilingDenial(call: string): CeilingDenial | null {
  const found = DENIALS.get(call);
  return found === undefined ? NOT_IN_TABLE : found;
}

/** Calls that announce what happens anyway: no policy is asked. */
export function isAnnouncement(call: CallName): boolean {
  return call === 'll_os__exit' || call === 'll_fatal';
}

/** Asks for words that every C library has; an interpreter that asks cannot go on without them, and learns nothing by them. */
export function isWording(call: CallName): boolean {
  return call === 'll_os_strerror';
}

/** Where the interpreter's own library lies in the guest's world, unless the controller says otherwise. */
export const RUNTIME_ROOTS: readonly string[] = ['/bin'];

const LOOK_UPS: ReadonlySet<CallName> = new Set<CallName>([
  'll_os_stat',
  'll_os_lstat',
  'll_os_fstat',
  'll_os_access',
  'll_os_readlink',
  'll_os_realpath',
  'll_os_getcwd',
]);

const BOOT_GROUPS: ReadonlySet<CallGroup> = new Set<CallGroup>(['time', 'identity', 'random', 'terminal']);

const GROUP_OF: ReadonlyMap<CallName, CallGroup> = new Map(CALLS.map(({ name, group }) => [name, group]));

const READS: ReadonlySet<CallName> = new Set(
  CALLS.filter(({ group, access }) => (group === 'files' || group === 'io') && access !== 'write').map(
    ({ name }) => name,
  ),
);

/** What reading an open file takes beside reading. */
const HANDLING: ReadonlySet<CallName> = new Set<CallName>(['ll_os_lseek', 'll_os_close', 'll_os_isatty']);

/** Whether the interpreter may do this while it starts, whatever the policy says. */
export function isBoot(request: CallRequest, roots: readonly string[]): boolean {
  if (isRuntimeRead(request, roots) || LOOK_UPS.has(request.call)) return true;
  if (isBytecode(request, roots)) return true;
  const group = GROUP_OF.get(request.call);
  return group !== undefined && (BOOT_GROUPS.has(group) || (group === 'io' && request.access === 'none'));
}

/** Whether the call only looks at the interpreter's own library. */
export function isRuntimeRead(request: CallRequest, roots: readonly string[]): boolean {
  const { path } = request;
  if (path === undefined || request.newpath !== undefined) return false;
  if (request.access === 'read' ? !READS.has(request.call) : !HANDLING.has(request.call)) return false;
  return isInRuntime(path, roots);
}

/** Whether a path lies in one of these places; by default in the interpreter's own library. */
export function isInRuntime(path: string, roots: readonly string[] = RUNTIME_ROOTS): boolean {
  for (const root of roots) {
    if (path.startsWith(root) && (path.length === root.length || path.charCodeAt(root.length) === 47))
      return true;
  }
  return false;
}

/** Whether the call is the interpreter's attempt to keep what it compiled of its library. */
function isBytecode({ call, path }: CallRequest, roots: readonly string[]): boolean {
  if ((call !== 'll_os_open' && call !== 'll_os_mkdir') || path === undefined) return false;
  return /\/__pycache__(\/[^/]*)?$/.test(path) && isInRuntime(path, roots);
}
