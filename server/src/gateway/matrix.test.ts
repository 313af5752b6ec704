/**
 * Everything is asked of the real server by everybody, about another student's work: each request of the socket and each HTTP route. What
 * should come of it stands in `accessTable.ts`. What each is asked about is made for that one question, so that no answer changes another.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requests, type ProtocolError, type Reply, type RequestName } from '@sandtable/shared/protocol';
import { AccountsServer, type Somebody } from './testing/accountsServer.ts';
import {
  ASKERS,
  PRIVATE,
  ROUTES,
  TABLE,
  type Asker,
  type Outcome,
  type Thing,
} from './testing/accessTable.ts';

let server: AccountsServer;
let people: Readonly<Record<Asker | 'member', Somebody>>;
let db: DatabaseSync;
/** Of a lab that ships. */
let labVersion: string;
const routes = new Set<string>();

beforeAll(async () => {
  const provider = {
    // Nobody listens there.
    issuer: new URL('http://127.0.0.1:9'),
    clientId: 'x',
    clientSecret: 'x',
    name: 'Elsewhere',
    unknown: 'refuse' as const,
  };
  server = await AccountsServer.start({ provider }, { onRoute: (route) => routes.add(route) });
  people = {
    administrator: await server.admin(),
    owner: await server.person('student', 'owner'),
    'other student': await server.person('student', 'other'),
    assistant: await server.person('student', 'assistant'),
    instructor: await server.person('instructor', 'instructor'),
    'instructor elsewhere': await server.person('instructor', 'elsewhere'),
    member: await server.person('student', 'member'),
  };
  db = new DatabaseSync(join(server.dataDir, 'sandtable.sqlite'), { timeout: 10_000 });
  db.exec('PRAGMA synchronous = OFF');
  labVersion = db.prepare('SELECT id FROM lab_version').get()!['id'] as string;
});
afterAll(async () => {
  db.close();
  await server.close();
});

let made = 0;

function insert(table: string, row: Readonly<Record<string, string | number | null | Uint8Array>>): void {
  const names = Object.keys(row);
  db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
    ...Object.values(row),
  );
}

/** A course with its people, and in it a work of the owner's that has run, was judged and spoken of. */
function thing(isWork: boolean): Thing {
  const n = String(++made).padStart(5, '0');
  const at = new Date().toISOString();
  const [course, assignment, bench, run, attempt, comment] = [
    'course',
    'assignment',
    'bench',
    'run',
    'attempt',
    'comment',
  ].map((name) => `${name}-${n}`) as [string, string, string, string, string, string];
  const owner = people.owner.id;
  db.exec('BEGIN');
  insert('course', { id: course, title: 'Sandboxes', made_by: people.instructor.id, made_at: at });
  const roles = {
    owner: 'student',
    'other student': 'student',
    member: 'student',
    assistant: 'assistant',
    instructor: 'instructor',
  } as const;
  for (const [who, role] of Object.entries(roles))
    insert('membership', { course, person: people[who as keyof typeof roles].id, role, joined_at: at });
  insert('assignment', {
    id: assignment,
    course,
    lab_version: labVersion,
    title: 'First',
    counts: 'best',
    made_by: people.instructor.id,
    made_at: at,
  });
  insert('bench', {
    id: bench,
    name: 'Secret name',
    revision: 1,
    created_at: at,
    updated_at: at,
    kind: isWork ? 'work' : 'bench',
    owner,
    assignment: isWork ? assignment : null,
    lab_version: isWork ? labVersion : null,
    seed: isWork ? 'seed' : null,
  });
  insert('file', {
    bench,
    path: 'script.py',
    version: 1,
    encoding: 'utf8',
    content: Buffer.from('the secret answer'),
    saved_at: at,
  });
  insert('run', { id: run, bench, mode: 'script', started_at: at, ended_at: at, status: 0, log_bytes: 0 });
  insert('attempt', {
    id: attempt,
    bench,
    person: owner,
    lab_version: labVersion,
    assignment: isWork ? assignment : null,
    kind: 'check',
    started_at: at,
    revision: 1,
    state: 'cancelled',
    hint_cost: 0,
  });
  insert('comment', {
    id: comment,
    bench,
    anchor: '{"on":"bench"}',
    text: 'secret',
    made_by: owner,
    made_at: at,
  });
  db.exec('COMMIT');
  return { bench, run, attempt, comment, course, assignment, member: people.member.id };
}

