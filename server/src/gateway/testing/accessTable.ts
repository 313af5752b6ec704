/**
 * Who may ask for what, as a table that is written apart from the rules (`access.ts`): for each request of the socket what is asked, and how
 * each kind of person is answered. `matrix.test.ts` asks everything of everybody.
 */
import type { RequestBody, RequestName } from '@sandtable/shared/protocol';

/** Those who ask. The owner is a student of the course whose work it is; the instructors are so in their courses, and instructors here. */
export const ASKERS = [
  'owner',
  'other student',
  'assistant',
  'instructor',
  'instructor elsewhere',
  'administrator',
] as const;
export type Asker = (typeof ASKERS)[number];

/** `in`: the request reaches its handler. `hidden`: answered as if there were no such thing. `no`: seen, and not allowed. */
export type Outcome = 'in' | 'hidden' | 'no';

type Row = readonly [Outcome, Outcome, Outcome, Outcome, Outcome, Outcome];

/** What belongs to somebody at the course. Ids of people, courses, benches, as a request names them. */
export interface Thing {
  readonly bench: string;
  readonly run: string;
  readonly attempt: string;
  readonly comment: string;
  readonly course: string;
  readonly assignment: string;
  /** A member of the course, apart from those who ask. */
  readonly member: string;
}

const ANYBODY: Row = ['in', 'in', 'in', 'in', 'in', 'in'];
const SEE: Row = ['in', 'hidden', 'in', 'in', 'hidden', 'in'];
const CHANGE: Row = ['in', 'hidden', 'no', 'no', 'hidden', 'no'];
const MEMBERS: Row = ['in', 'in', 'in', 'in', 'hidden', 'in'];
const STAFF: Row = ['no', 'no', 'in', 'in', 'hidden', 'in'];
const TEACHERS: Row = ['no', 'no', 'no', 'in', 'hidden', 'in'];
const INSTRUCTORS_HERE: Row = ['no', 'no', 'no', 'in', 'in', 'in'];
const ADMINISTRATORS: Row = ['no', 'no', 'no', 'no', 'no', 'in'];

/** Of a bench that is nobody's work: no course, so no staff. */
export const PRIVATE: ReadonlyMap<Row, Row> = new Map([
  [SEE, ['in', 'hidden', 'hidden', 'hidden', 'hidden', 'in']],
  [CHANGE, ['in', 'hidden', 'hidden', 'hidden', 'hidden', 'no']],
]);

interface Entry<N extends RequestName> {
  readonly who: Row;
  readonly body: (thing: Thing) => RequestBody<N>;
}

const size = { cols: 80, rows: 24 };
const path = 'script.py';
const dates = { title: 'Later', opensAt: null, dueAt: null, counts: 'best' } as const;
const HASH = 'h'.repeat(43);

const ofBench = (who: Row) => ({ who, body: ({ bench }: Thing) => ({ bench }) });
const ofRun = (who: Row) => ({ who, body: ({ run }: Thing) => ({ run }) });
const ofCourse = (who: Row) => ({ who, body: ({ course }: Thing) => ({ course }) });
const ofAssignment = (who: Row) => ({ who, body: ({ assignment }: Thing) => ({ assignment }) });
const nothing = (who: Row) => ({ who, body: () => ({}) });

