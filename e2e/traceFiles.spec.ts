import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { benchWith, ended, filter, found, GUEST_MS, rows, run, shows } from './workbench.ts';

const SCRIPT = `import os
print('exported')
for i in range(30): os.getcwd()
try: open('/etc/shadow', 'w')
except OSError: pass
`;

/** What the file has that the menu entry gives. */
async function exported(page: Page, what: string | RegExp): Promise<Buffer> {
  await page.getByRole('button', { name: 'Export the trace' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: what }).click(),
  ]);
  return readFile(await download.path());
}

async function importFile(page: Page, name: string, content: Buffer): Promise<void> {
  await page
    .getByLabel('Trace file')
    .setInputFiles({ name, mimeType: 'application/x-ndjson', buffer: content });
}

test('a trace that was exported is imported into another bench and shows the same rows', async ({ page }) => {
  await benchWith(page, SCRIPT);
  await run(page);
  await ended(page);
  const file = await exported(page, /^JSONL/);
  const calls = await page.locator('.trace-bar').innerText();
  await filter(page, 'verdict:deny');
  await found(page);
  const denied = await rows(page, 'deny').innerText();

  await benchWith(page, 'print("another bench")\n');
  await importFile(page, 'trace.jsonl', file);
  await expect(page.getByText('trace.jsonl is shown now')).toBeVisible({ timeout: GUEST_MS });
  await shows(page, 'exported');
  await expect(page.locator('.trace-bar')).toHaveText(calls.replaceAll('\n', ''));
  await filter(page, 'verdict:deny');
  await found(page);
  await expect(rows(page, 'deny')).toHaveCount(1);
  expect(await rows(page, 'deny').innerText()).toBe(denied);
});

test('the rows that a filter leaves come as CSV', async ({ page }) => {
  await benchWith(page, SCRIPT);
  await run(page);
  await ended(page);
  await filter(page, 'verdict:deny');
  await found(page);
  const csv = (await exported(page, 'CSV of these rows')).toString();
  expect(csv.split('\r\n')[0]).toContain('n,t,thread,call,args');
  expect(csv.trim().split('\r\n')).toHaveLength(2);
  expect(csv).toContain('/etc/shadow');
});

test('a file that is no trace is refused, with the line that is wrong', async ({ page }) => {
  await benchWith(page, SCRIPT);
  await run(page);
  await ended(page);
  await importFile(page, 'notes.jsonl', Buffer.from('{"seq":1}\nhello\n'));
  await expect(page.getByText('notes.jsonl was not imported')).toBeVisible();
  await expect(page.getByText(/Line 1: /)).toBeVisible();
  await shows(page, 'exported');
});

test('a filter finds its rows in a run of sixty thousand calls, at once', async ({ page }) => {
  await benchWith(
    page,
    `import os
for i in range(60000):
    os.getcwd()
    if i % 15000 == 0: os.stat('/tmp')
print('counted')
`,
  );
  await run(page);
  await shows(page, 'counted');
  await ended(page);
  await filter(page, 'path:/tmp call:stat n:>1000');
  await found(page);
  await expect(page.getByRole('status').filter({ hasText: /^\d match/ })).toBeVisible({ timeout: GUEST_MS });
  await filter(page, 'call:getcwd');
  await expect(page.getByRole('status').filter({ hasText: /^60,\d{3} matches/ })).toBeVisible({
    timeout: GUEST_MS,
  });
});
