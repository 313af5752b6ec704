import { expect, test } from '@playwright/test';
import { benchWith, ended, mood, rows, run, saved, shows, terminalText, typeLine } from './workbench.ts';

test('a reload in the middle of a run finds everything', async ({ page }) => {
  await benchWith(page, "print('before')\nname = input('name? ')\nprint('hello', name)\n");
  await run(page);
  await shows(page, 'name?');
  await expect(mood(page)).toHaveText('Waiting for input');
  const calls = await page
    .getByText(/^\d+ calls$/)
    .first()
    .textContent();
  await page.reload();
  await shows(page, 'before');
  await shows(page, 'name?');
  await expect(mood(page)).toHaveText('Waiting for input');
  await expect(page.getByText(/^\d+ calls$/).first()).toHaveText(calls!);
  await expect(page.locator('.view-lines')).toContainText("print('before')");
  await typeLine(page, 'again');
  await shows(page, 'hello again');
  await ended(page);
});

test('without a line to the server the page says so, keeps edits, and catches up', async ({
  page,
  context,
}) => {
  await benchWith(page, "import time\nfor i in range(6):\n    print('tick', i)\n    time.sleep(1)\n");
  await run(page);
  await shows(page, 'tick 0');
  await context.setOffline(true);
  await page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await expect(mood(page)).toHaveText('Offline', { timeout: 60_000 });
  await page.locator('.view-lines').filter({ visible: true }).first().click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.insertText('# typed without a line');
  await expect(page.locator('[data-saved=offline]')).toContainText('not saved yet');
  await context.setOffline(false);
  await saved(page);
  await shows(page, 'tick 5');
  await ended(page);
  const text = await terminalText(page);
  expect(text.match(/tick \d/g)).toEqual(['tick 0', 'tick 1', 'tick 2', 'tick 3', 'tick 4', 'tick 5']);
  await page.reload();
  await expect(page.locator('.view-lines')).toContainText('# typed without a line');
  await expect(rows(page).first()).toBeVisible();
});
