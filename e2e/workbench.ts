/** What a person does on the page, in their words: the stories are written with this. */
import { expect, type Locator, type Page } from '@playwright/test';

/** A guest starts in under a second on an idle machine; on a busy one it may take some. */
export const GUEST_MS = 40_000;

/**
 * Milliseconds that a person would call "at once" on this machine as it is now: two seconds, and more where opening a menu takes long
 * already.
 */
export async function atOnce(page: Page): Promise<number> {
  const before = Date.now();
  await page.getByRole('button', { name: 'Theme' }).click();
  await expect(page.getByRole('menuitemradio', { name: /Light/ })).toBeVisible();
  await page.keyboard.press('Escape');
  return 2_000 + 10 * (Date.now() - before);
}

/** Opens the start page and makes a bench from the example of this title. */
export async function benchFrom(page: Page, example: string): Promise<void> {
  await page.goto('/#/');
  await page
    .getByRole('main')
    .getByRole('button', { name: new RegExp(`^${example}`) })
    .click();
  await expect(page.locator('.view-lines').first()).toBeVisible({ timeout: GUEST_MS });
}

/** An empty script and the standard policy, then `script` in place of what stands there. */
export async function benchWith(page: Page, script: string): Promise<void> {
  await benchFrom(page, 'Hello');
  await replaceText(page, script);
}

/** Puts the focus into the editor's text. */
export async function focusEditor(page: Page): Promise<void> {
  await page.locator('.view-lines').filter({ visible: true }).first().click();
}

/** Replaces all text of the file that is looked at by pasting. */
export async function replaceText(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate((wanted) => navigator.clipboard.writeText(wanted), text);
  await focusEditor(page);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+v');
  const first = text.trim().split('\n')[0]!;
  await expect(page.locator('.view-lines').filter({ visible: true })).toContainText(first);
  await saved(page);
}

/** Puts a text of many lines in place of the file that is looked at. */
export async function replaceAll(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate((wanted) => navigator.clipboard.writeText(wanted), text);
  await focusEditor(page);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+v');
  await page.keyboard.press('ControlOrMeta+Home');
  await saved(page);
}

export async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name: new RegExp(`^${name.replaceAll('.', '[.]')}`) }).click();
}

export async function saved(page: Page): Promise<void> {
  await expect(page.locator('[data-saved=saved]')).toBeVisible();
}

export const runButton = (page: Page): Locator => page.getByRole('button', { name: /^Run( again)?$/ });

export async function run(page: Page): Promise<void> {
  await runButton(page).click();
}

/** The word for the present moment in the toolbar. */
export const mood = (page: Page): Locator => page.locator('.mood');

export async function ended(page: Page): Promise<void> {
  await expect(mood(page)).toHaveText(/^(Ended|Stopped|Crashed|Limit hit)/, { timeout: GUEST_MS });
}

export const terminal = (page: Page): Locator => page.locator('.xterm-rows');

/** Waits for text in the part of the terminal that can be seen. */
export async function shows(page: Page, text: string | RegExp): Promise<void> {
  await expect(terminal(page)).toContainText(text, { timeout: GUEST_MS });
}

/** Types a line into the terminal, with Enter. */
export async function typeLine(page: Page, line: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

/** Everything that stands in the terminal, scroll-back included. */
export async function terminalText(page: Page): Promise<string> {
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByPlaceholder(/What to do/).fill('output as text');
  await page.keyboard.press('Enter');
  const text = await page.getByRole('textbox', { name: 'Output' }).inputValue();
  await page.keyboard.press('Escape');
  return text;
}

const trace = (page: Page): Locator => page.getByRole('grid', { name: 'Calls' });

/** Rows of the trace that are drawn. */
export const rows = (page: Page, verdict?: string): Locator =>
  trace(page).locator(
    verdict === undefined ? '[role=row][data-verdict]' : `[role=row][data-verdict=${verdict}]`,
  );

/** Goes to the first row, once there is one: Home in an empty list goes nowhere. */
export async function toFirstRow(page: Page): Promise<void> {
  await expect(rows(page).first()).toBeVisible({ timeout: GUEST_MS });
  await trace(page).press('Home');
}

/** Types a filter and takes it over at once; the list is then the filtered one. */
export async function filter(page: Page, text: string): Promise<void> {
  const box = page.getByRole('combobox', { name: 'Filter the calls' });
  await box.fill(text);
  await box.press('Enter');
}

/** The list is filtered and something was found. */
export async function found(page: Page): Promise<void> {
  await expect(page.getByRole('status').filter({ hasText: /^[\d,]+ match/ })).toBeVisible({
    timeout: GUEST_MS,
  });
}

export const detail = (page: Page): Locator => page.getByRole('region', { name: /^Row \d+ in detail$/ });

/** Nothing hangs out of the window to the side. */
export async function fits(page: Page, what = 'the page'): Promise<void> {
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over, `${what} scrolls sideways`).toBeLessThanOrEqual(0);
}
