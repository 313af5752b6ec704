/** Signing in and out, coming to be here, and what must not be learned or done on the way. */
import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../store/database.ts';
import { MAX_SIGN_INS } from '../store/signInStore.ts';
import { AccountsServer, PASSWORD, type Somebody } from './testing/accountsServer.ts';
import { TestPage } from './testing/testPage.ts';

let server: AccountsServer;
let admin: Somebody;

beforeAll(async () => {
  server = await AccountsServer.start();
  admin = await server.admin();
});
afterAll(async () => {
  await server.close();
});

/** Whether a socket with this cookie is let in, and what it is told where not. */
function connects(cookie: string): Promise<true | string> {
  const page = server.track(new TestPage(server.url, { headers: { cookie } }));
  return new Promise((resolve) => {
    page.socket.on('connect', () => resolve(true));
    page.socket.on('connect_error', (error) => resolve(error.message));
  });
}

/** Asks the database while the server works with it. */
async function rows(question: RawBuilder<Record<string, unknown>>): Promise<Record<string, unknown>[]> {
  const opened = await openDatabase(server.database);
  if (!opened.ok) throw new Error(opened.message);
  try {
    return (await question.execute(opened.db)).rows;
  } finally {
    await opened.db.destroy();
  }
}

async function course(): Promise<{ id: string; code: string }> {
  const id = `course-${Math.random().toString(36).slice(2)}`;
  const code = `JOIN${Math.random().toString(36).slice(2, 8).toUpperCase()}`;
  await rows(sql`insert into course (id, title, join_code, made_by, made_at)
    values (${id}, 'Sandboxes I', ${code}, ${admin.id}, ${new Date().toISOString()})`);
  return { id, code };
}

describe('the first administrator', () => {
  test('comes in by the link of the start, once; a later start has no link', async () => {
    expect((await admin.browser.session()).person).toMatchObject({ role: 'administrator' });
    const code = server.running.firstAdministrator!.split('/').at(-1)!;
    const { status, body } = await server.browser().post('invitation', {
      code,
      account: { name: 'Eve', signInName: 'eve', password: PASSWORD },
    });
    expect([status, body.code]).toEqual([404, 'gone']);
  });

  test('a server that is started again with nobody has a new link, and the old one is void; what was made without accounts is theirs', async () => {
    const first = await AccountsServer.start({ provider: null });
    const old = first.running.firstAdministrator!;
    await first.running.close();
    const plain = await AccountsServer.start(undefined, { dataDir: first.dataDir, accounts: null });
    const page = plain.track(new TestPage(plain.url));
    const [bench] = await page.must('bench.list', {});
    page.close();
    await plain.running.close();
    const again = await AccountsServer.start({ provider: null }, { dataDir: first.dataDir });
    expect(again.running.firstAdministrator).not.toBe(old);
    await expect(again.accept(old.split('/').at(-1)!, 'eve')).rejects.toThrow('not good any more');
    const { page: mine } = await again.admin();
    expect((await mine.must('bench.list', {})).map((each) => each.id)).toEqual([bench!.id]);
    await again.close();
  });
});

