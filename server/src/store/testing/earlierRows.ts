/** Rows of earlier versions of the database: made by writeEarlier.ts, looked for by the tests of migrations. */
const AT = '2025-03-01T10:00:00.000Z';

type Rows = readonly Record<string, unknown>[];

const BENCHES: Rows = [
  { id: 'bench-one', name: 'It’s the first', revision: 3, created_at: AT, updated_at: AT },
  { id: 'bench-two', name: 'Zweite', revision: 1, created_at: AT, updated_at: AT },
];

const FILES: Rows = [
  {
    bench: 'bench-one',
    path: 'script.py',
    version: 3,
    encoding: 'utf8',
    content: Buffer.from("print('ünï; \\n')\n"),
    saved_at: AT,
  },
  {
    bench: 'bench-two',
    path: 'data/raw.bin',
    version: 1,
    encoding: 'base64',
    content: Buffer.from([0, 255, 39, 10, 0]),
    saved_at: AT,
  },
];

const RUNS: Rows = [
  {
    id: 'run-one',
    bench: 'bench-one',
    mode: 'script',
    started_at: AT,
    ended_at: AT,
    status: 137,
    reason: 'limit',
    log_bytes: 1_073_741_824,
  },
  {
    id: 'run-two',
    bench: 'bench-one',
    mode: 'repl',
    started_at: AT,
    ended_at: null,
    status: null,
    reason: null,
    log_bytes: 0,
  },
];

const BOOKMARKS: Rows = [{ run: 'run-one', n: 4, note: 'here; it is', set_at: AT }];

const COURSES: Rows = [{ id: 'course', title: 'Systems', made_by: 'local', made_at: AT }];

const ASSIGNMENTS: Rows = [
  {
    ...{ id: 'task', course: 'course', lab_version: 'v1', title: 'First', counts: 'best' },
    ...{ made_by: 'local', made_at: AT },
  },
];

const ATTEMPTS: Rows = [
  {
    ...{ id: 'attempt-one', bench: 'bench-one', person: 'local', lab_version: 'v1', assignment: 'task' },
    ...{ kind: 'hand-in', started_at: AT, ended_at: AT, revision: 3, state: 'done', points: 2.5, max: 4 },
    ...{ results: '[]', outcomes: 'a=p', hint_cost: 0 },
  },
];

/** By the last step of the version; one that nobody had anything in yet has none. */
const ROWS: { readonly [step: string]: readonly (readonly [table: string, rows: Rows])[] } = {
  '0001-benches-files-runs': [],
  '0002-bookmarks': [
    ['bench', BENCHES],
    ['file', FILES],
    ['run', RUNS],
    ['bookmark', BOOKMARKS],
  ],
  '0003-people-labs-courses': [
    ['course', COURSES],
    ['assignment', ASSIGNMENTS],
    ['bench', BENCHES.map((bench) => ({ ...bench, kind: 'work', owner: 'local' }))],
    ['attempt', ATTEMPTS],
  ],
};

/** Tables in an order in which their rows can be inserted. */
export function earlierRows(step: string): readonly (readonly [table: string, rows: Rows])[] {
  const rows = ROWS[step];
  if (rows === undefined) throw new Error(`say which rows a database of ${step} had`);
  return rows;
}
