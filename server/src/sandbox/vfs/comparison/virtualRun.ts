/** The same steps on the virtual filesystem, told in the same words as realFolder.py. */
import {
  DT_DIR,
  DT_LNK,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  dirFd,
  virtualFd,
  type Outcome,
  type Result,
  type Stat,
  type VirtualFd,
} from '../index.ts';
import { guestPath } from '../../paths.ts';
import type { GuestFiles } from '../guestFiles.ts';
import type { InitialTree } from '../worldSpec.ts';
import { Vfs } from '../vfs.ts';
import { FILE_BYTES, type Answer, type Step, type TreeLine } from './steps.ts';

const USER = 1000;
const RECENT = 10_000_000;
/** As in realFolder.py, which says why. */
const PIPE_WRITE = 500;

export interface VirtualRun {
  readonly results: readonly Answer[];
  readonly tree: readonly TreeLine[];
}

export function runVirtually(steps: readonly Step[], foreign: boolean): VirtualRun {
  const vfs = new Vfs({
    mounts: [
      {
        at: guestPath('/'),
        kind: 'memory',
        writeMode: 'read-write',
        owner: { uid: USER, gid: USER },
        ...(foreign ? { entries: fixture() } : {}),
      },
    ],
    limits: { fileBytes: FILE_BYTES },
  });
  const guest = vfs.guest({ uid: USER, gid: USER });
  if (!guest.ok) throw new Error(guest.errno);
  return { results: steps.map((step) => tell(performStep(guest.value, step))), tree: tree(vfs) };
}

function fixture(): InitialTree {
  const owner = { uid: 0, gid: 0 };
  const entries: InitialTree = { f: { kind: 'file', content: "root's", mode: 0o644, owner } };
  return {
    rootdir: { kind: 'directory', mode: 0o755, owner, entries },
    sticky: { kind: 'directory', mode: 0o1777, owner, entries },
    closed: { kind: 'directory', mode: 0o700, owner, entries },
  };
}

function tell(outcome: Outcome<unknown>): Answer {
  return outcome.ok ? { value: outcome.value ?? null } : { errno: outcome.errno };
}

export function performStep(guest: GuestFiles, step: Step): Outcome<unknown> {
  const at = (fd: number | null) => dirFd(fd ?? -100);
  switch (step[0]) {
    case 'open':
      return guest.open(guestPath(step[1]), step[2], step[3], at(step[4]));
    case 'close':
      return guest.close(virtualFd(step[1]));
    case 'read':
      return latin(guest.read(virtualFd(step[1]), step[2]));
    case 'pread':
      return latin(guest.pread(virtualFd(step[1]), step[2], step[3]));
    case 'write':
      return write(guest, virtualFd(step[1]), step[2]);
    case 'pwrite':
      return guest.pwrite(virtualFd(step[1]), Buffer.from(step[2], 'latin1'), step[3]);
    case 'lseek':
      return guest.lseek(virtualFd(step[1]), step[2], step[3]);
    case 'stat':
      return map(guest.stat(guestPath(step[1]), at(step[2])), describe);
    case 'lstat':
      return map(guest.lstat(guestPath(step[1]), at(step[2])), describe);
    case 'fstat':
      return map(guest.fstat(virtualFd(step[1])), describe);
    case 'access':
      // Python's access answers yes or no, but does not take a NUL.
      if (step[1].includes('\0')) return { ok: false, errno: 'EINVAL' };
      return { ok: true, value: guest.access(guestPath(step[1]), step[2]).ok };
    case 'listdir':
      return map(guest.listDirectory(guestPath(step[1])), (lines) =>
        lines
          .slice(2)
          .map((line) => [line.name, line.type === DT_LNK ? 'l' : line.type === DT_DIR ? 'd' : 'f'])
          .sort((a, b) => byPoints(a[0]!, b[0]!)),
      );
    case 'flistdir':
      return map(guest.readdir(virtualFd(step[1])), (lines) =>
        lines
          .slice(2)
          .map((line) => line.name)
          .sort(byPoints),
      );
    case 'mkdir':
      return guest.mkdir(guestPath(step[1]), step[2], at(step[3]));
    case 'rmdir':
      return guest.rmdir(guestPath(step[1]), at(step[2]));
    case 'unlink':
      return guest.unlink(guestPath(step[1]), at(step[2]));
    case 'rename':
      return guest.rename(guestPath(step[1]), guestPath(step[2]), at(step[3]), at(step[4]));
    case 'link':
      return guest.link(guestPath(step[1]), guestPath(step[2]));
    case 'symlink':
      return guest.symlink(guestPath(step[1]), guestPath(step[2]), at(step[3]));
    case 'readlink':
      return guest.readlink(guestPath(step[1]), at(step[2]));
    case 'truncate':
      return guest.truncate(guestPath(step[1]), step[2]);
    case 'ftruncate':
      return guest.ftruncate(virtualFd(step[1]), step[2]);
    case 'chmod':
      return guest.chmod(guestPath(step[1]), step[2]);
    case 'fchmod':
      return guest.fchmod(virtualFd(step[1]), step[2]);
    case 'chown':
      return guest.chown(guestPath(step[1]), step[2], step[3]);
    case 'utimens': {
      const times = { atime: { sec: step[2], nsec: 5 }, mtime: { sec: step[2], nsec: 7 } };
      return guest.utimens(guestPath(step[1]), times, step[3]);
    }
    case 'touch':
      return guest.utimens(guestPath(step[1]), null);
    case 'dup':
      return guest.dup(virtualFd(step[1]));
    case 'dup2':
      return guest.dup2(virtualFd(step[1]), virtualFd(step[2]));
    case 'fcntl':
      return guest.fcntl(virtualFd(step[1]), step[2], step[3]);
    case 'pipe':
      return guest.pipe(0o4000);
    case 'chdir':
      return guest.chdir(guestPath(step[1]));
    case 'fchdir':
      return guest.fchdir(virtualFd(step[1]));
    case 'getcwd':
      return guest.getcwd();
    case 'umask':
      return { ok: true, value: guest.umask(step[1]) };
  }
}

