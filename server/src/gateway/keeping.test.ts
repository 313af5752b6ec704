/** What is kept of somebody, taken along and taken away while the server works and they do as well. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AccountsServer, PASSWORD, type Somebody } from './testing/accountsServer.ts';

let server: AccountsServer;
let admin: Somebody;

beforeAll(async () => {
  server = await AccountsServer.start();
  admin = await server.admin();
});
afterAll(() => server.close());

function takeExport(browser: Somebody['browser'], of: string): Promise<Response> {
  return browser.fetch(`/api/${of}/export`, { method: 'POST', headers: { 'x-sandtable': '1' } });
}

const actsOf = async (person: string): Promise<readonly string[]> => {
  const entries = await admin.page.must('people.audit', { act: 'person', person, before: null, count: 20 });
  return entries.map(({ act, actor }) => `${act} by ${actor}`);
};

test('a person takes along what is kept of them, an administrator that of everybody, and the log has both', async () => {
  const grace = await server.person('student', 'grace');
  const bench = await grace.page.bench({ 'mine.txt': 'what Grace wrote' });
  for (const taken of [
    await takeExport(grace.browser, 'me'),
    await takeExport(admin.browser, `people/${grace.id}`),
  ]) {
    expect(taken.status).toBe(200);
    expect(taken.headers.get('content-disposition')).toContain('sandtable grace by name.zip');
    const zip = unzipSync(new Uint8Array(await taken.arrayBuffer()));
    expect(strFromU8(zip[`files/${bench}/mine.txt`]!)).toBe('what Grace wrote');
    expect(strFromU8(zip['rows/person.json']!)).not.toContain('ada');
  }
  expect((await actsOf(grace.id)).slice(0, 2)).toEqual([
    `person.export by ${admin.id}`,
    `person.export by ${grace.id}`,
  ]);
  expect(await (await takeExport(admin.browser, 'people/nobody')).json()).toMatchObject({
    ok: false,
    code: 'not-found',
  });
  expect(readdirSync(join(server.dataDir, 'exports'))).toEqual([]);
});

test('who is erased is out at once, with what runs for them and every trace of it', async () => {
  const eve = await server.person('student', 'eve');
  const bench = await eve.page.bench({ 'script.py': 'input("waiting")' });
  const run = await eve.page.run(bench);
  await eve.page.until(() => eve.page.text.includes('waiting'));
  expect(readdirSync(join(server.dataDir, 'runs'))).toContain(run);

  const wrong = await admin.page.ask('people.erase', { person: eve.id, name: 'eve' });
  expect(wrong).toMatchObject({ ok: false, error: { code: 'conflict' } });
  expect(eve.page.socket.connected).toBe(true);

  await admin.page.must('people.erase', { person: eve.id, name: 'eve by name' });
  expect(eve.page.socket.connected).toBe(false);
  expect((await eve.browser.session()).person).toBeNull();
  const back = await server.browser().post('sign-in', { name: 'eve', password: PASSWORD });
  expect(back.status).toBe(401);
  const { total } = await admin.page.must('people.list', { search: 'eve', from: 0, count: 10 });
  expect(total).toBe(0);
  expect(readdirSync(join(server.dataDir, 'runs'))).not.toContain(run);
  expect((await actsOf(eve.id)).slice(0, 2)).toEqual([
    `person.erase by ${admin.id}`,
    `person.disable by ${admin.id}`,
  ]);
  expect(await admin.page.ask('bench.open', { bench })).toMatchObject({ error: { code: 'not-found' } });
});

test('the last administrator is not erased, and stays signed in', async () => {
  const { name } = await admin.page.must('me.get', {});
  expect(await admin.page.ask('people.erase', { person: admin.id, name })).toMatchObject({
    error: { code: 'conflict' },
  });
  expect(admin.page.socket.connected).toBe(true);
});
