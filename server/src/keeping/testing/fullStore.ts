/**
 * A store in which every table has rows, and a data folder to it: two students, Ada and Ben, and Iris, who teaches them. Wherever text of
 * Ada's can stand, it holds one of {@link ADA}.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TABLE_NAMES } from '../tables.ts';
import type { Schema } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';

const AT = '2026-03-01T10:00:00.000Z';

/** How one finds anything of Ada's. */
export const ADA = {
  name: 'Ada Byrön',
  email: 'ada@example.org',
  signInName: 'countess',
  text: 'analytical-engine-note',
} as const;

export const BEN_TEXT = 'difference-engine-note';

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** A row of each table at least; a new table has to be filled here, because the tests go through all of them. */
const ROWS: { readonly [T in keyof Schema]: readonly Schema[T][] } = {
  person: [
    person('ada', ADA.name, ADA.email, 'student'),
    person('ben', 'Ben', 'ben@example.org', 'student'),
    person('iris', 'Iris', 'iris@example.org', 'instructor'),
    person('root', 'Root', null, 'administrator'),
  ],
  credential: [
    { kind: 'password', subject: ADA.signInName, person: 'ada', secret: '$argon2id$hash-of-ada', set_at: AT },
    { kind: 'password', subject: 'ben', person: 'ben', secret: '$argon2id$hash-of-ben', set_at: AT },
  ],
  sign_in: [
    { id: 'token-of-ada', person: 'ada', created_at: AT, seen_at: AT, expires_at: AT, agent: 'Firefox' },
    { id: 'token-of-ben', person: 'ben', created_at: AT, seen_at: AT, expires_at: AT, agent: 'Firefox' },
  ],
  invitation: [
    {
      ...{ id: 'code-1', role: 'student', course: 'course', email: 'Ada@Example.org', name: ADA.name },
      ...{ made_by: 'iris', made_at: AT, expires_at: AT, used_at: AT, used_by: 'ada', person: null },
    },
    {
      ...{ id: 'code-2', role: 'student', course: null, email: null, name: null },
      ...{ made_by: 'iris', made_at: AT, expires_at: AT, used_at: null, used_by: null, person: null },
    },
  ],
  audit: [
    audit('1', 'ada', 'sign-in', 'ada', { name: ADA.signInName }),
    audit('2', 'iris', 'person.add', 'ada', { email: ADA.email, name: ADA.name, role: 'student' }),
    audit('3', 'iris', 'roster.read', 'course', { added: [`${ADA.name} <${ADA.email}>`, 'ben@example.org'] }),
    audit('4', 'iris', 'course.create', 'course', { title: 'Sandboxes' }),
  ],
  course: [
    { id: 'course', title: 'Sandboxes', join_code: 'JOIN', made_by: 'iris', made_at: AT, archived_at: null },
  ],
  membership: [
    { course: 'course', person: 'ada', role: 'student', joined_at: AT },
    { course: 'course', person: 'ben', role: 'student', joined_at: AT },
    { course: 'course', person: 'iris', role: 'instructor', joined_at: AT },
  ],
  roster: [
    { course: 'course', email: ADA.email, name: ADA.name, role: 'student', person: null, added_at: AT },
    { course: 'course', email: 'ben@example.org', name: 'Ben', role: 'student', person: 'ben', added_at: AT },
  ],
  lab: [
    { id: 'paths', source: 'shipped', title: 'Paths', current: 'v1', owner: null, changed_at: AT },
    { id: 'draft', source: 'authored', title: ADA.text, current: null, owner: 'ada', changed_at: AT },
  ],
  lab_version: [
    { id: 'v1', lab: 'paths', title: 'Paths', pack: bytes('\0\xff pack'), made_at: AT, made_by: null },
  ],
  assignment: [
    {
      ...{ id: 'task', course: 'course', lab_version: 'v1', title: 'First', opens_at: null, due_at: AT },
      ...{ counts: 'best', made_by: 'iris', made_at: AT },
    },
  ],
  extension: [
    { assignment: 'task', person: 'ada', due_at: AT, reason: ADA.text, made_by: 'iris', made_at: AT },
    { assignment: 'task', person: 'ben', due_at: AT, reason: 'ill', made_by: 'iris', made_at: AT },
  ],
  bench: [
    bench('bench-ada', ADA.text, 'ada', 'task'),
    bench('bench-ben', 'Ben’s', 'ben', 'task'),
    // What Iris copied from Ada's work.
    { ...bench('bench-copy', `Copy of ${ADA.name}`, 'iris', null), copy_of: 'bench-ada' },
  ],
  file: [
    file('bench-ada', `${ADA.text}.py`, ADA.text),
    file('bench-ben', 'script.py', BEN_TEXT),
    file('bench-copy', 'script.py', ADA.text),
  ],
  revision: [
    revision('bench-ada', 1, ADA.text, 'ada'),
    { ...revision('bench-ada', 2, '', 'ada'), content: null },
    revision('bench-ben', 1, BEN_TEXT, 'ben'),
    // Ada once helped Ben.
    revision('bench-ben', 2, BEN_TEXT, 'ada'),
    revision('bench-copy', 1, ADA.text, 'iris'),
  ],
  run: [
    run('run-ada', 'bench-ada', ADA.text),
    run('run-ben', 'bench-ben', BEN_TEXT),
    run('run-copy', 'bench-copy', null),
  ],
  bookmark: [
    { run: 'run-ada', n: 3, note: ADA.text, set_at: AT },
    { run: 'run-ben', n: 3, note: BEN_TEXT, set_at: AT },
  ],
  regrade: [
    {
      ...{ id: 'regrade-1', assignment: 'task', from_version: 'v1', to_version: 'v1' },
      ...{ made_by: 'iris', made_at: AT },
    },
  ],
  attempt: [
    { ...attempt('attempt-old', 'bench-ada', 'ada', ADA.text), replaced_by: 'attempt-ada' },
    { ...attempt('attempt-ada', 'bench-ada', 'ada', ADA.text), regrade: 'regrade-1' },
    attempt('attempt-ben', 'bench-ben', 'ben', BEN_TEXT),
  ],
  hint_taken: [
    { bench: 'bench-ada', hint: 0, taken_at: AT },
    { bench: 'bench-ben', hint: 1, taken_at: AT },
  ],
  grade_override: [
    {
      ...{ id: 'grade-1', assignment: 'task', person: 'ada', points: 7.5, reason: ADA.text },
      ...{ made_by: 'iris', made_at: AT },
    },
    {
      ...{ id: 'grade-2', assignment: 'task', person: 'ben', points: null, reason: 'taken back' },
      ...{ made_by: 'iris', made_at: AT },
    },
  ],
  comment: [
    comment('comment-1', 'bench-ada', 'Well done', 'iris'),
    comment('comment-2', 'bench-ben', ADA.text, 'ada'),
    comment('comment-3', 'bench-ben', BEN_TEXT, 'iris'),
  ],
};

