import { expect, test } from '@playwright/test';
import { detail, ended, GUEST_MS, mood, rows, shows } from './workbench.ts';

test('everything by keyboard: make a bench, edit, run, type, filter, read a verdict', async ({ page }) => {
  await page.goto('/#/');
  const example = page.getByRole('button', { name: /^Denied attack/ });
  await expect(example).toBeVisible();
  for (
    let tabs = 0;
    tabs < 30 && !(await example.evaluate((element) => element === document.activeElement));
    tabs++
  ) {
    await page.keyboard.press('Tab');
  }
  await expect(example).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.view-lines').first()).toBeVisible({ timeout: GUEST_MS });

  await page.keyboard.press('Alt+2');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.closest('.monaco-editor') !== null))
    .toBe(true);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type("import os\nname = input('name? ')\nprint('hi', name)\nopen('/etc/passwd')\n");
  await page.keyboard.press('ControlOrMeta+Enter');
  await shows(page, 'name?');
  await page.keyboard.press('Alt+3');
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  await page.keyboard.type('Kay');
  await page.keyboard.press('Enter');
  await shows(page, 'hi Kay');
  await ended(page);

  // Tab leaves the terminal by itself where nothing waits for it.
  await page.keyboard.press('Tab');
  await expect(page.locator('.xterm-helper-textarea')).not.toBeFocused();

  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByPlaceholder(/What to do/)).toBeFocused();
  await page.keyboard.type('show denied');
  await expect(page.getByRole('option', { selected: true })).toContainText(/denied calls/i);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox', { name: 'Filter the calls' })).toHaveValue('verdict:deny');
  await expect(page.getByRole('grid', { name: 'Calls' })).toBeFocused();
  await expect(rows(page, 'deny').first()).toBeVisible();
  await page.keyboard.press('End');
  await expect(page.locator('[role=row][aria-selected=true]')).toContainText('/etc/passwd');
  await page.keyboard.press('Enter');
  await expect(detail(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('grid', { name: 'Calls' })).toBeFocused();

  await page.keyboard.press('Alt+1');
  await expect(page.getByRole('tree')).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: /^policy\.ts/ })).toHaveAttribute('aria-selected', 'true');

  await page.keyboard.press('F1');
  await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('Tab can leave the editor and a terminal that a guest reads from', async ({ page }) => {
  await page.goto('/#/');
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Hello/ })
    .click();
  await expect(page.locator('.view-lines').first()).toBeVisible({ timeout: GUEST_MS });
  const inEditor = () => page.evaluate(() => document.activeElement?.closest('.monaco-editor') !== null);
  await page.keyboard.press('Alt+2');
  await expect.poll(inEditor).toBe(true);
  await page.keyboard.press('Control+m');
  await page.keyboard.press('Tab');
  await expect.poll(inEditor).toBe(false);

  await page.keyboard.press('ControlOrMeta+Enter');
  await shows(page, 'What is your name?');
  await expect(mood(page)).toHaveText('Waiting for input');
  await page.keyboard.press('Alt+3');
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect(page.locator('.xterm-helper-textarea')).not.toBeFocused();
});
