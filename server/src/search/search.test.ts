/** The search as a whole: thread, confirmation, cancelling; and what the real sandbox does not confirm. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseProperty, type Property } from '@sandtable/shared/search/property';
import { confirm } from './confirm.ts';
import { searchForHole } from './search.ts';

const TIMEOUT_MS = 90_000;

function property(value: unknown): Property {
  const parsed = parseProperty(value);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.property;
}

const UNCHANGED = property({ unchanged: '/data/marks.csv' });

const REFERENCE = readFileSync(new URL('../../policies/wrong/reference.ts', import.meta.url), 'utf8');
const TRUNCATE = readFileSync(new URL('../../policies/wrong/truncate.ts', import.meta.url), 'utf8');

describe('a search', { timeout: TIMEOUT_MS }, () => {
  it('finds the same with the same seed', async () => {
    const once = () =>
      searchForHole({ source: TRUNCATE, property: UNCHANGED, seconds: 60, sequences: 2000, seed: 3 });
    const first = await once();
    const second = await once();
    if (first.kind !== 'hole' || second.kind !== 'hole') throw new Error(`${first.kind} ${second.kind}`);
    expect(second.finding.script).toBe(first.finding.script);
    expect(second.sequences).toBe(first.sequences);
  });

  it('ends when it is cancelled, and tells how far it is until then', async () => {
    const abort = new AbortController();
    let told = 0;
    const result = await searchForHole({
      source: REFERENCE,
      property: UNCHANGED,
      seconds: 60,
      seed: 1,
      signal: abort.signal,
      progress: (sequences) => {
        told = sequences;
        abort.abort();
      },
    });
    expect(result).toEqual({ kind: 'cancelled' });
    expect(told).toBeGreaterThan(0);
  });

  it('stops when its time is over', async () => {
    const result = await searchForHole({ source: REFERENCE, property: UNCHANGED, seconds: 1, seed: 1 });
    if (result.kind !== 'nothing') throw new Error(result.kind);
    expect(result.milliseconds).toBeLessThan(10_000);
  });
});

describe('the real sandbox', { timeout: TIMEOUT_MS }, () => {
  it('does not confirm a script that breaks nothing', async () => {
    const script = "import os\nos.open('/data/marks.csv', os.O_RDONLY | os.O_TRUNC)\n";
    const result = await confirm({ source: REFERENCE, property: UNCHANGED, script });
    expect(result.confirmed).toBe(false);
    expect(result.printed).toContain('PermissionError');
  });

  it('tells what a guest reads and sends from what its interpreter reads', async () => {
    const SECRET = { files: { '/tmp/notes/key.txt': 'correct horse battery staple' } };
    const read = property({ unread: '/tmp/notes', ...SECRET });
    const flow = property({ flow: { from: '/tmp/notes', to: 'socket' }, ...SECRET });
    const source = "import { policy, standard } from 'sandtable';\nexport default policy({ ...standard });";
    const open = "import os, socket\nfd = os.open('/tmp/notes/key.txt', os.O_RDONLY)\n";
    const send = 'left, right = socket.socketpair()\nos.write(left.fileno(), os.read(fd, 99))\n';
    expect(await confirm({ source, property: read, script: open })).toMatchObject({ confirmed: false });
    expect(await confirm({ source, property: read, script: `${open}os.read(fd, 1)\n` })).toMatchObject({
      confirmed: true,
    });
    expect(await confirm({ source, property: flow, script: `${open}os.read(fd, 99)\n` })).toMatchObject({
      confirmed: false,
    });
    expect(await confirm({ source, property: flow, script: open + send })).toMatchObject({
      confirmed: true,
      broken: { path: '<socket>' },
    });
  });
});