const nowhere: Thing = {
  bench: 'bench-none',
  run: 'run-none',
  attempt: 'attempt-none',
  comment: 'comment-none',
  course: 'course-none',
  assignment: 'assignment-none',
  member: 'member-none',
};

/** Words of the edge's own refusals; a handler may refuse as well, and then it was reached. */
const HIDDEN = /^There is no such (bench|run|attempt|course|assignment) any more\./;
const NO = /^(You may look at this bench, and only its owner|Your role does not allow this)/;

function outcomeOf(error: ProtocolError | null): Outcome {
  if (error?.code === 'not-found' && HIDDEN.test(error.message)) return 'hidden';
  return error?.code === 'forbidden' && NO.test(error.message) ? 'no' : 'in';
}

async function ask(who: Asker, name: RequestName, about: Thing): Promise<Reply<unknown>> {
  return people[who].page.raw(name, requests[name].parse(TABLE[name].body(about)));
}

const errorOf = (reply: Reply<unknown>): ProtocolError | null => (reply.ok ? null : reply.error);

describe('requests of the socket', () => {
  test('each has an entry, and nobody asks anything without being signed in', async () => {
    expect(Object.keys(TABLE).sort()).toEqual(Object.keys(requests).sort());
    const nobody = server.browser().page();
    await new Promise((resolve) => nobody.socket.on('connect_error', resolve));
    expect(nobody.socket.connected).toBe(false);
  });

  test.each(Object.keys(TABLE) as RequestName[])('%s', async (name) => {
    const { who } = TABLE[name];
    // `in` may mean that a handler was reached that has nothing to do; what counts is that nobody else reaches it.
    const got = Object.fromEntries(
      await Promise.all(
        ASKERS.map(async (asker) => [asker, outcomeOf(errorOf(await ask(asker, name, thing(true))))]),
      ),
    );
    expect(got).toEqual(Object.fromEntries(ASKERS.map((asker, i) => [asker, who[i]])));
    const alone = PRIVATE.get(who);
    if (alone !== undefined) {
      const gotAlone = Object.fromEntries(
        await Promise.all(
          ASKERS.map(async (asker) => [asker, outcomeOf(errorOf(await ask(asker, name, thing(false))))]),
        ),
      );
      expect(gotAlone, 'a bench that is no work').toEqual(
        Object.fromEntries(ASKERS.map((asker, i) => [asker, alone[i]])),
      );
    }
    // A refusal does not say whether there is such a thing.
    for (const [i, asker] of ASKERS.entries())
      if (who[i] === 'hidden')
        expect(await ask(asker, name, thing(true))).toEqual(await ask(asker, name, nowhere));
  });

  test('what is asked about in one thing’s name cannot be reached in another’s', async () => {
    const stranger = people['other student'];
    const own = await stranger.page.must('bench.create', {});
    await stranger.page.must('bench.open', { bench: own.id });
    const { bench, run, attempt, comment, assignment } = thing(true);
    const tried = await Promise.all([
      stranger.page.ask('lab.attempt', { bench: own.id, attempt }),
      stranger.page.ask('lab.evidence', { bench: own.id, attempt, run: 0 }),
      stranger.page.ask('work.copy', { bench: own.id, attempt }),
      stranger.page.ask('run.show', { bench: own.id, run }),
      stranger.page.ask('comment.resolve', { bench: own.id, comment, resolved: true }),
      people['instructor elsewhere'].page.ask('lab.open', { assignment }),
    ]);
    for (const reply of tried) expect(reply.ok).toBe(false);
    // Even with leave to see both: a run is shown on its own bench only.
    const { page } = people.instructor;
    const theirs = await page.must('bench.create', {});
    await page.must('bench.open', { bench: theirs.id });
    await page.must('bench.open', { bench });
    expect((await page.ask('run.show', { bench: theirs.id, run })).ok).toBe(false);
    expect(
      db.prepare('SELECT resolved_at FROM comment WHERE id = ?').get(comment)?.['resolved_at'],
    ).toBeNull();
  });

  test('who is dismissed from a course hears no more of the work that they had open', async () => {
    const { bench, course } = thing(true);
    const page = people.assistant.browser.page();
    await page.must('bench.open', { bench });
    const { id: person } = people.assistant;
    await people.instructor.page.must('course.dismiss', { course, person });
    await page.until(() => !page.socket.connected);
    const back = people.assistant.browser.page();
    expect(await back.ask('bench.open', { bench })).toMatchObject({ error: { code: 'not-found' } });
    // Everything of hers was cut; she goes on with what is hers.
    people = { ...people, assistant: { ...people.assistant, page: back } };
  });

  test('nobody but the owner has changed anything by all this', () => {
    const names = db.prepare("SELECT DISTINCT name FROM bench WHERE id LIKE 'bench-%'").all();
    expect(names.map(({ name }) => name).sort()).toEqual(['Secret name', 'taken']);
    const taken = db.prepare("SELECT count(*) AS n FROM bench WHERE name = 'taken'").get()!['n'];
    // Once as a work, once as a bench that is none.
    expect(taken).toBe(2);
  });
});

