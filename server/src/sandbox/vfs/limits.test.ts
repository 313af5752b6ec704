import { describe, expect, it } from 'vitest';
import { O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY, SEEK_SET } from './abi.ts';
import { DEFAULT_VFS_LIMITS, MAX_VFS_LIMITS, resolveLimits } from './limits.ts';
import { bytes, g, makeWorld, must, text, told } from './worldFixture.ts';

describe('limits', () => {
  it('are clamped to what the platform allows', () => {
    expect(resolveLimits()).toEqual(DEFAULT_VFS_LIMITS);
    expect(resolveLimits({ totalBytes: 1e15, files: -4, descriptors: 3.9, fileBytes: NaN })).toEqual({
      ...DEFAULT_VFS_LIMITS,
      totalBytes: MAX_VFS_LIMITS.totalBytes,
      files: 0,
      descriptors: 3,
    });
  });

  it('cut a write at the size of a file, then refuse', () => {
    const { guest, hits } = makeWorld({}, { limits: { fileBytes: 10 } });
    const fd = must(guest.open(g('f'), O_CREAT | O_RDWR));
    expect(told(guest.write(fd, bytes('0123456789abc')))).toBe(10);
    expect(told(guest.write(fd, bytes('x')))).toBe('EFBIG');
    expect(told(guest.pwrite(fd, bytes('x'), 2 ** 50))).toBe('EFBIG');
    expect(told(guest.ftruncate(fd, 11))).toBe('EFBIG');
    expect(told(guest.pwrite(fd, bytes('X'), 9))).toBe(1);
    expect(text(guest.pread(fd, 99, 0))).toBe('012345678X');
    expect(hits).toEqual([{ limit: 'fileBytes', value: 10, detail: '/tmp/f' }]);
  });

  it('count all files together, with what seeking skipped', () => {
    const { guest, vfs, hits } = makeWorld(
      { a: { kind: 'file', content: 'x'.repeat(40) } },
      { limits: { totalBytes: 100 } },
    );
    expect(vfs.usage().bytes).toBe(40);
    const fd = must(guest.open(g('f'), O_CREAT | O_RDWR));
    must(guest.lseek(fd, 49, SEEK_SET));
    expect(told(guest.write(fd, bytes('y')))).toBe(1);
    expect(vfs.usage().bytes).toBe(90);
    expect(told(guest.write(fd, bytes('z'.repeat(20))))).toBe(10);
    expect(told(guest.write(fd, bytes('z')))).toBe('ENOSPC');
    expect(told(guest.truncate(g('a'), 41))).toBe('ENOSPC');
    expect(told(guest.symlink(g('t'), g('l')))).toBe('ENOSPC');
    expect(told(guest.pwrite(fd, bytes('still'), 0))).toBe(5);
    guest.truncate(g('a'), 0);
    expect(vfs.usage().bytes).toBe(60);
    expect(told(guest.write(fd, bytes('z')))).toBe(1);
    expect(hits.map((hit) => hit.limit)).toEqual(['totalBytes']);
  });

  it('give back what is removed, when its last descriptor closes', () => {
    const { guest, vfs } = makeWorld({}, { limits: { totalBytes: 100 } });
    const start = vfs.usage();
    const fd = must(guest.open(g('f'), O_CREAT | O_RDWR));
    const copy = must(guest.dup(fd));
    must(guest.write(fd, bytes('x'.repeat(100))));
    guest.link(g('f'), g('g'));
    guest.unlink(g('f'));
    guest.unlink(g('g'));
    expect(vfs.usage().bytes).toBe(100);
    expect(told(guest.open(g('h'), O_CREAT | O_WRONLY))).toBe(2);
    expect(told(guest.write(must(guest.open(g('h'), O_WRONLY)), bytes('x')))).toBe('ENOSPC');
    guest.close(fd);
    expect(vfs.usage().bytes).toBe(100);
    guest.close(copy);
    expect(vfs.usage().bytes).toBe(0);
    guest.unlink(g('h'));
    guest.closeAll();
    expect(vfs.usage()).toEqual(start);
  });

  it('count a file that is replaced by rename or emptied by open', () => {
    const { guest, vfs } = makeWorld({
      a: { kind: 'file', content: 'aaaa' },
      b: { kind: 'file', content: 'bb' },
    });
    must(guest.rename(g('a'), g('b')));
    expect(vfs.usage().bytes).toBe(4);
    must(guest.open(g('b'), O_WRONLY | O_TRUNC));
    expect(vfs.usage().bytes).toBe(0);
  });

  it('count names, hard links among them', () => {
    const { guest, hits, vfs } = makeWorld({}, { limits: { files: 4 } });
    expect(vfs.usage().files).toBe(1);
    must(guest.mkdir(g('d')));
    must(guest.open(g('f'), O_CREAT));
    must(guest.link(g('f'), g('h')));
    expect(told(guest.link(g('f'), g('i')))).toBe('ENOSPC');
    expect(told(guest.mkdir(g('e')))).toBe('ENOSPC');
    expect(told(guest.open(g('e'), O_CREAT))).toBe('ENOSPC');
    expect(told(guest.symlink(g('f'), g('e')))).toBe('ENOSPC');
    expect(told(guest.rename(g('f'), g('d/f')))).toBeUndefined();
    must(guest.unlink(g('h')));
    expect(told(guest.mkdir(g('e')))).toBeUndefined();
    expect(hits).toEqual([{ limit: 'files', value: 4, detail: '/tmp/i' }]);
  });

  it('count symbolic links and their text', () => {
    const { guest, vfs, hits } = makeWorld({}, { limits: { symlinks: 2 } });
    must(guest.symlink(g('1234'), g('a')));
    must(guest.symlink(g('\u00e9'), g('b')));
    expect(vfs.usage()).toMatchObject({ bytes: 6, symlinks: 2 });
    expect(told(guest.symlink(g('x'), g('c')))).toBe('EDQUOT');
    must(guest.unlink(g('a')));
    must(guest.symlink(g('x'), g('c')));
    must(guest.rename(g('b'), g('c')));
    expect(vfs.usage()).toMatchObject({ bytes: 2, symlinks: 1 });
    expect(hits.map((hit) => hit.limit)).toEqual(['symlinks']);
  });

  it('hold for descriptors', () => {
    const { guest, hits } = makeWorld({ f: { kind: 'file', content: '' } }, { limits: { descriptors: 2 } });
    must(guest.open(g('f'), O_RDONLY));
    must(guest.open(g('f'), O_RDONLY));
    expect(told(guest.open(g('f'), O_RDONLY))).toBe('EMFILE');
    expect(told(guest.open(g('missing'), O_RDONLY))).toBe('EMFILE');
    expect(told(guest.open(g(''), O_RDONLY))).toBe('ENOENT');
    expect(told(guest.open(g('new'), O_CREAT | O_APPEND | O_WRONLY))).toBe('EMFILE');
    expect(told(guest.stat(g('new')))).toBe('ENOENT');
    expect(hits.map((hit) => hit.limit)).toEqual(['descriptors']);
  });

  it('hold for the person too, and then nothing is half written', () => {
    const { vfs } = makeWorld({ f: { kind: 'file', content: 'old' } }, { limits: { totalBytes: 10 } });
    expect(told(vfs.trusted.writeFile(g('/tmp/f'), bytes('x'.repeat(11))))).toBe('ENOSPC');
    expect(text(vfs.trusted.readFile(g('/tmp/f')))).toBe('old');
    expect(told(vfs.trusted.writeFile(g('/tmp/g'), bytes('x'.repeat(11))))).toBe('ENOSPC');
    expect(told(vfs.trusted.stat(g('/tmp/g')))).toBe('ENOENT');
    expect(vfs.usage().bytes).toBe(3);
    must(vfs.trusted.writeFile(g('/tmp/g'), bytes('x'.repeat(7))));
  });
});
