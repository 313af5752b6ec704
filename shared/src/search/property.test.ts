import { describe, expect, it } from 'vitest';
import { claimWords, forbids, parseProperty } from './property.ts';

function problems(value: unknown): readonly string[] {
  const parsed = parseProperty(value);
  return parsed.ok ? [] : parsed.problems;
}

function forbidden(value: unknown): (path: string) => boolean {
  const parsed = parseProperty(value);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return forbids(parsed.property.claim);
}

describe('a property', () => {
  it('is one of four kinds, and says what it means', () => {
    const said = [
      { never: { access: 'write', outside: '/tmp' } },
      { never: { access: 'read', inside: ['/a', '/b/**'] } },
      { unchanged: '/tmp/config.ini' },
      { unread: '/secret' },
      { flow: { from: '/secret', to: ['socket', '/tmp/out'] } },
      { unread: '/secret', says: 'Leave it alone.' },
    ].map((value) => {
      const parsed = parseProperty(value);
      return parsed.ok ? parsed.property.says : parsed.problems;
    });
    expect(said).toEqual([
      'Nothing outside /tmp is ever opened for writing or changed.',
      'Nothing inside /a or /b/** is ever read.',
      '/tmp/config.ini is never changed, removed, renamed or replaced.',
      'Nothing of /secret is ever read.',
      'No bytes of /secret ever reach socket or /tmp/out.',
      'Leave it alone.',
    ]);
  });

  it('takes a place without a sign of a glob for all that is below it, and no more', () => {
    const outside = forbidden({ never: { access: 'write', outside: '/tmp/' } });
    expect(
      ['/tmp', '/tmp/a/b', '/tmpevil', '/data/x', '/', '/dev/null', '/bin/x', '<stdout>'].map(outside),
    ).toEqual([false, false, true, true, true, false, false, false]);
    const inside = forbidden({ unread: '/data/*.csv' });
    expect(['/data/a.csv', '/data/b/a.csv', '/data'].map(inside)).toEqual([true, false, false]);
  });

  it('flows to the terminal and to sockets unless it says where', () => {
    const parsed = parseProperty({ flow: { from: '/secret' } });
    expect(parsed.ok && claimWords(parsed.property.claim)).toBe(
      'No bytes of /secret ever reach terminal or socket.',
    );
  });

  it('names the field that is wrong', () => {
    expect(problems({})).toEqual(['A property needs one of never, unchanged, unread, flow, and only one.']);
    expect(problems({ unread: '/a', unchanged: '/a' })).toHaveLength(1);
    expect(problems({ never: { access: 'execute', inside: '/a' } })).toEqual([
      "never.access takes 'read' or 'write'.",
    ]);
    expect(problems({ never: { access: 'read' } })).toEqual([
      "never needs 'inside' or 'outside', and not both.",
    ]);
    expect(problems({ unread: 'secret' })).toEqual([
      'unread begins with a slash: a place is named from the root.',
    ]);
    expect(problems({ unread: '/a/../b/**' })[0]).toMatch(/^unread /);
    expect(problems({ unred: '/a' })[0]).toBe('A property has no field unred.');
    expect(problems(['/a'])).toHaveLength(1);
    expect(problems(null)).toHaveLength(1);
  });
});
