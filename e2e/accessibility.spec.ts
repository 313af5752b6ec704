import { expect, test, type Page } from '@playwright/test';
import { accessible } from './accessible.ts';
import {
  benchFrom,
  detail,
  ended,
  filter,
  fits,
  found,
  GUEST_MS,
  openTab,
  rows,
  run,
  runButton,
  shows,
} from './workbench.ts';

const everyLook = (page: Page, state: string, without: readonly string[] = []): Promise<void> =>
  accessible(page, state, without, 'every look');

test('no accessibility faults in any state and any look', async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto('/#/');
  await expect(page.getByRole('button', { name: /^Hello/ })).toBeVisible();
  await everyLook(page, 'the start page');

  await benchFrom(page, 'Denied attack');
  await everyLook(page, 'a bench before its first run');
  await run(page);
  await shows(page, 'Still here:');
  await ended(page);
  await everyLook(page, 'a run that ended');

  await filter(page, 'verdict:deny');
  await found(page);
  await expect(rows(page, 'deny').first()).toBeVisible();
  await rows(page, 'deny').first().getByRole('gridcell').first().click();
  await expect(detail(page)).toBeVisible();
  await everyLook(page, 'the detail of a denied call');
  await filter(page, 'verdict:perhaps');
  await expect(page.getByRole('alert').filter({ hasText: 'is one of' })).toBeVisible();
  await everyLook(page, 'a filter with an error');
  await filter(page, '');

  await openTab(page, 'policy.ts');
  await expect(page.locator('.view-lines').filter({ visible: true })).toContainText('policy', {
    timeout: GUEST_MS,
  });
  await everyLook(page, 'a policy with its counts');
  await page.getByRole('tab', { name: 'Rules' }).click();
  await everyLook(page, 'the rules of a run');
  await page.getByRole('tab', { name: 'Replay' }).click();
  const replay = page.getByRole('region', { name: 'Replay of this run' });
  await expect(replay).toContainText('Nothing changes', { timeout: GUEST_MS });
  await replay.getByRole('combobox').selectOption({ label: 'the policy “lecture”' });
  await expect(replay.getByRole('table')).toBeVisible({ timeout: GUEST_MS });
  await everyLook(page, 'a replay with changes');
  await replay.getByRole('button', { name: 'Learn a policy' }).click();
  await expect(replay).toContainText('no proof', { timeout: GUEST_MS });
  await everyLook(page, 'a policy learned from a run');

  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByPlaceholder(/What to do/)).toBeVisible();
  await everyLook(page, 'the command palette');
  await page.keyboard.press('Escape');
  await page.keyboard.press('F1');
  await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible();
  await everyLook(page, 'help');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New file' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await everyLook(page, 'a question');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Bench / }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  // An open menu hangs on the body, beside the landmarks, as the ARIA practices have it.
  await everyLook(page, 'a menu', ['region']);
  await page.keyboard.press('Escape');

  for (const route of ['sign-in', 'join', 'join/CODE', 'invitation/CODE', 'account', 'people']) {
    await page.goto(`/#/${route}`);
    await expect(page.getByRole('heading', { name: 'Nobody signs in here' })).toBeVisible();
  }
  await everyLook(page, 'a page about accounts on a server without');
  await page.goto('/#/no/such/page');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await everyLook(page, 'an address that names no page');
  await page.goto('/#/bench/nosuchbench');
  await expect(page.getByRole('alert').first()).toBeVisible();
  await everyLook(page, 'a bench that is not there');
});

test('a narrow window, and 400 % zoom, have every panel and no faults', async ({ page }) => {
  await page.setViewportSize({ width: 600, height: 800 });
  await benchFrom(page, 'Denied attack');
  await runButton(page).click();
  for (const panel of ['Files', 'script.py', 'policy.ts', 'Terminal', 'Trace', 'Rules', 'Replay']) {
    await openTab(page, panel);
    await expect(page.getByRole('tabpanel', { name: panel })).toBeVisible();
    await accessible(page, `${panel} in a narrow window`);
  }
  // 1280 × 1024 at 400 %.
  await page.setViewportSize({ width: 320, height: 256 });
  await openTab(page, 'Trace');
  await expect(rows(page).first()).toBeVisible();
  await accessible(page, 'the trace at 400 %');
  await fits(page);
});

test('labs have no faults, in a narrow window as well', async ({ page }) => {
  test.setTimeout(240_000);
  await page.goto('/#/labs');
  await expect(page.getByRole('heading', { name: 'All labs' })).toBeVisible();
  await accessible(page, 'the catalogue of labs');
  await page.getByRole('button', { name: /: A look from inside$/ }).click();
  const task = page.getByRole('region', { name: 'Task: A look from inside' });
  await task.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(task.getByText(/of 8 checks passed/).first()).toBeVisible({ timeout: 3 * GUEST_MS });
  await accessible(page, 'what a check found');
  await task.getByRole('button', { name: 'Show all attempts' }).click();
  await task
    .getByRole('button', { name: /^Check, / })
    .first()
    .click();
  await accessible(page, 'an attempt');
  await page.getByRole('tab', { name: 'History' }).click();
  await expect(page.getByRole('slider', { name: 'Moment' })).toBeVisible();
  await expect(page.locator('.history-diff .view-lines').first()).toBeVisible({ timeout: GUEST_MS });
  await accessible(page, 'the history of a bench');
  await page.setViewportSize({ width: 320, height: 256 });
  await openTab(page, 'Task');
  await expect(task).toBeVisible();
  await accessible(page, 'a task at 400 %');
  await openTab(page, 'History');
  await accessible(page, 'a history at 400 %');
  await page.goto('/#/labs');
  await expect(page.getByRole('heading', { name: 'All labs' })).toBeVisible();
  await accessible(page, 'the catalogue at 400 %');
  await fits(page);
});

test('the past and the statistics have no faults, in a narrow window as well', async ({ page }) => {
  await benchFrom(page, 'Denied attack');
  await runButton(page).click();
  await ended(page);
  await page.keyboard.press('Shift+F8');
  for (const width of [1440, 600]) {
    await page.setViewportSize({ width, height: 800 });
    await openTab(page, 'Moment');
    await expect(page.getByRole('region', { name: /^The world after row/ })).toBeVisible();
    await accessible(page, `a moment of the past, ${width} wide`);
    await openTab(page, 'Statistics');
    await expect(page.getByRole('table', { name: /^Calls by/ })).toBeVisible();
    await accessible(page, `statistics, ${width} wide`);
  }
});

test('projector mode makes everything larger', async ({ page }) => {
  await benchFrom(page, 'Hello');
  const size = () =>
    page
      .locator('.view-lines')
      .first()
      .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));
  const before = await size();
  await page.getByRole('button', { name: 'Projector mode: large type' }).click();
  await expect.poll(size).toBeGreaterThan(before * 1.3);
  await accessible(page, 'projector mode');
});
