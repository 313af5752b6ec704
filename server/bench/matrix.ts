/**
 * The table of a course of 600 students and 10 assignments: made in a database of its own, served, and opened in headless Chromium. Measured
 * from the click to the drawn table: the request with its queries, and the rendering.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import type { Matrix } from '@sandtable/shared/progressReplies';
import { openDataFolder } from '../src/store/dataFolder.ts';
import { newId, openStore, type Store } from '../src/store/store.ts';
import { packBytes } from '../src/labs/packBytes.ts';
import { smallLabFiles } from '../src/labs/testing/smallLab.ts';
import { readPack } from '../src/labs/packReader.ts';
import { startServer } from '../src/gateway/startServer.ts';
import type { Figure } from './figures.ts';
import { median } from './figures.ts';
import { Watcher } from './liveServer.ts';
import { BROWSER_FLAGS } from './page.ts';

const STUDENTS = 600;
const ASSIGNMENTS = 10;
const CHECKS = 8;
const ATTEMPTS = 3;
const ROUNDS = 5;
const GOAL_MS = 1_000;

/** Runs in the page. */
const FROM_CLICK_TO_TABLE = `(async () => {
  const shown = (wanted) => new Promise((resolve) => {
    const look = () => {
      const there = document.querySelector('.matrix-row [data-outcome]') !== null;
      if (there === wanted) requestAnimationFrame(() => setTimeout(resolve));
      else requestAnimationFrame(look);
    };
    look();
  });
  const link = (name) => [...document.querySelectorAll('nav a')].find((each) => each.textContent === name);
  const begun = performance.now();
  link('Progress').click();
  await shown(true);
  const took = performance.now() - begun;
  link('Assignments').click();
  await shown(false);
  return took;
})()`;

export async function matrixFigures(): Promise<Figure[]> {
  const data = mkdtempSync(path.join(tmpdir(), 'sandtable-bench-matrix-'));
  const course = await fill(data);
  const started = await startServer({ host: '127.0.0.1', port: 0, dataDir: data });
  if (!started.ok) throw new Error(started.message);
  const { server } = started;
  const watcher = await Watcher.connect({ url: server.url, pid: process.pid, close: async () => {} });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_FLAGS });
  try {
    const asked: number[] = [];
    let matrix: Matrix | null = null;
    for (let i = 0; i < ROUNDS; i++) {
      const before = performance.now();
      matrix = await watcher.ask('matrix.get', { course });
      asked.push(performance.now() - before);
    }
    const drawn: number[] = [];
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${server.url}/#/courses/${course}`);
    await page.getByRole('link', { name: 'Progress' }).waitFor();
    for (let i = 0; i <= ROUNDS; i++) {
      const ms = await page.evaluate<number>(FROM_CLICK_TO_TABLE);
      // The first one loads what only this table needs.
      if (i > 0) drawn.push(ms);
    }
    const bytes = Buffer.byteLength(JSON.stringify(matrix));
    return [
      {
        what: `people × assignments × checks in one table`,
        value: `${String(STUDENTS)} × ${String(ASSIGNMENTS)} × ${String(CHECKS)}`,
        goal: '',
      },
      { what: 'the answer of the server', value: `${median(asked).toFixed(0)} ms`, goal: '' },
      { what: 'its size, not compressed', value: `${(bytes / 1024).toFixed(0)} KiB`, goal: '' },
      {
        what: 'from the click to the drawn table',
        value: `${median(drawn).toFixed(0)} ms`,
        goal: `≤ ${String(GOAL_MS)} ms`,
        met: median(drawn) <= GOAL_MS,
      },
    ];
  } finally {
    watcher.close();
    await browser.close();
    await server.close();
    rmSync(data, { recursive: true, force: true });
  }
}

