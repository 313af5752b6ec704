import { expect, test } from '@playwright/test';
import {
  benchFrom,
  benchWith,
  detail,
  ended,
  openTab,
  replaceText,
  rows,
  run,
  shows,
  filter,
  found,
  GUEST_MS,
} from './workbench.ts';

const SCRIPT = `try:
    open('/tmp/notes.txt', 'w').write('mine')
    print('written')
except OSError as error:
    print('refused:', error.errno)
`;

const STRICT = `import { deny, policy, standard } from 'sandtable';

export default policy({
  rules: [
    deny('write', '/tmp/notes.txt', { errno: 'EACCES', why: 'notes are for reading' }),
    ...standard.rules,
  ],
  otherwise: 'deny',
});
`;

test('an edit of the policy changes the verdict, and a denied row leads to its line', async ({ page }) => {
  await benchWith(page, SCRIPT);
  await run(page);
  await shows(page, 'written');
  await ended(page);

  await openTab(page, 'policy.ts');
  await expect(page.getByRole('code').filter({ visible: true })).toBeVisible({ timeout: GUEST_MS });
  await replaceText(page, STRICT);
  await run(page);
  await shows(page, 'refused: 13');
  await ended(page);

  await filter(page, 'verdict:deny path:/tmp/notes.txt');
  await expect(rows(page, 'deny')).toHaveCount(1);
  await rows(page, 'deny').getByRole('gridcell').first().click();
  await expect(detail(page)).toContainText('notes are for reading');
  await expect(detail(page)).toContainText('EACCES (13): Permission denied');
  await openTab(page, 'script.py');
  await detail(page)
    .getByRole('button', { name: /policy\.ts:5/ })
    .click();
  await expect(page.locator('.line-asked-for').first()).toBeVisible();
  await expect(page.getByRole('tab', { name: /^policy\.ts/ })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.rule-chip').filter({ hasText: '1 call' }).first()).toBeVisible();

  // The file that was denied is marked where it would be.
  await expect(page.getByRole('treeitem', { name: /notes\.txt.*denied/ })).toBeVisible();

  await page.getByRole('tab', { name: 'Rules' }).click();
  await expect(page.getByRole('row', { name: /deny\('write', '\/tmp\/notes\.txt'/ })).toContainText(
    'policy.ts:5',
  );
});

test('a policy with an error is not run; the line is named and marked', async ({ page }) => {
  await benchFrom(page, 'Hello');
  await openTab(page, 'policy.ts');
  await expect(page.locator('.view-lines').filter({ visible: true })).toBeVisible({ timeout: GUEST_MS });
  await replaceText(page, STRICT.replace("errno: 'EACCES'", "errno: 'ENOSUCHTHING'"));
  await expect(page.locator('.squiggly-error').first()).toBeVisible({ timeout: GUEST_MS });
  await openTab(page, 'script.py');
  await run(page);
  await expect(page.getByRole('alert').filter({ hasText: 'Not run' })).toContainText('policy.ts:5', {
    timeout: GUEST_MS,
  });
  await expect(page.getByRole('tab', { name: /^policy\.ts/ })).toHaveAttribute('aria-selected', 'true');

  await replaceText(page, STRICT);
  await run(page);
  await shows(page, 'Hello from inside the sandbox!');
  await expect(page.getByRole('alert').filter({ hasText: 'Not run' })).toHaveCount(0);
});

test('the editor completes and explains the policy API', async ({ page }) => {
  await benchFrom(page, 'Hello');
  await openTab(page, 'policy.ts');
  await expect(page.locator('.view-lines').filter({ visible: true })).toBeVisible({ timeout: GUEST_MS });
  await replaceText(page, "import { deny } from 'sandtable';\n\ndeny('ll_os_op");
  await page.keyboard.press('Control+Space');
  await expect(page.locator('.suggest-widget')).toContainText('ll_os_open', { timeout: GUEST_MS });
  await page.keyboard.press('Enter');
  await expect(page.locator('.view-lines').filter({ visible: true })).toContainText("deny('ll_os_open");
  await page
    .locator('.view-line span', { hasText: /^deny$/ })
    .last()
    .hover();
  await expect(page.locator('.monaco-hover').filter({ visible: true })).toContainText(
    'A rule that refuses calls.',
    {
      timeout: GUEST_MS,
    },
  );
});

test('a denied attack: nothing happens, everything is told', async ({ page }) => {
  await benchFrom(page, 'Denied attack');
  await run(page);
  await shows(page, 'Still here:');
  await ended(page);
  await filter(page, 'verdict:deny');
  await found(page);
  await expect(rows(page, 'deny').first()).toBeVisible();
  await rows(page, 'deny').first().getByRole('gridcell').first().click();
  await expect(detail(page)).toContainText('Decided');
  await expect(detail(page)).toContainText('It was never performed.');
});
