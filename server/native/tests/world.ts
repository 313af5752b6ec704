/**
 * A small virtual world for the host's tests: a few files in /tmp, the standard library, a terminal, sleep. It judges
 * nothing; the real one is the controller's.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { normalize } from 'node:path/posix';
import { startGuest } from './guest.ts';
import type { Answer, Argument, Ended, Guest, Handler, Request, StartOptions } from './guest.ts';

const EPERM = 1, ENOENT = 2, EINTR = 4, EBADF = 9, EACCES = 13, ENOTDIR = 20, EISDIR = 21, EINVAL = 22, ENOTTY = 25, ESPIPE = 29, EROFS = 30, ENOSYS = 38;
const S_IFDIR = 0o40000, S_IFREG = 0o100000, S_IFCHR = 0o20000;
const O_CREAT = 0o100, O_TRUNC = 0o1000, O_WRONLY_OR_RDWR = 3;
const F_DUPFD = 0, F_GETFD = 1, F_DUPFD_CLOEXEC = 1030;
const DT_DIR = 4, DT_REG = 8;

const GUEST_PID = 42;

/** Where the guest sees the installed standard library, and where it is. */
export const GUEST_STDLIB = '/bin/lib/pypy3.9';
const REAL_STDLIB = '/usr/lib/pypy3.9';

interface Node {
  readonly path: string;
  readonly ino: number;
  readonly dir: boolean;
  readonly mtime: number;
  data: Buffer | null;
}

interface OpenFile {
  readonly node: Node;
  at: number;
}

export interface WorldOptions extends StartOptions {
  readonly files?: Readonly<Record<string, string>>;
  /** Text at the terminal, or null for a terminal where nobody types. */
  readonly stdin?: string | null;
  readonly tty?: boolean;
  /** Sees every request first; an answer replaces the world's. */
  readonly before?: (request: Request, reply: (answer: Answer) => void) => Answer | 'wait' | undefined;
}

export interface World {
  readonly guest: Guest;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly calls: Map<string, number>;
  readonly threads: Set<number>;
  readonly denied: string[];
  readonly fatal: string[];
  /** Status of the last `@exit`, if one came. */
  readonly exitStatus: () => number | undefined;
  readonly interrupt: () => void;
  readonly run: () => Promise<Ended>;
}

const fail = (errno: number): Answer => ({ ret: -1, errno });
const ok = (ret: number, ...outs: Buffer[]): Answer => ({ ret, outs });

function statBytes(mode: number, ino: number, size: number, mtime: number): Buffer {
  const bytes = Buffer.alloc(144);
  bytes.writeBigUInt64LE(1n, 0);
  bytes.writeBigUInt64LE(BigInt(ino), 8);
  bytes.writeBigUInt64LE(1n, 16);
  bytes.writeUInt32LE(mode, 24);
  bytes.writeUInt32LE(1000, 28);
  bytes.writeUInt32LE(1000, 32);
  bytes.writeBigInt64LE(BigInt(size), 48);
  bytes.writeBigInt64LE(4096n, 56);
  bytes.writeBigInt64LE(BigInt(mtime), 88);
  return bytes;
}

