import { describe, expect, it } from 'vitest';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_WRONLY,
  SEEK_CUR,
  SEEK_SET,
  UTIME_NOW,
  UTIME_OMIT,
  type Stat,
} from './abi.ts';
import { Description } from './description.ts';
import { virtualFd } from './descriptorTable.ts';
import { ok, type Outcome, type Result } from './result.ts';
import { bytes, g, makeWorld, must, text, told } from './worldFixture.ts';

class Terminal extends Description {
  readonly kind = 'external';
  closed = 0;

  read(): Outcome<Uint8Array> {
    return ok(bytes('typed'));
  }

  write(data: Uint8Array): Outcome<number> {
    return ok(data.length);
  }

  stat(): Result<Stat> {
    return { ok: false, errno: 'EIO' };
  }

  label(): string {
    return '/dev/tty';
  }

  override close(): void {
    this.closed += 1;
  }
}

describe('a description that a call holds', () => {
  it('stays open until the last descriptor and the last holder are gone, and tells once', () => {
    const { guest } = makeWorld();
    const terminal = new Terminal(O_RDWR);
    const fd = must(guest.install(terminal));
    let told = 0;
    terminal.onRelease(() => (told += 1));
    terminal.onRelease(() => (told += 10))();
    const first = guest.hold(terminal);
    const second = guest.hold(terminal);
    guest.close(fd);
    first();
    first();
    expect([terminal.closed, told]).toEqual([0, 0]);
    second();
    expect([terminal.closed, told]).toEqual([1, 1]);
  });

  it('is closed with everything else at the end, whoever holds it', () => {
    const { guest } = makeWorld();
    const terminal = new Terminal(O_RDWR);
    const fd = must(guest.install(terminal));
    const letGo = guest.hold(terminal);
    guest.close(fd);
    guest.closeAll();
    letGo();
    expect(terminal.closed).toBe(1);
  });

  it('is what a pinned number means, and no other', () => {
    const { guest } = makeWorld();
    const fd = must(guest.open(g('f'), O_CREAT | O_RDWR));
    const terminal = new Terminal(O_RDWR);
    expect(
      guest.pinned(fd, terminal, () => [text(guest.read(fd, 9)), told(guest.read(virtualFd(fd + 1), 9))]),
    ).toEqual(['typed', 'EBADF']);
    expect(guest.pinned(fd, undefined, () => told(guest.read(fd, 9)))).toBe('EBADF');
    expect(guest.pinned(fd, terminal, () => told(guest.close(fd)))).toBe('EBADF');
    expect(() =>
      guest.pinned(fd, terminal, () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(text(guest.read(fd, 9))).toBe('');
  });
});

describe('descriptors', () => {
  it('gives the lowest free number', () => {
    const { guest } = makeWorld();
    const open = () => must(guest.open(g('f'), O_CREAT | O_RDWR));
    expect([open(), open(), open()]).toEqual([0, 1, 2]);
    guest.close(virtualFd(1));
    expect(open()).toBe(1);
    expect(told(guest.fcntl(virtualFd(0), F_DUPFD, 10))).toBe(10);
    expect(open()).toBe(3);
    guest.close(virtualFd(0));
    guest.close(virtualFd(2));
    expect([open(), open(), open()]).toEqual([0, 2, 4]);
  });

  it('shares position and flags between duplicates, close-on-exec not', () => {
    const { guest } = makeWorld({ f: { kind: 'file', content: 'abcdef' } });
    const fd = must(guest.open(g('f'), O_RDONLY | O_CLOEXEC));
    const copy = must(guest.dup(fd));
    expect(text(guest.read(fd, 2))).toBe('ab');
    expect(text(guest.read(copy, 2))).toBe('cd');
    expect(told(guest.fcntl(fd, F_GETFD))).toBe(FD_CLOEXEC);
    expect(told(guest.fcntl(copy, F_GETFD))).toBe(0);
    guest.fcntl(copy, F_SETFD, FD_CLOEXEC);
    expect(told(guest.fcntl(copy, F_GETFD))).toBe(FD_CLOEXEC);
    guest.fcntl(copy, F_SETFL, O_NONBLOCK | O_APPEND | O_WRONLY);
    expect(told(guest.fcntl(fd, F_GETFL))).toBe(O_RDONLY | O_NONBLOCK | O_APPEND);
    guest.close(fd);
    expect(text(guest.read(copy, 9))).toBe('ef');
    expect(told(guest.read(fd, 1))).toBe('EBADF');
    expect(told(guest.fcntl(must(guest.fcntl(copy, F_DUPFD_CLOEXEC, 5)) as never, F_GETFD))).toBe(FD_CLOEXEC);
  });

  it('keeps the rules of dup2 and dup3', () => {
    const { guest } = makeWorld();
    const fd = must(guest.open(g('f'), O_CREAT | O_RDWR));
    expect(told(guest.dup2(fd, fd))).toBe(fd);
    expect(told(guest.dup2(virtualFd(9), virtualFd(9)))).toBe('EBADF');
    expect(told(guest.dup2(fd, virtualFd(100_000)))).toBe('EBADF');
    expect(told(guest.dup2(fd, virtualFd(-1)))).toBe('EBADF');
    expect(told(guest.dup3(fd, fd, 0))).toBe('EINVAL');
    expect(told(guest.dup3(fd, virtualFd(4), O_APPEND))).toBe('EINVAL');
    expect(told(guest.dup3(fd, virtualFd(4), O_CLOEXEC))).toBe(4);
    expect(told(guest.fcntl(virtualFd(4), F_GETFD))).toBe(FD_CLOEXEC);
    expect(told(guest.fcntl(fd, F_DUPFD, 100_000))).toBe('EINVAL');
    expect(told(guest.fcntl(fd, 1234))).toBe('EINVAL');
  });

  it('takes no number that is none', () => {
    const { guest } = makeWorld();
    for (const odd of [-1, 0.5, NaN, Infinity, 2 ** 40]) {
      expect(told(guest.read(virtualFd(odd), 1))).toBe('EBADF');
      expect(told(guest.close(virtualFd(odd)))).toBe('EBADF');
      expect(guest.install(new Terminal(O_RDWR), { at: virtualFd(odd) }).ok).toBe(false);
    }
    const fd = must(guest.open(g('f'), O_CREAT | O_RDWR));
    expect(told(guest.read(fd, -1))).toBe('EINVAL');
    expect(told(guest.pread(fd, 1, -1))).toBe('EINVAL');
    expect(told(guest.pread(fd, 1, 2 ** 60))).toBe('EINVAL');
    expect(told(guest.lseek(fd, 2 ** 60, SEEK_SET))).toBe('EINVAL');
    expect(told(guest.lseek(fd, -1, SEEK_CUR))).toBe('EINVAL');
    expect(told(guest.lseek(fd, 0, 3))).toBe('EINVAL');
  });

  it('refuses the flags that it does not offer', () => {
    const { guest } = makeWorld();
    expect(told(guest.open(g('f'), O_PATH))).toBe('EINVAL');
    expect(told(guest.open(g('.'), O_TMPFILE | O_RDWR))).toBe('EOPNOTSUPP');
    expect(told(guest.open(g('f'), 3))).toBe('EINVAL');
    expect(told(guest.open(g('f'), O_CREAT | O_DIRECTORY))).toBe('EINVAL');
  });

  it('takes descriptions of the controller and closes them once', () => {
    const { guest } = makeWorld();
    const terminal = new Terminal(O_RDWR);
    for (const at of [0, 1, 2]) must(guest.install(terminal, { at: virtualFd(at) }));
    expect(text(guest.read(virtualFd(0), 5))).toBe('typed');
    expect(told(guest.write(virtualFd(2), bytes('shown')))).toBe(5);
    expect(told(guest.lseek(virtualFd(1), 0, SEEK_SET))).toBe('ESPIPE');
    expect(told(guest.ftruncate(virtualFd(1), 0))).toBe('EINVAL');
    expect(guest.label(virtualFd(1))).toBe('/dev/tty');
    guest.close(virtualFd(0));
    guest.dup2(must(guest.open(g('f'), O_CREAT | O_RDWR)), virtualFd(1));
    expect(terminal.closed).toBe(0);
    guest.closeAll();
    expect(terminal.closed).toBe(1);
    expect(guest.descriptors()).toEqual([]);
  });

  it('knows the present path of what is open', () => {
    const { guest } = makeWorld();
    guest.mkdir(g('d'));
    const fd = must(guest.open(g('d/f'), O_CREAT | O_RDWR));
    expect(guest.label(fd)).toBe('/tmp/d/f');
    guest.rename(g('d'), g('e'));
    guest.rename(g('e/f'), g('e/h'));
    expect(guest.label(fd)).toBe('/tmp/e/h');
    guest.unlink(g('e/h'));
    expect(guest.label(fd)).toBeNull();
    expect(guest.label(virtualFd(77))).toBeNull();
  });

  it('starts relative paths at a directory descriptor', () => {
    const { guest } = makeWorld();
    guest.mkdir(g('d'));
    guest.mkdir(g('e'));
    const d = must(guest.open(g('d'), O_RDONLY | O_DIRECTORY));
    const e = must(guest.open(g('e'), O_RDONLY));
    guest.close(must(guest.open(g('f'), O_CREAT | O_WRONLY, 0o644, d)));
    expect(told(guest.realpath(g('f'), d))).toBe('/tmp/d/f');
    expect(told(guest.link(g('f'), g('hard'), d, e))).toBeUndefined();
    expect(told(guest.rename(g('f'), g('moved'), d, e))).toBeUndefined();
    expect(must(guest.readdir(e)).map((line) => line.name)).toEqual(['.', '..', 'hard', 'moved']);
    expect(told(guest.access(g('moved'), 6, true, e))).toBeUndefined();
    expect(told(guest.chmod(g('moved'), 0o400, true, e))).toBeUndefined();
    expect(told(guest.access(g('moved'), 2, true, e))).toBe('EACCES');
    expect(told(guest.fstatat(e, g(''), 0))).toBe('ENOENT');
    expect(must(guest.fstatat(e, g(''), AT_EMPTY_PATH))).toEqual(must(guest.stat(g('e'))));
    expect(must(guest.fstatat(AT_FDCWD, g(''), AT_EMPTY_PATH))).toEqual(must(guest.stat(g('.'))));
    const file = must(guest.open(g('moved'), O_RDONLY, 0, e));
    expect(told(guest.stat(g('x'), file))).toBe('ENOTDIR');
    expect(told(guest.stat(g('/tmp'), file))).toEqual(told(guest.stat(g('.'))));
    expect(told(guest.stat(g('x'), virtualFd(55)))).toBe('EBADF');
  });

  it('sets times to the nanosecond, to now, or not at all', () => {
    let now = 5_000_000;
    const { guest } = makeWorld({ f: { kind: 'file', content: '' } }, { now: () => now });
    const times = () => {
      const s = must(guest.stat(g('f')));
      return [s.atimeSec, s.atimeNsec, s.mtimeSec, s.mtimeNsec, s.ctimeSec];
    };
    now = 6_000_000;
    guest.utimens(g('f'), { atime: { sec: 1, nsec: 999_999_999 }, mtime: { sec: -5, nsec: 1 } });
    expect(times()).toEqual([1, 999_999_999, -5, 1, 6000]);
    now = 7_000_000.5;
    guest.utimens(g('f'), { atime: { sec: 0, nsec: UTIME_OMIT }, mtime: { sec: 0, nsec: UTIME_NOW } });
    expect(times()).toEqual([1, 999_999_999, 7000, 500_000, 7000]);
    const odd = { sec: 0, nsec: 1_000_000_000 };
    expect(told(guest.utimens(g('f'), { atime: odd, mtime: odd }))).toBe('EINVAL');
    const omit = { sec: 0, nsec: UTIME_OMIT };
    expect(told(guest.utimens(g('missing'), { atime: omit, mtime: omit }))).toBeUndefined();
  });
});
