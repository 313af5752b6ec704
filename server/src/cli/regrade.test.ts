/** `sandtable lab regrade` as an operator meets it: real evidence, a mended check, what would change, and the change. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RegradeChange } from '@sandtable/shared/regradeReplies';
import { closeCheckThreads, runChecks } from '../labs/checkRunner.ts';
import { judgementOf } from '../labs/judgement.ts';
import { knownSubmission, labInstance } from '../labs/labInstance.ts';
import { packBytes } from '../labs/packBytes.ts';
import type { Pack } from '../labs/packReader.ts';
import { SMALL_LAB, smallLab } from '../labs/testing/smallLab.ts';
import { openDataFolder } from '../store/dataFolder.ts';
import { LOCAL_PERSON } from '../store/schema.ts';
import { openStore, type Store } from '../store/store.ts';
import { labCommand } from './labCommand.ts';

const before = smallLab();
/** The honest script is another one, which has to run; the prediction is expected otherwise, which has not. */
const mended = smallLab({
  'lab.yaml': SMALL_LAB['lab.yaml']!.replace('"^EACCES$"', '"^E[A-Z]+$"').replace('weight: 3', 'weight: 4'),
  'checks/write.py': `${SMALL_LAB['checks/write.py']!}# mended\n`,
});

let data: string;
let assignment: string;
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'sandtable-regrade-'));
  await inStore(async (store) => {
    await offer(store, before);
    const course = await store.courses.make(LOCAL_PERSON, 'Systems');
    const dates = { title: 'First', opensAt: null, dueAt: null, counts: 'best' as const };
    assignment = (await store.assignments.make(LOCAL_PERSON, course, before.version, dates))!;
    const instance = labInstance(before, 'seed', 'checks');
    const files = new Map(knownSubmission(instance, 'solution'));
    files.set('prediction.txt', new TextEncoder().encode('EPERM\n'));
    await store.benches.create({
      ...{ id: 'bench-one', name: 'Work', owner: LOCAL_PERSON, kind: 'work', seed: 'seed', assignment },
      labVersion: before.version,
      files: [...files].map(([path, content]) => ({ path, content, encoding: 'utf8' })),
    });
    const { revision } = (await store.benches.row('bench-one'))!;
    await store.attempts.begin({
      ...{ id: 'attempt-one', bench: 'bench-one', person: LOCAL_PERSON, labVersion: before.version },
      ...{ assignment, kind: 'hand-in', revision, hintCost: 5 },
    });
    const checked = await runChecks({ instance, files, folder: join(data, 'attempts/attempt-one') });
    if (!checked.ok) throw new Error(checked.message);
    await store.attempts.end('attempt-one', { state: 'done', ...judgementOf(checked.results) });
    await store.grades.override(LOCAL_PERSON, assignment, LOCAL_PERSON, 3, 'told me');
    await offer(store, mended);
  });
});
afterAll(async () => {
  await closeCheckThreads();
  rmSync(data, { recursive: true });
});

function offer(store: Store, { manifest: { id: lab, title }, version: id, files }: Pack): Promise<void> {
  return store.labs.offer({
    id,
    lab,
    title,
    pack: packBytes(files),
    source: 'authored',
    madeBy: LOCAL_PERSON,
  });
}

async function inStore<T>(act: (store: Store) => Promise<T>): Promise<T> {
  const folder = openDataFolder(data);
  const opened = folder.ok ? await openStore(folder.folder.database) : null;
  if (!folder.ok || opened?.ok !== true) throw new Error('not opened');
  try {
    return await act(opened.store);
  } finally {
    await opened.store.close();
    folder.folder.release();
  }
}

async function regrade(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  vi.stubEnv('SANDTABLE_DATA', data);
  vi.stubEnv('DATABASE_URL', '');
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((said.out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.err += String(text)), true));
  try {
    return { status: await labCommand(['regrade', ...words]), ...said };
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

test('what would change is said first, then done, and what was before is kept', async () => {
  expect(await regrade('Nothing')).toMatchObject({
    status: 1,
    err: expect.stringContaining('Systems: First'),
  });
  expect(await regrade('First', '--version', 'zz')).toMatchObject({ status: 1 });
  expect(await regrade()).toMatchObject({ status: 2 });
  // By its own version nothing is another, and nothing has to run.
  expect(await regrade('first', '--version', before.version.slice(0, 6))).toMatchObject({
    status: 0,
    out: expect.stringContaining('Nobody has other points.'),
  });

  const looked = await regrade('First');
  expect(looked).toMatchObject({ status: 3, err: '' });
  expect(looked.out).toContain(
    `1 attempt judged again, version ${before.version.slice(0, 8)} -> ${mended.version.slice(0, 8)}`,
  );
  expect(looked.out).toMatch(/ {2}You, handed in \S+: 6\.6 -> 8\.55 of 9\n/);
  expect(looked.out).toContain('grade 6.6 -> 8.55, but one was set by hand and stays');
  expect(looked.out).toContain('prediction: failed -> passed');
  expect(looked.out).toContain('Nothing was changed.');
  await inStore(async (store) => {
    expect((await store.assignments.get(assignment))!.lab_version).toBe(before.version);
    expect(await store.attempts.ofBench('bench-one')).toMatchObject([{ id: 'attempt-one', points: 7 }]);
  });

  const applied = await regrade('--apply', '--json', assignment);
  expect(applied).toMatchObject({ status: 0, err: '' });
  const report = JSON.parse(applied.out) as { applied: boolean; changes: RegradeChange[] };
  expect(report).toMatchObject({ applied: true, changes: [{ attempt: 'attempt-one', byHand: true }] });
  await inStore(async (store) => {
    expect((await store.assignments.get(assignment))!.lab_version).toBe(mended.version);
    const [now, ...others] = await store.attempts.ofBench('bench-one');
    expect(others).toEqual([]);
    expect(now).toMatchObject({ points: 9, max: 9, points_before: 7, max_before: 8, hint_cost: 5 });
    expect((await store.attempts.get('attempt-one'))!).toMatchObject({ points: 7, replaced_by: now!.id });
    // With the bench the evidence of both goes.
    expect([...(await store.attempts.idsOf('bench-one'))].sort()).toEqual(['attempt-one', now!.id].sort());
    // Its evidence is whole and its own: the first one's could go.
    rmSync(join(data, 'attempts/attempt-one'), { recursive: true });
    expect(existsSync(join(data, 'attempts', now!.id, 'runs/1/log.jsonl'))).toBe(true);
    const history = await store.grades.attemptsOf(assignment, LOCAL_PERSON);
    expect(history.map(({ id, replaced_by }) => [id, replaced_by])).toEqual([
      [now!.id, null],
      ['attempt-one', now!.id],
    ]);
    const [entry] = await store.audit.list({ act: 'assignment.regrade', person: '', before: null, count: 5 });
    expect(JSON.parse(entry!.detail)).toEqual({ from: before.version, to: mended.version, attempts: 1 });
  });
  expect(await regrade('First')).toMatchObject({ status: 0 });
  // Nothing is left of what was only looked at.
  expect(existsSync(join(data, 'regrading')) ? readdirSync(join(data, 'regrading')) : []).toEqual([]);
});
