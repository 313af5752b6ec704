import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY, S_IFLNK, S_IFMT } from './abi.ts';
import { HostFolder, type HostFolderOptions } from './hostFolder.ts';
import { hostPath } from '../paths.ts';
import { USER, bytes, g, makeWorld, must, names, text, told, type World } from './worldFixture.ts';

let base: string;
let inside: string;
const open: HostFolder[] = [];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'sandtable-host-'));
  inside = join(base, 'inside');
  mkdirSync(join(inside, 'sub'), { recursive: true });
  mkdirSync(join(base, 'outside'));
  writeFileSync(join(base, 'outside', 'secret'), 'SECRET');
  writeFileSync(join(inside, 'file.py'), 'print(1)\n');
  writeFileSync(join(inside, 'sub', 'deep.txt'), 'deep');
});

afterEach(() => {
  for (const folder of open.splice(0)) folder.close();
  rmSync(base, { recursive: true, force: true });
});

function folderOf(path = inside, options: HostFolderOptions = {}): HostFolder {
  const opened = HostFolder.open(hostPath(path), options);
  if (!opened.ok) throw new Error(opened.errno);
  open.push(opened.folder);
  return opened.folder;
}

function worldOf(kind: 'host' | 'overlay', folder = folderOf(), limits = {}): World {
  const writeMode = kind === 'host' ? 'read-only' : 'read-write';
  return makeWorld({}, { more: [{ at: g('/real'), kind, writeMode, folder, owner: USER }], limits });
}

function contents(world: World, path: string): string {
  return text(world.vfs.trusted.readFile(g(path)));
}

