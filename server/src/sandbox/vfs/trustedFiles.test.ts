import { describe, expect, it } from 'vitest';
import { O_CREAT, O_RDONLY, O_WRONLY } from './abi.ts';
import { USER, bytes, g, makeWorld, must, text, told } from './worldFixture.ts';

const world = () =>
  makeWorld(
    {
      'a.txt': { kind: 'file', content: 'hello' },
      d: { kind: 'directory', entries: { inner: { kind: 'file', content: 'x' } } },
      link: { kind: 'symlink', target: 'a.txt' },
    },
    {
      more: [
        {
          at: g('/dev'),
          kind: 'memory',
          writeMode: 'read-only',
          hidden: true,
          entries: { zero: { kind: 'device', device: 'zero' }, tty: { kind: 'device', device: 'tty' } },
        },
      ],
      devices: {
        tty: () => {
          throw new Error('the page must not open the terminal of the guest');
        },
      },
    },
  );

describe("the person's hand", () => {
  it('lists what is there, with what the panel shows', () => {
    const { vfs } = world();
    expect(must(vfs.trusted.list(g('/tmp')))).toMatchObject([
      {
        name: 'a.txt',
        path: '/tmp/a.txt',
        kind: 'file',
        size: 5,
        origin: 'memory',
        writeMode: 'read-write',
        changed: false,
      },
      { name: 'd', kind: 'directory', size: 0, isMount: false },
      { name: 'link', kind: 'symlink', target: 'a.txt' },
    ]);
    expect(must(vfs.trusted.list(g('/')))).toMatchObject([
      { name: 'dev', path: '/dev', isMount: true, hidden: true, writeMode: 'read-only' },
      { name: 'tmp', path: '/tmp', isMount: true, hidden: false },
    ]);
    expect(told(vfs.trusted.list(g('/tmp/a.txt')))).toBe('ENOTDIR');
    expect(told(vfs.trusted.list(g('/nowhere')))).toBe('ENOENT');
    expect(vfs.trusted.snapshot().map((line) => line.path)).toEqual([
      '/',
      '/tmp',
      '/tmp/a.txt',
      '/tmp/d',
      '/tmp/d/inner',
      '/tmp/link',
      '/dev',
      '/dev/zero',
      '/dev/tty',
    ]);
  });

  it('edits a file that the guest has open, in place', () => {
    const { vfs, guest } = world();
    const fd = must(guest.open(g('a.txt'), O_RDONLY));
    const { ino } = must(guest.fstat(fd));
    must(vfs.trusted.writeFile(g('/tmp/a.txt'), bytes('edited'), 0o600));
    expect(text(guest.read(fd, 99))).toBe('edited');
    expect(must(guest.fstat(fd))).toMatchObject({ ino, uid: 1000, mode: 0o100600, size: 6 });
    expect(vfs.takeChanges()).toContainEqual({ kind: 'write', path: '/tmp/a.txt', size: 6 });
  });

  it('passes modes of the guest but gives what it makes to the guest', () => {
    const { vfs, guest } = world();
    must(guest.chmod(g('a.txt'), 0));
    must(guest.chmod(g('d'), 0));
    expect(text(vfs.trusted.readFile(g('/tmp/a.txt'), 4))).toBe('hell');
    must(vfs.trusted.writeFile(g('/tmp/d/more/new'), bytes('n')));
    must(vfs.trusted.symlink(g('new'), g('/tmp/d/more/l')));
    must(vfs.trusted.mkdir(g('/tmp/d/more')));
    must(guest.chmod(g('d'), 0o700));
    for (const name of ['d/more', 'd/more/new', 'd/more/l']) {
      expect(must(guest.lstat(g(name)))).toMatchObject(USER);
    }
    must(vfs.trusted.rename(g('/tmp/d'), g('/tmp/e')));
    must(vfs.trusted.remove(g('/tmp/e')));
    must(vfs.trusted.remove(g('/tmp/link')));
    expect(must(vfs.trusted.list(g('/tmp'))).map((line) => line.name)).toEqual(['a.txt']);
  });

  it('follows no link that the guest laid', () => {
    const { vfs, guest } = world();
    must(guest.symlink(g('/tmp/d'), g('trap')));
    must(guest.symlink(g('/tmp/d/new'), g('dangling')));
    for (const path of ['/tmp/link', '/tmp/dangling', '/tmp/trap/inner']) {
      expect(told(vfs.trusted.writeFile(g(path), bytes('x'))), path).toMatch(/ELOOP|ENOTDIR/);
      expect(told(vfs.trusted.readFile(g(path))), path).toBe('ELOOP');
    }
    expect(told(vfs.trusted.writeFile(g('/tmp/trap/sub/f'), bytes('x')))).toMatch(/ELOOP|ENOTDIR/);
    expect(text(vfs.trusted.readFile(g('/tmp/a.txt')))).toBe('hello');
    expect(told(guest.stat(g('d/new')))).toBe('ENOENT');
  });

  it('touches no device', () => {
    const { vfs } = world();
    for (const path of ['/dev/zero', '/dev/tty']) {
      expect(told(vfs.trusted.readFile(g(path)))).toBe('EINVAL');
      expect(told(vfs.trusted.writeFile(g(path), bytes('x')))).toBe('EINVAL');
    }
    expect(told(vfs.trusted.readFile(g('/tmp')))).toBe('EISDIR');
    expect(told(vfs.trusted.writeFile(g('/tmp/d'), bytes('x')))).toBe('EISDIR');
    expect(told(vfs.trusted.writeFile(g('/tmp/a.txt/x'), bytes('x')))).toBe('ENOTDIR');
  });

  it('removes nothing if it cannot remove all', () => {
    const { vfs } = world();
    expect(told(vfs.trusted.remove(g('/tmp')))).toBe('EBUSY');
    expect(told(vfs.trusted.remove(g('/')))).toBe('EBUSY');
    expect(told(vfs.trusted.remove(g('/tmp/missing')))).toBe('ENOENT');
    expect(text(vfs.trusted.readFile(g('/tmp/d/inner')))).toBe('x');
  });

  it('is what no guest has, root or not', () => {
    const { vfs } = makeWorld(
      {},
      {
        more: [
          {
            at: g('/ro'),
            kind: 'memory',
            writeMode: 'read-only',
            entries: { f: { kind: 'file', content: '' } },
          },
        ],
      },
    );
    const root = must(vfs.guest({ uid: 0, gid: 0 }));
    expect(told(root.open(g('/ro/f'), O_WRONLY))).toBe('EROFS');
    expect(told(root.open(g('/ro/g'), O_CREAT))).toBe('EROFS');
    expect(told(vfs.trusted.writeFile(g('/ro/f'), bytes('x')))).toBeUndefined();
  });
});
