import { expect, test } from '@playwright/test';
import {
  benchWith,
  detail,
  ended,
  filter,
  GUEST_MS,
  openTab,
  replaceText,
  rows,
  run,
  shows,
} from './workbench.ts';

const SCRIPT = `def keep(text):
    open('/tmp/notes.txt', 'w').write(text)

try:
    keep('mine')
except OSError as error:
    print('refused:', error.errno)
`;

const STRICT = `import { deny, policy, standard } from 'sandtable';

export default policy({
  rules: [
    deny('write', '/tmp/other.txt'),
    deny('write', '/tmp/notes.txt'),
    ...standard.rules,
  ],
  otherwise: 'deny',
});
`;

test('a denied row says why, which rule nearly fitted, and which line of the script called', async ({
  page,
}) => {
  await benchWith(page, SCRIPT);
  await openTab(page, 'policy.ts');
  await expect(page.getByRole('code').filter({ visible: true })).toBeVisible({ timeout: GUEST_MS });
  await replaceText(page, STRICT);
  await run(page);
  await shows(page, 'refused: 13');
  await ended(page);

  // The rule that decided counts its call; the one that decided nothing is dimmed.
  await expect(page.locator('.rule-chip').filter({ hasText: '1 call' }).first()).toBeVisible();
  await expect(page.locator('.rule-idle').first()).toBeVisible();

  await filter(page, 'verdict:deny path:/tmp/notes.txt');
  await expect(rows(page, 'deny')).toContainText('script.py:2');
  await rows(page, 'deny').getByRole('gridcell').first().click();
  await expect(detail(page)).toContainText('the one in line 6 is the first that fits');
  const nearly = detail(page).getByRole('list', { name: 'Rules that nearly fitted' });
  await expect(nearly).toContainText('it is about /tmp/other.txt, and this call acts on /tmp/notes.txt');

  const stack = detail(page).getByRole('list', { name: /Python stack/ });
  await expect(stack.getByRole('listitem')).toHaveText(['script.py:2 keep', 'script.py:5 <module>']);
  await stack.getByRole('button', { name: 'script.py:2' }).click();
  await expect(page.getByRole('tab', { name: /^script\.py/ })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.line-asked-for').first()).toBeVisible();
});

test('lines at which calls were denied are marked in the script, and lead to their rows', async ({
  page,
}) => {
  await benchWith(page, SCRIPT.replace('/tmp/notes.txt', '/etc/notes.txt'));
  await run(page);
  await shows(page, 'refused:');
  await ended(page);
  const chip = page.locator('.denied-chip');
  await expect(chip).toHaveText(/1.call.denied/);
  await expect(page.locator('.denied-bar')).toHaveAttribute('title', /see it in the trace/);
  await chip.click();
  await expect(page.getByRole('combobox', { name: 'Filter the calls' })).toHaveValue(
    'verdict:deny line:"script.py:2"',
  );
  await expect(rows(page, 'deny')).toHaveCount(1);
  await expect(rows(page, 'deny')).toContainText('/etc/notes.txt');
});

test('a traceback in the terminal leads to the lines of the script and of what the guest imported', async ({
  page,
}) => {
  await benchWith(page, 'import json\n\njson.loads(3)\n');
  await run(page);
  await shows(page, 'TypeError');
  await ended(page);
  const follow = async (text: string): Promise<void> => {
    const box = await page.locator('.xterm-rows > div').filter({ hasText: text }).boundingBox();
    // As a hand does it: a link is found when the pointer comes.
    await page.mouse.move(0, 0);
    await expect(page.locator('.xterm-cursor-pointer')).toHaveCount(0);
    await page.mouse.move(box!.x + 60, box!.y + 8);
    await expect(page.locator('.xterm-cursor-pointer')).toHaveCount(1);
    await page.mouse.click(box!.x + 60, box!.y + 8);
  };
  await follow('json/__init__.py');
  const library = page.getByLabel(/^Text of .*json\/__init__\.py$/);
  await expect(library.locator('mark')).toContainText('raise TypeError');
  await follow('/tmp/script.py');
  await expect(page.getByRole('tab', { name: /^script\.py/ })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.line-asked-for').first()).toBeVisible();

  // By keyboard.
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByPlaceholder(/What to do/).fill('last place that the terminal names');
  await page.keyboard.press('Enter');
  await expect(library.locator('mark')).toBeVisible();
});

test('with trace lines on, rows that were allowed say their line as well', async ({ page }) => {
  await benchWith(page, "import os\nos.getcwd()\nprint('done')\n");
  const lines = page.getByRole('button', { name: /^Trace lines/ });
  await expect(lines).toHaveAttribute('aria-pressed', 'false');
  await lines.click();
  await expect(lines).toHaveAttribute('aria-pressed', 'true');
  await run(page);
  await shows(page, 'done');
  await ended(page);
  await filter(page, 'line:script.py:2');
  await expect(rows(page).filter({ hasText: 'll_os_getcwd' })).toContainText('script.py:2');
  await openTab(page, 'Statistics');
  await page.getByRole('combobox', { name: /by/i }).selectOption('line');
  await expect(page.getByRole('table', { name: /^Calls by line/ })).toContainText('script.py:2');
});
