import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { benchWith, ended, run, saved, shows } from './workbench.ts';

const item = (page: Page, name: RegExp) => page.getByRole('treeitem', { name });

test('files are made, renamed, uploaded, downloaded and deleted', async ({ page }) => {
  await benchWith(page, "print(sorted(__import__('os').listdir('/tmp')))\n");
  await page.getByRole('button', { name: 'New file' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('/abs.txt');
  await expect(page.getByRole('alert').filter({ hasText: 'relative to /tmp' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Name' }).fill('data.txt');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: /^data\.txt/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.insertText('some data');
  await saved(page);

  await item(page, /^data\.txt/).click();
  await page.getByRole('tree').press('F2');
  await page.getByRole('textbox', { name: 'New name' }).fill('lib/renamed.txt');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('tab', { name: /^renamed\.txt/ })).toBeVisible();

  await page.locator('.files-bar input[type=file]').setInputFiles({
    name: 'photo.bin',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from([0, 255, 1, 254]),
  });
  await expect(item(page, /^photo\.bin/)).toBeVisible();
  await item(page, /^photo\.bin/).click();
  await expect(page.getByText('00 ff 01 fe')).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect([...readFileSync(await download.path())]).toEqual([0, 255, 1, 254]);

  await run(page);
  await shows(page, "['lib', 'photo.bin', 'script.py']");
  await ended(page);

  await item(page, /^photo\.bin/).click();
  await page.getByRole('tree').press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(item(page, /^photo\.bin/)).toHaveCount(0);
  await run(page);
  await shows(page, "['lib', 'script.py']");
});

test('a file that the guest made can be read, and kept for the next run', async ({ page }) => {
  await benchWith(
    page,
    "import os\nprint(os.path.exists('/tmp/out.txt'))\nopen('/tmp/out.txt', 'w').write('made by the guest')\n",
  );
  await run(page);
  await shows(page, 'False');
  await ended(page);
  await expect(item(page, /^out\.txt.*guest/)).toBeVisible();
  await expect(item(page, /^script\.py.*read in this run/)).toBeVisible();
  await item(page, /^out\.txt/).click();
  await expect(page.getByLabel('Text of /tmp/out.txt')).toHaveText('made by the guest');
  await page.getByRole('button', { name: 'Keep it in the bench' }).click();
  await expect(page.getByText('Kept out.txt')).toBeVisible();
  await run(page);
  await shows(page, 'True');
});
