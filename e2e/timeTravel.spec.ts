import { expect, test, type Page } from '@playwright/test';
import {
  benchWith,
  detail,
  ended,
  filter,
  found,
  GUEST_MS,
  mood,
  openTab,
  rows,
  run,
  shows,
  terminal,
  typeLine,
} from './workbench.ts';

const SCRIPT = `import os
print('first line')
f = open('/tmp/made.txt', 'w')
f.write('one\\n')
f.flush()
try:
    open('/etc/shadow', 'w')
except OSError as e:
    print('refused', e.errno)
f.write('two\\n')
f.close()
os.rename('/tmp/made.txt', '/tmp/kept.txt')
print('last line')
`;

const time = (page: Page) => page.getByRole('region', { name: 'Time' });
const scrubber = (page: Page) => page.getByRole('slider', { name: /^Row of the run/ });
const tree = (page: Page) => page.getByRole('tree', { name: /^Files/ });

async function ran(page: Page): Promise<void> {
  await benchWith(page, SCRIPT);
  await run(page);
  await ended(page);
  await shows(page, 'last line');
}

test('the scrubber moves terminal, files, descriptors, source line and row together, and one key returns', async ({
  page,
}) => {
  await ran(page);
  await expect(tree(page)).toContainText('kept.txt');

  await page.getByRole('button', { name: 'Previous denied call' }).click();
  await expect(time(page)).toContainText(/row [\d,]+ of/);
  await expect(detail(page)).toContainText('/etc/shadow');
  await expect(page.locator('.line-of-moment').first()).toBeVisible();
  await expect(time(page).getByRole('button', { name: 'script.py:7' })).toBeVisible();
  // Between the two writes: the file is there under its first name, and the terminal has not got to its last line.
  await expect(tree(page)).toContainText('made.txt');
  await expect(tree(page)).not.toContainText('kept.txt');
  await expect(terminal(page)).not.toContainText('last line');

  await tree(page).getByText('made.txt').click();
  const moment = page.getByRole('region', { name: /^The world after row/ });
  await expect(moment).toContainText('+ one');
  await expect(moment).not.toContainText('two');
  await expect(moment.getByRole('row').filter({ hasText: '/tmp/made.txt' })).toContainText('O_WRONLY');

  await page.keyboard.press('F9');
  await expect(moment).toContainText('+ two');

  await page.keyboard.press('Alt+0');
  await expect(page.locator('.line-of-moment')).toHaveCount(0);
  await expect(tree(page)).toContainText('kept.txt');
  await shows(page, 'last line');
  await expect(scrubber(page)).toHaveAttribute('aria-valuetext', 'the present');
});

test('in a run that is live one looks at the past, and is back in the present with what one types', async ({
  page,
}) => {
  await benchWith(
    page,
    SCRIPT.replace("print('last line')", "print('hello', input('name? '))\ninput('again? ')"),
  );
  await run(page);
  await shows(page, 'name?');
  await expect(tree(page)).toContainText('kept.txt');
  await expect(mood(page)).toHaveText('Waiting for input');

  await page.getByRole('button', { name: 'Previous denied call' }).click();
  await expect(detail(page)).toContainText('/etc/shadow');
  await expect(page.locator('.line-of-moment').first()).toBeVisible();
  await expect(tree(page)).toContainText('made.txt');
  await expect(tree(page)).not.toContainText('kept.txt');
  await expect(terminal(page)).not.toContainText('name?');
  await openTab(page, 'Moment');
  const moment = page.getByRole('region', { name: /^The world after row/ });
  await expect(moment.getByRole('row').filter({ hasText: '/tmp/made.txt' })).toContainText('O_WRONLY');
  await expect(mood(page)).toHaveText('Waiting for input');

  await typeLine(page, 'Ada');
  await shows(page, 'hello Ada');
  await shows(page, 'again?');
  await expect(scrubber(page)).toHaveAttribute('aria-valuetext', 'the present');
  await expect(tree(page)).toContainText('kept.txt');
  await expect(page.locator('.line-of-moment')).toHaveCount(0);

  await scrubber(page).focus();
  await page.keyboard.press('Home');
  await expect(terminal(page)).not.toContainText('first line');
  await page.keyboard.press('Alt+0');
  await shows(page, 'again?');
});

