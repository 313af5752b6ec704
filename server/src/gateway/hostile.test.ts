/** What a hostile page, or a hostile web site in another tab, may try. */
import { get, type IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requests, type RequestName } from '@sandtable/shared/protocol';
import { originCheck } from './allowedOrigins.ts';
import { MOST_TOKENS, RateLimit, TOKENS_PER_SECOND } from './rateLimit.ts';
import { MAX_MESSAGE_BYTES } from './socketServer.ts';
import { serverForTests } from './testing/testServer.ts';

const server = serverForTests('hostile');
const { newPage } = server;

function request(
  path: string,
  headers: { readonly [name: string]: string } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    get(`${server.url}${path}`, { headers }, (response) => {
      let body = '';
      response.on('data', (piece: Buffer) => (body += piece.toString()));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    }).on('error', reject);
  });
}

/** Whether a socket with these headers is let in. */
async function connects(headers: { readonly [name: string]: string }): Promise<boolean> {
  const page = newPage({ headers });
  return new Promise((resolve) => {
    page.socket.on('connect', () => resolve(true));
    page.socket.on('connect_error', () => resolve(false));
  });
}

describe('who may talk to the server', () => {
  test.each<[string | undefined, string | undefined, string | null]>([
    ['127.0.0.1:4100', undefined, null],
    ['127.0.0.1:4100', 'http://127.0.0.1:4100', null],
    ['localhost:4100', 'http://localhost:4100', null],
    ['[::1]:4100', 'http://[::1]:4100', null],
    ['192.168.0.7:4100', 'http://192.168.0.7:4100', null],
    ['sandbox.school.example', 'https://sandbox.school.example', null],
    ['sandbox.school.example:80', 'http://sandbox.school.example', null],
    ['evil.example:4100', undefined, 'host'],
    ['evil.example:4100', 'http://evil.example:4100', 'host'],
    ['127.0.0.1.evil.example', undefined, 'host'],
    ['', undefined, 'host'],
    [undefined, undefined, 'host'],
    ['127.0.0.1:4100', 'http://evil.example', 'origin'],
    ['127.0.0.1:4100', 'http://127.0.0.1:3000', 'origin'],
    ['127.0.0.1:4100', 'http://localhost:4100', 'origin'],
    ['127.0.0.1:4100', 'null', 'origin'],
    ['127.0.0.1:4100', 'file://', 'origin'],
  ])('host %s, origin %s: %s', (host, origin, expected) => {
    expect(originCheck(['sandbox.school.example'])(host, origin)).toBe(expected);
  });

  test('a page of another site, or a name that was rebound, gets neither a socket nor an answer', async () => {
    expect(await connects({})).toBe(true);
    expect(await connects({ origin: server.url })).toBe(true);
    expect(await connects({ origin: 'http://evil.example' })).toBe(false);
    expect(await connects({ host: `evil.example:${server.port}` })).toBe(false);
    expect((await request('/api/meta', { host: 'evil.example' })).status).toBe(403);
    expect((await request('/api/meta', { origin: 'http://evil.example' })).status).toBe(403);
    expect(
      (await request('/socket.io/?EIO=4&transport=polling', { origin: 'http://evil.example' })).status,
    ).toBe(403);
  });

  test('every answer carries the headers that keep the page to itself', async () => {
    for (const path of ['/', '/api/health', '/api/meta', '/no/such/place', '/nothing.js']) {
      const { headers } = await request(path);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toMatch(/https?:/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('what arrives on a socket', () => {
  const anything = fc.oneof(
    fc.anything({ maxDepth: 2 }),
    fc.dictionary(
      fc.constantFrom('bench', 'run', 'path', 'content', 'size', 'filter'),
      fc.anything({ maxDepth: 1 }),
    ),
  );
  const wellFormed = (value: unknown): boolean => {
    try {
      JSON.stringify(value);
      return value !== undefined && typeof value !== 'function';
    } catch {
      return false;
    }
  };

  test('rubbish of every kind is refused, and the connection goes on', async () => {
    const page = newPage();
    const names = Object.keys(requests) as RequestName[];
    const samples = fc.sample(fc.tuple(fc.constantFrom(...names), anything.filter(wellFormed)), 150);
    for (const [name, body] of samples) {
      const reply = await page.raw(name, body);
      if (!reply.ok) expect(['bad-request', 'not-found', 'rate', 'forbidden']).toContain(reply.error.code);
    }
    for (const name of ['', 'no.such', 'constructor', '__proto__', 'toString']) {
      expect(await page.raw(name, {})).toMatchObject({ ok: false, error: { code: 'bad-request' } });
    }
    page.socket.emit('bench.open');
    page.socket.emit('bench.open', null, null, null);
    expect((await page.ask('bench.list', {})).ok).toBe(true);
  });

  test('ids of things that are not there, or not one’s own', async () => {
    const [page, stranger] = [newPage(), newPage()];
    const bench = await page.bench({ 'script.py': 'input()\n' });
    const run = await page.run(bench);
    const none = 'A'.repeat(16);
    expect(await page.ask('bench.open', { bench: none })).toMatchObject({ error: { code: 'not-found' } });
    expect(await page.ask('run.rows', { run: none, from: 0, count: 1 })).toMatchObject({
      error: { code: 'not-found' },
    });
    for (const steer of ['run.stop', 'run.interrupt'] as const) {
      expect(await stranger.ask(steer, { run })).toMatchObject({ error: { code: 'forbidden' } });
    }
    expect(await stranger.ask('run.input', { run, data: 'x' })).toMatchObject({
      error: { code: 'forbidden' },
    });
    expect(await stranger.ask('run.rows', { run, from: 0, count: 1 })).toMatchObject({
      error: { code: 'forbidden' },
    });
    expect(
      await stranger.ask('run.start', { bench, mode: 'repl', size: { cols: 80, rows: 24 } }),
    ).toMatchObject({ error: { code: 'forbidden' } });
    await page.until(() => page.state?.phase === 'input');
    await page.must('run.stop', { run });
    await page.ended(run);
  });

  test.each(['../../etc/passwd', '/etc/passwd', 'a/../../b', 'a//b', '.', 'a\0b', 'x'.repeat(300)])(
    'no file is called %j',
    async (path) => {
      const page = newPage();
      const [bench] = await page.must('bench.list', {});
      const write = { bench: bench!.id, path, content: { encoding: 'utf8', text: '' }, base: null };
      expect(await page.raw('file.write', write)).toMatchObject({
        ok: false,
        error: { code: 'bad-request' },
      });
      const download = await request(`/api/benches/${bench!.id}/files/${encodeURIComponent(path)}`);
      expect(download.status).toBeGreaterThanOrEqual(400);
    },
  );

  test('too large: refused by its size, or cut off; others notice nothing', async () => {
    const [page, other] = [newPage(), newPage()];
    const bench = await page.bench({});
    const text = 'x'.repeat(1024 * 1024 + 1);
    expect(
      await page.ask('file.write', { bench, path: 'big', content: { encoding: 'utf8', text }, base: null }),
    ).toMatchObject({ ok: false, error: { code: 'too-large' } });
    const gone = new Promise<void>((resolve) => page.socket.once('disconnect', () => resolve()));
    page.socket.emit('bench.list', { filler: 'x'.repeat(MAX_MESSAGE_BYTES + 1) });
    await gone;
    expect((await other.ask('bench.list', {})).ok).toBe(true);
  });

  test('a flood of requests is slowed down, others notice nothing', async () => {
    const [page, other] = [newPage(), newPage()];
    await other.must('bench.list', {});
    const replies = await Promise.all(
      Array.from({ length: 3 * MOST_TOKENS }, () => page.ask('bench.list', {})),
    );
    const refusals = replies.filter((reply) => !reply.ok);
    expect(refusals.length).toBeGreaterThan(MOST_TOKENS);
    for (const reply of refusals) expect(reply).toMatchObject({ error: { code: 'rate' } });
    expect((await other.ask('bench.list', {})).ok).toBe(true);
  });

  test('tokens come back with time, never more than fit', () => {
    const limit = new RateLimit(0);
    let allowed = 0;
    while (limit.allows('bench.list', 0)) allowed += 1;
    expect(allowed).toBe(MOST_TOKENS);
    expect(limit.allows('bench.list', 500)).toBe(true);
    while (limit.allows('bench.list', 3_600_000)) allowed += 1;
    expect(allowed).toBeLessThanOrEqual(2 * MOST_TOKENS);
    expect(TOKENS_PER_SECOND).toBeLessThanOrEqual(MOST_TOKENS);
  });
});

describe('downloads', () => {
  test('files come as attachments that no browser shows as a page', async () => {
    const page = newPage();
    const bench = await page.bench({ 'evil.html': '<script>alert(1)</script>' });
    const { status, headers, body } = await request(`/api/benches/${bench}/files/evil.html`);
    expect(status).toBe(200);
    expect(body).toBe('<script>alert(1)</script>');
    expect(headers['content-disposition']).toContain('attachment; filename="evil.html"');
    expect(headers['content-type']).toBe('application/octet-stream');
    expect(headers['content-security-policy']).toContain('sandbox');
  });

  test.each([
    '/api/runs/../../etc/passwd/trace.jsonl',
    '/api/runs/..%2f..%2fsandtable.sqlite/trace.jsonl',
    '/api/runs/none/trace.jsonl',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
  ])('%s is not there', async (path) => {
    const { status, body } = await request(path);
    expect(status === 404 || status === 403 || status === 400 || body.startsWith('<!doctype html')).toBe(
      true,
    );
    expect(body).not.toContain('"dependencies"');
  });
});