describe('a folder of the machine, read-only', () => {
  it('shows what is in it', () => {
    utimesSync(join(inside, 'file.py'), 1_000, 1_234.5);
    chmodSync(join(inside, 'sub', 'deep.txt'), 0o4751);
    const { guest } = worldOf('host');
    expect(names(guest, g('/real'))).toEqual(['file.py', 'sub']);
    const fd = must(guest.open(g('/real/sub/../file.py'), O_RDONLY));
    expect(text(guest.read(fd, 5))).toBe('print');
    expect(text(guest.pread(fd, 99, 5))).toBe('(1)\n');
    const stat = must(guest.fstat(fd));
    expect(stat).toMatchObject({ size: 9, mtimeSec: 1234, mtimeNsec: 500_000_000, nlink: 1, mode: 0o100644 });
    expect(must(guest.stat(g('/real/sub/deep.txt'))).mode).toBe(0o100755);
    expect(must(guest.stat(g('/real'))).nlink).toBe(3);
    expect(must(guest.stat(g('/real/file.py'))).ino).toBe(stat.ino);
    expect(told(guest.open(g('/real/missing'), O_RDONLY))).toBe('ENOENT');
    expect(told(guest.open(g('/real/file.py'), O_RDWR))).toBe('EROFS');
    expect(told(guest.unlink(g('/real/file.py')))).toBe('EROFS');
  });

  it('is never written, whatever is asked', () => {
    const world = makeWorld(
      {},
      {
        more: [{ at: g('/real'), kind: 'host', writeMode: 'read-write', folder: folderOf(), owner: USER }],
      },
    );
    expect(told(world.guest.open(g('/real/file.py'), O_WRONLY))).toBe('EROFS');
    expect(told(world.guest.open(g('/real/new'), O_CREAT | O_WRONLY))).toBe('EROFS');
    expect(told(world.vfs.trusted.writeFile(g('/real/file.py'), bytes('x')))).toBe('EROFS');
    expect(told(world.vfs.trusted.remove(g('/real/sub')))).toBe('EROFS');
    expect(readdirSync(inside).sort()).toEqual(['file.py', 'sub']);
  });

  it('is not left by any link', () => {
    const escapes: Record<string, string> = {
      up: '../outside/secret',
      absolute: join(base, 'outside', 'secret'),
      passwd: '/etc/passwd',
      folder: '../outside',
      sneaky: 'sub/../../outside/secret',
      parent: '..',
      root: '/',
    };
    for (const [name, target] of Object.entries(escapes)) symlinkSync(target, join(inside, name));
    symlinkSync('../folder/secret', join(inside, 'sub', 'chain'));
    for (const kind of ['host', 'overlay'] as const) {
      const { guest } = worldOf(kind);
      for (const name of Object.keys(escapes)) {
        expect(told(guest.open(g(`/real/${name}`), O_RDONLY)), name).toBe('EACCES');
        expect(told(guest.stat(g(`/real/${name}/secret`))), name).toBe('EACCES');
        expect(told(guest.readlink(g(`/real/${name}`))), name).toBe('EACCES');
        expect(must(guest.lstat(g(`/real/${name}`)))).toMatchObject({ size: 0 });
        expect(must(guest.lstat(g(`/real/${name}`))).mode & S_IFMT).toBe(S_IFLNK);
      }
      expect(told(guest.open(g('/real/sub/chain'), O_RDONLY))).toBe('EACCES');
    }
  });

  it('follows links that stay inside', () => {
    symlinkSync('file.py', join(inside, 'near'));
    symlinkSync('../file.py', join(inside, 'sub', 'above'));
    symlinkSync(join(inside, 'sub'), join(inside, 'absolute'));
    symlinkSync(join(inside, 'file.py'), join(inside, 'sub', 'back'));
    symlinkSync('dangling-but-inside', join(inside, 'dangling'));
    const { guest } = worldOf('host');
    expect(told(guest.readlink(g('/real/near')))).toBe('file.py');
    expect(told(guest.readlink(g('/real/absolute')))).toBe('sub');
    expect(told(guest.readlink(g('/real/sub/back')))).toBe('../file.py');
    expect(told(guest.realpath(g('/real/absolute/above')))).toBe('/real/file.py');
    expect(told(guest.realpath(g('/real/absolute/back')))).toBe('/real/file.py');
    expect(told(guest.stat(g('/real/dangling')))).toBe('ENOENT');
  });

  it('does not follow a directory or file that becomes a link behind its back', () => {
    const { guest, vfs } = worldOf('host');
    names(guest, g('/real'));
    const fd = must(guest.open(g('/real/file.py'), O_RDONLY));
    renameSync(join(inside, 'sub'), join(inside, 'old'));
    symlinkSync('../outside', join(inside, 'sub'));
    rmSync(join(inside, 'file.py'));
    symlinkSync('../outside/secret', join(inside, 'file.py'));
    expect(told(guest.listDirectory(g('/real/sub')))).toMatch(/^(ENOTDIR|ELOOP)$/);
    expect(told(guest.open(g('/real/sub/secret'), O_RDONLY))).toMatch(/^(ENOTDIR|ELOOP)$/);
    expect(told(guest.read(fd, 99))).toBe('ELOOP');
    expect(told(vfs.trusted.readFile(g('/real/file.py')))).toBe('ELOOP');
  });

  it('does not serve another file under an old name', () => {
    const { guest } = worldOf('host');
    const fd = must(guest.open(g('/real/file.py'), O_RDONLY));
    writeFileSync(join(inside, 'new.py'), 'print(2)\n');
    renameSync(join(inside, 'new.py'), join(inside, 'file.py'));
    expect(told(guest.read(fd, 99))).toBe('ESTALE');
  });

  it('leaves out pipes, sockets and devices, and does not hang on them', () => {
    execFileSync('/usr/bin/mkfifo', [join(inside, 'fifo')]);
    const { guest } = worldOf('host');
    expect(names(guest, g('/real'))).toEqual(['file.py', 'sub']);
    expect(told(guest.open(g('/real/fifo'), O_RDONLY))).toBe('ENOENT');
    rmSync(join(inside, 'file.py'));
    execFileSync('/usr/bin/mkfifo', [join(inside, 'file.py')]);
    expect(told(guest.read(must(guest.open(g('/real/file.py'), O_RDONLY)), 9))).toBe('ESTALE');
  });

  it('leaves out what the operator excluded', () => {
    for (const name of ['a.pyc', 'A.PYC', 'b.pyo', '.git', 'x.py~', 'c+d', 'cd'])
      writeFileSync(join(inside, name), '');
    mkdirSync(join(inside, '__pycache__'));
    const { guest } = worldOf(
      'host',
      folderOf(inside, { exclude: ['*.pyc', '*.py?', '.*', '__pycache__', '*~', 'c+d'] }),
    );
    expect(names(guest, g('/real'))).toEqual(['b.pyo', 'cd', 'file.py', 'sub']);
    expect(told(guest.stat(g('/real/__pycache__')))).toBe('ENOENT');
  });

  it('keeps names that are no text', () => {
    const name = Buffer.concat([Buffer.from(`${inside}/`), Buffer.from([0x61, 0xff])]);
    writeFileSync(name, 'bytes');
    const { guest } = worldOf('host');
    expect(names(guest, g('/real'))).toContain('a\udcff');
    expect(text(guest.read(must(guest.open(g('/real/a\udcff'), O_RDONLY)), 9))).toBe('bytes');
  });

  it('reads the disk once for all runs', () => {
    const folder = folderOf();
    expect(contents(worldOf('host', folder), '/real/file.py')).toBe('print(1)\n');
    rmSync(inside, { recursive: true });
    const later = worldOf('host', folder);
    expect(contents(later, '/real/file.py')).toBe('print(1)\n');
    expect(told(later.vfs.trusted.readFile(g('/real/sub/deep.txt')))).not.toBe('deep');
  });

  it('has the same names, order and numbers whatever is looked at first', () => {
    for (const name of ['a', 'm', 'z']) writeFileSync(join(inside, name), name);
    const lines = ({ guest }: World) => must(guest.listDirectory(g('/real')));
    const listed = worldOf('host');
    const before = lines(listed);
    const looked = worldOf('host');
    expect(contents(looked, '/real/z')).toBe('z');
    expect(told(looked.guest.stat(g('/real/none')))).toBe('ENOENT');
    expect(contents(looked, '/real/sub/deep.txt')).toBe('deep');
    const ino = must(looked.guest.stat(g('/real/z'))).ino;
    expect(must(looked.guest.stat(g('/real'))).nlink).toBe(must(listed.guest.stat(g('/real'))).nlink);
    expect(lines(looked)).toEqual(before);
    expect(before.map(({ name }) => name)).toEqual(['.', '..', 'a', 'file.py', 'm', 'sub', 'z']);
    expect(before.find(({ name }) => name === 'z')?.ino).toBe(ino);
  });

  it('tells what is wrong with a folder that cannot be opened', () => {
    expect(HostFolder.open(hostPath(join(base, 'missing')))).toEqual({ ok: false, errno: 'ENOENT' });
    expect(HostFolder.open(hostPath(join(inside, 'file.py')))).toEqual({ ok: false, errno: 'ENOTDIR' });
    expect(() => hostPath('relative')).toThrow();
    const folder = folderOf();
    folder.close();
    folder.close();
    expect(folder.list([])).toBe('EIO');
  });
});