function write(guest: GuestFiles, fd: VirtualFd, text: string): Outcome<number> {
  const status = guest.fstat(fd);
  if (!status.ok) return status;
  const isPipe = (status.value.mode & S_IFMT) === S_IFIFO;
  return guest.write(fd, Buffer.from(isPipe ? text.slice(0, PIPE_WRITE) : text, 'latin1'));
}

function map<T, U>(result: Result<T>, change: (value: T) => U): Result<U> {
  return result.ok ? { ok: true, value: change(result.value) } : result;
}

function latin(outcome: Outcome<Uint8Array>): Outcome<string> {
  return outcome.ok ? { ok: true, value: Buffer.from(outcome.value).toString('latin1') } : outcome;
}

function describe(stat: Stat): Record<string, unknown> {
  const { mode, nlink, uid, gid } = stat;
  return {
    mode,
    nlink,
    uid,
    gid,
    size: (mode & S_IFMT) === S_IFDIR ? -1 : stat.size,
    mtime:
      stat.mtimeSec > RECENT
        ? 'recent'
        : String(BigInt(stat.mtimeSec) * 1_000_000_000n + BigInt(stat.mtimeNsec)),
  };
}

function tree(vfs: Vfs): TreeLine[] {
  const root = vfs.guest({ uid: 0, gid: 0 });
  if (!root.ok) throw new Error(root.errno);
  const lines: TreeLine[] = [];
  for (const line of vfs.trusted.snapshot().slice(1)) {
    const status = root.value.lstat(line.path);
    if (!status.ok) throw new Error(`${line.path}: ${status.errno}`);
    const known = describe(status.value);
    if (line.kind === 'symlink') known['target'] = line.target;
    if (line.kind === 'file') {
      const bytes = vfs.trusted.readFile(line.path, 4096);
      known['start'] = bytes.ok ? Buffer.from(bytes.value).toString('latin1') : bytes.errno;
    }
    lines.push([line.path, known]);
  }
  return lines.sort((a, b) => byPoints(a[0], b[0]));
}

/** Order of code points, which is that of Python's strings. */
function byPoints(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const at = left.findIndex((point, index) => point !== right[index]);
  if (at === -1) return left.length - right.length;
  return at >= right.length ? 1 : left[at]!.codePointAt(0)! - right[at]!.codePointAt(0)!;
}
