import { describe, expect, it } from 'vitest';
import {
  DT_CHR,
  DT_DIR,
  DT_LNK,
  DT_REG,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  SEEK_END,
  SEEK_SET,
  S_IFCHR,
  S_IFMT,
  ST_RDONLY,
  W_OK,
} from './abi.ts';
import { DEVICE_READ_BYTES } from './devices.ts';
import { fail } from './result.ts';
import { Vfs } from './vfs.ts';
import type { InitialTree } from './worldSpec.ts';
import { USER, bytes, g, makeWorld, must, names, text, told } from './worldFixture.ts';

const file = (content: string) => ({ kind: 'file', content }) as const;

describe('the lecture', () => {
  const tree: InitialTree = {
    'datafile.txt': file('the data'),
    sub: { kind: 'directory', entries: { inner: file('x') } },
    link: { kind: 'symlink', target: 'datafile.txt' },
  };
  const world = () =>
    makeWorld(
      {},
      {
        more: [
          { at: g('/lecture'), kind: 'memory', writeMode: 'lecture', owner: USER, entries: tree },
          { at: g('/bin'), kind: 'memory', writeMode: 'read-only' },
          { at: g('/dev'), kind: 'memory', writeMode: 'read-only' },
          { at: g('/lib'), kind: 'memory', writeMode: 'read-only', hidden: true, entries: { os: file('') } },
        ],
      },
    );

  it('shows what the classic controller showed', () => {
    const { guest } = world();
    expect(names(guest, g('/'))).toEqual(['bin', 'dev', 'lecture', 'tmp']);
    expect(names(guest, g('/lib'))).toEqual(['os']);
    expect(names(guest, g('/lecture'))).toEqual(['datafile.txt', 'link', 'sub']);
    expect(text(guest.read(must(guest.open(g('/lecture/link'), O_RDONLY)), 99))).toBe('the data');
  });

  it('refuses writing as the classic controller did', () => {
    const { guest } = world();
    guest.chdir(g('/lecture'));
    for (const flags of [
      O_WRONLY,
      O_RDWR | O_CREAT | O_TRUNC,
      O_WRONLY | O_CREAT | O_APPEND,
      O_RDONLY | O_TRUNC,
    ]) {
      expect(told(guest.open(g('newfile.txt'), flags))).toBe('ENOENT');
      expect(told(guest.open(g('datafile.txt'), flags))).toBe('EPERM');
      expect(told(guest.open(g('sub'), flags))).toBe('EACCES');
      expect(told(guest.open(g('link'), flags))).toBe('EACCES');
    }
    for (const refused of [
      guest.mkdir(g('d')),
      guest.mkdir(g('sub')),
      guest.rmdir(g('sub')),
      guest.unlink(g('datafile.txt')),
      guest.rename(g('datafile.txt'), g('x')),
      guest.link(g('datafile.txt'), g('x')),
      guest.symlink(g('datafile.txt'), g('x')),
      guest.truncate(g('datafile.txt'), 0),
      guest.chmod(g('datafile.txt'), 0o777),
      guest.chown(g('datafile.txt'), 1000, 1000),
      guest.utimens(g('datafile.txt'), null),
    ]) {
      expect(told(refused)).toBe('EPERM');
    }
    expect(told(guest.access(g('datafile.txt'), W_OK))).toBe('EACCES');
    expect(told(guest.access(g('datafile.txt'), R_OK))).toBeUndefined();
    expect(told(guest.mkdir(g('missing/d')))).toBe('ENOENT');
    expect(told(guest.write(must(guest.open(g('datafile.txt'), O_RDONLY)), bytes('x')))).toBe('EPERM');
  });

  it('opens no directory, and lists it all the same', () => {
    const { guest } = world();
    expect(told(guest.open(g('/lecture/sub'), O_RDONLY))).toBe('EACCES');
    expect(names(guest, g('/lecture/sub'))).toEqual(['inner']);
  });

  it('leaves the person free', () => {
    const { vfs, guest } = world();
    must(vfs.trusted.writeFile(g('/lecture/datafile.txt'), bytes('edited')));
    must(vfs.trusted.writeFile(g('/lecture/more/deep/file'), bytes('new')));
    expect(text(guest.read(must(guest.open(g('/lecture/datafile.txt'), O_RDONLY)), 99))).toBe('edited');
    expect(must(guest.stat(g('/lecture/more/deep/file'))).uid).toBe(1000);
  });
});

