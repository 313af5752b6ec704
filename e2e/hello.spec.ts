import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import {
  benchFrom,
  detail,
  ended,
  mood,
  rows,
  run,
  saved,
  shows,
  toFirstRow,
  typeLine,
} from './workbench.ts';

test('a person opens the page, runs the first example and sees what it asked for', async ({ page }) => {
  await benchFrom(page, 'Hello');
  await saved(page);
  await expect(page.getByText('Nothing has run on this bench yet.')).toBeVisible();
  await run(page);
  await shows(page, 'Hello from inside the sandbox!');
  await shows(page, 'What is your name?');
  await expect(mood(page)).toHaveText('Waiting for input');
  await typeLine(page, 'Ada');
  await shows(page, 'Nice to meet you, Ada.');
  await ended(page);
  await expect(page.getByText('The guest ended with status 0.')).toBeVisible();

  const hello = rows(page, 'allow').filter({ hasText: 'Hello from inside' }).first();
  await hello.getByRole('gridcell').first().click();
  await expect(detail(page)).toContainText('Write bytes to an open file or to the terminal.');
  await expect(detail(page)).toContainText('<stdout>');
});

test('the whole trace can be taken along as JSON lines', async ({ page }) => {
  await benchFrom(page, 'Denied attack');
  await run(page);
  await ended(page);
  const calls = Number.parseInt(
    (await page
      .getByText(/^[\d,]+ calls$/)
      .first()
      .textContent())!.replaceAll(',', ''),
  );
  await page.getByRole('button', { name: 'Export the trace' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /^JSONL every event/ }).click(),
  ]);
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n');
  const events = lines.map((line) => JSON.parse(line) as { type: string; seq: number });
  expect(events[0]).toMatchObject({ type: 'start', seq: 1, version: 1 });
  expect(events.at(-1)).toMatchObject({ type: 'exit', seq: events.length });
  expect(events.filter(({ type }) => type === 'call')).toHaveLength(calls);
});

test('the interpreter’s own start is out of the way, and there when asked for', async ({ page }) => {
  await benchFrom(page, 'Hello');
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByPlaceholder(/What to do/).fill('cold start');
  await page.keyboard.press('Enter');
  await shows(page, 'What is your name?');
  const boot = page.getByRole('checkbox', { name: /at start$/ });
  await expect(boot).not.toBeChecked();
  await boot.check();
  await toFirstRow(page);
  await expect(rows(page).first()).toHaveAttribute('aria-rowindex', '2');
  await expect(rows(page).first().getByRole('gridcell').first()).toHaveText('0');
  await expect(page.getByText('/bin/pyvenv.cfg').first()).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(mood(page)).toHaveText('Stopped');
});

test('a forked guest says what was done before it', async ({ page }) => {
  await benchFrom(page, 'Hello');
  const boot = page.getByRole('checkbox', { name: /at start$/ });
  const note = page.getByText('this guest was forked from an interpreter');
  // The first run after the server’s start may come before there is anything to fork from.
  await expect(async () => {
    await page.getByRole('button', { name: /^Run/ }).click();
    await shows(page, 'What is your name?');
    await boot.check();
    await expect(note).toBeVisible({ timeout: 500 });
  }).toPass();
  await note.click();
  await expect(page.getByText(/Modules that were there: .*\bsite\b/)).toBeVisible();
  await page.getByRole('button', { name: /cold start/ }).click();
  // The run before may still stand there, with its rows and the same words in the terminal, until this one begins.
  await expect(note).toBeHidden();
  await toFirstRow(page);
  await expect(page.getByText('/bin/pyvenv.cfg').first()).toBeVisible();
});
