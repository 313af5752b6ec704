import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { O_CREAT, O_RDWR, O_WRONLY } from './abi.ts';
import type { VfsChange } from './changeFeed.ts';
import { anySteps } from './comparison/steps.ts';
import { performStep } from './comparison/virtualRun.ts';
import type { FileLine } from './trustedFiles.ts';
import { Vfs } from './vfs.ts';
import { USER, bytes, g, makeWorld, must } from './worldFixture.ts';

describe('the change feed', () => {
  it('tells once that there is something, and merges writes', () => {
    let announced = 0;
    const { guest, vfs } = makeWorld({}, { onChange: () => (announced += 1) });
    expect(vfs.takeChanges()).toEqual([]);
    const fd = must(guest.open(g('f'), O_CREAT | O_RDWR));
    for (let at = 0; at < 1000; at++) must(guest.write(fd, bytes('12345')));
    must(guest.chmod(g('f'), 0o600));
    must(guest.rename(g('f'), g('h')));
    must(guest.mkdir(g('d')));
    expect(announced).toBe(1);
    expect(vfs.takeChanges()).toEqual([
      { kind: 'create', path: '/tmp/f' },
      { kind: 'rename', path: '/tmp/f', to: '/tmp/h' },
      { kind: 'mkdir', path: '/tmp/d' },
      { kind: 'write', path: '/tmp/h', size: 5000 },
      { kind: 'attributes', path: '/tmp/h' },
    ]);
    expect(vfs.takeChanges()).toEqual([]);
    must(guest.unlink(g('h')));
    must(guest.write(fd, bytes('nobody sees this')));
    expect(announced).toBe(2);
    expect(vfs.takeChanges()).toEqual([{ kind: 'remove', path: '/tmp/h' }]);
  });

  it('says nothing of what only looked', () => {
    let announced = 0;
    const { guest } = makeWorld({ f: { kind: 'file', content: 'x' } }, { onChange: () => (announced += 1) });
    must(guest.stat(g('f')));
    must(guest.read(must(guest.open(g('f'), O_RDWR)), 5));
    must(guest.listDirectory(g('.')));
    guest.open(g('missing'), O_WRONLY);
    guest.unlink(g('missing'));
    expect(announced).toBe(0);
  });

  it('leads from any older listing to the present one', () => {
    const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 4 });
    fc.assert(
      fc.property(anySteps, cuts, (steps, drains) => {
        const mount = { at: g('/'), kind: 'memory', writeMode: 'read-write', owner: USER } as const;
        const vfs = new Vfs({ mounts: [mount] });
        const guest = must(vfs.guest(USER));
        const seen = new Map<string, number>();
        steps.forEach((step, at) => {
          performStep(guest, step);
          if (drains.includes(at)) replay(seen, vfs.takeChanges());
        });
        replay(seen, vfs.takeChanges());
        expect(seen).toEqual(listing(vfs.trusted.snapshot()));
      }),
      { numRuns: 300 },
    );
  });
});

/** Path to size; -1 for what has no size that is told. */
function listing(lines: readonly FileLine[]): Map<string, number> {
  const known = new Map<string, number>();
  for (const line of lines.slice(1)) known.set(line.path, line.kind === 'file' ? line.size : 0);
  return known;
}

/** What a page does with a drained list. It does not know links from files, so a link has size 0, as in `listing`. */
function replay(seen: Map<string, number>, changes: readonly VfsChange[]): void {
  for (const change of changes) {
    switch (change.kind) {
      case 'create':
      case 'mkdir':
        seen.set(change.path, 0);
        break;
      case 'remove':
        seen.delete(change.path);
        break;
      case 'rename':
        seen.delete(change.to);
        for (const [path, size] of [...seen]) {
          if (path !== change.path && !path.startsWith(`${change.path}/`)) continue;
          seen.delete(path);
          seen.set(change.to + path.slice(change.path.length), size);
        }
        break;
      case 'write':
        seen.set(change.path, change.size);
        break;
      case 'attributes':
        expect(seen.has(change.path) || change.path === '/').toBe(true);
        break;
      case 'reset':
        throw new Error('these sequences are short');
    }
  }
}
