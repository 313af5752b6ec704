/** A server with accounts: the first administrator, somebody who is invited, and every page about people in every look. */
import { expect, test, type Page } from '@playwright/test';
import { accessible } from './accessible.ts';
import { freePort, OwnServer } from './ownServer.ts';

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
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(sideways, `${route} scrolls sideways`).toBe(false);
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