describe('an overlay on a folder of the machine', () => {
  const onDisk = () => readFileSync(join(inside, 'file.py'), 'utf8');

  it('keeps writes to itself', () => {
    const world = worldOf('overlay');
    const { guest, vfs } = world;
    const fd = must(guest.open(g('/real/file.py'), O_WRONLY | O_APPEND));
    must(guest.write(fd, bytes('print(2)\n')));
    must(guest.open(g('/real/sub/new'), O_CREAT | O_WRONLY));
    must(guest.unlink(g('/real/sub/deep.txt')));
    must(guest.rename(g('/real/sub'), g('/real/moved')));
    must(guest.chmod(g('/real/file.py'), 0o600));
    expect(contents(world, '/real/file.py')).toBe('print(1)\nprint(2)\n');
    expect(names(guest, g('/real'))).toEqual(['file.py', 'moved']);
    expect(names(guest, g('/real/moved'))).toEqual(['new']);
    expect(onDisk()).toBe('print(1)\n');
    expect(readdirSync(inside).sort()).toEqual(['file.py', 'sub']);
    expect(readdirSync(join(inside, 'sub'))).toEqual(['deep.txt']);
    expect(
      vfs.trusted.changeSet().changes.map(({ path, before, after }) => [path, before?.kind, after?.kind]),
    ).toEqual([
      ['/real/file.py', 'file', 'file'],
      ['/real/moved', undefined, 'directory'],
      ['/real/moved/new', undefined, 'file'],
      ['/real/sub', 'directory', undefined],
      ['/real/sub/deep.txt', 'file', undefined],
    ]);
  });

  it('lists what is new after what was there, although nobody had looked at that', () => {
    const world = worldOf('overlay');
    const { guest, vfs } = world;
    must(vfs.trusted.writeFile(g('/real/added'), bytes('a')));
    must(vfs.trusted.writeFile(g('/real/file.py'), bytes('other')));
    must(guest.unlink(g('/real/added')));
    must(vfs.trusted.writeFile(g('/real/again'), bytes('b')));
    expect(must(guest.listDirectory(g('/real'))).map(({ name }) => name)).toEqual([
      '.',
      '..',
      'file.py',
      'sub',
      'again',
    ]);
    expect(contents(world, '/real/file.py')).toBe('other');
    expect(told(guest.stat(g('/real/added')))).toBe('ENOENT');
  });

  it('compares with the world as whoever made it had filled it in', () => {
    const folder = folderOf();
    const { vfs, guest } = makeWorld(
      {},
      {
        more: [{ at: g('/real'), kind: 'overlay', writeMode: 'read-write', folder, owner: USER }],
        baseline: 'later',
      },
    );
    must(vfs.trusted.writeFile(g('/real/added'), bytes('a')));
    must(vfs.trusted.writeFile(g('/real/sub/deep.txt'), bytes('other')));
    vfs.markBaseline();
    expect(vfs.trusted.changeSet()).toEqual({ changes: [], unreadable: [] });
    expect(vfs.trusted.list(g('/real'))).toMatchObject({
      value: ['added', 'file.py', 'sub'].map((name) => ({ name, changed: false })),
    });
    must(guest.unlink(g('/real/file.py')));
    expect(vfs.trusted.changeSet().changes.map(({ path, after }) => [path, after])).toEqual([
      ['/real/file.py', null],
    ]);
  });

  it('charges a file when it is first written, in full', () => {
    writeFileSync(join(inside, 'big'), 'x'.repeat(1000));
    const world = worldOf('overlay', folderOf(), { totalBytes: 1500 });
    const { guest, vfs } = world;
    const start = vfs.usage();
    expect(start.bytes).toBe(0);
    expect(contents(world, '/real/big').length).toBe(1000);
    expect(vfs.usage()).toEqual(start);
    must(guest.pwrite(must(guest.open(g('/real/big'), O_WRONLY)), bytes('y'), 0));
    expect(vfs.usage().bytes).toBe(1000);
    must(guest.truncate(g('/real/big'), 10));
    expect(vfs.usage().bytes).toBe(10);
    must(guest.open(g('/real/file.py'), O_WRONLY | O_TRUNC));
    expect(vfs.usage()).toMatchObject({ bytes: 10, files: start.files });
    must(guest.unlink(g('/real/file.py')));
    must(guest.unlink(g('/real/sub/deep.txt')));
    must(guest.rmdir(g('/real/sub')));
    expect(vfs.usage().files).toBe(start.files);
  });

  it('refuses the first write to a file that is larger than what is left', () => {
    writeFileSync(join(inside, 'big'), 'x'.repeat(1000));
    const { guest, vfs, hits } = worldOf('overlay', folderOf(), { totalBytes: 999 });
    const fd = must(guest.open(g('/real/big'), O_RDWR));
    expect(told(guest.pwrite(fd, bytes('y'), 0))).toBe('ENOSPC');
    expect(told(guest.ftruncate(fd, 1000))).toBeUndefined();
    expect(text(guest.pread(fd, 3, 0))).toBe('xxx');
    expect(vfs.usage().bytes).toBe(0);
    expect(hits.map((hit) => hit.limit)).toEqual(['totalBytes']);
  });

  it('keeps the modes of the disk, so that a student sees what the file is', () => {
    chmodSync(join(inside, 'file.py'), 0o444);
    const { guest } = worldOf('overlay');
    expect(must(guest.stat(g('/real/file.py'))).mode & 0o777).toBe(0o444);
    expect(told(guest.open(g('/real/file.py'), O_WRONLY))).toBe('EACCES');
  });
});
