/** Signing in by another site: a real OpenID Connect provider runs beside the server, and a browser is sent to it and back. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccountsServer, type TestBrowser } from './testing/accountsServer.ts';
import {
  CLIENT,
  startProvider,
  throughProvider,
  type TestAccount,
  type TestProvider,
} from './testing/oidcProvider.ts';

let provider: TestProvider;
let server: AccountsServer;
let open: AccountsServer;

beforeAll(async () => {
  provider = await startProvider(() => `${server.url}/api/oidc/back`);
  const config = { ...CLIENT, issuer: provider.issuer, name: 'Campus' };
  server = await AccountsServer.start({ provider: { ...config, unknown: 'refuse' } });
  await server.admin();
});
afterAll(async () => {
  await server.close();
  await open.close();
  await provider.close();
});

function change(sql: string, ...values: string[]): void {
  const db = new DatabaseSync(join(server.dataDir, 'sandtable.sqlite'), { timeout: 10_000 });
  db.prepare(sql).run(...values);
  db.close();
}

/** Sends the browser there and back. @returns where it ends. */
async function signIn(browser: TestBrowser, account: TestAccount, query = ''): Promise<string> {
  provider.as(account);
  return finish(browser, await throughProvider(await begin(browser, query)));
}

async function begin(browser: TestBrowser, query = ''): Promise<string> {
  const started = await browser.fetch(`/api/oidc/start${query}`);
  expect(started.status).toBe(303);
  return started.headers.get('location')!;
}

async function finish(browser: TestBrowser, back: string): Promise<string> {
  expect(back).toContain(`${server.url}/api/oidc/back?`);
  const done = await browser.fetch(back.slice(server.url.length));
  expect(done.status).toBe(303);
  return done.headers.get('location')!;
}

const ROSTERED = { sub: 'r-1', name: 'Rosa', email: 'Rosa@Campus.example', verified: true };

describe('who is let in', () => {
  test('somebody whom nobody expects is refused, and nothing is left of them', async () => {
    const browser = server.browser();
    expect(await signIn(browser, { sub: 'x-1', name: 'Xaver', email: 'x@y.example', verified: true })).toBe(
      '/#/sign-in?problem=unknown',
    );
    expect((await browser.session()).person).toBeNull();
    const { page } = await server.admin();
    expect((await page.must('people.list', { search: 'xaver', from: 0, count: 1 })).total).toBe(0);
  });

  test('whose address a roster expects, once the other site has verified it; later by who they are, not by the address', async () => {
    const at = new Date().toISOString();
    change("INSERT INTO course (id, title, made_by, made_at) VALUES ('course-r', 'C', 'x', ?)", at);
    change(
      "INSERT INTO roster (course, email, name, role, added_at) VALUES ('course-r', 'rosa@campus.example', 'Rosa', 'assistant', ?)",
      at,
    );
    const unverified = server.browser();
    expect(await signIn(unverified, { ...ROSTERED, sub: 'evil', verified: false })).toBe(
      '/#/sign-in?problem=unknown',
    );
    const browser = server.browser();
    expect(await signIn(browser, ROSTERED)).toBe('/#/');
    const { person } = await browser.session();
    expect(person).toMatchObject({ name: 'Rosa', role: 'student' });
    const page = browser.page();
    expect(await page.must('me.get', {})).toMatchObject({ email: 'rosa@campus.example', signInName: null });
    expect((await page.must('course.list', {})).courses.map(({ id }) => id)).toEqual(['course-r']);
    const again = server.browser();
    await signIn(again, { ...ROSTERED, email: 'another@campus.example' });
    expect((await again.session()).person?.id).toBe(person!.id);
    // Somebody else who got the address afterwards is somebody else.
    expect(await signIn(server.browser(), { ...ROSTERED, sub: 'r-2' })).toBe('/#/sign-in?problem=unknown');
  });

  test('whom an invitation expects, by its address or by its link; a link for a new password is none', async () => {
    const { page } = await server.admin();
    await page.must('people.invite', { role: 'instructor', email: 'Ines@campus.example' });
    const byAddress = server.browser();
    await signIn(byAddress, { sub: 'i-1', name: 'Ines', email: 'ines@campus.example', verified: true });
    expect((await byAddress.session()).person).toMatchObject({ name: 'Ines', role: 'instructor' });
    const { code } = await page.must('people.invite', { role: 'student' });
    const byLink = server.browser();
    expect(await signIn(byLink, { sub: 'l-1', name: 'Lea' }, `?invitation=${code}`)).toBe('/#/');
    expect((await byLink.session()).person).toMatchObject({ name: 'Lea', role: 'student' });
    expect(await signIn(server.browser(), { sub: 'l-2' }, `?invitation=${code}`)).toBe(
      '/#/sign-in?problem=gone',
    );
    const admin = await server.admin();
    const password = await page.must('people.new-password', { person: admin.id });
    expect(await signIn(server.browser(), { sub: 'l-3' }, `?invitation=${password.code}`)).toBe(
      '/#/sign-in?problem=gone',
    );
  });

  test('an account with a password is not found by its address', async () => {
    const { page } = await server.admin();
    const { code } = await page.must('people.invite', { role: 'instructor', email: 'pia@campus.example' });
    await server.accept(code, 'pia');
    expect(await signIn(server.browser(), { sub: 'p-1', email: 'pia@campus.example', verified: true })).toBe(
      '/#/sign-in?problem=unknown',
    );
  });

  test('with the code of a course, as a student of it; disabled, no more', async () => {
    change(
      "INSERT INTO course (id, title, join_code, made_by, made_at) VALUES ('course-j', 'J', 'CAMPUSCODE', 'x', ?)",
      new Date().toISOString(),
    );
    const browser = server.browser();
    expect(await signIn(browser, { sub: 'j-1', name: 'Jo' }, '?join=campus-code')).toBe('/#/');
    const { person } = await browser.session();
    const { page } = await server.admin();
    await page.must('people.change', { person: person!.id, disabled: true });
    expect(await signIn(server.browser(), { sub: 'j-1', name: 'Jo' })).toBe('/#/sign-in?problem=disabled');
  });

  test('everybody as a student, where the operator says so', async () => {
    const elsewhere = await startProvider(() => `${open.url}/api/oidc/back`);
    open = await AccountsServer.start({
      provider: { ...CLIENT, issuer: elsewhere.issuer, name: 'Campus', unknown: 'student' },
    });
    elsewhere.as({ sub: 'n-1', name: 'Nora' });
    const browser = open.browser();
    const back = await throughProvider((await browser.fetch('/api/oidc/start')).headers.get('location')!);
    expect((await browser.fetch(back.slice(open.url.length))).headers.get('location')).toBe('/#/');
    expect((await browser.session()).person).toMatchObject({ name: 'Nora', role: 'student' });
    await elsewhere.close();
  });
});

