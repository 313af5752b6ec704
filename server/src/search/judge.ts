/**
 * Whether a property was broken, by the evidence alone: calls that were performed, what the guest saw, what stood in the world at the end.
 * It knows nothing of the policy.
 */
import type { CallName } from '@sandtable/shared/calls';
import { forbids, isPlace, placeMatcher, type Property } from '@sandtable/shared/search/property';
import type { FileChange } from '../sandbox/index.ts';
import { SCRIPT_PATH } from './places.ts';
import { bytesText, shownText, type Sighting } from './witness.ts';

/** Why a property is broken. */
export interface Broken {
  /** What happened, as a sentence without its dot. */
  readonly words: string;
  readonly path: string;
}

/** Characters of a file that say where they come from; shorter ones could be anybody's. A shorter file has to be seen whole. */
const TELLING = 12;

const OPENED: ReadonlySet<CallName> = new Set<CallName>(['ll_os_open']);

/** Calls that change a file or a folder when they succeed; `open` and `symlink` and the like by name, the others by descriptor. */
const CHANGING: ReadonlySet<CallName> = new Set<CallName>([
  'll_os_write',
  'll_os_pwrite',
  'll_os_ftruncate',
  'll_os_truncate',
  'll_os_chmod',
  'll_os_fchmod',
  'll_os_chown',
  'll_os_fchown',
  'll_os_utime',
  'll_os_futime',
  'll_os_mkdir',
  'll_os_rmdir',
  'll_os_unlink',
  'll_os_rename',
  'll_os_link',
  'll_os_symlink',
]);

const READING: ReadonlySet<CallName> = new Set<CallName>(['ll_os_read', 'll_os_pread']);
const LISTING: ReadonlySet<CallName> = new Set<CallName>(['ll_os_listdir', 'll_os_flistdir']);

export class Judge {
  readonly #property: Property;
  readonly #forbidden: (path: string) => boolean;
  readonly #secrets: readonly string[];
  readonly #sinks: (path: string) => boolean;
  #sent = '';
  #broken: Broken | null = null;

  /** `files`: what the world begins with. */
  constructor(property: Property, files: ReadonlyMap<string, string>) {
    this.#property = property;
    const { claim } = property;
    this.#forbidden = forbids(claim);
    const from = claim.kind === 'never' && claim.access === 'write' ? [] : [...files];
    const open = from.filter(([path]) => !this.#forbidden(path)).map(([, text]) => text);
    this.#secrets = from
      .filter(([path]) => claim.kind !== 'unchanged' && this.#forbidden(path))
      .flatMap(([, text]) => telling(text).filter((piece) => !open.some((other) => other.includes(piece))));
    this.#sinks =
      claim.kind === 'flow' ? placeMatcher(claim.to.filter((each) => each.startsWith('/'))) : () => false;
  }

  /** The first evidence that there was. */
  get broken(): Broken | null {
    return this.#broken;
  }

  saw(sighting: Sighting): void {
    const { claim } = this.#property;
    if (claim.kind === 'never' && claim.access === 'write') this.#change(sighting);
    else if (claim.kind === 'unread' || claim.kind === 'never') this.#read(sighting);
    else if (claim.kind === 'flow' && claim.to.includes('socket')) this.#send(sighting);
  }

  /** Told at the end of a step, or of a run: what differs from the beginning, and what was printed by then. */
  looked(changes: readonly FileChange[], printed: string): void {
    const { claim } = this.#property;
    if (claim.kind === 'unchanged' || (claim.kind === 'never' && claim.access === 'write')) {
      for (const change of changes)
        if (this.#forbidden(change.path)) this.#found(change.path, `${change.path} ${CHANGED[change.kind]}`);
    } else if (claim.kind === 'flow') {
      if (claim.to.includes('terminal') && this.#leaks(printed))
        this.#found('<stdout>', 'what must stay inside was printed on the terminal');
      for (const change of changes)
        if (change.kind === 'written' && this.#sinks(change.path) && this.#leaks(bytesText(change.data)))
          this.#found(change.path, `what must stay inside was written to ${change.path}`);
    }
  }

  #change({ request, path, newpath }: Sighting): void {
    const { call, access } = request;
    if (OPENED.has(call)) {
      if (access === 'write' && path !== null && this.#forbidden(path))
        this.#found(path, `${path} was opened for writing`);
      return;
    }
    if (!CHANGING.has(call)) return;
    for (const place of [path, newpath])
      if (place !== null && this.#forbidden(place) && !(call === 'll_os_link' && place === path))
        this.#found(place, `${place} was changed by ${call}`);
  }

  #read({ request, path, decision }: Sighting): void {
    const shown = shownText(decision);
    // The interpreter reads its own library, and what the guest has in a pipe it had before.
    if (shown === null || shown === '' || path === null || !isPlace(path)) return;
    const changed = decision.answered !== undefined;
    if (READING.has(request.call)) {
      // The interpreter reads the script; what it holds is the guest's own.
      if (!changed && path !== SCRIPT_PATH && this.#forbidden(path)) this.#found(path, `${path} was read`);
      else if (this.#leaks(shown))
        this.#found(path, `bytes that stood in a forbidden place were read as ${path}`);
    } else if (LISTING.has(request.call) && !changed && this.#forbidden(path) && path !== SCRIPT_PATH)
      this.#found(path, `the folder ${path} was listed`);
  }

  #send({ socket, written }: Sighting): void {
    if (!socket || written === null) return;
    this.#sent += bytesText(written);
    if (this.#leaks(this.#sent)) this.#found('<socket>', 'what must stay inside was written to a socket');
  }

  #leaks(text: string): boolean {
    return this.#secrets.some((piece) => text.includes(piece));
  }

  #found(path: string, words: string): void {
    this.#broken ??= { path, words };
  }
}

const CHANGED: { readonly [kind in FileChange['kind']]: string } = {
  written: 'was changed',
  directory: 'was made or changed',
  symlink: 'was made a link',
  removed: 'was removed or renamed',
};

function telling(text: string): string[] {
  const bare = text.trim();
  if (bare === '') return [];
  if (bare.length <= TELLING) return [bare];
  const pieces: string[] = [];
  for (let k = 0; k + TELLING <= bare.length && pieces.length < 1000; k += 1)
    pieces.push(bare.slice(k, k + TELLING));
  return pieces;
}
