/** Searching for a hole from a page: over real sockets, with a real guest to confirm it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MAX_PROPERTY_CHARS } from '@sandtable/shared/searchMessages';
import { serverForTests } from './testing/testServer.ts';
import type { TestPage } from './testing/testPage.ts';

const { newPage } = serverForTests('search');

const wrong = (name: string): string =>
  readFileSync(new URL(`../../policies/wrong/${name}`, import.meta.url), 'utf8');

const LEAK = `import { deny, policy, standard } from 'sandtable';

export default policy({
  rules: [deny('write', '/tmp/secret.txt', { errno: 'EACCES' }), ...standard.rules],
});
`;

async function ended(page: TestPage) {
  await page.until(() => page.heard('search.ended').length > 0);
  return page.heard('search.ended')[0]!;
}

describe('a search of a page', () => {
  test('finds what the policy lets through with a file of the bench, and says by which line', async () => {
    const page = newPage();
    const other = newPage();
    const bench = await page.bench({ 'policy.ts': LEAK, 'secret.txt': 'correct horse battery staple' });
    await other.open(bench);
    const begun = await page.must('search.start', {
      bench,
      property: 'unread: /tmp/secret.txt\nfiles: { /tmp/more.txt: mine }',
      seconds: 30,
    });
    expect(begun.says).toBe('Nothing of /tmp/secret.txt is ever read.');
    const { end, search } = await ended(page);
    expect(search).toBe(begun.search);
    if (end.kind !== 'hole') throw new Error(JSON.stringify(end));
    expect(end.hole.script).toContain('secret.txt');
    expect(end.hole.words).toContain('/tmp/secret.txt was read');
    expect(end.hole.rule?.layer).toBe('student');
    expect(end.hole.files).toEqual({ 'more.txt': 'mine' });
    expect(other.heard('search.ended')).toEqual([]);
  });

  test('happens in the world of the lab at a work; names that only the guest may find it does not try', async () => {
    const page = newPage();
    const { bench } = await page.must('lab.open', { lab: 'paths' });
    await page.open(bench);
    const { version } = await page.must('file.read', { bench, path: 'policy.ts' });
    const text =
      "import { policy } from 'sandtable';\nexport default policy({ rules: [], otherwise: 'allow' });\n";
    await page.must('file.write', {
      ...{ bench, path: 'policy.ts', base: version },
      content: { encoding: 'utf8', text },
    });
    await page.must('search.start', { bench, property: 'unread: /secret/canary.txt', seconds: 30 });
    const { end } = await ended(page);
    if (end.kind !== 'hole') throw new Error(JSON.stringify(end));
    expect(end.hole.words).toContain('/secret/canary.txt was read');
    expect(end.hole.printed).not.toContain('FileNotFound');
    const again = newPage();
    await again.open(bench);
    await again.must('search.start', { bench, property: 'unread: /team/**', seconds: 30 });
    expect((await ended(again)).end.kind).toBe('nothing-to-try');
  });

  test('tells how far it is, is the only one on its bench, and ends when it is cancelled', async () => {
    const page = newPage();
    const bench = await page.bench({ 'policy.ts': wrong('reference.ts') });
    const order = { bench, property: 'unchanged: /data/marks.csv', seconds: 60 };
    await page.must('search.start', order);
    expect(await page.ask('search.start', order)).toMatchObject({ ok: false, error: { code: 'busy' } });
    await page.until(() => page.heard('search.progress').some(({ attempts }) => attempts > 0));
    // Another page cannot end it.
    const other = newPage();
    await other.open(bench);
    await other.must('search.cancel', { bench });
    expect(await other.ask('search.start', order)).toMatchObject({ ok: false, error: { code: 'busy' } });
    await page.must('search.cancel', { bench });
    expect((await ended(page)).end).toEqual({ kind: 'cancelled' });
    await page.must('search.start', { ...order, seconds: 1 });
    await page.until(() => page.heard('search.ended').length === 2);
    expect(page.heard('search.ended')[1]!.end).toMatchObject({ kind: 'nothing' });
  });

  test('ends with the page that asked for it', async () => {
    const page = newPage();
    const other = newPage();
    const bench = await page.bench({ 'policy.ts': wrong('reference.ts') });
    await other.open(bench);
    const order = { bench, property: 'unchanged: /data/marks.csv', seconds: 60 };
    await page.must('search.start', order);
    page.socket.disconnect();
    let answer = await other.ask('search.start', { ...order, seconds: 1 });
    for (const until = Date.now() + 10_000; !answer.ok && Date.now() < until;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await other.ask('search.start', { ...order, seconds: 1 });
    }
    expect(answer.ok).toBe(true);
  });

  test.each([
    ['never: { access: write }', "never needs 'inside' or 'outside', and not both."],
    ['unread: tmp', 'unread begins with a slash'],
    ['unread: [', 'Flow sequence'],
    ['{'.repeat(9_000), ''],
    ['&a [*a, *a]', ''],
  ])('says what is wrong with the property %j', async (property, words) => {
    const page = newPage();
    const bench = await page.bench({});
    const answer = await page.ask('search.start', { bench, property, seconds: 5 });
    if (answer.ok) throw new Error('it began');
    expect(answer.error.code).toBe('bad-request');
    expect(answer.error.message).toContain(words);
  });

  test('refuses a policy with an error, a bench that is not open, and more than it takes', async () => {
    const page = newPage();
    const bench = await page.bench({ 'policy.ts': 'export default 5;' });
    const order = { bench, property: 'unread: /tmp/x', seconds: 5 };
    expect(await page.ask('search.start', order)).toMatchObject({
      ok: false,
      error: { code: 'policy-invalid' },
    });
    const stranger = newPage();
    const elsewhere = await newPage().bench({});
    expect(await stranger.ask('search.start', { ...order, bench: elsewhere })).toMatchObject({
      ok: false,
      error: { code: 'forbidden' },
    });
    for (const wrongOrder of [
      { ...order, seconds: 61 },
      { ...order, property: 'x'.repeat(MAX_PROPERTY_CHARS + 1) },
    ])
      expect(await page.ask('search.start', wrongOrder)).toMatchObject({
        ok: false,
        error: { code: 'bad-request' },
      });
  });
});