/** Starts PyPy in a new world; `run` waits for its end. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const nodes = new Map<string, Node | null>();
  const fds = new Map<number, OpenFile>();
  const output = { 1: [] as Buffer[], 2: [] as Buffer[] };
  const calls = new Map<string, number>();
  const threads = new Set<number>();
  const denied: string[] = [];
  const fatal: string[] = [];
  const waiting = new Map<number, { reply: (answer: Answer) => void; timer: NodeJS.Timeout | undefined }>();
  let typed = options.stdin === null ? null : Buffer.from(options.stdin ?? '');
  let exitStatus: number | undefined;
  let nextInode = 100;

  const add = (path: string, data: Buffer | null, mtime = 0): Node => {
    const node: Node = { path, ino: nextInode++, dir: data === null, mtime, data };
    nodes.set(path, node);
    return node;
  };
  for (const path of ['/', '/bin', '/bin/lib', '/dev', '/tmp']) add(path, null);
  add('/bin/pypy3', Buffer.from('#!'));
  add('/dev/tty', Buffer.alloc(0));
  add('/dev/urandom', Buffer.alloc(65536, 7));
  for (const [path, text] of Object.entries(options.files ?? {})) add(path, Buffer.from(text));

  const resolve = (path: string): string => normalize(path.startsWith('/') ? path : `/tmp/${path}`).replace(/(.)\/$/, '$1');
  const real = (path: string): string | undefined =>
    path === GUEST_STDLIB || path.startsWith(`${GUEST_STDLIB}/`) ? REAL_STDLIB + path.slice(GUEST_STDLIB.length) : undefined;

  function look(path: string): Node | null {
    const known = nodes.get(path);
    if (known !== undefined) return known;
    const file = real(path);
    const status = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
    if (file === undefined || status === undefined) {
      if (file !== undefined) nodes.set(path, null);
      return null;
    }
    // Compiled files are taken only where they name the time of their source.
    return add(path, status.isDirectory() ? null : readFileSync(file), Math.floor(status.mtimeMs / 1000));
  }

  function list(path: string): Answer {
    const node = look(path);
    if (node === null) return fail(ENOENT);
    if (!node.dir) return fail(ENOTDIR);
    const entries = new Map<string, boolean>();
    const file = real(path);
    if (file !== undefined) for (const entry of readdirSync(file, { withFileTypes: true })) entries.set(entry.name, entry.isDirectory());
    const prefix = path === '/' ? '/' : `${path}/`;
    for (const [name, child] of nodes) {
      if (child !== null && name.startsWith(prefix) && name.length > prefix.length && !name.slice(prefix.length).includes('/'))
        entries.set(name.slice(prefix.length), child.dir);
    }
    const records = [...entries].map(([name, dir]) => {
      const head = Buffer.alloc(9);
      head.writeBigUInt64LE(7n);
      head[8] = dir ? DT_DIR : DT_REG;
      return Buffer.concat([head, Buffer.from(`${name}\0`)]);
    });
    const bytes = Buffer.concat(records);
    return ok(bytes.length, bytes);
  }

  function open(path: string, flags: number): Answer {
    let node = look(path);
    if (node === null) {
      if ((flags & O_CREAT) === 0 || !path.startsWith('/tmp/')) return fail(ENOENT);
      node = add(path, Buffer.alloc(0));
    }
    if ((flags & O_WRONLY_OR_RDWR) !== 0 && !path.startsWith('/tmp/')) return fail(EROFS);
    if (node.dir && (flags & O_WRONLY_OR_RDWR) !== 0) return fail(EISDIR);
    if ((flags & O_TRUNC) !== 0) node.data = Buffer.alloc(0);
    return place(node);
  }

  function place(node: Node): Answer {
    let fd = 3;
    while (fds.has(fd)) fd++;
    fds.set(fd, { node, at: 0 });
    return ok(fd);
  }

  function duplicate(fd: number): Answer {
    const node = fd <= 2 ? nodes.get('/dev/tty') : fds.get(fd)?.node;
    return node === undefined || node === null ? fail(EBADF) : place(node);
  }

  function read(fd: number, size: number, request: Request, reply: (answer: Answer) => void): Answer | undefined {
    if (fd === 0) {
      if (typed === null) {
        waiting.set(request.id, { reply, timer: undefined });
        return undefined;
      }
      const line = options.tty === true ? typed.indexOf(10) + 1 || typed.length : typed.length;
      const bytes = typed.subarray(0, Math.min(size, line));
      typed = typed.subarray(bytes.length);
      return ok(bytes.length, bytes);
    }
    const file = fds.get(fd);
    if (file === undefined) return fail(EBADF);
    if (file.node.data === null) return fail(EISDIR);
    const bytes = file.node.data.subarray(file.at, file.at + size);
    file.at += bytes.length;
    return ok(bytes.length, bytes);
  }

  function write(fd: number, bytes: Buffer): Answer {
    if (fd === 1 || fd === 2) {
      output[fd].push(bytes);
      return ok(bytes.length);
    }
    const file = fds.get(fd);
    if (file === undefined || file.node.data === null) return fail(EBADF);
    const kept = file.node.data;
    const grown = Buffer.alloc(Math.max(kept.length, file.at + bytes.length));
    kept.copy(grown);
    bytes.copy(grown, file.at);
    file.at += bytes.length;
    file.node.data = grown;
    return ok(bytes.length);
  }

  function stat(path: string): Answer {
    const node = look(path);
    if (node === null) return fail(ENOENT);
    return ok(0, statBytes(node.dir ? S_IFDIR | 0o755 : S_IFREG | 0o755, node.ino, node.data?.length ?? 4096, node.mtime));
  }

  function fstat(fd: number): Answer {
    const file = fds.get(fd);
    if (fd <= 2) return ok(0, statBytes(S_IFCHR | 0o620, fd + 1, 0, 0));
    if (file === undefined) return fail(EBADF);
    return ok(0, statBytes(file.node.dir ? S_IFDIR | 0o755 : S_IFREG | 0o644, file.node.ino, file.node.data?.length ?? 4096, file.node.mtime));
  }

  function seek(fd: number, offset: number, whence: number): Answer {
    const file = fds.get(fd);
    if (file === undefined) return fail(fd <= 2 ? ESPIPE : EBADF);
    file.at = whence === 0 ? offset : whence === 1 ? file.at + offset : (file.node.data?.length ?? 0) + offset;
    return ok(file.at);
  }

  function sleep(micros: number, request: Request, reply: (answer: Answer) => void): undefined {
    const timer = setTimeout(() => {
      waiting.delete(request.id);
      reply(ok(0));
    }, micros / 1000);
    waiting.set(request.id, { reply, timer });
    return undefined;
  }

  const text = (value: Argument | undefined): string => value as string;
  const number = (value: Argument | undefined): number => value as number;

  function handle(request: Request, reply: (answer: Answer) => void): Answer | undefined {
    const a = request.args;
    switch (request.symbol) {
      case 'open64': return open(resolve(text(a[0])), number(a[1]));
      case 'read': return read(number(a[0]), number(a[1]), request, reply);
      case 'pread64': {
        const node = fds.get(number(a[0]))?.node;
        const bytes = node?.data?.subarray(number(a[3]), number(a[3]) + number(a[1]));
        return bytes === undefined ? fail(EBADF) : ok(bytes.length, bytes);
      }
      case 'write': return write(number(a[0]), a[1] as Buffer);
      case 'close': return fds.delete(number(a[0])) ? ok(0) : fail(EBADF);
      case 'lseek': case 'lseek64': return seek(number(a[0]), number(a[1]), number(a[2]));
      case 'stat64': case 'lstat64': return stat(resolve(text(a[0])));
      case 'fstatat64': return stat(resolve(text(a[1])));
      case 'fstat64': return fstat(number(a[0]));
      case 'access': return look(resolve(text(a[0]))) === null ? fail(ENOENT) : ok(0);
      case 'readlink': return look(resolve(text(a[0]))) === null ? fail(ENOENT) : fail(EINVAL);
      case '@getcwd': return ok(0, Buffer.from('/tmp\0'));
      case '@realpath': return look(resolve(text(a[0]))) === null ? fail(ENOENT) : ok(0, Buffer.from(`${resolve(text(a[0]))}\0`));
      case '@listdir': return list(resolve(text(a[0])));
      case '@flistdir': return list(fds.get(number(a[0]))?.node.path ?? '');
      case 'dup': return duplicate(number(a[0]));
      case '@fcntl':
        if (number(a[1]) === F_DUPFD || number(a[1]) === F_DUPFD_CLOEXEC) return duplicate(number(a[0]));
        return ok(number(a[1]) === F_GETFD ? 1 : 0);
      case '@mmap': return ok(0);
      case 'isatty': return options.tty === true && number(a[0]) <= 2 ? ok(1) : { ret: 0, errno: ENOTTY };
      case 'tcgetattr': return options.tty === true && number(a[0]) <= 2 ? ok(0, Buffer.alloc(60)) : fail(ENOTTY);
      case 'getpid': return ok(GUEST_PID);
      case 'getuid': case 'geteuid': case 'getgid': case 'getegid': return ok(1000);
      case 'getrandom': return ok(number(a[0]), Buffer.alloc(number(a[0]), 7));
      case 'umask': return ok(0o22);
      case 'sysconf': return number(a[0]) === 84 ? ok(2) : fail(EINVAL);
      case 'clock': return ok(0);
      case 'kill':
        if (number(a[0]) !== GUEST_PID) return fail(EPERM);
        process.kill(world.guest.pid, number(a[1]));
        return ok(0);
      case '@sleep': return sleep(number(a[0]), request, reply);
      case '@deny': denied.push(text(a[0])); return fail(ENOSYS);
      case '@fatal': fatal.push(text(a[0])); return ok(0);
      case '@exit': exitStatus = number(a[0]); return ok(0);
      case 'system': return { ret: -1, flags: 1 };
      case 'fork': case 'execv': case 'execve': case 'socket': return fail(EACCES);
      default: return fail(ENOSYS);
    }
  }

  const handler: Handler = (request, reply) => {
    calls.set(request.symbol, (calls.get(request.symbol) ?? 0) + 1);
    threads.add(request.thread);
    const first = options.before?.(request, reply);
    if (first === 'wait') return undefined;
    return first ?? handle(request, reply);
  };

  const guest = await startGuest(handler, options);
  const world: World = {
    guest, calls, threads, denied, fatal,
    stdout: () => Buffer.concat(output[1]).toString(),
    stderr: () => Buffer.concat(output[2]).toString(),
    exitStatus: () => exitStatus,
    interrupt: () => {
      process.kill(guest.pid, 'SIGINT');
      for (const { reply, timer } of waiting.values()) {
        clearTimeout(timer);
        reply(fail(EINTR));
      }
      waiting.clear();
    },
    run: async () => {
      const ended = await guest.ended;
      for (const { timer } of waiting.values()) clearTimeout(timer);
      return ended;
    },
  };
  return world;
}

/** Runs `script` to its end. */
export async function runScript(script: string, options: WorldOptions = {}): Promise<World & { readonly ended: Ended }> {
  const world = await startWorld({ argv: ['/tmp/script.py'], ...options, files: { '/tmp/script.py': script, ...options.files } });
  return { ...world, ended: await world.run() };
}
