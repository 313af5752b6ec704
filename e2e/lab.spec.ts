import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { detail, focusEditor, GUEST_MS, openTab, replaceText, saved } from './workbench.ts';

const SOLUTION = new URL('../labs/01-a-look-from-inside/solution/', import.meta.url);
const solution = (file: string): string => readFileSync(new URL(file, SOLUTION), 'utf8');

const task = (page: Page) => page.getByRole('region', { name: 'Task: A look from inside' });

/** Checks of a lab are a dozen guests one after the other. */
const CHECK_MS = 3 * GUEST_MS;

/** Opens the lab from the catalogue. */
async function openLab(page: Page): Promise<void> {
  await page.goto('/#/');
  await page.getByRole('link', { name: 'All labs' }).click();
  await expect(page.getByRole('heading', { name: 'Labs', exact: true })).toBeVisible();
  await page.getByRole('button', { name: /: A look from inside$/ }).click();
  await expect(task(page)).toBeVisible();
  await expect(page.locator('.view-lines').first()).toBeVisible({ timeout: GUEST_MS });
}

/** Replaces all text of the file that is looked at by one that is longer than the window. */
async function replaceLong(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate((wanted) => navigator.clipboard.writeText(wanted), text);
  await focusEditor(page);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+v');
  const last = text.trim().split('\n').at(-1)!;
  await expect(page.locator('.view-lines').filter({ visible: true })).toContainText(last);
  await saved(page);
}

/** Waits until the text has been sent to be saved, however short that shows: else the next one may be saved with it, as one moment. */
async function replaceAsMoment(page: Page, text: string): Promise<void> {
  const sent = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const look = new MutationObserver(() => {
          if (document.querySelector('[data-saved=saving]') === null) return;
          look.disconnect();
          resolve();
        });
        look.observe(document.body, { subtree: true, childList: true, attributes: true });
      }),
  );
  await replaceText(page, text);
  await sent;
  await saved(page);
}

