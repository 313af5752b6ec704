import { expect, test } from '@playwright/test';
import {
  atOnce,
  benchWith,
  ended,
  filter,
  GUEST_MS,
  mood,
  openTab,
  replaceText,
  rows,
  run,
  shows,
  terminal,
} from './workbench.ts';

test('a flood of output neither freezes the page nor ignores Ctrl-C', async ({ page }) => {
  await benchWith(page, "while True:\n    print('x' * 1000)\n");
  const most = await atOnce(page);
  await run(page);
  await shows(page, 'xxxxxxxxxx');
  await page.waitForTimeout(1_500);
  // The page answers while the flood goes on.
  const before = Date.now();
  await page.getByRole('button', { name: 'Theme' }).click();
  await expect(page.getByRole('menuitemradio', { name: /Light/ })).toBeVisible();
  expect(Date.now() - before).toBeLessThan(most);
  await page.keyboard.press('Escape');
  await expect(mood(page)).toHaveText('Running');

  await page.locator('.xterm-helper-textarea').focus();
  const pressed = Date.now();
  await page.keyboard.press('Control+c');
  await ended(page);
  expect(Date.now() - pressed).toBeLessThan(most);
  await expect(terminal(page)).toContainText('KeyboardInterrupt');
  await expect(mood(page)).toHaveText('Ended: 130');
});

test('a flood of calls loses no row', async ({ page }) => {
  await benchWith(
    page,
    "import os\nfor i in range(200_000):\n    os.getcwd()\nopen('/tmp/last', 'w')\nprint('through')\n",
  );
  await run(page);
  await shows(page, 'through');
  await ended(page);
  const grid = page.getByRole('grid', { name: 'Calls' });
  await filter(page, 'call:getcwd');
  await expect(rows(page).first()).toBeVisible({ timeout: GUEST_MS });
  await filter(page, 'call:open path:/tmp/last');
  await expect(rows(page)).toHaveCount(1, { timeout: GUEST_MS });
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await expect.poll(async () => Number(await grid.getAttribute('aria-rowcount'))).toBeGreaterThan(200_000);

  // Any place in the middle has its rows.
  await grid.focus();
  await grid.press('Home');
  for (let page10 = 0; page10 < 10; page10++) await grid.press('PageDown');
  await expect(rows(page).first()).toBeVisible();
  await grid.evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
  await expect(
    grid.locator('[role=row][aria-rowindex]').filter({ hasText: 'll_os_getcwd' }).first(),
  ).toBeVisible();
  await expect(grid.locator('[role=row]').filter({ hasText: '…' })).toHaveCount(0);
});

test('Stop ends at once', async ({ page }) => {
  await benchWith(page, 'while True:\n    pass\n');
  await run(page);
  await expect(mood(page)).toHaveText('Running', { timeout: GUEST_MS });
  const most = await atOnce(page);
  const pressed = Date.now();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(mood(page)).toHaveText('Stopped');
  expect(Date.now() - pressed).toBeLessThan(most);
});

test('a limit ends the run, says which it was, and keeps what there was', async ({ page }) => {
  await benchWith(page, "print('begun')\nwhile True:\n    pass\n");
  await openTab(page, 'policy.ts');
  await expect(page.locator('.view-lines').filter({ visible: true })).toBeVisible({ timeout: GUEST_MS });
  await replaceText(
    page,
    "import { policy, standard } from 'sandtable';\n\nexport default policy({ limits: { cpuSeconds: 1 }, rules: standard.rules });\n",
  );
  await run(page);
  await expect(mood(page)).toHaveText('Limit hit', { timeout: GUEST_MS });
  await shows(page, 'begun');
  await expect(page.getByRole('status').filter({ hasText: 'hit a limit' })).toBeVisible();
  await expect(rows(page).first()).toBeVisible();
});