describe('read-only mounts', () => {
  const world = () =>
    makeWorld(
      { here: file('x') },
      {
        more: [
          { at: g('/ro'), kind: 'memory', writeMode: 'read-only', owner: USER, entries: { f: file('y') } },
        ],
      },
    ).guest;

  it('answer EROFS where Linux does', () => {
    const guest = world();
    guest.chdir(g('/ro'));
    expect(told(guest.open(g('f'), O_WRONLY))).toBe('EROFS');
    expect(told(guest.open(g('f'), O_RDONLY | O_TRUNC))).toBe('EROFS');
    expect(told(guest.open(g('f'), O_RDONLY | O_CREAT))).toBe(0);
    expect(told(guest.open(g('f'), O_CREAT | O_EXCL))).toBe('EEXIST');
    expect(told(guest.open(g('g'), O_CREAT))).toBe('EROFS');
    expect(told(guest.open(g('g'), O_WRONLY))).toBe('ENOENT');
    expect(told(guest.mkdir(g('f')))).toBe('EEXIST');
    expect(told(guest.mkdir(g('d')))).toBe('EROFS');
    expect(told(guest.unlink(g('missing')))).toBe('EROFS');
    expect(told(guest.rmdir(g('f')))).toBe('EROFS');
    expect(told(guest.rename(g('f'), g('g')))).toBe('EROFS');
    expect(told(guest.chmod(g('f'), 0))).toBe('EROFS');
    expect(told(guest.utimens(g('f'), null))).toBe('EROFS');
    expect(told(guest.truncate(g('f'), 0))).toBe('EROFS');
    expect(told(guest.access(g('f'), W_OK))).toBe('EROFS');
    expect(must(guest.statvfs(g('.')))).toMatchObject({ flag: ST_RDONLY, bfree: 0 });
  });

  it('are other devices', () => {
    const guest = world();
    expect(told(guest.rename(g('/ro/f'), g('/tmp/f')))).toBe('EXDEV');
    expect(told(guest.link(g('/ro/f'), g('/tmp/f')))).toBe('EXDEV');
    expect(must(guest.stat(g('/ro'))).dev).not.toBe(must(guest.stat(g('/tmp'))).dev);
    expect(must(guest.stat(g('/ro/..'))).ino).toBe(must(guest.stat(g('/'))).ino);
    expect(told(guest.realpath(g('/ro/../tmp/../ro/f')))).toBe('/ro/f');
  });

  it('cannot be moved or removed', () => {
    const { vfs } = makeWorld(
      {},
      {
        more: [{ at: g('/tmp/inner/mount'), kind: 'memory', writeMode: 'read-write', owner: USER }],
      },
    );
    const root = must(vfs.guest({ uid: 0, gid: 0 }));
    expect(told(root.rmdir(g('/tmp/inner/mount')))).toBe('EBUSY');
    expect(told(root.rename(g('/tmp/inner/mount'), g('/tmp/inner/x')))).toBe('EBUSY');
    expect(told(root.rmdir(g('/tmp/inner')))).toBe('ENOTEMPTY');
    expect(told(vfs.trusted.remove(g('/tmp/inner')))).toBe('EBUSY');
    expect(must(vfs.trusted.list(g('/tmp/inner'))).map((line) => line.name)).toEqual(['mount']);
  });
});

describe('a declaration that makes no sense', () => {
  const mount = (at: string, entries: InitialTree = {}) =>
    ({ at: g(at), kind: 'memory', writeMode: 'read-write', entries }) as const;

  it('is refused at once', () => {
    for (const mounts of [
      [mount('tmp')],
      [mount('/a/../b')],
      [mount('/a'), mount('/a/')],
      [mount('/a', { b: file('') }), mount('/a/b')],
      [mount('/a', { 'b/c': file('') })],
      [mount('/a', { '..': file('') })],
      [mount('/a', { ['n'.repeat(256)]: file('') })],
    ]) {
      expect(() => new Vfs({ mounts })).toThrow();
      expect(Vfs.create({ mounts })).toMatchObject({ ok: false, message: expect.stringMatching(/./) });
    }
  });

  it('may have names that are properties of every object', () => {
    const entries = Object.assign(Object.create(null) as InitialTree, { ['__proto__']: file('odd') });
    const { guest } = makeWorld(entries);
    expect(names(guest, g('/tmp'))).toEqual(['__proto__']);
  });

  it('does not include a missing working directory', () => {
    expect(new Vfs({ mounts: [] }).guest({ ...USER, cwd: g('/nowhere') })).toMatchObject({ errno: 'ENOENT' });
  });
});

