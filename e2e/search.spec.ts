import { expect, test, type Page } from '@playwright/test';
import { accessible } from './accessible.ts';
import { benchWith, ended, GUEST_MS, openTab, replaceText, shows, terminal } from './workbench.ts';

const LEAKY = `import { allow, deny, policy, standard } from 'sandtable';

export default policy({
  rules: [
    deny('write', '/tmp/marks.txt', { errno: 'EACCES' }),
    allow('read', '/tmp/**'),
    ...standard.rules,
  ],
  mounts: { '/tmp/notes': { mode: 'read-write', files: { 'secret.txt': 'correct horse battery staple' } } },
});
`;

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Search for a hole' });

async function openSearch(page: Page): Promise<void> {
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByPlaceholder(/What to do/).fill('search for a hole');
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toBeVisible();
}

test('a hole is searched for, explained, kept as a file and run', async ({ page }) => {
  await benchWith(page, 'print("hello")\n');
  await openTab(page, 'policy.ts');
  await expect(page.getByRole('code').filter({ visible: true })).toBeVisible({ timeout: GUEST_MS });
  await replaceText(page, LEAKY);

  await openSearch(page);
  await dialog(page).getByLabel('What must never happen').selectOption('unread');
  await accessible(page, 'the question for a property');
  const places = dialog(page).getByRole('textbox', { name: 'Places' });
  await places.fill('notes');
  await dialog(page).getByRole('button', { name: 'Search', exact: true }).click();
  await expect(dialog(page).getByRole('alert').first()).toContainText('“notes” is no place');
  await places.fill('/tmp/notes');
  await dialog(page).getByRole('button', { name: 'Search', exact: true }).click();

  await expect(dialog(page)).toContainText('A guest ran this script under your policy and did it', {
    timeout: GUEST_MS,
  });
  await expect(dialog(page)).toContainText(/A hole: .*\/tmp\/notes/);
  await expect(dialog(page).getByLabel('The script')).toContainText('import os');
  await expect(dialog(page)).toContainText('Why the policy allowed it');
  await accessible(page, 'a hole that was found');
  await expect(dialog(page).getByRole('button', { name: 'policy.ts:6' })).toBeVisible();
  await dialog(page).getByRole('button', { name: 'Run it now' }).click();

  await expect(page.getByRole('tab', { name: /^hole\.py/ })).toHaveAttribute('aria-selected', 'true');
  await ended(page);
  await expect(terminal(page)).not.toContainText('Error');

  // The same again finds the end as it was left.
  await openSearch(page);
  await dialog(page).getByRole('button', { name: 'policy.ts:6' }).click();
  await expect(page.locator('.line-asked-for').first()).toBeVisible();
});

test('a search that finds nothing says that this is no proof; one under way can be cancelled', async ({
  page,
}) => {
  await benchWith(page, 'print("hello")\n');
  await openSearch(page);
  await dialog(page).getByLabel('How long').selectOption('60');
  await dialog(page).getByRole('button', { name: 'Search', exact: true }).click();
  await expect(dialog(page).getByRole('status')).toContainText(/[1-9]\d* attempts in/, { timeout: GUEST_MS });
  // It goes on behind the page, and the page can be used meanwhile.
  await dialog(page).getByRole('button', { name: 'Go on behind the page' }).click();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await shows(page, 'hello');
  await ended(page);
  await openSearch(page);
  await dialog(page).getByRole('button', { name: 'Cancel the search' }).click();
  await expect(dialog(page)).toContainText('The search was cancelled', { timeout: GUEST_MS });

  await dialog(page).getByRole('button', { name: 'Back to the property' }).click();
  await dialog(page).getByLabel('How long').selectOption('5');
  await dialog(page).getByLabel('What must never happen').selectOption('yaml');
  await expect(dialog(page).getByLabel('Property')).toHaveValue(/outside: \[\/tmp\]/);
  await dialog(page).getByLabel('Property').fill('never: { access: fly, outside: /tmp }');
  await dialog(page).getByRole('button', { name: 'Search', exact: true }).click();
  await expect(dialog(page).getByRole('alert').last()).toContainText("takes 'read' or 'write'");
  await dialog(page).getByLabel('Property').fill('never: { access: write, outside: /tmp }');
  await dialog(page).getByRole('button', { name: 'Search', exact: true }).click();
  await expect(dialog(page)).toContainText('which is no proof that there is nothing', { timeout: GUEST_MS });
});
