import { expect, test, type Page } from '@playwright/test';
import { benchFrom, benchWith, ended, fits, openTab, replaceText, run, shows } from './workbench.ts';

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });

for (const viewport of [
  { width: 390, height: 844 },
  { width: 700, height: 900 },
]) {
  test.describe(`a window of ${viewport.width} × ${viewport.height}`, () => {
    test.use({ viewport });

    test('Run shows the terminal, and the trace is one tab away', async ({ page }) => {
      await page.goto('/#/');
      await fits(page);
      await benchFrom(page, 'Denied attack');
      await expect(tab(page, 'script.py')).toHaveAttribute('aria-selected', 'true');
      await fits(page);
      await run(page);
      await expect(tab(page, 'Terminal')).toHaveAttribute('aria-selected', 'true');
      await ended(page);
      await shows(page, /\S/);
      await fits(page);
      for (const name of ['Trace', 'Files', 'Rules', 'policy.ts']) {
        await openTab(page, name);
        await expect(tab(page, name)).toHaveAttribute('aria-selected', 'true');
        await fits(page);
      }
    });

    test('a guest started by keyboard has the keyboard, and the size of its terminal', async ({ page }) => {
      await benchWith(
        page,
        "import os\nprint(os.get_terminal_size().columns)\nprint('hello', input('who? '))\n",
      );
      await page.keyboard.press('ControlOrMeta+Enter');
      await expect(tab(page, 'Terminal')).toHaveAttribute('aria-selected', 'true');
      await shows(page, 'who?');
      await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
      await page.keyboard.type('Ada\n');
      await shows(page, 'hello Ada');
      await ended(page);
      const columns = Number((await page.locator('.xterm-rows > div').first().innerText()).trim());
      expect(columns).toBeGreaterThan(20);
      expect(columns).toBeLessThan(viewport.width / 5);
    });

    test('a policy that is refused comes to the front at the line that is wrong', async ({ page }) => {
      await benchFrom(page, 'Hello');
      await openTab(page, 'policy.ts');
      await replaceText(
        page,
        "import { policy } from 'sandtable';\n\nexport default policy({ rules: [oops] });\n",
      );
      await openTab(page, 'script.py');
      await run(page);
      await expect(tab(page, 'policy.ts')).toHaveAttribute('aria-selected', 'true');
      await expect(page.getByRole('alert').filter({ hasText: 'Not run' })).toContainText('policy.ts:3');
      await expect(page.locator('.view-lines').filter({ visible: true })).toContainText('oops');
      await fits(page);
      await openTab(page, 'Terminal');
      await page.getByRole('button', { name: 'policy.ts:3' }).click();
      await expect(tab(page, 'policy.ts')).toHaveAttribute('aria-selected', 'true');
    });
  });
}
