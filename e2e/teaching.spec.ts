import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { accessible } from './accessible.ts';
import { fits, GUEST_MS, openTab, replaceAll } from './workbench.ts';

/** A course with this title, from the start page. */
async function newCourse(page: Page, title: string): Promise<void> {
  await page.goto('/#/');
  await page.getByRole('link', { name: 'Courses' }).click();
  await page.getByRole('button', { name: 'New course …' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill(title);
  await page.getByRole('button', { name: 'Make the course' }).click();
  await expect(page.getByRole('heading', { name: title })).toBeVisible();
}

async function newAssignment(
  page: Page,
  lab: { label: string } | { index: number } = { index: 1 },
): Promise<void> {
  await page.getByRole('button', { name: 'New assignment …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Lab', exact: true }).selectOption(lab);
  await dialog.getByRole('textbox', { name: 'Title' }).fill('First steps');
  await dialog.getByRole('button', { name: 'Make the assignment' }).click();
  await expect(page.getByRole('heading', { name: 'First steps' })).toBeVisible();
}

const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Parts of the course' }).getByRole('link', { name });

test('an instructor makes a course, takes in a roster, assigns a lab, sees the work live, grades it and takes the grades along', async ({
  page,
  context,
}) => {
  test.setTimeout(240_000);
  await newCourse(page, 'Operating systems');
  await newAssignment(page);

  await tab(page, 'People').click();
  await page.getByRole('button', { name: 'Take in a roster (CSV) …' }).click();
  const roster = page.getByRole('dialog');
  await roster.getByRole('textbox', { name: 'Or its text' }).fill('name,email\nAda,ada');
  await roster.getByRole('button', { name: 'See what it does' }).click();
  await expect(roster.getByRole('alert').filter({ hasText: 'Line 2, column 2' })).toBeVisible();
  await roster.getByLabel('File').setInputFiles({
    name: 'roster.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('\uFEFFName;E-Mail;Role\r\nAda Lovelace;ada@example.org;\r\n'),
  });
  await expect(roster.getByRole('row', { name: /Ada Lovelace.*is expected/ })).toBeVisible();
  await roster.getByRole('button', { name: 'Take in 1 line' }).click();
  await expect(page.getByRole('row', { name: /Ada Lovelace/ })).toBeVisible();
  await page.getByRole('button', { name: 'Make a code' }).click();
  await expect(page.getByText(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/)).toBeVisible();
  await accessible(page, 'people of a course');

  // Somebody works at it on another page, and the table of the first one follows.
  await tab(page, 'Assignments').click();
  await accessible(page, 'assignments of a course');
  const student = await context.newPage();
  await student.goto(page.url());
  await student.getByRole('button', { name: 'Try it' }).click();
  await expect(student.getByRole('button', { name: 'Hand in' })).toBeVisible({ timeout: GUEST_MS });
  await tab(page, 'Progress').click();
  const cell = page.getByRole('button', { name: /You, First steps/ });
  await expect(cell).toContainText('0 tries');
  await student.getByRole('button', { name: 'Hand in' }).click();
  const sure = student.getByRole('dialog').getByRole('button', { name: /^Hand in/ });
  if (await sure.isVisible().catch(() => false)) await sure.click();
  await expect(cell).toContainText('1 tries', { timeout: 2 * GUEST_MS });
  await expect(page.getByRole('gridcell', { name: /^(passed|failed)$/ }).first()).toBeVisible({
    timeout: 2 * GUEST_MS,
  });
  await accessible(page, 'the table of a course');

  // By keyboard: to the last check of the row and back, and into the work.
  await cell.focus();
  const focused = page.locator('.matrix [data-at]:focus');
  await page.keyboard.press('ArrowRight');
  await expect(focused).toHaveAttribute('data-at', '0:1');
  await page.keyboard.press('End');
  await expect(focused).toHaveAttribute('data-outcome', /./);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  await expect(cell).toBeFocused();
  await page.keyboard.press('Enter');
  const work = page.getByRole('dialog', { name: 'First steps' });
  await expect(work.getByRole('row', { name: /handed in, counts/ })).toBeVisible();
  const form = work.getByRole('form', { name: 'Set the grade by hand' });
  await form.getByRole('textbox', { name: 'Points' }).fill('4.5');
  await form.getByRole('textbox', { name: 'Reason' }).fill('explained it to me');
  await form.getByRole('button', { name: 'Set the grade' }).click();
  await expect(work.getByText(/4.5 points by You, .*explained it to me/)).toBeVisible();
  await accessible(page, 'how a grade came to be');
  await work.getByRole('button', { name: 'Close' }).click();

  await tab(page, 'Grades').click();
  await expect(page.getByRole('button', { name: /4.5 \(set by hand\)/ })).toBeVisible();
  await accessible(page, 'a gradebook');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download as CSV' }).click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain('"You",,"instructor",4.5,4.5');

  // 1280 × 1024 at 400 %.
  await page.setViewportSize({ width: 320, height: 256 });
  for (const part of ['Assignments', 'People', 'Progress', 'Grades']) {
    await tab(page, part).click();
    await expect(page.getByRole('heading', { name: 'Operating systems' })).toBeVisible();
    await accessible(page, `${part} of a course at 400 %`);
    await fits(page, part);
  }
  for (const route of ['courses', 'author']) {
    await page.goto(`/#/${route}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await accessible(page, `${route} at 400 %`);
    await fits(page, route);
  }
});

test('a check that was wrong is mended, and what was handed in is judged again', async ({
  page,
  context,
}) => {
  test.setTimeout(240_000);
  await page.goto('/#/author');
  await page.getByRole('button', { name: 'New lab …' }).click();
  const begin = page.getByRole('dialog', { name: 'A new lab' });
  await begin.getByLabel('Title').fill('Judged twice');
  await begin.getByRole('button', { name: 'Begin the lab' }).click();
  const lab = page.getByRole('region', { name: 'The lab' });
  const publish = async () => {
    await lab.getByRole('button', { name: 'Publish …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await expect(lab.getByText('published as it is')).toBeVisible();
  };
  await expect(lab.getByText('The pack is well-formed.')).toBeVisible({ timeout: GUEST_MS });
  await publish();
  const author = page.url();

  const teacher = await context.newPage();
  await newCourse(teacher, 'Mended');
  await newAssignment(teacher, { label: 'Judged twice' });
  const student = await context.newPage();
  await student.goto(teacher.url());
  await student.getByRole('button', { name: 'Try it' }).click();
  await student.getByRole('button', { name: 'Hand in' }).click({ timeout: GUEST_MS });
  const sure = student.getByRole('dialog').getByRole('button', { name: /^Hand in/ });
  if (await sure.isVisible().catch(() => false)) await sure.click();
  await tab(teacher, 'Progress').click();
  await expect(teacher.getByRole('gridcell', { name: 'failed' })).toHaveCount(2, { timeout: 2 * GUEST_MS });

  // Its table expects a verdict that nobody can be asked for; now it expects what the starter says.
  await page.getByRole('treeitem', { name: /^lab\.yaml/ }).click();
  await openTab(page, 'lab.yaml');
  const manifest = await page.evaluate(
    async (bench) => (await fetch(`/api/benches/${bench}/files/lab.yaml`)).text(),
    author.slice(author.lastIndexOf('/') + 1),
  );
  await replaceAll(page, manifest.replace('expect: deny, errno: EACCES', 'expect: allow'));
  await expect(lab.getByText('published as it is')).toBeHidden();
  await publish();

  await tab(teacher, 'Assignments').click();
  await teacher.getByRole('button', { name: 'Judge again …' }).click();
  const again = teacher.getByRole('dialog', { name: 'Judge “First steps” again' });
  await expect(again.getByText(/^1 attempt: what was handed in/)).toBeVisible();
  await again.getByRole('button', { name: 'Judge, and show what would change' }).click();
  const change = again.getByRole('row', { name: /You/ });
  await expect(change).toContainText('2 → 4 of 7', { timeout: GUEST_MS });
  await expect(change).toContainText('Verdicts: failed → passed');
  await accessible(teacher, 'what judging again would change');
  await again.getByRole('button', { name: 'Apply, and use this version' }).click();
  await expect(again.getByText(/^Applied: 1 attempt judged again/)).toBeVisible();
  await teacher.keyboard.press('Escape');
  await tab(teacher, 'Progress').click();
  await expect(teacher.getByRole('gridcell', { name: 'failed' })).toHaveCount(1);
  await teacher.getByRole('button', { name: /You, First steps/ }).click();
  const work = teacher.getByRole('dialog', { name: 'First steps' });
  await expect(work.getByRole('row', { name: /counts, judged again by You/ })).toContainText('4 of 7');
  await expect(work.getByRole('row', { name: /as it was before it was judged again/ })).toContainText(
    '2 of 7',
  );
  await student.getByRole('button', { name: 'Show all attempts' }).click();
  await student.getByRole('button', { name: /^Handed in, / }).click();
  await expect(student.getByText(/^Judged again on .*until then it had 2 of 7 points/)).toBeVisible();
});