describe('what is tried on the way', () => {
  test('the request is for a code, with PKCE, state and nonce; the ticket comes back from links only', async () => {
    const browser = server.browser();
    const { searchParams } = new URL(await begin(browser));
    expect(searchParams.get('response_type')).toBe('code');
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    for (const name of ['code_challenge', 'state', 'nonce'])
      expect(searchParams.get(name)!.length).toBeGreaterThanOrEqual(43);
    expect(browser.given[0]).toMatch(
      /^sandtable-away=[\w-]{43}; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax$/,
    );
  });

  test('an answer is good once, for the browser that asked, and with its own state', async () => {
    const victim = server.browser();
    const attacker = server.browser();
    provider.as(ROSTERED);
    const stolen = await throughProvider(await begin(victim));
    // Somebody else's browser, with a ticket of its own or none: no sign-in.
    expect(await finish(server.browser(), stolen)).toBe('/#/sign-in?problem=late');
    await begin(attacker);
    expect(await finish(attacker, stolen)).toBe('/#/sign-in?problem=failed');
    expect((await attacker.session()).person).toBeNull();
    // The attacker's answer in the victim's browser would sign the victim in as the attacker.
    const foreign = await throughProvider(await begin(attacker));
    expect(await finish(victim, foreign)).toBe('/#/sign-in?problem=failed');
    expect(await finish(victim, stolen)).toBe('/#/sign-in?problem=late');
    expect((await victim.session()).person).toBeNull();
  });

  test('a person who says no, an answer that was changed, a site that is away', async () => {
    const browser = server.browser();
    provider.decline();
    expect(await finish(browser, await throughProvider(await begin(browser)))).toBe(
      '/#/sign-in?problem=declined',
    );
    const changed = new URL(await throughProvider(await begin(browser)));
    changed.searchParams.set('code', 'made-up');
    expect(await finish(browser, changed.href)).toBe('/#/sign-in?problem=failed');
    const alone = await AccountsServer.start({
      provider: { ...CLIENT, issuer: new URL('http://127.0.0.1:9'), name: 'Campus', unknown: 'refuse' },
    });
    const started = await alone.browser().fetch('/api/oidc/start');
    expect(started.headers.get('location')).toBe('/#/sign-in?problem=unreachable');
    await alone.close();
  });
});