async function reset(page: Page): Promise<void> {
  await task(page).getByRole('button', { name: 'Reset all files' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reset all files' }).click();
}

async function check(page: Page, button = 'Check'): Promise<void> {
  await task(page).getByRole('button', { name: button, exact: true }).click();
  await expect(task(page).getByRole('button', { name: 'Cancel' })).toBeVisible();
  await expect(task(page).getByRole('button', { name: 'Cancel' })).toBeHidden({ timeout: CHECK_MS });
}

test('a student finds a lab, checks, follows what was found to the row, mends, takes a hint and hands in', async ({
  page,
}) => {
  test.setTimeout(4 * CHECK_MS);
  await page.goto('/#/labs');
  await page.getByRole('searchbox', { name: 'Search the labs' }).fill('inside');
  await expect(page.getByRole('status').filter({ hasText: /^1 of \d+ labs$/ })).toBeVisible();
  await page.getByRole('searchbox').fill('no lab has this');
  await page.getByRole('button', { name: 'Show all' }).click();
  await openLab(page);
  await expect(task(page)).toContainText('0 of 5 steps done');

  await openTab(page, 'Files');
  await expect(page.getByRole('treeitem', { name: /policy\.ts.*belongs to the lab/ })).toBeVisible();
  await openTab(page, 'Task');
  await openTab(page, 'policy.ts');
  await expect(page.getByText('belongs to the lab: to read, not to change')).toBeVisible();

  await check(page);
  await expect(task(page)).toContainText(/\d of 8 checks passed: \d+ of 18 points/);
  const where = task(page).getByRole('listitem').filter({ hasText: 'The script says where it is' }).first();
  await expect(where).toContainText('should come from asking');
  // What a hidden check ran is not told.
  const hidden = task(page).getByRole('listitem').filter({ hasText: 'another letter as well' }).first();
  await expect(hidden).toContainText('the new word was not printed');
  await expect(hidden.getByRole('button')).toHaveCount(0);

  const link = task(page)
    .getByRole('button', { name: /^Show (row|the trace)/ })
    .first();
  const row = /row (\d+)/.exec((await link.textContent()) ?? '')?.[1];
  await link.click();
  await expect(page.getByRole('grid', { name: 'Calls' })).toBeVisible();
  if (row !== undefined) await expect(detail(page)).toHaveAttribute('aria-label', `Row ${row} in detail`);

  await openTab(page, 'script.py');
  await replaceLong(page, solution('script.py'));
  await check(page);
  await expect(where).toContainText('passed');
  await expect(task(page)).toContainText('3 of 5 steps done');

  await task(page)
    .getByRole('button', { name: /^Take a hint, free for Find the letter$/ })
    .click();
  await expect(task(page)).toContainText('yields triples');
  await task(page)
    .getByRole('button', { name: /^Take another hint, 5 % for Find the letter$/ })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take the hint' }).click();
  await expect(task(page)).toContainText('Hints cost 5 % of the points.');

  await openTab(page, 'Files');
  await page.getByRole('treeitem', { name: /answers\.txt/ }).click();
  await expect(page.getByRole('tab', { name: /^answers\.txt/ })).toBeVisible();
  await replaceLong(page, solution('answers.txt'));
  await openTab(page, 'Task');
  await check(page, 'Hand in');
  await expect(task(page)).toContainText('8 of 8 checks passed: 18 of 18 points, 0.9 of them for hints');
  await expect(task(page)).toContainText('Handed in: 17.1 of 18 points');
  await expect(task(page)).toContainText('5 of 5 steps done');
  await page.goto('/#/labs');
  await expect(page.getByRole('listitem').filter({ hasText: 'Be the guest.' })).toContainText(
    '8 of 8 checks, 17.1 of 18 points, handed in',
  );
});

test('what was there before can be compared and restored, and a reset be undone', async ({ page }) => {
  await openLab(page);
  await openTab(page, 'script.py');
  await replaceAsMoment(page, 'print("first")\n');
  await replaceAsMoment(page, 'print("second")\n');
  await openTab(page, 'History');
  const history = page.getByRole('region', { name: 'History of this bench' });
  await expect(history).toContainText('Now');
  const slider = history.getByRole('slider', { name: 'Moment' });
  await expect(history.getByRole('combobox', { name: 'File', exact: true })).toHaveValue('script.py');
  // The newest moment has come: one to the left of it is the one before.
  await expect(history.locator('.history-diff')).toContainText('print("second")', { timeout: GUEST_MS });
  await slider.press('ArrowLeft');
  await expect(history.locator('.history-diff')).toContainText('print("first")', { timeout: GUEST_MS });
  await expect(history.locator('.history-diff')).toContainText('print("second")');
  await history.getByRole('button', { name: 'Name this moment' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('the first try');
  await page.getByRole('dialog').getByRole('button', { name: 'Name it' }).click();
  await expect(history).toContainText('“the first try”');
  await history.getByRole('button', { name: 'Restore script.py' }).click();
  const script = page.locator('.code-editor .view-lines').filter({ visible: true });
  await expect(script).toContainText('print("first")');

  await reset(page);
  await expect(script).toContainText('This program is a guest');
  await task(page).getByRole('button', { name: 'Undo' }).click();
  await expect(script).toContainText('print("first")');
  await saved(page);
  await page.reload();
  await expect(script).toContainText('print("first")', { timeout: GUEST_MS });
});

test('a check goes on while the page is loaded anew, and can be cancelled', async ({ page }) => {
  test.setTimeout(3 * CHECK_MS);
  await openLab(page);
  await openTab(page, 'script.py');
  await replaceText(page, 'while True:\n    pass\n');
  await task(page).getByRole('button', { name: 'Check', exact: true }).click();
  await expect(task(page)).toContainText(/Checking: \d of 8 checks done/);
  await page.reload();
  await expect(task(page)).toContainText(/Checking: \d of 8 checks done/, { timeout: GUEST_MS });
  await task(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(task(page)).toContainText('The check was cancelled; nothing was judged.', {
    timeout: GUEST_MS,
  });
  await expect(task(page).getByRole('button', { name: 'Check', exact: true })).toBeEnabled();
});
