/**
 * What a trace says about the guest's world: which descriptors are open and which files are there, at any row.
 *
 * One pass over the events in the order of `seq`; the result is what can be known from the rows alone. Sizes and places in a
 * file are null where no row told them. A call that the policy denied or answered itself moved nothing, whatever its row says
 * the guest saw (`doneCall.ts`). NEVER guess: a number that stands here was in the trace.
 */
import { answerOf, intIn, newpathIn, NOT_DONE, pathIn, text } from './doneCall.ts';
import type { CallEvent, RunEvent } from './events.ts';
import type { CallArgs, PlainValue } from './policy/model.ts';

/** Files told of; a run that makes more is shown by the first ones and a count. A snapshot with so many is some 200 KB. */
export const TRAIL_FILES_KEPT = 2_000;

/** Descriptors told of: the platform's own limit is lower; an imported trace may claim anything. */
export const TRAIL_DESCRIPTORS_KEPT = 1_024;

const O_ACCMODE = 3;
const O_CREAT = 0o100;
const O_EXCL = 0o200;
const O_TRUNC = 0o1000;
const O_APPEND = 0o2000;
const O_DIRECTORY = 0o200000;
const F_DUPFD = 0;
const F_DUPFD_CLOEXEC = 1030;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;

export type DescriptorKind =
  'file' | 'directory' | 'terminal' | 'device' | 'pipe' | 'socket' | 'epoll' | 'unknown';

/** What a descriptor stands for. Duplicates share one, and with it the place in the file. */
export interface OpenThing {
  readonly kind: DescriptorKind;
  /** Path, or a word such as `<stdout>`. */
  label: string;
  /** As given to open. */
  readonly flags: number | null;
  /** Bytes from the start; null where the trace does not tell, or there is no such place. */
  offset: number | null;
  /** Number of the row that made it; null for the three that a guest begins with. */
  readonly row: number | null;
}

export interface TrailFile {
  kind: 'file' | 'directory' | 'symlink';
  size: number | null;
  /** It was there when the guest began. */
  start: boolean;
  /** Number of the last row that changed it. */
  changed: number | null;
  target?: string;
  /** Newest event at which its bytes were known whole, and its name then: from there they can be followed. */
  base: { readonly seq: number; readonly path: string } | null;
  /** Whether anything changed its bytes since then. */
  changedSince: boolean;
}

/** A trail at rest: plain JSON. Things and files are named by their place in the lists, so that sharing survives. */
export interface SavedTrail {
  readonly things: readonly OpenThing[];
  readonly descriptors: readonly (readonly [fd: number, thing: number])[];
  readonly files: readonly TrailFile[];
  readonly paths: readonly (readonly [path: string, file: number])[];
  readonly removed: readonly (readonly [path: string, row: number])[];
  readonly more: number;
  readonly row: number;
}

/** What a row did to the bytes of a file, for whoever follows one. `offset` null: nobody knows where. */
export type ByteEvent =
  | {
      readonly kind: 'write' | 'read';
      readonly path: string;
      readonly offset: number | null;
      /** As far as the row has it; `count` bytes were moved. */
      readonly data: string;
      readonly count: number;
    }
  | { readonly kind: 'resize'; readonly path: string; readonly size: number }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string }
  | {
      readonly kind: 'content';
      readonly path: string;
      readonly size: number;
      readonly data: string;
      readonly cut: boolean;
    };

/** Interpreter and devices: nobody's files. */
const PLATFORM = /^\/(bin|dev|proc)(\/|$)/;

export class WorldTrail {
  readonly descriptors = new Map<number, OpenThing>();
  readonly files = new Map<string, TrailFile>();
  /** Paths that were there and are not any more, with the row that removed them. */
  readonly removed = new Map<string, number>();
  /** Files that were not kept. */
  more = 0;
  /** Number of the newest row taken in, -1 before the first. */
  row = -1;
  onBytes: ((event: ByteEvent) => void) | null = null;