/** Files of the data folder, by their place in it. */
const FILES: Readonly<Record<string, string>> = {
  'runs/run-ada/log.jsonl': `{"text":"${ADA.text}"}\n`,
  'runs/run-ada/index': '\0\0\0',
  'runs/run-ben/log.jsonl': `{"text":"${BEN_TEXT}"}\n`.repeat(60_000),
  'runs/run-copy/log.jsonl': `{"text":"${ADA.text}"}\n`,
  'attempts/attempt-ada/writes-a-file/trace.jsonl': ADA.text,
  'attempts/attempt-ben/writes-a-file/trace.jsonl': BEN_TEXT,
};

/** Fills a new store and its data folder. */
export async function fill(store: Store, data: string): Promise<void> {
  const db = store.db.withTables<Record<string, Record<string, unknown>>>();
  for (const table of TABLE_NAMES)
    for (const row of ROWS[table])
      await db
        .insertInto(table)
        .values({ ...row })
        .execute();
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(data, name)), { recursive: true });
    writeFileSync(join(data, name), text);
  }
}

function person(
  id: string,
  name: string,
  email: string | null,
  role: Schema['person']['role'],
): Schema['person'] {
  return { id, name, email, role, created_at: AT, seen_at: AT, disabled_at: null };
}

function audit(id: string, actor: string, act: string, object: string, detail: object): Schema['audit'] {
  return { id, at: AT, actor, act, object, detail: JSON.stringify(detail) };
}

function bench(id: string, name: string, owner: string, assignment: string | null): Schema['bench'] {
  return {
    ...{ id, name, revision: 2, created_at: AT, updated_at: AT, kind: 'work', owner },
    ...{ lab_version: 'v1', assignment, seed: 'seed', lab: null, copy_of: null },
  };
}

function file(of: string, path: string, text: string): Schema['file'] {
  return { bench: of, path, version: 1, encoding: 'utf8', content: bytes(text), saved_at: AT, read_only: 0 };
}

function revision(of: string, n: number, text: string, by: string): Schema['revision'] {
  return {
    ...{ bench: of, n, path: 'script.py', encoding: 'utf8', content: bytes(text) },
    ...{ saved_at: AT, person: by, label: text === '' ? null : text },
  };
}

function run(id: string, of: string, input: string | null): Schema['run'] {
  return {
    ...{ id, bench: of, mode: 'script', started_at: AT, ended_at: AT, status: 0, reason: 'exit' },
    ...{ log_bytes: 30, revision: 1, input },
  };
}

function attempt(id: string, of: string, by: string, results: string): Schema['attempt'] {
  return {
    ...{ id, bench: of, person: by, lab_version: 'v1', assignment: 'task', kind: 'hand-in' },
    ...{ started_at: AT, ended_at: AT, revision: 1, state: 'done', points: 3.25, max: 10, results },
    ...{ outcomes: 'a=p', hint_cost: 5, message: null },
  };
}

function comment(id: string, of: string, text: string, by: string): Schema['comment'] {
  return { id, bench: of, anchor: '{}', text, made_by: by, made_at: AT, resolved_at: null };
}