describe('HTTP routes', () => {
  const all = (): string[] => [...routes].filter((route) => !route.startsWith('HEAD '));

  test('each has an entry', () => {
    expect(all().sort()).toEqual(Object.keys(ROUTES).sort());
    for (const route of routes)
      if (route.startsWith('HEAD ')) expect(routes).toContain(route.replace('HEAD', 'GET'));
  });

  async function send(cookie: string, route: string, about: Thing, headers: Record<string, string> = {}) {
    const { path, type = 'application/json' } = ROUTES[route]!;
    const [method] = route.split(' ') as [string];
    const response = await fetch(server.url + path(about), {
      method,
      redirect: 'manual',
      // Nothing that any route takes: it is read only by those that let somebody in.
      ...(method === 'POST' ? { body: '[]' } : {}),
      headers: {
        cookie,
        ...(method === 'POST' ? { 'content-type': type, 'x-sandtable': '1' } : {}),
        ...headers,
      },
    });
    const body = await response.text();
    const refusal = /^\{"ok":false,"code":"([a-z-]+)"/.exec(body)?.[1];
    const known = { 'signed-out': 'signed out', 'not-found': 'hidden', forbidden: 'no' } as const;
    const outcome = known[refusal as keyof typeof known] ?? 'in';
    return { outcome, status: response.status, body };
  }

  test.each(Object.keys(ROUTES))('%s', async (route) => {
    const { who, anonymous } = ROUTES[route]!;
    const nobody = await send('', route, thing(true));
    // What everybody may open may still need somebody who is signed in for what it does.
    expect(nobody.outcome).toBe(anonymous ? 'in' : 'signed out');
    const got: Record<string, string> = {};
    for (const asker of ASKERS)
      got[asker] = (await send(people[asker].browser.cookie, route, thing(true))).outcome;
    expect(got).toEqual(Object.fromEntries(ASKERS.map((asker, i) => [asker, who[i]])));
    const stranger = people['instructor elsewhere'].browser.cookie;
    if (who[4] === 'hidden')
      expect(await send(stranger, route, thing(true))).toEqual(await send(stranger, route, nowhere));
    if (PRIVATE.has(who))
      expect((await send(people.instructor.browser.cookie, route, thing(false))).outcome).toBe('hidden');
  });

  test('what changes something is not done for a page of another site', async () => {
    for (const route of Object.keys(ROUTES).filter((each) => each.startsWith('POST '))) {
      const { cookie } = people.owner.browser;
      expect((await send(cookie, route, thing(true), { origin: 'https://evil.example' })).status).toBe(403);
      const { path } = ROUTES[route]!;
      const form = await fetch(server.url + path(thing(true)), {
        method: 'POST',
        body: new URLSearchParams({ x: '1' }),
        headers: { cookie },
      });
      expect(form.status).toBe(403);
    }
  });

  test('everybody is still signed in', async () => {
    for (const asker of ASKERS) expect((await people[asker].browser.session()).person).not.toBeNull();
  });
});