/** @returns id of the course. */
async function fill(data: string): Promise<string> {
  const opened = openDataFolder(data);
  if (!opened.ok) throw new Error(opened.message);
  const database = await openStore(opened.folder.database);
  if (!database.ok) throw new Error(database.message);
  const { store } = database;
  try {
    return await fillStore(store);
  } finally {
    await store.close();
    opened.folder.release();
  }
}

async function fillStore(store: Store): Promise<string> {
  const checks = Array.from({ length: CHECKS }, (_, i) => `check-${String(i)}`);
  const files = smallLabFiles();
  const manifest = new TextDecoder().decode(files.get('lab.yaml'));
  const before = manifest.slice(0, manifest.indexOf('steps:')).replace(', checks/*', '');
  const list = checks
    .map(
      (id) =>
        `  - { id: ${id}, title: Check ${id}, message: Look., code: { file: prediction.txt, contains: x } }\n`,
    )
    .join('');
  files.set('lab.yaml', new TextEncoder().encode(`${before}checks:\n${list}`));
  for (const file of [...files.keys()]) if (/^(wrong|checks|attacks)\//.test(file)) files.delete(file);
  const read = readPack(files);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { version } = read.pack;
  await store.labs.offer({
    id: version,
    lab: read.pack.manifest.id,
    title: 'Bench',
    pack: packBytes(files),
    source: 'authored',
    madeBy: 'local',
  });
  const course = await store.courses.make('local', 'A large course');
  const assignments: string[] = [];
  const dates = { opensAt: null, dueAt: null, counts: 'best' as const };
  for (let i = 0; i < ASSIGNMENTS; i++)
    assignments.push(
      (await store.assignments.make('local', course, version, {
        title: `Assignment ${String(i + 1)}`,
        ...dates,
      }))!,
    );
  const findings = Array.from({ length: 3 }, () => ({
    text: 'What was expected and what came. '.repeat(6),
    run: 0,
    row: 7,
  }));
  await store.db.transaction().execute(async (db) => {
    for (let s = 0; s < STUDENTS; s++) {
      const person = newId();
      const at = new Date(Date.UTC(2026, 0, 1) + s * 60_000).toISOString();
      const name = `Student ${String(s).padStart(3, '0')}`;
      await db
        .insertInto('person')
        .values({
          id: person,
          name,
          email: null,
          role: 'student',
          created_at: at,
          seen_at: at,
          disabled_at: null,
        })
        .execute();
      await db.insertInto('membership').values({ course, person, role: 'student', joined_at: at }).execute();
      for (const assignment of assignments) {
        const bench = newId();
        await db
          .insertInto('bench')
          .values({
            ...{
              id: bench,
              name: 'Work',
              revision: 0,
              created_at: at,
              updated_at: at,
              kind: 'work',
              owner: person,
            },
            ...{ lab_version: version, assignment, seed: 'x', lab: null },
          })
          .execute();
        for (let a = 0; a < ATTEMPTS; a++) {
          const passed = checks.map((_, c) => (s * 7 + c * 3 + a) % 4 > 0);
          const results = checks.map((id, c) => ({
            ...{
              id,
              title: id,
              outcome: passed[c] ? 'passed' : 'failed',
              passed: passed[c],
              points: passed[c] ? 1 : 0,
            },
            ...{ max: 1, message: '', hidden: false, findings: passed[c] ? [] : findings },
          }));
          await db
            .insertInto('attempt')
            .values({
              ...{
                id: newId(),
                bench,
                person,
                lab_version: version,
                assignment,
                kind: 'hand-in',
                state: 'done',
              },
              ...{ started_at: new Date(Date.parse(at) + a * 1000).toISOString(), ended_at: at, revision: 0 },
              ...{ points: passed.filter(Boolean).length, max: CHECKS, results: JSON.stringify(results) },
              ...{
                outcomes: checks.map((id, c) => `${id}=${passed[c] ? 'p' : 'f'}`).join(' '),
                hint_cost: 0,
                message: null,
              },
            })
            .execute();
        }
      }
    }
  });
  return course;
}