  constructor() {
    for (const [fd, label] of ['<stdin>', '<stdout>', '<stderr>'].entries())
      this.descriptors.set(fd, { kind: 'terminal', label, flags: null, offset: null, row: null });
  }

  static from(saved: SavedTrail): WorldTrail {
    const trail = new WorldTrail();
    trail.descriptors.clear();
    const things = saved.things.map((thing) => ({ ...thing }));
    const files = saved.files.map((file) => ({ ...file }));
    for (const [fd, at] of saved.descriptors) trail.descriptors.set(fd, things[at]!);
    for (const [path, at] of saved.paths) trail.files.set(path, files[at]!);
    for (const [path, row] of saved.removed) trail.removed.set(path, row);
    trail.more = saved.more;
    trail.row = saved.row;
    return trail;
  }

  save(): SavedTrail {
    const things = [...new Set(this.descriptors.values())];
    const files = [...new Set(this.files.values())];
    const thingAt = new Map(things.map((thing, at) => [thing, at]));
    const fileAt = new Map(files.map((file, at) => [file, at]));
    return {
      things: things.map((thing) => ({ ...thing })),
      descriptors: [...this.descriptors].map(([fd, thing]) => [fd, thingAt.get(thing)!] as const),
      files: files.map((file) => ({ ...file })),
      paths: [...this.files].map(([path, file]) => [path, fileAt.get(file)!] as const),
      removed: [...this.removed],
      more: this.more,
      row: this.row,
    };
  }

  /** Takes the next event in. */
  add(event: RunEvent): void {
    if (event.type === 'call') this.#call(event);
    else if (event.type === 'content') {
      const file = this.#know(event.path, 'file');
      if (file !== null) {
        file.size = event.size;
        if (this.row < 0) file.start = true;
        if (event.data !== undefined) {
          file.base = { seq: event.seq, path: event.path };
          file.changedSince = false;
        }
      }
      this.onBytes?.({
        kind: 'content',
        path: event.path,
        size: event.size,
        data: event.data ?? '',
        cut: event.cut === true || event.data === undefined,
      });
    } else if (event.type === 'file' && event.change === 'write' && event.size !== undefined) {
      const file = this.files.get(event.path);
      if (file?.kind === 'file') file.size = event.size;
    }
  }

  #call(row: CallEvent): void {
    this.row = row.n;
    const answer = answerOf(row);
    if (answer === NOT_DONE) return;
    const args = row.performed ?? row.args;
    switch (row.call) {
      case 'll_os_open':
        this.#open(row, args, answer);
        return;
      case 'll_os_close':
        this.descriptors.delete(intIn(args, 'fd'));
        return;
      case 'll_os_dup':
        this.#duplicate(intIn(args, 'fd'), answer);
        return;
      case 'll_os_dup2':
        this.#duplicate(intIn(args, 'fd'), typeof answer === 'number' ? answer : intIn(args, 'fd2'));
        return;
      case 'll_os_fcntl':
        if (args['command'] === F_DUPFD || args['command'] === F_DUPFD_CLOEXEC)
          this.#duplicate(intIn(args, 'fd'), answer);
        return;
      case 'll_os_pipe':
        this.#pair(row, answer, 'pipe', ['<pipe: read end>', '<pipe: write end>']);
        return;
      case 'll_socket_socketpair':
        this.#pair(row, answer, 'socket', ['<socket pair>', '<socket pair>']);
        return;
      case 'll_socket_socket':
      case 'll_socket_accept':
        this.#made(row, answer, 'socket', '<socket>');
        return;
      case 'll_os_epoll_create':
        this.#made(row, answer, 'epoll', '<epoll>');
        return;
      case 'll_os_lseek': {
        const thing = this.descriptors.get(intIn(args, 'fd'));
        if (thing !== undefined && typeof answer === 'number') thing.offset = answer;
        return;
      }
      case 'll_os_read':
      case 'll_os_pread':
        this.#read(row, args, answer);
        return;
      case 'll_os_write':
      case 'll_os_pwrite':
        this.#write(row, args);
        return;
      case 'll_os_stat':
      case 'll_os_lstat':
      case 'll_os_fstat':
        this.#stat(row, answer);
        return;
      case 'll_os_truncate':
      case 'll_os_ftruncate':
        this.#resize(row, intIn(args, 'length'));
        return;
      case 'll_os_mkdir':
        this.#make(row, pathIn(row), 'directory');
        return;
      case 'll_os_symlink': {
        const file = this.#make(row, pathIn(row), 'symlink');
        if (file !== null && typeof args['target'] === 'string') file.target = args['target'];
        return;
      }
      case 'll_os_link': {
        const from = this.files.get(pathIn(row) ?? '');
        const to = newpathIn(row);
        if (from !== undefined && to !== null && this.#room(to)) this.files.set(to, from);
        return;
      }
      case 'll_os_unlink':
      case 'll_os_rmdir':
        this.#remove(row, pathIn(row));
        return;
      case 'll_os_rename':
        this.#rename(row, pathIn(row), newpathIn(row));
        return;
      default:
    }
  }