test('the scrubber goes by keyboard, and a row chosen in the past is a moment', async ({ page }) => {
  await ran(page);
  await scrubber(page).focus();
  await page.keyboard.press('Home');
  await expect(terminal(page)).not.toContainText('first line');
  await expect(tree(page)).not.toContainText('made.txt');
  await page.keyboard.press('End');
  await shows(page, 'last line');

  await page.keyboard.press('Shift+F8');
  await expect(time(page)).toContainText(/row [\d,]+ of/);
  await filter(page, 'call:rename');
  await rows(page).first().click();
  await expect(tree(page)).toContainText('kept.txt');
  await expect(tree(page)).not.toContainText('made.txt');
});

test('a bookmark with its note is there after a reload, and leads back', async ({ page }) => {
  await ran(page);
  await page.keyboard.press('Shift+F8');
  await expect(detail(page)).toContainText('/etc/shadow');
  await page.getByRole('button', { name: 'Bookmarks (0)' }).click();
  await page.getByRole('menuitem', { name: /^Bookmark row/ }).click();
  await page.getByRole('textbox', { name: 'Note' }).fill('here it was refused');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await expect(page.getByRole('button', { name: 'Bookmarks (1)' })).toBeVisible();

  await page.reload();
  await page.getByRole('button', { name: 'Bookmarks (1)' }).click({ timeout: GUEST_MS });
  await page.getByRole('menuitemradio', { name: /here it was refused/ }).click();
  await expect(detail(page)).toContainText('/etc/shadow');
  await expect(terminal(page)).not.toContainText('last line');
});

test('a link opens the bench at its row', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await ran(page);
  await page.keyboard.press('Shift+F8');
  await expect(detail(page)).toContainText('/etc/shadow');
  await page.getByRole('button', { name: 'Bookmarks (0)' }).click();
  await page.getByRole('menuitem', { name: /^Copy a link to row/ }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/#\/bench\/[\w-]+\/run\/[\w-]+\/row\/\d+$/);

  const other = await context.newPage();
  await other.goto(link);
  await expect(detail(other)).toContainText('/etc/shadow', { timeout: GUEST_MS });
  await expect(terminal(other)).not.toContainText('last line');
  await expect(scrubber(other)).not.toHaveAttribute('aria-valuetext', 'the present');

  // A later run has taken its place: the link brings the earlier one back.
  await other.close();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(detail(page)).toHaveCount(0);
  await ended(page);
  await page.goto('/#/');
  await page.goto(link);
  const messages = page.getByRole('log', { name: 'Messages' });
  await expect(messages).toContainText('leads to an earlier run', { timeout: GUEST_MS });
  await expect(detail(page)).toContainText('/etc/shadow');

  // A run that is not kept any more.
  await page.goto(link.replace(/run\/[\w-]+/, 'run/longgone0000'));
  await expect(messages).toContainText('The run of this link is gone', { timeout: GUEST_MS });
  await expect(messages).toContainText('Run again for a new trace');
  const older = page.getByText(/^You are looking at the run of \d/);
  await expect(older).toBeVisible({ timeout: GUEST_MS });
  await page.getByRole('button', { name: 'Back to the newest run' }).click();
  await expect(older).toBeHidden({ timeout: GUEST_MS });
});

test('the timeline shows what happened when, closer, and goes there; statistics count and lead to the rows', async ({
  page,
}) => {
  await ran(page);
  await openTab(page, 'Statistics');
  const statistics = page.getByRole('region', { name: 'Statistics of this run' });
  for (const lane of ['files: ', 'network: none', 'time: none', 'denied: 1 call', 'memory: '])
    await expect(statistics).toContainText(lane);
  const stretch = statistics.getByRole('toolbar', { name: 'Timeline' });
  const whole = await stretch.innerText();
  await stretch.getByRole('button', { name: 'Look closer' }).click();
  await stretch.getByRole('button', { name: 'Later' }).click();
  await expect(stretch).not.toHaveText(whole);
  await stretch.getByRole('button', { name: 'The whole run' }).click();
  await expect(stretch).toHaveText(whole);
  const picture = statistics.locator('.timeline-picture');
  await picture.hover();
  await page.mouse.wheel(0, -100);
  await expect(stretch).not.toHaveText(whole);
  await picture.click({ position: { x: 2, y: 10 } });
  await expect(time(page)).toContainText(/row [\d,]+ of/);
  await page.keyboard.press('Alt+0');
  await statistics.getByRole('combobox').selectOption('verdict');
  await expect(statistics.getByRole('row').filter({ hasText: 'deny' })).toContainText('1');
  await statistics.getByRole('button', { name: 'deny', exact: true }).click();
  await found(page);
  await expect(rows(page, 'deny')).toHaveCount(1);
});
