/** Which files a run read, wrote or was denied, each told once. */
import type { CallName } from '@sandtable/shared/calls';
import { TOUCH_PATH_LIMIT, type TouchEvent } from '@sandtable/shared/events';
import type { CallRequest, Decision } from '@sandtable/shared/policy/model';

export type Touch = Pick<TouchEvent, 'path' | 'how' | 'pathLength'>;

/** More paths than this are not told one by one; the rows of the trace have them all. */
const MAX_TOUCHES = 5000;

/** Calls that read or change what is in a file or directory; looking up a name is neither. */
const TOUCHING: ReadonlySet<CallName> = new Set<CallName>([
  'll_os_open',
  'll_os_listdir',
  'll_os_flistdir',
  'll_os_mkdir',
  'll_os_rmdir',
  'll_os_unlink',
  'll_os_rename',
  'll_os_link',
  'll_os_symlink',
  'll_os_chmod',
  'll_os_chown',
  'll_os_truncate',
  'll_os_utime',
  'll_os_fchmod',
  'll_os_fchown',
  'll_os_ftruncate',
  'll_os_futime',
]);

/** The interpreter's own files are nobody's news. */
const QUIET = /^\/(bin|dev|proc)(\/|$)/;

export class Touches {
  readonly #known = new Set<string>();
  readonly #tell: (touch: Touch) => void;

  constructor(tell: (touch: Touch) => void) {
    this.#tell = tell;
  }

  call(request: CallRequest, decision: Decision): void {
    const { path, newpath } = decision.performed ?? request;
    if (path === undefined) return;
    const how = howOf(request, decision);
    if (how === null) return;
    this.#one(path, how);
    if (newpath !== undefined) this.#one(newpath, how);
  }

  #one(path: string, how: TouchEvent['how']): void {
    if (!path.startsWith('/') || (how !== 'denied' && QUIET.test(path))) return;
    if (this.#known.size >= MAX_TOUCHES) return;
    const cut = path.length > TOUCH_PATH_LIMIT;
    // A name that is refused can be of any length. Buffers, because a part of a long string keeps the whole one in memory.
    const told = cut ? Buffer.from(path.slice(0, TOUCH_PATH_LIMIT), 'utf16le').toString('utf16le') : path;
    const key = cut ? `${how} ${String(path.length)} ${told}` : `${how} ${told}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#tell(cut ? { path: told, pathLength: path.length, how } : { path: told, how });
  }
}

function howOf(request: CallRequest, decision: Decision): TouchEvent['how'] | null {
  if (decision.verdict.kind === 'deny') return 'denied';
  if (!decision.seen.ok || !TOUCHING.has(request.call)) return null;
  return request.access === 'write' ? 'written' : 'read';
}
