/** A server with accounts: the first administrator, somebody who is invited, every page about people in every look, and a class. */
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { accessible } from './accessible.ts';
import { freePort, OwnServer } from './ownServer.ts';
import { fits, GUEST_MS } from './workbench.ts';

let server: OwnServer;
test.beforeAll(async () => {
  server = new OwnServer(await freePort(), { SANDTABLE_AUTH: 'accounts' });
  await server.start();
});
test.afterAll(async () => server.remove());

const PASSWORD = 'correct horse battery';

async function makeAccount(page: Page, link: string, name: string, signInName: string): Promise<void> {
  await page.goto(link);
  await expect(page.getByRole('heading', { name: /invited/ })).toBeVisible();
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Sign-in name').fill(signInName);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Make the account' }).click();
  await expect(page.getByRole('button', { name: `Signed in as ${name}` })).toBeVisible();
}

async function choose(page: Page, entry: string): Promise<void> {
  await page.getByRole('button', { name: /^Signed in as/ }).click();
  await page.getByRole('menuitem', { name: entry }).click();
}

test('an administrator comes in by the link of the start, invites somebody, and shuts them out again', async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  const guest = await browser.newContext();
  const student = await guest.newPage();

  // Nobody sees anything of the server without being signed in.
  await page.goto(`${server.url}/#/labs`);
  await expect(page.getByRole('heading', { name: 'Sign in to Sandtable' })).toBeVisible();
  await accessible(page, 'signing in');
  await page.getByLabel('Sign-in name').fill('ada');
  await page.getByLabel('Password').fill('not the password');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Name or password is not right.').first()).toBeVisible();
  await expect(page.getByLabel('Password')).toBeFocused();
  await accessible(page, 'a sign-in that was refused');
  await page.goto(`${server.url}/#/join`);
  await page.getByRole('textbox', { name: 'Code' }).fill('NOSUCHCODE');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This code is not good any more').first()).toBeVisible();
  await accessible(page, 'a code that is none');
  await page.goto(`${server.url}/#/invitation/no-such-invitation`);
  await expect(page.getByRole('heading', { name: 'This link leads nowhere' })).toBeVisible();
  await accessible(page, 'an invitation that is none');

  await makeAccount(page, /http:\S+#\/invitation\/\S+/.exec(server.said)![0], 'Ada Lovelace', 'ada');
  await choose(page, 'People');
  await page.getByRole('link', { name: 'Invitations' }).click();
  await page.getByLabel('Name (may be left out)').fill('Grace');
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = page.locator('.people-link code');
  await expect(link).toContainText('#/invitation/');
  await accessible(page, 'invitations');
  await makeAccount(student, (await link.textContent())!, 'Grace Hopper', 'grace');
  await page.goto(`${server.url}/#/people`);
  await expect(page.getByRole('row', { name: /Grace Hopper/ })).toBeVisible();
  await accessible(page, 'people');
  await page.goto(`${server.url}/#/people/log`);
  await expect(page.getByRole('row', { name: /invitation.use/ }).first()).toBeVisible();
  await accessible(page, 'the log');
  await page.goto(`${server.url}/#/account`);
  await expect(page.getByText('(this browser)')).toBeVisible();
  await accessible(page, 'my account');
  // 1280 × 1024 at 400 %.
  await page.setViewportSize({ width: 320, height: 256 });
  for (const route of ['people', 'people/log', 'people/invitations', 'account']) {
    await page.goto(`${server.url}/#/${route}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await accessible(page, `${route} at 400 %`);
    await fits(page, route);
  }
  await page.setViewportSize({ width: 1280, height: 900 });

  // What is hers is not there for him, and the page says so in the words for what is not there.
  await student.getByRole('button', { name: /^Hello/ }).click();
  await expect(student.locator('.view-lines').first()).toBeVisible({ timeout: 40_000 });
  await accessible(student, 'a bench of somebody who is signed in');
  await student.goto(`${server.url}/#/people`);
  await expect(student.getByText('Only administrators see this page')).toBeVisible();

  await page.goto(`${server.url}/#/people`);
  await page.getByLabel(/^Search/).fill('grace');
  await expect(page.getByText('1 of 1 person')).toBeVisible();
  await page.getByRole('button', { name: 'More about Grace Hopper' }).click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByRole('row', { name: /Grace Hopper disabled/ })).toBeVisible();
  await expect(student.getByRole('heading', { name: 'Sign in to Sandtable' })).toBeVisible();
  await guest.close();

  // What is kept of her is taken along, and then she is forgotten.
  await page.getByRole('button', { name: 'More about Grace Hopper' }).click();
  await page.getByRole('menuitem', { name: 'Erase …' }).click();
  const erase = page.getByRole('dialog', { name: 'Erase Grace Hopper for ever?' });
  const sure = erase.getByRole('button', { name: 'Erase for ever' });
  await erase.getByRole('textbox').fill('Grace');
  await expect(sure).toBeDisabled();
  await accessible(page, 'the question before somebody is erased');
  const [zip] = await Promise.all([
    page.waitForEvent('download'),
    erase.getByRole('button', { name: 'Export as a zip' }).click(),
  ]);
  expect(zip.suggestedFilename()).toBe('sandtable Grace Hopper.zip');
  await erase.getByRole('textbox').fill('Grace Hopper');
  await sure.click();
  await expect(page.getByText('Nobody is called that.')).toBeVisible();

  await choose(page, 'Sign out');
  await expect(page.getByRole('heading', { name: 'Sign in to Sandtable' })).toBeVisible();
  await page.getByLabel('Sign-in name').fill('ada');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Start from an example' })).toBeVisible();
});

/** Signed in as Ada, who administers, whichever story comes first. */
async function administrator(page: Page): Promise<void> {
  await page.goto(/http:\S+#\/invitation\/\S+/.exec(server.said)![0]);
  const invited = page.getByRole('heading', { name: /invited/ });
  await expect(invited.or(page.getByRole('heading', { name: 'This link leads nowhere' }))).toBeVisible();
  if (await invited.isVisible()) return makeAccount(page, page.url(), 'Ada Lovelace', 'ada');
  await page.goto(`${server.url}/#/sign-in`);
  await page.getByLabel('Sign-in name').fill('ada');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Signed in as Ada Lovelace' })).toBeVisible();
}

/** Changes the dates of the one assignment of the course that is shown. */
async function dates(page: Page, opens: string, due: string): Promise<void> {
  await page.getByRole('button', { name: 'Change …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Opens/).fill(opens);
  await dialog.getByLabel(/^Due/).fill(due);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
}

test('a class: joined by a code, not open, over, extended, done, spoken of and graded', async ({
  page,
  browser,
}) => {
  test.setTimeout(240_000);
  page.setDefaultTimeout(GUEST_MS);
  await administrator(page);
  await page.goto(`${server.url}/#/courses`);
  await page.getByRole('button', { name: 'New course …' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Systems');
  await page.getByRole('button', { name: 'Make the course' }).click();
  await page.getByRole('button', { name: 'New assignment …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByRole('combobox', { name: 'Lab', exact: true })
    .selectOption({ label: 'A look from inside' });
  await dialog.getByRole('textbox', { name: 'Title' }).fill('First steps');
  await dialog.getByLabel(/^Opens/).fill('2060-01-01T10:00');
  await dialog.getByRole('button', { name: 'Make the assignment' }).click();
  const course = page.url();
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('button', { name: 'Make a code' }).click();
  const code = (await page.getByText(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/).textContent())!;

  // A student comes in by the code and sees what will be asked, and when.
  const other = await browser.newContext();
  const student = await other.newPage();
  student.setDefaultTimeout(GUEST_MS);
  await student.goto(`${server.url}/#/join/${code}`);
  await student.getByLabel('Your name').fill('Linus');
  await student.getByLabel('Sign-in name').fill('linus');
  await student.getByLabel('New password').fill(PASSWORD);
  await student.getByRole('button', { name: 'Make the account' }).click();
  await expect(student.getByRole('button', { name: 'Signed in as Linus' })).toBeVisible();
  await student.goto(`${server.url}/#/`);
  const assigned = student.getByRole('region', { name: 'Your assignments' });
  await expect(assigned).toContainText(/Opens .*2060.*no due date\. You can begin when it opens\./);
  await expect(assigned.getByRole('button')).toHaveCount(0);
  await accessible(student, 'an assignment that has not opened');

  await page.goto(course);
  await dates(page, '', '2020-01-01T10:00');
  await student.reload();
  await expect(assigned).toContainText(
    /Was due .*2020.*: over\. You handed in nothing\. You can work and check/,
  );
  await assigned.getByRole('button', { name: 'Begin: First steps' }).click();
  const task = student.getByRole('region', { name: 'Task: A look from inside' });
  const handIn = task.getByRole('button', { name: 'Hand in', exact: true });
  await expect(task.getByText(/You handed in nothing\./)).toBeVisible();
  await expect(handIn).toBeHidden();

  // More time for him alone is at his bench at once.
  await page.getByRole('link', { name: 'Progress' }).click();
  const cell = page.getByRole('button', { name: /Linus, First steps/ });
  await cell.click();
  const extension = dialog.getByRole('form', { name: 'Give more time' });
  await extension.getByLabel('Due for this person').fill('2060-01-01T10:00');
  await extension.getByLabel('Reason').fill('was ill');
  await extension.getByRole('button', { name: 'Give more time' }).click();
  await expect(task.getByText(/Due .*2060.*\(extended for you\): \d+ days left/)).toBeVisible();
  await handIn.click();
  await expect(task.getByText(/of 8 checks passed/).first()).toBeVisible({ timeout: 3 * GUEST_MS });

  // His work is looked into, a line of it is spoken of, and it is graded; he sees all of it where he works.
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(cell).toContainText('1 tries');
  await cell.click();
  const form = dialog.getByRole('form', { name: 'Set the grade by hand' });
  await form.getByLabel('Points').fill('4.5');
  await form.getByLabel('Reason').fill('explained it to me');
  await form.getByRole('button', { name: 'Set the grade' }).click();
  await expect(task.getByText('Grade, set by hand: 4.5 of 18 points')).toBeVisible();
  await expect(task.getByText('(explained it to me)')).toBeVisible();
  await dialog.getByRole('button', { name: 'Open the work as it is, as a copy' }).click();
  await expect(page.getByText('A copy of the work of Linus')).toBeVisible({ timeout: GUEST_MS });
  await expect(page.locator('.view-lines').first()).toBeVisible({ timeout: GUEST_MS });
  await page.getByRole('button', { name: 'No comments' }).click();
  await expect(page.getByRole('combobox', { name: 'About' })).toHaveValue('line');
  await page.getByRole('textbox', { name: 'Comment' }).fill('Why this line?');
  await page.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(page.getByRole('paragraph').filter({ hasText: 'Why this line?' })).toBeVisible();
  await accessible(page, 'comments at a copy of a work');
  await student.getByRole('button', { name: 'Comments: 1 open, 1 in all' }).click();
  await expect(student.getByRole('button', { name: 'script.py:1' })).toBeVisible();
  await accessible(student, 'a work that was spoken of and graded');
  await student.getByRole('button', { name: /^Resolve/ }).click();
  await expect(page.getByRole('button', { name: 'Comments: 0 open, 1 in all' })).toBeVisible();

  // Somebody else's grades are not there for him.
  await student.goto(course);
  await expect(student.getByText(/^Handed in: 4\.5 of 18 points/)).toBeVisible();
  await expect(student.getByRole('link', { name: 'Grades' })).toBeHidden();
  await accessible(student, 'a course as a student has it');
  await page.goto(`${course}/grades`);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download as CSV' }).click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain('"Linus",,"student",4.5,4.5');
  await other.close();
});
