/** Inputs made to break a lookup, a listing or the server's memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { O_CREAT, O_RDWR, O_WRONLY } from './abi.ts';
import type { Result } from './result.ts';
import { g, makeWorld, must, names, told } from './worldFixture.ts';

/** Far above what these take, far below what quadratic work would. */
const PATIENCE_MS = 5_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of the heap that are really held. */
function heldHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

describe('hostile input', () => {
  it('refuses a path of a million components by its length', () => {
    const { guest, hits } = makeWorld();
    const path = g('a/'.repeat(1_000_000));
    const took = timed(() => {
      const outcomes: Result<unknown>[] = [
        guest.stat(path),
        guest.open(path, O_CREAT | O_RDWR),
        guest.mkdir(path),
        guest.rename(path, path),
        guest.symlink(path, g('l')),
        guest.symlink(g('x'), path),
        guest.locate(path, true),
        guest.chdir(path),
      ];
      for (const outcome of outcomes) expect(told(outcome)).toBe('ENAMETOOLONG');
    });
    expect(took).toBeLessThan(PATIENCE_MS);
    expect(hits.length).toBe(1);
    expect(hits[0]!.detail.length).toBeLessThan(100);
  });

  it('counts bytes, not characters', () => {
    const { guest } = makeWorld();
    expect(told(guest.mkdir(g('€'.repeat(85))))).toBeUndefined();
    expect(told(guest.mkdir(g('€'.repeat(86))))).toBe('ENAMETOOLONG');
    expect(told(guest.mkdir(g('\udcff'.repeat(255))))).toBeUndefined();
    expect(told(guest.mkdir(g('\udcff'.repeat(256))))).toBe('ENAMETOOLONG');
    expect(told(guest.stat(g(`${'./'.repeat(2000)}${'€'.repeat(32)}`)))).toBe('ENAMETOOLONG');
  });

  it('takes any name that Linux takes', () => {
    const { guest } = makeWorld();
    const odd = [
      'new\nline',
      ' ',
      '-rf',
      '...',
      '\\',
      '*',
      '__proto__',
      'constructor',
      '\u202egnp.exe',
      '\udcff\udc80',
    ];
    for (const name of odd) must(guest.mkdir(g(name)));
    expect(names(guest, g('.'))).toEqual([...odd].sort());
    expect(told(guest.stat(g('toString')))).toBe('ENOENT');
    expect(told(guest.stat(g('a\0b')))).toBe('EINVAL');
    for (const name of odd) must(guest.rmdir(g(name)));
  });

  it('cannot be made to follow links for ever', () => {
    const { guest } = makeWorld();
    must(guest.symlink(g('b'), g('a')));
    must(guest.symlink(g('a'), g('b')));
    must(guest.symlink(g('d/d/d/d/d/d'), g('d')));
    must(guest.symlink(g(`${'./'.repeat(2000)}e`), g('e')));
    const took = timed(() => {
      for (const name of ['a', 'a/x', 'd', 'd/d', 'e']) {
        expect(told(guest.stat(g(name)))).toBe('ELOOP');
        expect(told(guest.open(g(name), O_CREAT | O_WRONLY))).toBe('ELOOP');
        expect(told(guest.locate(g(name), true))).toBe('ELOOP');
        expect(told(guest.realpath(g(name)))).toBe('ELOOP');
      }
    });
    expect(took).toBeLessThan(PATIENCE_MS);
  });

  it('bears 10,000 nested directories', () => {
    const { guest, vfs } = makeWorld({}, { limits: { files: 20_000 } });
    const took = timed(() => {
      for (let depth = 0; depth < 10_000; depth++) {
        must(guest.mkdir(g('d')));
        must(guest.chdir(g('d')));
      }
      const fd = must(guest.open(g('f'), O_CREAT | O_RDWR));
      for (let write = 0; write < 1000; write++) must(guest.write(fd, new Uint8Array(10)));
      expect(guest.label(fd)).toBeNull();
      expect(told(guest.getcwd())).toBe('ENAMETOOLONG');
      must(guest.stat(g('..')));
      expect(told(guest.rename(g('/tmp/d'), g('x')))).toBe('EINVAL');
      // What is told to a person ends where paths end.
      const set = vfs.trusted.changeSet();
      expect(set.changes.length).toBe(2045);
      expect(set.unreadable.map(({ errno }) => errno)).toEqual(['ENAMETOOLONG']);
      expect(vfs.trusted.snapshot().length).toBe(2 + 2046);
      vfs.takeChanges();
      must(vfs.trusted.remove(g('/tmp/d')));
    });
    expect(told(guest.getcwd())).toBe('ENOENT');
    expect(vfs.usage().files).toBe(1);
    expect(took).toBeLessThan(PATIENCE_MS);
  });

  it('bears 100,000 files in one directory', () => {
    const { guest, vfs } = makeWorld({}, { limits: { files: 150_000 } });
    const before = heldHeap();
    const took = timed(() => {
      for (let at = 0; at < 100_000; at++) {
        guest.close(must(guest.open(g(`/tmp/file${at}`), O_CREAT | O_WRONLY)));
      }
      expect(must(guest.listDirectory(g('.'))).length).toBe(100_002);
      expect(vfs.takeChanges()).toEqual([{ kind: 'reset' }]);
    });
    expect(heldHeap() - before).toBeLessThan(100 * 1024 * 1024);
    expect(took).toBeLessThan(PATIENCE_MS);
    expect(
      timed(() => {
        for (let at = 0; at < 100_000; at++) must(guest.unlink(g(`file${at}`)));
      }),
    ).toBeLessThan(PATIENCE_MS);
    expect(vfs.usage().files).toBe(1);
  });

  it('does not keep a long path alive for each short name', () => {
    const { guest } = makeWorld({}, { limits: { files: 50_000 } });
    const way = './'.repeat(1900);
    const before = heldHeap();
    for (let at = 0; at < 8_000; at++) must(guest.mkdir(g(`${way}directory-number-${at}`)));
    // 8,000 paths of 3,800 characters would be 30 MB.
    expect(heldHeap() - before).toBeLessThan(20 * 1024 * 1024);
    expect(names(guest, g('.')).length).toBe(8_000);
  });

  it('allocates nothing for files that are only large in name', () => {
    const { guest } = makeWorld();
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 0; at < 4; at++) {
      const fd = must(guest.open(g(`sparse${at}`), O_CREAT | O_RDWR));
      must(guest.ftruncate(fd, 8 * 1024 * 1024));
      must(guest.pwrite(fd, new Uint8Array(1), 12 * 1024 * 1024));
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 1024 * 1024);
  });

  it('appends a large file in small pieces without copying it each time', () => {
    const { guest } = makeWorld();
    const fd = must(guest.open(g('log'), O_CREAT | O_WRONLY));
    const piece = new Uint8Array(64);
    expect(
      timed(() => {
        for (let at = 0; at < 250_000; at++) must(guest.write(fd, piece));
      }),
    ).toBeLessThan(PATIENCE_MS);
    expect(must(guest.fstat(fd)).size).toBe(16_000_000);
  });
});