/** A request that has no entry fails the test, and does not compile. */
export const TABLE: { readonly [N in RequestName]: Entry<N> } = {
  'bench.list': nothing(ANYBODY),
  'bench.create': nothing(ANYBODY),
  'bench.open': ofBench(SEE),
  'bench.leave': ofBench(ANYBODY),
  'bench.rename': { who: CHANGE, body: ({ bench }) => ({ bench, name: 'taken' }) },
  'bench.remove': ofBench(CHANGE),
  'file.write': {
    who: CHANGE,
    body: ({ bench }) => ({ bench, path, content: { encoding: 'utf8', text: 'taken' }, base: 1 }),
  },
  'file.read': { who: SEE, body: ({ bench }) => ({ bench, path }) },
  'file.rename': { who: CHANGE, body: ({ bench }) => ({ bench, path, to: 'taken.py' }) },
  'file.remove': { who: CHANGE, body: ({ bench }) => ({ bench, path }) },
  'policy.check': { who: ANYBODY, body: () => ({ source: '' }) },
  'run.start': { who: CHANGE, body: ({ bench }) => ({ bench, mode: 'script', size }) },
  'run.list': ofBench(SEE),
  'run.show': { who: CHANGE, body: ({ bench, run }) => ({ bench, run }) },
  'run.input': { who: CHANGE, body: ({ run }) => ({ run, data: 'taken' }) },
  'run.interrupt': ofRun(CHANGE),
  'run.stop': ofRun(CHANGE),
  'run.resize': { who: CHANGE, body: ({ run }) => ({ run, size }) },
  'run.ack': { who: SEE, body: ({ run }) => ({ run, chars: 1 }) },
  'run.rows': { who: SEE, body: ({ run }) => ({ run, from: 0, count: 1 }) },
  'run.query': {
    who: SEE,
    body: ({ run }) => ({ run, filter: '', from: 0, direction: 'down', count: 1 }),
  },
  'run.at': { who: SEE, body: ({ run }) => ({ run, n: 0 }) },
  'run.file': { who: SEE, body: ({ run }) => ({ run, n: 0, path: '/tmp/x' }) },
  'run.step': {
    who: SEE,
    body: ({ run }) => ({ run, from: 0, direction: 'next', to: 'call', lowest: 0 }),
  },
  'run.matches': { who: SEE, body: ({ run }) => ({ run, filter: '', lowest: 0, from: 0, count: 1 }) },
  'run.statistics': { who: SEE, body: ({ run }) => ({ run, filter: '', lowest: 0, by: 'call' }) },
  'run.timeline': { who: SEE, body: ({ run }) => ({ run, from: 0, buckets: 1 }) },
  'bookmark.list': ofRun(SEE),
  'bookmark.set': { who: CHANGE, body: ({ run }) => ({ run, n: 0, note: 'taken' }) },
  'bookmark.remove': { who: CHANGE, body: ({ run }) => ({ run, n: 0 }) },
  'search.start': { who: CHANGE, body: ({ bench }) => ({ bench, property: 'x', seconds: 1 }) },
  'search.cancel': ofBench(CHANGE),
  'history.list': ofBench(SEE),
  'history.at': { who: SEE, body: ({ bench }) => ({ bench, n: 0 }) },
  'history.read': { who: SEE, body: ({ bench }) => ({ bench, n: 0, path }) },
  'history.label': { who: CHANGE, body: ({ bench }) => ({ bench, n: 0, label: 'taken' }) },
  'history.restore': { who: CHANGE, body: ({ bench }) => ({ bench, n: 0 }) },
  'history.copy': { who: SEE, body: ({ bench }) => ({ bench, n: 0 }) },
  'history.run': ofRun(SEE),
  'lab.list': nothing(ANYBODY),
  'lab.open': { who: ANYBODY, body: () => ({ lab: 'no-such-lab' }) },
  'lab.task': ofBench(SEE),
  'lab.check': ofBench(CHANGE),
  'lab.hand-in': ofBench(CHANGE),
  'lab.cancel': ofBench(CHANGE),
  'lab.attempts': ofBench(SEE),
  'lab.attempt': { who: SEE, body: ({ bench, attempt }) => ({ bench, attempt }) },
  'lab.evidence': { who: CHANGE, body: ({ bench, attempt }) => ({ bench, attempt, run: 0 }) },
  'lab.hint': { who: CHANGE, body: ({ bench }) => ({ bench, index: 0 }) },
  'lab.reset': ofBench(CHANGE),
  'me.get': nothing(ANYBODY),
  'me.rename': { who: ANYBODY, body: () => ({ name: 'Another name' }) },
  'me.sign-ins': nothing(ANYBODY),
  'me.end-sign-in': { who: ANYBODY, body: () => ({ signIn: HASH }) },
  'people.list': { who: ADMINISTRATORS, body: () => ({ search: '', from: 0, count: 1 }) },
  'people.change': { who: ADMINISTRATORS, body: ({ member }) => ({ person: member, disabled: false }) },
  'people.new-password': { who: ADMINISTRATORS, body: ({ member }) => ({ person: member }) },
  'people.erase': { who: ADMINISTRATORS, body: ({ member }) => ({ person: member, name: 'Not their name' }) },
  'people.invite': { who: ADMINISTRATORS, body: () => ({ role: 'administrator' }) },
  'people.invitations': nothing(ADMINISTRATORS),
  'people.revoke': { who: ADMINISTRATORS, body: () => ({ invitation: HASH }) },
  'people.audit': { who: ADMINISTRATORS, body: () => ({ act: '', person: '', before: null, count: 1 }) },
  'course.list': nothing(ANYBODY),
  'course.make': { who: INSTRUCTORS_HERE, body: () => ({ title: 'Another course' }) },
  'course.get': ofCourse(MEMBERS),
  'course.rename': { who: TEACHERS, body: ({ course }) => ({ course, title: 'taken' }) },
  'course.archive': { who: TEACHERS, body: ({ course }) => ({ course, archived: true }) },
  'course.code': { who: TEACHERS, body: ({ course }) => ({ course, code: 'renew' }) },
  'course.people': ofCourse(STAFF),
  'course.role': {
    who: TEACHERS,
    body: ({ course, member }) => ({ course, person: member, role: 'assistant' }),
  },
  'course.dismiss': { who: TEACHERS, body: ({ course, member }) => ({ course, person: member }) },
  'roster.check': { who: TEACHERS, body: ({ course }) => ({ course, text: 'x' }) },
  'roster.apply': { who: TEACHERS, body: ({ course }) => ({ course, text: 'x' }) },
  'roster.dismiss': { who: TEACHERS, body: ({ course }) => ({ course, email: 'a@b.example' }) },
  'assignment.make': { who: TEACHERS, body: ({ course }) => ({ course, lab: 'no-such-lab', ...dates }) },
  'assignment.change': { who: TEACHERS, body: ({ assignment }) => ({ assignment, ...dates }) },
  'assignment.remove': ofAssignment(TEACHERS),
  'assignment.extend': {
    who: TEACHERS,
    body: ({ assignment, member }) => ({ assignment, person: member, dueAt: null, reason: 'ill' }),
  },
  'assignment.compare': ofAssignment(TEACHERS),
  'assignment.upgrade': {
    who: TEACHERS,
    body: ({ assignment }) => ({ assignment, version: '0'.repeat(32) }),
  },
  'author.list': nothing(INSTRUCTORS_HERE),
  // A lab that ships has the id, so nothing is made.
  'author.begin': { who: INSTRUCTORS_HERE, body: () => ({ id: 'paths', title: 'taken', level: 1 }) },
  'author.clone': { who: INSTRUCTORS_HERE, body: () => ({ lab: 'no-such-lab' }) },
  'author.check': ofBench(SEE),
  'author.preview': ofBench(CHANGE),
  'author.run': ofBench(CHANGE),
  'author.cancel': ofBench(CHANGE),
  'author.publish': ofBench(CHANGE),
  'matrix.get': ofCourse(STAFF),
  'matrix.leave': ofCourse(ANYBODY),
  'grade.book': ofCourse(STAFF),
  'grade.history': { who: STAFF, body: ({ assignment, member }) => ({ assignment, person: member }) },
  'grade.override': {
    who: TEACHERS,
    body: ({ assignment, member }) => ({ assignment, person: member, points: 1, reason: 'taken' }),
  },
  'regrade.look': ofAssignment(TEACHERS),
  'regrade.leave': ofAssignment(ANYBODY),
  'regrade.start': {
    who: TEACHERS,
    body: ({ assignment }) => ({ assignment, version: '0'.repeat(32) }),
  },
  'regrade.cancel': ofAssignment(TEACHERS),
  'regrade.apply': ofAssignment(TEACHERS),
  'work.copy': ofBench(SEE),
  'work.origin': ofBench(SEE),
  'comment.list': ofBench(SEE),
  'comment.add': { who: SEE, body: ({ bench }) => ({ bench, anchor: { on: 'bench' }, text: 'taken' }) },
  'comment.resolve': { who: SEE, body: ({ bench, comment }) => ({ bench, comment, resolved: true }) },
  'world.list': { who: SEE, body: ({ bench }) => ({ bench, path: '/tmp' }) },
  'world.read': { who: SEE, body: ({ bench }) => ({ bench, path: '/tmp/script.py' }) },
  'world.keep': { who: CHANGE, body: ({ bench }) => ({ bench, path: '/tmp/script.py' }) },
};

