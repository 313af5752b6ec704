import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { accessible } from './accessible.ts';
import { GUEST_MS, openTab, replaceAll } from './workbench.ts';

test('an author begins a lab from nothing, copies another, breaks and mends it, judges it, publishes it, and takes it along as a zip', async ({
  page,
}) => {
  test.setTimeout(300_000);
  await page.goto('/#/courses');
  await page.getByRole('link', { name: 'Write a lab' }).click();
  await expect(page.getByRole('heading', { name: 'Write a lab' })).toBeVisible();
  await expect(page.getByText(/^None yet\. “New lab …” makes a small one/)).toBeVisible();
  await accessible(page, 'no lab that one writes');
  await page.getByRole('button', { name: 'New lab …' }).click();
  const begin = page.getByRole('dialog', { name: 'A new lab' });
  await begin.getByLabel('Title').fill('Budgets');
  await begin.getByRole('button', { name: 'Begin the lab' }).click();
  await expect(begin.getByText('There is a lab with the id budgets already.')).toBeVisible();
  await begin.getByLabel('Id').fill('Not an id');
  await expect(begin.getByText(/^The id takes small letters/)).toBeVisible();
  await accessible(page, 'how a lab is begun');
  await begin.getByLabel('Id').fill('budgets-of-mine');
  await page.keyboard.press('Enter');
  const lab = page.getByRole('region', { name: 'The lab' });
  await expect(lab.getByText('The pack is well-formed.')).toBeVisible({ timeout: GUEST_MS });
  await lab.getByRole('button', { name: 'Run the checks' }).click();
  await expect(lab.getByText('The checks do what they promise.')).toBeVisible({ timeout: 3 * GUEST_MS });
  await accessible(page, 'a lab that was begun from nothing, and its checks');

  await page.goto('/#/author');
  await page
    .getByRole('combobox', { name: 'From a lab of the catalogue' })
    .selectOption({ label: 'Budgets' });
  await page.getByRole('button', { name: 'Make a copy to write' }).click();
  await expect(page).not.toHaveURL(/author/);
  await expect(lab.getByText('The pack is well-formed.')).toBeVisible({ timeout: GUEST_MS });

  await page.getByRole('treeitem', { name: /^lab\.yaml/ }).click();
  await expect(page.locator('.view-lines').filter({ visible: true })).toContainText('format: 1');
  await openTab(page, 'lab.yaml');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    lab.getByRole('link', { name: 'Export as a zip' }).click(),
  ]);
  const zip = readFileSync(await download.path());
  const url = page.url();
  const manifest = await page.evaluate(
    async (bench) => (await fetch(`/api/benches/${bench}/files/lab.yaml`)).text(),
    url.slice(url.lastIndexOf('/') + 1),
  );
  await replaceAll(page, manifest.replace(/^level:.*$/m, 'level: high'));
  await expect(lab.getByText('1 problem')).toBeVisible();
  await expect(lab.getByRole('button', { name: /^lab\.yaml:\d+:\d+$/ })).toBeVisible();
  await expect(page.locator('.squiggly-error').first()).toBeVisible();
  await expect(lab.getByRole('button', { name: 'Publish …' })).toBeDisabled();
  await accessible(page, 'a pack with a problem');
  await replaceAll(page, manifest);
  await expect(lab.getByText('The pack is well-formed.')).toBeVisible();

  await lab.getByRole('button', { name: 'Run the checks' }).click();
  await expect(lab.getByText(/of \d+ submissions/)).toBeVisible();
  await lab.getByRole('button', { name: 'Cancel the checks' }).click();
  await expect(lab.getByText('The checks were cancelled.')).toBeVisible({ timeout: GUEST_MS });

  await lab.getByRole('button', { name: 'Publish …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await expect(lab.getByText('published as it is')).toBeVisible();

  await page.goto('/#/author');
  await page.getByLabel('From a zip').setInputFiles({
    name: 'evil.zip',
    mimeType: 'application/zip',
    buffer: Buffer.from('no zip at all'),
  });
  await expect(page.getByRole('alert').filter({ hasText: 'This is no zip' })).toBeVisible();
  await page
    .getByLabel('From a zip')
    .setInputFiles({ name: 'lab.zip', mimeType: 'application/zip', buffer: zip });
  await expect(lab.getByText(/The pack is well-formed/)).toBeVisible({ timeout: GUEST_MS });
  expect(page.url()).not.toBe(url);
});
