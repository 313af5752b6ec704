import { expect, test } from '@playwright/test';
import {
  benchWith,
  ended,
  focusEditor,
  mood,
  run,
  saved,
  shows,
  terminalText,
  typeLine,
} from './workbench.ts';

test('two tabs on one bench stay equal', async ({ page, context }) => {
  await benchWith(page, "name = input('name? ')\nprint('hello', name)\n");
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.locator('.view-lines')).toContainText("name = input('name? ')");

  await run(page);
  await shows(page, 'name?');
  await shows(other, 'name?');
  await typeLine(other, 'both');
  await shows(page, 'hello both');
  await shows(other, 'hello both');
  await ended(page);
  await ended(other);
  expect(await terminalText(other)).toBe(await terminalText(page));
  const calls = await page
    .getByText(/^\d+ calls$/)
    .first()
    .textContent();
  await expect(other.getByText(/^\d+ calls$/).first()).toHaveText(calls!);

  // An edit here arrives there without moving what is done there.
  await focusEditor(other);
  await other.keyboard.press('ControlOrMeta+End');
  await focusEditor(page);
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.insertText('# first line\n');
  await saved(page);
  await expect(other.locator('.view-lines')).toContainText('# first line');
  await other.keyboard.insertText('# last line');
  await saved(other);
  await expect(page.locator('.view-lines')).toContainText('# last line');
  await expect(page.locator('.view-lines')).toContainText('# first line');

  await page.getByRole('button', { name: /^Bench / }).click();
  await page.getByRole('menuitem', { name: 'Rename this bench' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Shared bench');
  await page.keyboard.press('Enter');
  await expect(other.getByRole('button', { name: /^Bench Shared bench/ })).toBeVisible();
  await expect(mood(other)).toHaveText('Ended');
});