describe('signing in', () => {
  test('the cookie cannot be read by scripts nor sent from elsewhere, and is stored as a hash only', async () => {
    const browser = server.browser();
    const { status, body } = await browser.post('sign-in', { name: ' ADA ', password: PASSWORD });
    expect([status, body.session?.person?.name]).toEqual([200, 'ada by name']);
    expect(browser.given).toHaveLength(1);
    expect(browser.given[0]).toMatch(
      /^sandtable=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/,
    );
    const token = browser.cookies.get('sandtable')!;
    const stored = JSON.stringify([
      await rows(sql`select * from sign_in`),
      await rows(sql`select * from credential`),
      await rows(sql`select * from invitation`),
      await rows(sql`select * from audit`),
    ]);
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(PASSWORD);
    const [first] = await rows(sql`select secret from credential where kind = 'password'`);
    expect(first!['secret']).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test('who browses by https gets a cookie that only https and only this host can set', async () => {
    const safe = await AccountsServer.start(undefined, { address: new URL('https://sand.example') });
    const browser = safe.browser();
    const code = safe.running.firstAdministrator!;
    expect(code).toMatch(/^https:\/\/sand\.example\/#\/invitation\//);
    await browser.post('invitation', {
      code: code.split('/').at(-1)!,
      account: { name: 'Ada', signInName: 'ada', password: PASSWORD },
    });
    expect(browser.given[0]).toMatch(/^__Host-sandtable=[\w-]{43}; .*SameSite=Strict; Secure$/);
    expect((await browser.session()).person?.name).toBe('Ada');
    await safe.close();
  });

  test('an unknown name and a wrong password have the same answer, in the same time', async () => {
    const answers = [];
    const times: number[] = [];
    for (const name of ['ada', 'nobody-by-this-name', 'ada', 'nobody-by-that-name']) {
      const began = performance.now();
      answers.push(await server.browser().post('sign-in', { name, password: 'not the password' }));
      times.push(performance.now() - began);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]!.status).toBe(401);
    // Without a hash for nobody it would take a twentieth.
    expect(Math.min(times[1]!, times[3]!)).toBeGreaterThan(Math.min(times[0]!, times[2]!) / 4);
  });

  test('guessing is slowed down, for a name that is there and for one that is not', async () => {
    const somebody = await server.person('student', 'slow');
    for (const name of ['slow', 'no-slow']) {
      const guess = (i: number) => server.browser().post('sign-in', { name, password: `guess ${i}` });
      for (let i = 0; i < 5; i++) expect((await guess(i)).status).toBe(401);
      // A slow machine may need longer for a guess than the first waits are.
      let answer = await guess(5);
      for (let i = 6; answer.status !== 429 && i < 15; i++) answer = await guess(i);
      expect(answer.body.message).toMatch(/Try again in \d+ seconds/);
      // Being right does not help either, as long as the wait lasts.
      if (name === 'slow')
        expect((await server.browser().post('sign-in', { name, password: PASSWORD })).status).toBe(429);
    }
    // Who is in already is not thrown out by it.
    expect((await somebody.browser.session()).person).not.toBeNull();
  });

  test('many at once are no more attempts than one after the other', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        server.browser().post('sign-in', { name: 'at-once', password: `guess ${i}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(5);
  });

  test('nothing from another site: no header, wrong origin, a form', async () => {
    const body = JSON.stringify({ name: 'ada', password: PASSWORD });
    const json = { 'content-type': 'application/json' };
    const send = async (headers: Record<string, string>): Promise<number> =>
      (await server.browser().fetch('/api/sign-in', { method: 'POST', headers, body })).status;
    expect(await send(json)).toBe(403);
    expect(await send({ ...json, 'x-sandtable': '1', origin: 'https://evil.example' })).toBe(403);
    expect(await send({ 'content-type': 'text/plain', 'x-sandtable': '1' })).toBe(400);
    expect(await send({ ...json, 'x-sandtable': '1', origin: server.url })).toBe(200);
  });

  test('a browser too many ends the one that was used least lately', async () => {
    await server.person('student', 'many');
    const browsers = [];
    for (let i = 0; i <= MAX_SIGN_INS; i++) {
      const browser = server.browser();
      await browser.post('sign-in', { name: 'many', password: PASSWORD });
      browsers.push(browser);
    }
    expect((await browsers[0]!.session()).person).toBeNull();
    expect((await browsers.at(-1)!.session()).person).not.toBeNull();
  });
});

describe('being signed in', () => {
  test('without a cookie, or with one that somebody made up, there is no socket and no answer', async () => {
    expect(await connects('')).toBe('signed-out');
    expect(await connects('sandtable=')).toBe('signed-out');
    expect(await connects(`sandtable=${'x'.repeat(43)}`)).toBe('signed-out');
    expect(await connects(admin.browser.cookie)).toBe(true);
    expect((await server.browser().fetch('/api/meta')).status).toBe(401);
    expect((await admin.browser.fetch('/api/meta')).status).toBe(200);
  });

  test('signing out ends the connections of this browser, and no other', async () => {
    const { browser, page } = await server.person('student', 'out');
    const other = server.browser();
    await other.post('sign-in', { name: 'out', password: PASSWORD });
    const otherPage = other.page();
    await otherPage.must('me.get', {});
    await page.must('me.get', {});
    const { cookie } = browser;
    await browser.post('sign-out', {});
    await page.until(() => !page.socket.connected);
    expect(await connects(cookie)).toBe('signed-out');
    expect(browser.cookies.size).toBe(0);
    await otherPage.must('me.get', {});
  });

  test('one sees where one is signed in, and ends it there; everywhere at once; nobody else can', async () => {
    const { browser, page } = await server.person('student', 'places');
    const away = server.browser();
    await away.post('sign-in', { name: 'places', password: PASSWORD });
    const list = await page.must('me.sign-ins', {});
    expect(list.map(({ own, agent }) => [own, agent]).sort()).toEqual([
      [false, 'a test'],
      [true, 'a test'],
    ]);
    const there = list.find(({ own }) => !own)!.id;
    expect(await admin.page.ask('me.end-sign-in', { signIn: there })).toMatchObject({
      error: { code: 'not-found' },
    });
    expect((await away.session()).person).not.toBeNull();
    await page.must('me.end-sign-in', { signIn: there });
    expect((await away.session()).person).toBeNull();
    const third = server.browser();
    await third.post('sign-in', { name: 'places', password: PASSWORD });
    await browser.post('sign-out', { everywhere: true });
    expect((await third.session()).person).toBeNull();
  });

  test('a new password needs the old one, and ends the other sign-ins', async () => {
    const { browser, page } = await server.person('student', 'change');
    const other = server.browser();
    await other.post('sign-in', { name: 'change', password: PASSWORD });
    const wrong = await browser.post('password', { old: 'not the old one', new: 'a better password' });
    expect([wrong.status, wrong.body.field]).toEqual([401, 'old']);
    expect((await browser.post('password', { old: PASSWORD, new: 'short' })).body.message).toContain(
      'at least 10 characters',
    );
    expect((await browser.post('password', { old: PASSWORD, new: 'a better password' })).status).toBe(200);
    expect((await other.session()).person).toBeNull();
    await page.must('me.get', {});
    expect((await server.browser().post('sign-in', { name: 'change', password: PASSWORD })).status).toBe(401);
  });

  test('somebody who is disabled is out at once, and in again when enabled', async () => {
    const { id, browser, page } = await server.person('student', 'trouble');
    await page.must('me.get', {});
    await admin.page.must('people.change', { person: id, disabled: true });
    await page.until(() => !page.socket.connected);
    expect((await browser.session()).person).toBeNull();
    const refused = await server.browser().post('sign-in', { name: 'trouble', password: PASSWORD });
    const unknown = await server.browser().post('sign-in', { name: 'troubles', password: PASSWORD });
    expect(refused).toEqual(unknown);
    await admin.page.must('people.change', { person: id, disabled: false });
    expect((await server.browser().post('sign-in', { name: 'trouble', password: PASSWORD })).status).toBe(
      200,
    );
  });

  test('another role holds from the next request on, not from the next sign-in', async () => {
    const { id, browser, page } = await server.person('student', 'rise');
    expect((await page.ask('people.list', { search: '', from: 0, count: 1 })).ok).toBe(false);
    await admin.page.must('people.change', { person: id, role: 'administrator' });
    await page.until(() => !page.socket.connected);
    const risen = browser.page();
    await risen.must('people.list', { search: '', from: 0, count: 1 });
    await admin.page.must('people.change', { person: id, role: 'student' });
    await risen.until(() => !risen.socket.connected);
    expect((await browser.page().ask('people.list', { search: '', from: 0, count: 1 })).ok).toBe(false);
  });

  test('the last administrator stays one', async () => {
    for (const to of [{ role: 'student' as const }, { disabled: true }])
      expect(await admin.page.ask('people.change', { person: admin.id, ...to })).toMatchObject({
        error: { code: 'conflict' },
      });
  });
});

describe('coming to be here', () => {
  test('an invitation makes what it says, once, and can be taken back', async () => {
    const { code } = await admin.page.must('people.invite', { role: 'instructor', name: 'Grace' });
    const look = await server.browser().post('invitation/look', { code });
    expect(look.body).toEqual({
      kind: 'account',
      role: 'instructor',
      course: null,
      name: 'Grace',
      signInName: null,
    });
    const grace = await server.accept(code, 'grace');
    expect((await grace.browser.session()).person?.role).toBe('instructor');
    await expect(server.accept(code, 'grace2')).rejects.toThrow('not good any more');
    const { code: unused } = await admin.page.must('people.invite', {
      role: 'student',
      email: 'X@Y.example',
    });
    const pending = (await admin.page.must('people.invitations', {})).find(
      ({ email }) => email === 'x@y.example',
    )!;
    await admin.page.must('people.revoke', { invitation: pending.id });
    await expect(server.accept(unused, 'late')).rejects.toThrow('not good any more');
  });

  test('two who use one invitation at once: one comes in', async () => {
    const { code } = await admin.page.must('people.invite', { role: 'student' });
    const both = await Promise.allSettled([server.accept(code, 'twin1'), server.accept(code, 'twin2')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('the code of a course makes a student, however it is typed; who is here already only joins', async () => {
    const { id, code } = await course();
    const typed = `${code.slice(0, 4).toLowerCase()} - ${code.slice(4)}`;
    expect((await server.browser().post('join/look', { code: typed })).body).toEqual({
      course: 'Sandboxes I',
    });
    const browser = server.browser();
    const joined = await browser.post('join', {
      code: typed,
      account: { name: 'Joan', signInName: 'joan', password: PASSWORD },
    });
    expect(joined.body.session?.person).toMatchObject({ name: 'Joan', role: 'student' });
    const here = await server.person('student', 'joins');
    expect((await here.browser.post('join', { code })).status).toBe(200);
    expect((await server.browser().post('join', { code })).status).toBe(401);
    expect(
      await rows(sql`select person, role from membership where course = ${id} order by joined_at`),
    ).toEqual([
      { person: joined.body.session?.person?.id, role: 'student' },
      { person: here.id, role: 'student' },
    ]);
    expect((await server.browser().post('join/look', { code: 'NOSUCHCODE' })).status).toBe(404);
  });

  test('a name that is taken, and a password that says the name, leave nothing behind', async () => {
    const { code } = await course();
    const join = (account: { name: string; signInName: string; password: string }) =>
      server.browser().post('join', { code, account });
    const before = await rows(sql`select count(*) as n from person`);
    expect(await join({ name: 'Eve', signInName: 'ADA', password: PASSWORD })).toMatchObject({
      status: 409,
      body: { field: 'signInName' },
    });
    expect(await join({ name: 'Eve', signInName: 'eve', password: 'eve and adam and' })).toMatchObject({
      status: 400,
      body: { field: 'password' },
    });
    expect(await rows(sql`select count(*) as n from person`)).toEqual(before);
  });

  test('codes are guessed as slowly as passwords', async () => {
    const elsewhere = await AccountsServer.start(undefined, { proxies: ['loopback'] });
    const look = async (i: number): Promise<number> => {
      const response = await fetch(`${elsewhere.url}/api/join/look`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-sandtable': '1',
          'x-forwarded-for': i % 2 === 0 ? '192.0.2.7' : '192.0.2.8',
        },
        body: JSON.stringify({ code: `GUESS${i}` }),
      });
      return response.status;
    };
    const guesses = [];
    for (let i = 0; i < 104; i += 8)
      guesses.push(...(await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((k) => look(2 * (i + k))))));
    expect(guesses.slice(0, 96)).toEqual(guesses.slice(0, 96).fill(404));
    expect(await look(1_000)).toBe(429);
    // Somebody elsewhere is not held up.
    expect(await look(1)).toBe(404);
    await elsewhere.close();
  });

  test('a link for a new password: the old one and every sign-in end', async () => {
    const somebody = await server.person('student', 'forgot');
    const { code } = await admin.page.must('people.new-password', { person: somebody.id });
    expect((await server.browser().post('invitation/look', { code })).body).toMatchObject({
      kind: 'password',
      name: 'forgot by name',
      signInName: 'forgot',
    });
    const browser = server.browser();
    const { body } = await browser.post('invitation', {
      code,
      account: { name: 'ignored', signInName: 'ignored', password: 'remembered this time' },
    });
    expect(body.session?.person).toMatchObject({ id: somebody.id, name: 'forgot by name' });
    expect((await somebody.browser.session()).person).toBeNull();
    const again = await server
      .browser()
      .post('sign-in', { name: 'forgot', password: 'remembered this time' });
    expect(again.status).toBe(200);
  });
});

describe('the log', () => {
  test('says who did what, and never a password, a code or a token', async () => {
    const { code } = await admin.page.must('people.invite', { role: 'assistant' });
    const somebody = await server.accept(code, 'logged');
    await server.browser().post('sign-in', { name: 'logged', password: 'a wrong password' });
    await server.browser().post('sign-in', { name: 'my-password-typed-here', password: 'x' });
    await admin.page.must('people.change', { person: somebody.id, role: 'student' });
    const of = await admin.page.must('people.audit', {
      act: '',
      person: somebody.id,
      before: null,
      count: 20,
    });
    expect(of.map(({ act }) => act).sort()).toEqual([
      'invitation.use',
      'person.make',
      'person.role',
      'person.role',
      'sign-in.begin',
      'sign-in.fail',
    ]);
    expect(of.find(({ act, detail }) => act === 'person.role' && detail['to'] === 'student')).toMatchObject({
      actor: admin.id,
      actorName: 'ada by name',
      objectName: 'logged by name',
      detail: { from: 'assistant', to: 'student' },
    });
    const roles = await admin.page.must('people.audit', {
      act: 'person.role',
      person: '',
      before: null,
      count: 5,
    });
    expect(new Set(roles.map(({ act }) => act))).toEqual(new Set(['person.role']));
    const all = JSON.stringify(await rows(sql`select * from audit`));
    for (const secret of [
      code,
      PASSWORD,
      'my-password-typed-here',
      somebody.browser.cookies.get('sandtable')!,
    ])
      expect(all).not.toContain(secret);
  });
});
