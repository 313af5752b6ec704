import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } from './abi.ts';
import { invert, type ChangeSet } from './changeSet.ts';
import { anySteps } from './comparison/steps.ts';
import { performStep } from './comparison/virtualRun.ts';
import { Vfs } from './vfs.ts';
import type { InitialTree } from './worldSpec.ts';
import { USER, bytes, g, makeWorld, must, text, told } from './worldFixture.ts';

const start: InitialTree = {
  a: {
    kind: 'directory',
    entries: { b: { kind: 'directory', entries: { 'x.py': { kind: 'file', content: 'deep' } } } },
  },
  c: { kind: 'file', content: 'text of c' },
  d: { kind: 'symlink', target: 'a/b' },
};

/** Every path with what a person would see there. */
function picture(vfs: Vfs): Map<string, string> {
  const seen = new Map<string, string>();
  for (const line of vfs.trusted.snapshot().slice(1)) {
    const content = line.kind === 'file' ? text(vfs.trusted.readFile(line.path)) : (line.target ?? '');
    seen.set(line.path, `${line.mode.toString(8)} ${content}`);
  }
  return seen;
}

function summary(set: ChangeSet): unknown[] {
  return set.changes.map(({ path, before, after }) => [path, before?.kind ?? null, after?.kind ?? null]);
}

describe('the change set', () => {
  it('says what was created, modified and removed', () => {
    const { guest, vfs } = makeWorld(start);
    expect(vfs.trusted.changeSet()).toEqual({ changes: [], unreadable: [] });
    must(guest.write(must(guest.open(g('c'), O_WRONLY | O_TRUNC)), bytes('new')));
    must(guest.write(must(guest.open(g('e'), O_CREAT | O_WRONLY)), bytes('e')));
    must(guest.rename(g('a/b'), g('moved')));
    must(guest.unlink(g('d')));
    must(guest.symlink(g('c'), g('d')));
    const set = vfs.trusted.changeSet();
    expect(summary(set)).toEqual([
      ['/tmp/a/b', 'directory', null],
      ['/tmp/a/b/x.py', 'file', null],
      ['/tmp/c', 'file', 'file'],
      ['/tmp/d', 'symlink', 'symlink'],
      ['/tmp/e', null, 'file'],
      ['/tmp/moved', null, 'directory'],
      ['/tmp/moved/x.py', null, 'file'],
    ]);
    const c = set.changes[2]!;
    if (c.before?.kind !== 'file' || c.after?.kind !== 'file') throw new Error('files');
    expect(Buffer.from(c.before.bytes).toString()).toBe('text of c');
    expect(Buffer.from(c.after.bytes).toString()).toBe('new');
  });

  it('forgets what came back to where it was', () => {
    const { guest, vfs } = makeWorld(start);
    must(guest.rename(g('c'), g('z')));
    must(guest.rename(g('z'), g('c')));
    must(guest.chmod(g('c'), 0o600));
    must(guest.chmod(g('c'), 0o644));
    const fd = must(guest.open(g('c'), O_RDWR));
    must(guest.pwrite(fd, bytes('T'), 0));
    must(guest.pwrite(fd, bytes('t'), 0));
    must(guest.mkdir(g('gone')));
    must(guest.rmdir(g('gone')));
    expect(vfs.trusted.changeSet().changes).toEqual([]);
  });

  it('counts from the last baseline', () => {
    const { guest, vfs } = makeWorld(start);
    must(guest.mkdir(g('one')));
    vfs.markBaseline();
    must(guest.mkdir(g('two')));
    expect(summary(vfs.trusted.changeSet())).toEqual([['/tmp/two', null, 'directory']]);
    expect(
      must(vfs.trusted.list(g('/tmp')))
        .filter((line) => line.changed)
        .map((line) => line.name),
    ).toEqual(['two']);
  });

  it('can be undone and done again, whatever happened', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const mount = { at: g('/'), kind: 'memory', writeMode: 'read-write', owner: USER } as const;
        const vfs = new Vfs({ mounts: [{ ...mount, entries: start }] });
        const guest = must(vfs.guest(USER));
        const then = picture(vfs);
        for (const step of steps) performStep(guest, step);
        const now = picture(vfs);
        const set = vfs.trusted.changeSet();
        expect(vfs.trusted.apply(invert(set))).toEqual([]);
        expect(picture(vfs)).toEqual(then);
        expect(summary(vfs.trusted.changeSet())).toEqual([]);
        expect(vfs.trusted.apply(set)).toEqual([]);
        expect(picture(vfs)).toEqual(now);
      }),
      { numRuns: 300 },
    );
  });

  it('tells what could not be put back, and goes on', () => {
    const { guest, vfs } = makeWorld(start, { limits: { totalBytes: 13 } });
    must(guest.unlink(g('c')));
    must(guest.unlink(g('d')));
    const undo = invert(vfs.trusted.changeSet());
    must(guest.write(must(guest.open(g('fill'), O_CREAT | O_WRONLY)), bytes('123456789')));
    expect(vfs.trusted.apply(undo)).toEqual([
      { path: '/tmp/c', errno: 'ENOSPC' },
      { path: '/tmp/d', errno: 'ENOSPC' },
    ]);
    expect(told(guest.stat(g('c')))).toBe('ENOENT');
  });
});
