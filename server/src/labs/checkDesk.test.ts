import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOCAL_PERSON } from '../store/schema.ts';
import { newId, openStore, type Store } from '../store/store.ts';
import { CheckDesk, type RunChecks } from './checkDesk.ts';
import { labInstance } from './labInstance.ts';
import { readPack } from './packReader.ts';
import { SMALL_LAB } from './testing/smallLab.ts';
import type { Work } from './works.ts';

let folder: string;
let store: Store;
/** Attempts whose checks have begun, in order, with the ways to end them. */
let begun: { bench: string; end: () => void }[];
const read = readPack(new Map(Object.entries(SMALL_LAB).map(([path, text]) => [path, Buffer.from(text)])));
if (!read.ok) throw new Error(read.problems[0]?.message);
const instance = labInstance(read.pack, 'seed');

async function work(person: string): Promise<Work> {
  await store.db
    .insertInto('person')
    .values({
      id: person,
      name: person,
      email: null,
      role: 'student',
      created_at: '',
      seen_at: null,
      disabled_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const id = newId();
  await store.benches.create({
    id,
    name: id,
    owner: person,
    kind: 'work',
    labVersion: 'v',
    seed: id,
    files: [],
  });
  return { bench: (await store.benches.row(id))!, instance };
}

function desk(atOnce: number): CheckDesk {
  const run: RunChecks = ({ folder: at, signal }) =>
    new Promise((resolve) => {
      const end = (): void => resolve({ ok: true, results: [] });
      begun.push({ bench: at, end });
      signal.addEventListener('abort', end);
    });
  return new CheckDesk({ store, run, evidence: folder, tell: () => {}, atOnce });
}

async function until(test: () => boolean): Promise<void> {
  for (let tries = 0; !test(); tries++) {
    if (tries > 500) throw new Error(`in vain: ${test.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandtable-desk-'));
  begun = [];
  const opened = await openStore(join(folder, 'sandtable.sqlite'));
  if (!opened.ok) throw new Error(opened.message);
  store = opened.store;
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

test('who asks often is not served more often, and nobody has two at once', async () => {
  const checks = desk(2);
  const mine = [await work('ada'), await work('ada'), await work('ada')];
  const others = [await work('ben'), await work('cem')];
  const order: string[] = [];
  const name = new Map<string, string>();
  for (const [index, each] of [...mine, ...others].entries()) {
    const asked = await checks.ask(each, 'check', 0);
    if (!asked.ok) throw new Error(asked.message);
    name.set(checks.folder(asked.attempt), index < 3 ? `ada ${index}` : ['ben', 'cem'][index - 3]!);
  }
  await until(() => begun.length === 2);
  // What somebody is told of their place is the order in which it goes on, not that in which they came.
  expect(checks.progressOf(others[1]!.bench.id)).toMatchObject({ before: 0 });
  expect(checks.progressOf(mine[1]!.bench.id)).toMatchObject({ before: 1 });
  expect(checks.progressOf(mine[2]!.bench.id)).toMatchObject({ before: 2 });
  for (let at = 0; at < 5; at++) {
    await until(() => begun.length > at);
    order.push(name.get(begun[at]!.bench)!);
    begun[at]!.end();
  }
  expect(order).toEqual(['ada 0', 'ben', 'cem', 'ada 1', 'ada 2']);
  await checks.close();
});

test('one that waits can be cancelled; one that a server left is ended by the next', async () => {
  const checks = desk(1);
  const first = await work(LOCAL_PERSON);
  const second = await work('ben');
  await checks.ask(first, 'check', 0);
  const asked = await checks.ask(second, 'check', 0);
  checks.cancel(second.bench.id);
  await until(() => checks.progressOf(second.bench.id) === null);
  expect(asked.ok && (await store.attempts.get(asked.attempt))?.state).toBe('cancelled');
  await until(() => begun.length === 1);
  // As after kill -9: the row says that it is under way, and nobody is.
  const next = desk(1);
  await next.recover();
  const [left] = await store.attempts.ofBench(first.bench.id);
  expect(left).toMatchObject({ state: 'failed' });
  expect(left!.message).toContain('check again');
  await checks.close();
});