describe('devices and synthetic files', () => {
  const world = () => {
    let reads = 0;
    return makeWorld(
      {},
      {
        more: [
          {
            at: g('/dev'),
            kind: 'memory',
            writeMode: 'read-only',
            entries: {
              null: { kind: 'device', device: 'null' },
              zero: { kind: 'device', device: 'zero' },
              full: { kind: 'device', device: 'full' },
              urandom: { kind: 'device', device: 'urandom' },
              tty: { kind: 'device', device: 'tty' },
              odd: { kind: 'device', device: 'toString' },
            },
          },
          {
            at: g('/proc'),
            kind: 'memory',
            writeMode: 'read-only',
            entries: { count: { kind: 'synthetic', generate: () => `read ${(reads += 1)} times\n` } },
          },
        ],
        devices: {
          tty: ({ flags, stat }) => (stat().rdev === 0x500 && flags === O_RDWR ? fail('EIO') : fail('ENXIO')),
        },
        random: (into) => into.fill(7),
      },
    ).guest;
  };

  it('behave as their models', () => {
    const guest = world();
    const open = (name: string) => must(guest.open(g(`/dev/${name}`), O_RDWR));
    expect(text(guest.read(open('null'), 5))).toBe('');
    expect(told(guest.write(open('null'), bytes('gone')))).toBe(4);
    expect([...must(guest.read(open('zero'), 3))]).toEqual([0, 0, 0]);
    expect(must(guest.read(open('zero'), 2 ** 31)).length).toBe(DEVICE_READ_BYTES);
    expect(told(guest.write(open('full'), bytes('x')))).toBe('ENOSPC');
    expect([...must(guest.read(open('urandom'), 2))]).toEqual([7, 7]);
    expect(told(guest.lseek(open('zero'), 5, SEEK_SET))).toBe(0);
    expect(must(guest.fstat(open('null')))).toMatchObject({ rdev: 0x103, mode: S_IFCHR | 0o666 });
    expect(must(guest.stat(g('/dev/null'))).mode & S_IFMT).toBe(S_IFCHR);
  });

  it('are opened by the controller if it has a driver', () => {
    const guest = world();
    expect(told(guest.open(g('/dev/tty'), O_RDWR))).toBe('EIO');
    expect(told(guest.open(g('/dev/odd'), O_RDWR))).toBe('ENXIO');
  });

  it('make their bytes anew at each open', () => {
    const guest = world();
    const fd = must(guest.open(g('/proc/count'), O_RDONLY));
    expect(text(guest.read(fd, 4))).toBe('read');
    expect(text(guest.read(fd, 99))).toBe(' 1 times\n');
    expect(told(guest.lseek(fd, -6, SEEK_END))).toBe(7);
    expect(text(guest.pread(fd, 1, 5))).toBe('1');
    expect(text(guest.read(must(guest.open(g('/proc/count'), O_RDONLY)), 99))).toBe('read 2 times\n');
    expect(told(guest.open(g('/proc/count'), O_WRONLY))).toBe('EROFS');
    expect(must(guest.stat(g('/proc/count'))).size).toBe(0);
  });

  it('are told apart in listings', () => {
    const guest = world();
    guest.symlink(g('x'), g('/tmp/l'));
    const types = new Map(must(guest.listDirectory(g('/dev'))).map((line) => [line.name, line.type]));
    expect(types.get('null')).toBe(DT_CHR);
    expect(types.get('..')).toBe(DT_DIR);
    expect(must(guest.listDirectory(g('/proc'))).at(-1)!.type).toBe(DT_REG);
    expect(must(guest.listDirectory(g('/tmp'))).at(-1)!.type).toBe(DT_LNK);
    expect(must(guest.listDirectory(g('/'))).find((line) => line.name === 'dev')).toEqual({
      name: 'dev',
      type: DT_DIR,
      ino: must(guest.stat(g('/dev'))).ino,
    });
  });
});

describe('what a policy judges', () => {
  it('is the canonical place, whether something is there or not', () => {
    const { guest } = makeWorld({
      d: { kind: 'directory', entries: { f: file('') } },
      up: { kind: 'symlink', target: '../' },
      gone: { kind: 'symlink', target: '/tmp/d/new' },
      loop: { kind: 'symlink', target: 'loop' },
    });
    expect(told(guest.locate(g('up/tmp/./d//f'), true))).toEqual({ path: '/tmp/d/f', kind: 'file' });
    expect(told(guest.locate(g('gone'), true))).toEqual({ path: '/tmp/d/new', kind: 'missing' });
    expect(told(guest.locate(g('gone'), false))).toEqual({ path: '/tmp/gone', kind: 'symlink' });
    expect(told(guest.locate(g('up'), false))).toEqual({ path: '/tmp/up', kind: 'symlink' });
    expect(told(guest.locate(g('up/'), false))).toEqual({ path: '/', kind: 'directory' });
    expect(told(guest.locate(g('d/..'), true))).toEqual({ path: '/tmp', kind: 'directory' });
    expect(told(guest.locate(g('loop'), true))).toBe('ELOOP');
    expect(told(guest.locate(g('missing/x'), true))).toBe('ENOENT');
    expect(told(guest.locate(g('d/f/x'), true))).toBe('ENOTDIR');
    expect(told(guest.locate(g(''), true))).toBe('ENOENT');
  });

  it('is spelled in one way, however the bytes were written', () => {
    const { guest } = makeWorld();
    guest.mkdir(g('\u00e9'));
    expect(told(guest.locate(g('\udcc3\udca9'), true))).toEqual({ path: '/tmp/\u00e9', kind: 'directory' });
  });
});