  #open(row: CallEvent, args: CallArgs, answer: PlainValue): void {
    if (typeof answer !== 'number') return;
    const path = pathIn(row) ?? '?';
    const flags = intIn(args, 'flags');
    const known = this.files.get(path);
    const directory = (flags & O_DIRECTORY) !== 0 || known?.kind === 'directory';
    this.#put(answer, {
      kind: path.startsWith('/dev/') ? 'device' : directory ? 'directory' : 'file',
      label: path,
      flags,
      offset: directory ? null : 0,
      row: row.n,
    });
    if (directory || PLATFORM.test(path)) return;
    const emptied = (flags & O_TRUNC) !== 0 && (flags & O_ACCMODE) !== 0;
    const fresh = emptied || ((flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0);
    const wasThere = known !== undefined;
    const file = this.#know(path, 'file');
    if (file === null) return;
    if (emptied || (!wasThere && (flags & O_CREAT) !== 0)) file.changed = row.n;
    if (fresh) this.#sized(file, path, 0, row.seq);
  }

  #read(row: CallEvent, args: CallArgs, answer: PlainValue): void {
    const thing = this.descriptors.get(intIn(args, 'fd'));
    const count = row.bytes ?? 0;
    if (thing === undefined || thing.kind !== 'file') return;
    const at = row.call === 'll_os_pread' ? intIn(args, 'offset') : thing.offset;
    if (row.call === 'll_os_read' && thing.offset !== null) thing.offset += count;
    if (this.onBytes === null || typeof answer !== 'string' || count === 0) return;
    this.onBytes({ kind: 'read', path: pathIn(row) ?? thing.label, offset: at, data: answer, count });
  }

  #write(row: CallEvent, args: CallArgs): void {
    const thing = this.descriptors.get(intIn(args, 'fd'));
    const path = pathIn(row) ?? thing?.label;
    if (path === undefined || !path.startsWith('/') || PLATFORM.test(path)) return;
    const count = row.bytes ?? 0;
    const file = this.#know(path, 'file');
    const appends = ((thing?.flags ?? 0) & O_APPEND) !== 0;
    const at = appends
      ? (file?.size ?? null)
      : row.call === 'll_os_pwrite'
        ? intIn(args, 'offset')
        : (thing?.offset ?? null);
    if (row.call === 'll_os_write' && thing !== undefined) thing.offset = at === null ? null : at + count;
    if (file !== null) {
      file.changed = row.n;
      file.changedSince = true;
      if (at !== null && count > 0) file.size = file.size === null ? null : Math.max(file.size, at + count);
      else if (count > 0) file.size = null;
    }
    this.onBytes?.({ kind: 'write', path, offset: at, data: text(args['data']) ?? '', count });
  }

  #stat(row: CallEvent, answer: PlainValue): void {
    if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return;
    const { mode, size } = answer as { readonly [name: string]: PlainValue };
    const path = pathIn(row);
    if (path === null || !path.startsWith('/') || PLATFORM.test(path) || typeof mode !== 'number') return;
    const kind = (mode & S_IFMT) === S_IFDIR ? 'directory' : (mode & S_IFMT) === S_IFREG ? 'file' : null;
    if ((mode & S_IFMT) === S_IFLNK) this.#know(path, 'symlink');
    if (kind === null || path === '/') return;
    const file = this.#know(path, kind);
    if (file?.kind === 'file' && typeof size === 'number' && file.size !== size)
      this.#sized(file, path, size, row.seq);
  }

  /** A size that the trace tells; nothing is in an empty file, so its bytes are known. */
  #sized(file: TrailFile, path: string, size: number, seq: number): void {
    file.size = size;
    if (size === 0) file.base = { seq, path };
    file.changedSince = size !== 0;
    this.onBytes?.({ kind: 'resize', path, size });
  }

  #resize(row: CallEvent, size: number): void {
    const path = pathIn(row);
    if (path === null || !path.startsWith('/')) return;
    const file = this.#know(path, 'file');
    if (file === null) return;
    file.changed = row.n;
    this.#sized(file, path, size, row.seq);
  }

  #make(row: CallEvent, path: string | null, kind: TrailFile['kind']): TrailFile | null {
    const file = path === null ? null : this.#know(path, kind);
    if (file !== null) file.changed = row.n;
    return file;
  }

  #remove(row: CallEvent, path: string | null): void {
    if (path === null) return;
    if (this.files.get(path)?.start !== false || this.removed.has(path)) this.#goneAt(path, row.n);
    this.files.delete(path);
    this.onBytes?.({ kind: 'remove', path });
  }

  #goneAt(path: string, row: number): void {
    if (this.removed.has(path) || this.removed.size < TRAIL_FILES_KEPT) this.removed.set(path, row);
  }

  #rename(row: CallEvent, from: string | null, to: string | null): void {
    if (from === null || to === null || from === to) return;
    const below = `${from}/`;
    const moved = (path: string): string | null =>
      path === from ? to : path.startsWith(below) ? to + path.slice(from.length) : null;
    for (const [path, file] of [...this.files]) {
      const next = moved(path);
      if (next === null) continue;
      this.files.delete(path);
      if (file.start) this.#goneAt(path, row.n);
      file.start = false;
      file.changed = row.n;
      this.files.set(next, file);
      this.removed.delete(next);
    }
    for (const thing of this.descriptors.values()) thing.label = moved(thing.label) ?? thing.label;
    this.onBytes?.({ kind: 'rename', path: from, to });
  }

  /** The entry of a path that is there, made where it is new; null beyond {@link TRAIL_FILES_KEPT}. */
  #know(path: string, kind: TrailFile['kind']): TrailFile | null {
    const known = this.files.get(path);
    if (known !== undefined) {
      known.kind = kind;
      return known;
    }
    if (!this.#room(path)) return null;
    const file: TrailFile = {
      kind,
      size: null,
      start: false,
      changed: null,
      base: null,
      changedSince: false,
    };
    this.files.set(path, file);
    this.removed.delete(path);
    return file;
  }

  #room(path: string): boolean {
    if (this.files.has(path) || this.files.size < TRAIL_FILES_KEPT) return true;
    this.more += 1;
    return false;
  }

  #put(fd: number, thing: OpenThing): void {
    if (this.descriptors.has(fd) || this.descriptors.size < TRAIL_DESCRIPTORS_KEPT)
      this.descriptors.set(fd, thing);
  }

  #made(row: CallEvent, answer: PlainValue, kind: DescriptorKind, label: string): void {
    if (typeof answer === 'number') this.#put(answer, { kind, label, flags: null, offset: null, row: row.n });
  }

  #pair(row: CallEvent, answer: PlainValue, kind: DescriptorKind, labels: readonly [string, string]): void {
    if (!Array.isArray(answer)) return;
    for (const [at, label] of labels.entries())
      this.#made(row, (answer as readonly PlainValue[])[at] ?? null, kind, label);
  }

  #duplicate(fd: number, to: PlainValue): void {
    const thing = this.descriptors.get(fd);
    if (thing !== undefined && typeof to === 'number') this.#put(to, thing);
  }
}
