/**
 * From a call asked to the request that is judged: where it really acts, and whether it looks or changes.
 *
 * NEVER let what is performed differ from what this said: a path is resolved here exactly as its handler will resolve it, and
 * arguments that a policy made up are checked here before any handler sees them.
 */
import { posix } from 'node:path';
import { accessOf } from '@sandtable/shared/callAccess';
import { callSpec, type CallName, type CallSpec } from '@sandtable/shared/calls';
import { FITS_KIND, isWhole } from '@sandtable/shared/policy/argumentKinds';
import type { CallArgs, CallRequest, PlainValue } from '@sandtable/shared/policy/model';
import { parseAddress } from './net/socketAddress.ts';
import { guestPath } from './paths.ts';
import {
  AT_FDCWD,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  dirFd,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  virtualFd,
  type DirFd,
  type GuestFiles,
  type OpenDescription,
} from './vfs/index.ts';

/** Calls that act on the link itself where the last component is one; the others follow it, some as their flags say. */
const NO_FOLLOW: ReadonlySet<CallName> = new Set<CallName>([
  'll_os_lstat',
  'll_os_readlink',
  'll_os_mkdir',
  'll_os_rmdir',
  'll_os_unlink',
  'll_os_rename',
  'll_os_symlink',
]);

/** Characters of the longest path that can name anything (PATH_MAX of Linux). */
const MAX_PATH = 4096;

interface Shape {
  readonly spec: CallSpec;
  readonly hasPath: boolean;
  readonly hasNewpath: boolean;
  readonly hasAddress: boolean;
  /** Name of the argument that is a descriptor whose file the call is about. */
  readonly fd: string | null;
}

const SHAPES = new Map<CallName, Shape>();

function shapeOf(call: CallName): Shape {
  let shape = SHAPES.get(call);
  if (shape === undefined) {
    const spec = callSpec(call)!;
    const has = (name: string): boolean => spec.args.some((arg) => arg.name === name);
    shape = {
      spec,
      hasPath: has('path'),
      hasNewpath: has('newpath'),
      hasAddress: has('address'),
      fd: has('epfd') ? 'epfd' : has('fd') ? 'fd' : null,
    };
    SHAPES.set(call, shape);
  }
  return shape;
}

function flagsOf(args: CallArgs): number {
  const flags = args['flags'];
  return typeof flags === 'number' ? flags : 0;
}

function follows(call: CallName, args: CallArgs): boolean {
  if (call === 'll_os_open') {
    const flags = flagsOf(args);
    return (flags & O_NOFOLLOW) === 0 && (flags & (O_CREAT | O_EXCL)) !== (O_CREAT | O_EXCL);
  }
  if (call === 'll_os_link') return (flagsOf(args) & AT_SYMLINK_FOLLOW) !== 0;
  return !NO_FOLLOW.has(call) && (flagsOf(args) & AT_SYMLINK_NOFOLLOW) === 0;
}

/** A request about a descriptor knows what that was when it was made. It is performed on that, whatever its number means by then. */
export interface AimedRequest extends CallRequest {
  /** Name of the argument that is the descriptor. */
  readonly fd?: string;
  /** Undefined where the number meant nothing. */
  readonly target?: OpenDescription | undefined;
}

/** Resolves requests in the world of one guest. */
export class RequestResolver {
  readonly #files: GuestFiles;

  constructor(files: GuestFiles) {
    this.#files = files;
  }

  /** `before`: the request that these arguments change. Never throws; arguments of the wrong type give a request that `argumentsFit` refuses. */
  readonly resolve = (call: CallName, args: CallArgs, before?: CallRequest): AimedRequest => {
    const shape = shapeOf(call);
    const access = accessOf(call, args);
    if (call === 'll_dlopen' && typeof args['path'] === 'string' && !args['path'].includes('/')) {
      // The name of a library, not of a file.
      return { call, args, path: args['path'], access };
    }
    if (shape.hasPath) {
      const path = this.#locate(args['path'], follows(call, args), args['dirfd']);
      if (shape.hasNewpath)
        return { call, args, path, newpath: this.#locate(args['newpath'], false, args['newdirfd']), access };
      return { call, args, path, access };
    }
    const place = shape.hasAddress ? this.#place(call, args['address']) : undefined;
    if (shape.fd !== null) {
      const number = args[shape.fd];
      const same = before !== undefined && before.args[shape.fd] === number;
      const target = same
        ? (before as AimedRequest).target
        : typeof number === 'number'
          ? this.#files.description(virtualFd(number))
          : undefined;
      const aim = { fd: shape.fd, target } as const;
      return target === undefined
        ? { call, args, ...(place === undefined ? {} : { path: place }), access, ...aim }
        : { call, args, path: place ?? labelOf(target), access, ...aim };
    }
    return { call, args, access };
  };

  /**
   * Where a call goes that names an address: the place of an AF_UNIX name among the guest's files, else the address in angle brackets.
   * Undefined where none is given.
   */
  #place(call: CallName, value: PlainValue | undefined): string | undefined {
    if (typeof value !== 'string' || value === '') return undefined;
    const address = parseAddress(value);
    if (address?.family !== 'unix') return `<${value}>`;
    if (address.kind === 'path') return this.#locate(address.name, call !== 'll_socket_bind', undefined);
    return address.kind === 'abstract' ? `<@${address.name}>` : '<unix>';
  }

  #locate(value: PlainValue | undefined, follow: boolean, dirfd: PlainValue | undefined): string {
    if (typeof value !== 'string') return '';
    const path = guestPath(value);
    const from: DirFd = typeof dirfd === 'number' ? dirFd(dirfd) : AT_FDCWD;
    const located = this.#files.locate(path, follow, from);
    return located.ok ? located.value.path : this.#spelled(path, from);
  }

  /**
   * The place that a name means by its spelling, where there is none in the world: the call is going to fail. Of a name that is
   * too long for any place only the beginning is looked at: taking out `..` takes time that grows with the square of the length.
   */
  #spelled(path: string, from: DirFd): string {
    if (path.length > MAX_PATH) return `${this.#spelled(path.slice(0, MAX_PATH), from)}…`;
    if (path.startsWith('/')) return posix.normalize(path);
    const base = from === AT_FDCWD ? this.#files.getcwd() : null;
    const start =
      base === null ? this.#files.label(from as ReturnType<typeof virtualFd>) : base.ok ? base.value : null;
    return posix.normalize(`${start?.startsWith('/') === true ? start : '/'}/${path}`);
  }
}

function labelOf(description: OpenDescription): string {
  if (description.kind === 'pipe') return '<pipe>';
  if (description.kind === 'stream') return '<socket>';
  return description.label() ?? '<deleted>';
}

/** Whether arguments that a policy changed still have the types of the call; handlers rely on it. */
export function argumentsFit(call: CallName, args: CallArgs): boolean {
  for (const { name, kind } of shapeOf(call).spec.args) {
    const value = args[name];
    if (value === undefined || !FITS_KIND[kind](value)) return false;
  }
  for (const extra of ['dirfd', 'newdirfd', 'flags', 'value']) {
    const value = args[extra];
    if (value !== undefined && !isWhole(value)) return false;
  }
  return true;
}
