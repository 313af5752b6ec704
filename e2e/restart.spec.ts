import { expect, test } from '@playwright/test';
import { freePort, OwnServer } from './ownServer.ts';
import { GUEST_MS, ended, focusEditor, mood, rows, run, saved, shows, typeLine } from './workbench.ts';

test('a restart of the server keeps files and runs, and the page comes back by itself', async ({ page }) => {
  const server = new OwnServer(await freePort());
  try {
    await server.start();
    await page.goto(`http://127.0.0.1:${server.port}/#/`);
    await page
      .getByRole('main')
      .getByRole('button', { name: /^Hello/ })
      .click();
    await expect(page.locator('.view-lines').first()).toBeVisible({ timeout: GUEST_MS });
    await run(page);
    await shows(page, 'What is your name?');
    await typeLine(page, 'Ada');
    await ended(page);
    await focusEditor(page);
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type('# before the restart');
    await saved(page);

    await server.stop();
    await expect(mood(page)).toHaveText('Offline');
    await page.keyboard.type(', and meanwhile');
    await expect(page.locator('[data-saved=offline]')).toContainText('kept in this browser');
    await server.start();
    await expect(mood(page)).toHaveText('Ended', { timeout: GUEST_MS });
    await saved(page);

    await page.reload();
    await expect(page.locator('.view-lines')).toContainText('# before the restart, and meanwhile');
    await shows(page, 'Nice to meet you, Ada.');
    await expect(rows(page).first()).toBeVisible();
    await page.getByRole('grid', { name: 'Calls' }).press('Home');
    await expect(rows(page).first()).toBeVisible();
    await expect(page.getByText('The guest ended with status 0.')).toBeVisible();
  } finally {
    await server.remove();
  }
});
