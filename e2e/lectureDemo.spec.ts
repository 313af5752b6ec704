import { expect, test } from '@playwright/test';
import { benchFrom, filter, GUEST_MS, mood, rows, shows, terminalText, typeLine } from './workbench.ts';

/** What is typed at the prompt on the slide, and what has to come back. */
const LINES: readonly (readonly [string, RegExp])[] = [
  ['import os', /import os/],
  ['os.getcwd()', /'\/tmp'/],
  ["os.listdir('/')", /\['bin', 'dev', 'tmp'\]/],
  ["open('/tmp/datafile.txt').read()", /Data that the guest may read/],
  ["open('/tmp/newfile.txt','w+')", /FileNotFoundError: \[Errno 2\]/],
  ["open('/tmp/datafile.txt','a+')", /PermissionError: \[Errno 1\]/],
  ["os.system('rm -rf /tmp')", /RuntimeError/],
];

test('the demo of the lecture, line by line at the prompt', async ({ page }) => {
  await benchFrom(page, 'Classic sandbox');
  await page.getByRole('button', { name: 'REPL' }).click();
  await shows(page, '>>>>');
  for (const [line, answer] of LINES) {
    await expect(mood(page)).toHaveText('Waiting for input', { timeout: GUEST_MS });
    await typeLine(page, line);
    await shows(page, answer);
  }
  await expect(mood(page)).toHaveText('Waiting for input', { timeout: GUEST_MS });
  await typeLine(page, "sorted(os.listdir('/tmp'))");
  await shows(page, /\['datafile\.txt', 'script\.py'\]/);
  expect(await terminalText(page)).toContain('RuntimeError');

  await filter(page, 'verdict:deny call:ll_os_system');
  await expect(rows(page, 'deny')).toHaveCount(1);
  await expect(rows(page, 'deny')).toContainText("'rm -rf /tmp'");
  await expect(rows(page, 'deny')).toContainText('RuntimeError');

  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(mood(page)).toHaveText('Stopped');
});

test('the prompt has history and line editing', async ({ page }) => {
  await benchFrom(page, 'Classic sandbox');
  await page.getByRole('button', { name: 'REPL' }).click();
  await shows(page, '>>>>');
  await expect(mood(page)).toHaveText('Waiting for input', { timeout: GUEST_MS });
  await typeLine(page, '6 * 7');
  await shows(page, '42');
  await expect(mood(page)).toHaveText('Waiting for input');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('9');
  await page.keyboard.press('Enter');
  await shows(page, '54');
});