interface RouteEntry {
  /** Whether somebody who is not signed in is let in. */
  readonly anonymous: boolean;
  readonly who: Row;
  readonly path: (thing: Thing) => string;
  /** `content-type` of what is sent. */
  readonly type?: string;
}

const open = (path: string): RouteEntry => ({ anonymous: true, who: ANYBODY, path: () => path });
const signedIn = (who: Row, address: (thing: Thing) => string): RouteEntry => ({
  anonymous: false,
  who,
  path: address,
});

/** The same for HTTP. A route that has no entry fails the test. */
export const ROUTES: Readonly<Record<string, RouteEntry>> = {
  'GET /': open('/'),
  'GET /*': open('/index.html'),
  'GET /assets/*': open('/assets/x.js'),
  'GET /api/health': open('/api/health'),
  'GET /api/session': open('/api/session'),
  'GET /api/meta': signedIn(ANYBODY, () => '/api/meta'),
  'POST /api/sign-in': open('/api/sign-in'),
  'POST /api/sign-out': open('/api/sign-out'),
  'POST /api/join': open('/api/join'),
  'POST /api/join/look': open('/api/join/look'),
  'POST /api/invitation': open('/api/invitation'),
  'POST /api/invitation/look': open('/api/invitation/look'),
  'POST /api/password': signedIn(ANYBODY, () => '/api/password'),
  'GET /api/oidc/start': open('/api/oidc/start'),
  'GET /api/oidc/back': open('/api/oidc/back'),
  'GET /api/runs/:run/trace.jsonl': signedIn(SEE, ({ run }) => `/api/runs/${run}/trace.jsonl`),
  'GET /api/runs/:run/rows.:format': signedIn(SEE, ({ run }) => `/api/runs/${run}/rows.csv`),
  'GET /api/benches/:bench/files/*': signedIn(SEE, ({ bench }) => `/api/benches/${bench}/files/${path}`),
  'POST /api/benches/:bench/trace': {
    ...signedIn(CHANGE, ({ bench }) => `/api/benches/${bench}/trace`),
    type: 'application/x-ndjson',
  },
  'GET /api/benches/:bench/pack.zip': signedIn(SEE, ({ bench }) => `/api/benches/${bench}/pack.zip`),
  'POST /api/author/packs': {
    ...signedIn(INSTRUCTORS_HERE, () => '/api/author/packs'),
    type: 'application/zip',
  },
  'POST /api/me/export': signedIn(ANYBODY, () => '/api/me/export'),
  'POST /api/people/:person/export': signedIn(ADMINISTRATORS, ({ member }) => `/api/people/${member}/export`),
  'GET /api/courses/:course/grades.csv': signedIn(STAFF, ({ course }) => `/api/courses/${course}/grades.csv`),
};
