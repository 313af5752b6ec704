import { expect, test, type Page } from '@playwright/test';
import { benchWith, detail, ended, GUEST_MS, openTab, replaceText, run, saved, shows } from './workbench.ts';

const SCRIPT = `import os
open('/tmp/notes.txt', 'w').write('mine')
open('/tmp/other.txt', 'w').write('mine too')
print('files:', len(os.listdir('/tmp')))
`;

const STRICT = `import { deny, policy, standard, test } from 'sandtable';

export default policy({
  ...standard,
  rules: [
    deny('write', '/tmp/notes.txt', { errno: 'EPERM' }),
    ...standard.rules,
  ],
});

export const tests = [
  test('deny', 'll_os_open', '/tmp/notes.txt', { mode: 'write', errno: 'EPERM' }),
  test('allow', 'll_os_open', '/tmp/notes.txt', { mode: 'write' }),
];
`;

const WITH_FUNCTION = `import { deny, policy, standard } from 'sandtable';

export default policy({
  ...standard,
  middleware: {
    async ll_os_open(call, next) {
      const answer = await next();
      return call.path.endsWith('other.txt') ? deny('EROFS', 'not this one') : answer;
    },
  },
});
`;

const panel = (page: Page) => page.getByRole('region', { name: 'Replay of this run' });
const changed = (page: Page) => panel(page).getByRole('row').filter({ hasText: 'll_os_' });

/** The policy is in front on the left, the panel on the right. */
async function beside(page: Page, policy: string): Promise<void> {
  await openTab(page, 'policy.ts');
  await expect(page.getByRole('code').filter({ visible: true })).toBeVisible({ timeout: GUEST_MS });
  await replaceText(page, policy);
}

test('what the policy would have done is said while one types, and leads to row and line', async ({
  page,
}) => {
  await benchWith(page, SCRIPT);
  await run(page);
  await shows(page, 'files: 3');
  await ended(page);
  await openTab(page, 'Replay');
  await expect(panel(page)).toContainText('Nothing changes', { timeout: GUEST_MS });

  await beside(page, STRICT);
  await expect(panel(page)).toContainText('allow → deny', { timeout: GUEST_MS });
  const first = changed(page).first();
  await expect(first).toContainText('ll_os_open /tmp/notes.txt');
  await expect(first).toContainText('deny EPERM');
  await expect(first).not.toContainText('guess');
  await expect(changed(page).nth(1)).toContainText('guess');
  await expect(panel(page)).toContainText('1 test of 2 fail');
  await expect(page.locator('.test-chip')).toContainText([/passes/, /fails/]);

  await first.getByRole('button', { name: 'policy.ts:6' }).click();
  await expect(page.locator('.line-asked-for').first()).toBeVisible();
  await first.getByRole('button', { name: /^Show call/ }).click();
  await expect(detail(page)).toContainText('/tmp/notes.txt');

  // Beside another policy instead of the record: most calls are then decided elsewhere.
  await openTab(page, 'Replay');
  const elsewhere = /\d\d calls decided by another rule/;
  await expect(panel(page)).not.toContainText(elsewhere);
  await panel(page).getByRole('combobox').selectOption({ label: 'the policy “lecture”' });
  await expect(panel(page)).toContainText(elsewhere, { timeout: GUEST_MS });
  const earlier = panel(page).getByRole('option', { name: /^policy.ts as it ran at/ });
  await panel(page)
    .getByRole('combobox')
    .selectOption(await earlier.getAttribute('value'));
  await expect(panel(page)).not.toContainText(elsewhere);
  await expect(panel(page)).toContainText('allow → deny');
});

test('a policy with functions is judged in the page by the same QuickJS, and a broken one says where', async ({
  page,
}) => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await benchWith(page, SCRIPT);
  await run(page);
  await ended(page);
  await openTab(page, 'Replay');
  await beside(page, WITH_FUNCTION);
  await expect(changed(page)).toContainText(['ll_os_open /tmp/other.txt'], { timeout: GUEST_MS });
  await expect(changed(page).first()).toContainText('deny EROFS');
  await expect(changed(page).first().getByRole('button', { name: 'policy.ts:8' })).toBeVisible();

  await replaceText(page, WITH_FUNCTION.replace('call.path', 'call.pth.path'));
  await expect(panel(page)).toContainText('Judged in', { timeout: GUEST_MS });
  await replaceText(page, 'export default 3;\n');
  await expect(panel(page).getByRole('alert')).toContainText('policy.ts:1', { timeout: GUEST_MS });
  expect(complaints).toEqual([]);
});

test('two runs are compared, and a policy is learned from one', async ({ page }) => {
  await benchWith(page, SCRIPT);
  await run(page);
  await ended(page);
  await replaceText(page, SCRIPT.replace('other.txt', 'third.txt'));
  await run(page);
  await shows(page, 'files: 3');
  await ended(page);
  await openTab(page, 'Replay');
  await panel(page).getByRole('button', { name: 'Compare runs' }).click();
  await expect(panel(page)).toContainText('only in this run', { timeout: GUEST_MS });
  await expect(changed(page).filter({ hasText: '/tmp/third.txt' }).first()).toContainText('not made');

  await panel(page).getByRole('button', { name: 'Learn a policy' }).click();
  await expect(panel(page)).toContainText('no proof', { timeout: GUEST_MS });
  const rule = panel(page).getByRole('row').filter({ hasText: 'third.txt' }).first();
  await rule.getByRole('combobox').selectOption({ label: 'everything in these folders' });
  await expect(panel(page)).toContainText('lets the guest change its own program');
  await panel(page).getByRole('button', { name: 'Put into policy.ts' }).click();
  await saved(page);
  await panel(page).getByRole('button', { name: 'What would it have done?' }).click();
  await expect(panel(page)).toContainText('decided by another rule', { timeout: GUEST_MS });
  await run(page);
  await shows(page, 'files: 3');
  await ended(page);
});

test('in audit mode a policy only says what it would have done', async ({ page }) => {
  await benchWith(page, SCRIPT);
  await beside(page, STRICT);
  await openTab(page, 'script.py');
  await run(page);
  await shows(page, 'PermissionError');
  await ended(page);
  await openTab(page, 'Replay');
  await panel(page).getByRole('button', { name: 'Run in audit mode' }).click();
  await shows(page, 'files: 3');
  await ended(page);
  await expect(changed(page).first()).toContainText('ll_os_open /tmp/notes.txt', { timeout: GUEST_MS });
  await changed(page)
    .first()
    .getByRole('button', { name: /^Show call/ })
    .click();
  await expect(detail(page)).toContainText('The policy would have said');
  await expect(detail(page)).toContainText('EPERM, by your policy');
});
